/* SPDX-License-Identifier: MIT */
/*
 * unwind_rate SAMPLES PROGRAM [ARG...]: how many stacks a worker unwinds in a
 * second. One stack of PROGRAM, which must come to rest in the kernel, is taken
 * and sent again and again.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "stack/capture.h"
#include "tracee/memory.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

struct tally {
	size_t stacks, frames, whole;
};

static void done(void *ctx, struct pending *p, enum wire_end end, bool lost)
{
	struct tally *t = ctx;

	t->stacks += !lost;
	t->frames += p->nframes;
	t->whole += !lost && end == WIRE_END_START;
	pending_free(p);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* Waits until the program sleeps in its last call. */
static void settle(pid_t pid)
{
	auto_free char *path = xasprintf("/proc/%d/syscall", pid);
	char line[128] = "";

	for (unsigned i = 0; i < 2000 && strncmp(line, "29 ", 3) != 0; i++) {
		auto_fclose FILE *f = fopen(path, "re");

		if (!f || !fgets(line, sizeof(line), f))
			return;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

static struct pending *copy(const struct pending *p)
{
	struct pending *c = pending_new(p->sample.slice_len);

	c->sample = p->sample;
	c->space = stack_space_ref(p->space);
	memcpy(c->slice, p->slice, p->sample.slice_len);
	return c;
}

int main(int argc, char **argv)
{
	struct unwinders u;
	struct capture c;
	struct modules modules = {0};
	struct user_regs_struct regs;
	struct tally t = {0};
	struct err err;
	unsigned bits;
	int status;
	size_t n = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;
	pid_t pid;

	if (!n || unwinders_init(&u, getenv("builddir"), done, &t, &err) != 0) {
		diag("%s", n ? err.text : "usage: unwind_rate SAMPLES PROGRAM [ARG...]");
		return 2;
	}
	capture_init(&c, &u, &modules);
	pid = fork();
	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	settle(pid);
	struct thread thread = {.tid = pid, .tgid = pid, .space = space_new()};
	struct pending *p = NULL;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0 &&
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 && waitpid(pid, &status, __WALL) == pid &&
	    tracee_get_regs(pid, &regs) == 0)
		p = capture_take(&c, &thread, &regs, 16384, &bits);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
	if (!p) {
		diag("%s could not be stopped and looked at", argv[2]);
		return 1;
	}
	/* The first one makes the worker read the files. */
	unwinders_submit(&u, copy(p), bits);
	unwinders_drain(&u);
	t = (struct tally){0};

	double start = now();

	for (size_t i = 0; i < n; i++)
		unwinders_submit(&u, copy(p), bits);
	unwinders_drain(&u);

	double seconds = now() - start;

	printf("  %6.1f frames a stack: %8.0f stacks a second, %9.0f frames a second%s\n",
	       (double)t.frames / (double)(t.stacks ? t.stacks : 1), (double)t.stacks / seconds,
	       (double)t.frames / seconds, t.whole == n ? "" : " (not all whole)");
	pending_free(p);
	unwinders_fini(&u);
	capture_fini(&c);
	modules_fini(&modules);
	space_unref(thread.space);
	return 0;
}
