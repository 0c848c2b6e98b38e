/* SPDX-License-Identifier: MIT */
/*
 * against_eu COUNT PID...: stops each process in turn at an entry to the kernel,
 * takes its first thread's stack and has eu-stack(1) take it there too, COUNT
 * times in all.
 * Prints the stacks that differ, then "COMPARED SAME" and how the others differ.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "stack/capture.h"
#include "tracee/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

struct addresses {
	uint64_t *list;
	size_t n;
};

/* How eu-stack's frames and ours compare. */
enum relation {
	SAME,      /* frame by frame */
	WE_FURTHER, /* the same as far as eu-stack got */
	EU_FURTHER, /* the same as far as we got */
	DIFFERENT,
	MOVED_ON,  /* it had a signal to handle: not the same moment, not compared */
	RELATIONS,
};

struct comparison {
	struct modules modules;
	struct unwinders unwinders;
	struct capture capture;
	struct addresses ours, theirs;
	enum wire_end end;
	uint64_t count[RELATIONS];
	uint64_t beyond; /* eu-stack went on from an address that is not 32-bit */
};

static void add(struct addresses *a, uint64_t address)
{
	*vec_push(a->list, a->n) = address;
}

static void done(void *ctx, struct pending *p, enum wire_end end, bool lost)
{
	struct comparison *c = ctx;

	for (size_t i = 0; i < p->nframes && !lost; i++)
		add(&c->ours, p->frames[i].ip);
	c->end = end;
	pending_free(p);
}

/* Lets the seized, stopped task go on to one of its next entries to the kernel. */
static bool go_to_entry(pid_t pid, unsigned skip)
{
	int status;

	for (unsigned stops = 0; stops < 2 * skip + 1;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0 || waitpid(pid, &status, __WALL) != pid ||
		    !WIFSTOPPED(status))
			return false;
		struct __ptrace_syscall_info info;

		if (WSTOPSIG(status) != (SIGTRAP | 0x80) ||
		    ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) <= 0)
			continue;
		/* The first may be the end of a call that was interrupted. */
		if (stops == 0 && info.op != PTRACE_SYSCALL_INFO_ENTRY)
			continue;
		stops++;
	}
	return true;
}

/*
 * Registers, stack and maps at an entry. eu-stack cannot attach while we are, so
 * the task is left with a SIGSTOP that stops it behind the same call: its user
 * stack stays as it is, but for the call's own restart, which moves ip by two.
 */
static bool take(struct comparison *c, pid_t pid)
{
	struct thread t = {.tid = pid, .tgid = pid, .space = space_new()};
	struct user_regs_struct regs;
	struct pending *p = NULL;
	unsigned bits;
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACESYSGOOD) != 0)
		goto out;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) == 0 && waitpid(pid, &status, __WALL) == pid &&
	    go_to_entry(pid, (unsigned)rand() % 8) && tracee_get_regs(pid, &regs) == 0)
		p = capture_take(&c->capture, &t, &regs, WIRE_SLICE_MAX, &bits);
	kill(pid, SIGSTOP);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	if (p) {
		unwinders_submit(&c->unwinders, p, bits);
		unwinders_drain(&c->unwinders);
	}
out:
	space_unref(t.space);
	return p != NULL;
}

/*
 * "#3  0x00000000080b681e name". At times eu-stack reads eight bytes where a
 * 32-bit frame has four, and goes on from an address that no 32-bit code can
 * have: there its stack ends, and how often that was is told.
 */
static bool ask_eu_stack(struct comparison *c, pid_t pid)
{
	auto_free char *cmd = xasprintf("eu-stack -1 -n 0 -p %d 2>/dev/null", pid);
	FILE *f = popen(cmd, "r");
	char line[4096];
	bool beyond = false;

	while (f && fgets(line, sizeof(line), f)) {
		char *at = line[0] == '#' ? strstr(line, "0x") : NULL;
		uint64_t address = at ? strtoull(at, NULL, 16) : 0;

		beyond |= address > UINT32_MAX;
		if (at && !beyond)
			add(&c->theirs, address);
	}
	c->beyond += beyond;
	return f && pclose(f) >= 0 && c->theirs.n > 0;
}

static enum relation relate(const struct addresses *ours, const struct addresses *theirs)
{
	size_t n = 0;

	if (!ours->n || !theirs->n || ours->list[0] - theirs->list[0] > 2)
		return MOVED_ON;
	n = 1;
	while (n < ours->n && n < theirs->n && ours->list[n] == theirs->list[n])
		n++;
	if (n == ours->n && n == theirs->n)
		return SAME;
	if (n == theirs->n)
		return WE_FURTHER;
	return n == ours->n ? EU_FURTHER : DIFFERENT;
}

static void print(const char *who, const struct addresses *a)
{
	printf("# %s:", who);
	for (size_t i = 0; i < a->n && i < 40; i++)
		printf(" %" PRIx64, a->list[i]);
	putchar('\n');
}

static bool stopped(pid_t pid)
{
	char state;

	for (unsigned tries = 0; tries < 1000; tries++) {
		auto_free char *path = xasprintf("/proc/%d/stat", pid);
		auto_fclose FILE *f = fopen(path, "re");

		if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			return false;
		if (state == 'T')
			return true;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return false;
}

static void compare(struct comparison *c, pid_t pid)
{
	c->ours.n = c->theirs.n = 0;
	if (take(c, pid) && stopped(pid) && ask_eu_stack(c, pid)) {
		enum relation r = relate(&c->ours, &c->theirs);

		c->count[r]++;
		if (r != SAME && r != MOVED_ON && c->count[r] <= 5) {
			printf("# of process %d, our stack ends with %d\n", pid, (int)c->end);
			print("entrytrace", &c->ours);
			print("eu-stack  ", &c->theirs);
		}
	}
	kill(pid, SIGCONT);
	/* On to another moment of the program. */
	nanosleep(&(struct timespec){.tv_nsec = 500000 + rand() % 3000000}, NULL);
}

int main(int argc, char **argv)
{
	struct comparison c = {0};
	struct err err;
	unsigned long want = argc > 2 ? strtoul(argv[1], NULL, 10) : 0;

	if (!want || unwinders_init(&c.unwinders, getenv("builddir"), done, &c, &err) != 0) {
		diag("%s", want ? err.text : "usage: against_eu COUNT PID...");
		return 2;
	}
	capture_init(&c.capture, &c.unwinders, &c.modules);
	for (unsigned long i = 0; i < want + c.count[MOVED_ON] && i < 2 * want; i++)
		compare(&c, (pid_t)strtol(argv[2 + i % (unsigned long)(argc - 2)], NULL, 10));
	printf("%" PRIu64 " %" PRIu64 "\n", c.count[SAME] + c.count[WE_FURTHER] + c.count[EU_FURTHER] + c.count[DIFFERENT],
	       c.count[SAME] + c.count[WE_FURTHER]);
	printf("# the same: %" PRIu64 "; the same as far as eu-stack got: %" PRIu64
	       "; the same as far as entrytrace got: %" PRIu64 "; different: %" PRIu64
	       "; not at the same moment: %" PRIu64 "; eu-stack beyond 32 bits: %" PRIu64 "\n",
	       c.count[SAME], c.count[WE_FURTHER], c.count[EU_FURTHER], c.count[DIFFERENT],
	       c.count[MOVED_ON], c.beyond);
	unwinders_fini(&c.unwinders);
	capture_fini(&c.capture);
	modules_fini(&c.modules);
	free(c.ours.list);
	free(c.theirs.list);
	return 0;
}
