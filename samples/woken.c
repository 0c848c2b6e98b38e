/* SPDX-License-Identifier: MIT */
/*
 * Waits without a time limit while signals come that it ignores: its children
 * end, and SIGCHLD is ignored by default. Such a wait sleeps on; under a tracer
 * the kernel wakes it with EINTR, which a good tracer keeps from it. Each wait
 * is one entry, and each must end with what it waited for. Others are ended by
 * a signal with a handler, and must answer EINTR.
 */
#include "support/truth.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

static void handle(int sig)
{
	(void)sig;
}

/* Does the process sleep, as it does in its wait? (A traced one that stands at a stop is "t".) */
static int asleep(pid_t pid)
{
	char path[32], text[512], *state;
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	state = strrchr(text, ')');
	return state && state[1] && state[2] == 'S';
}

static void until_asleep(pid_t pid)
{
	for (unsigned in_a_row = 0; in_a_row < 3;) {
		usleep(1000);
		in_a_row = asleep(pid) ? in_a_row + 1 : 0;
	}
}

/* A child that ends while the parent waits, then one that ends the wait. */
static void disturb_and_wake(int pipe_end, int sig, pid_t parent)
{
	if (fork() == 0) {
		until_asleep(parent);
		_exit(0);
	}
	if (fork() == 0) {
		until_asleep(parent);
		usleep(5000);
		until_asleep(parent);
		/* One that is ignored right before it: it must not keep the other from ending the wait. */
		if (sig && kill(parent, SIGWINCH) == 0)
			kill(parent, sig);
		else if (write(pipe_end, "x", 1) != 1)
			_exit(1);
		_exit(0);
	}
}

static void reap(void)
{
	while (wait(NULL) > 0)
		continue;
}

int main(int argc, char **argv)
{
	enum entry_path vdso = truth_vdso_path(getauxval(AT_SYSINFO));
	unsigned long rounds = 5;
	char text[4096] = "", byte;
	struct epoll_event ev = {.events = EPOLLIN};
	struct sigaction sa = {.sa_handler = handle};
	int ends[2], poll_fd, failures = 0;
	sigset_t usr1;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--truth") != 0)
			rounds = strtoul(argv[i], NULL, 10);
	if (vdso == PATH_UNKNOWN) {
		fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	if (pipe(ends) != 0 || (poll_fd = epoll_create1(0)) < 0 ||
	    epoll_ctl(poll_fd, EPOLL_CTL_ADD, ends[0], &ev) != 0)
		return 1;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	fflush(stdout);
	for (unsigned long i = 0; i < rounds; i++) {
		disturb_and_wake(ends[1], 0, getpid());
		truth_add(vdso, ABI_I386, SYS_epoll_wait);
		failures += syscall(SYS_epoll_wait, poll_fd, &ev, 1, -1) != 1 || read(ends[0], &byte, 1) != 1;
		reap();
		disturb_and_wake(-1, SIGUSR1, getpid());
		truth_add(vdso, ABI_I386, SYS_rt_sigtimedwait);
		failures += syscall(SYS_rt_sigtimedwait, &usr1, NULL, NULL, 8) != SIGUSR1;
		reap();
	}
	sigaction(SIGUSR2, &sa, NULL);
	for (unsigned long i = 0; i < rounds; i++) {
		disturb_and_wake(-1, SIGUSR2, getpid());
		truth_add(vdso, ABI_I386, SYS_epoll_wait);
		failures += syscall(SYS_epoll_wait, poll_fd, &ev, 1, -1) != -1 || errno != EINTR;
		reap();
	}
	if (argc > 1 && strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	printf("%lu rounds done, %d waits went wrong\n%s", rounds, failures, text);
	return failures != 0;
}
