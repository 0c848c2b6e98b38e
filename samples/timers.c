/* SPDX-License-Identifier: MIT */
/*
 * Waits, and what ends them: printed, so that two runs can be compared. Times are
 * printed as "in time", or as they are when they are not.
 *
 *   timers WORD
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void tell(const char *what, long result, int error, double took, double from, double to)
{
	printf("%s: %ld%s%s", what, result, result < 0 ? ", " : "", result < 0 ? strerror(error) : "");
	if (took >= from && took <= to)
		printf(", in time\n");
	else
		printf(", after %.3f s\n", took);
	fflush(stdout);
}

/* ---- a signal to a vfork's parent ---- */

static void vfork_parent(int sig)
{
	pid_t parent, child;
	int status, ends[2];
	double start;
	char byte;

	if (pipe(ends) != 0)
		exit(1);
	parent = fork();
	if (parent == 0) {
		child = vfork();
		if (child == 0) {
			syscall(SYS_write, ends[1], "x", 1);
			syscall(SYS_nanosleep, &(struct timespec){1, 500000000}, NULL);
			syscall(SYS_write, ends[1], "y", 1);
			_exit(0);
		}
		_exit(7);
	}
	if (read(ends[0], &byte, 1) != 1)
		exit(1);
	start = now();
	kill(parent, sig);
	waitpid(parent, &status, 0);
	tell("the parent's wait status", status, 0, now() - start, sig ? 0 : 1, sig ? 0.4 : 2);
	/* Its child lives on. */
	tell("the child's word", read(ends[0], &byte, 1) == 1 ? byte : -1, errno, now() - start, 0, 2.2);
}

static void vforks(void)
{
	vfork_parent(SIGTERM);
	vfork_parent(SIGUSR1);
	vfork_parent(SIGKILL);
	vfork_parent(0);
}

static const struct {
	const char *word;
	void (*work)(void);
} words[] = {
	{"vfork", vforks},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(argv[1], words[i].word) == 0) {
			words[i].work();
			return 0;
		}
	fputs("no such word\n", stderr);
	return 1;
}
