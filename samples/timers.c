/* SPDX-License-Identifier: MIT */
/*
 * Waits, and what ends them: printed, so that two runs can be compared. Times are
 * printed as "in time", or as they are when they are not.
 *
 *   timers WORD
 */
#define _GNU_SOURCE
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

/* ---- signals that are ignored, in waits with a time limit ---- */

/* Children that end while the parent waits; each end is a SIGCHLD, which is ignored by default. */
static void disturb(unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		if (fork() == 0) {
			usleep(50000 + i * 70000);
			_exit(0);
		}
}

static void reap(void)
{
	while (wait(NULL) > 0)
		continue;
}

enum { TIMES = 4 };
static const double short_of = 0.495, long_for = 0.69;

static void ignored(void)
{
	struct timespec limit = {0, 500000000};
	struct timeval limit_us = {0, 500000};
	struct sembuf down = {0, -1, 0};
	int poll_fd = epoll_create1(0), sockets[2], sem = semget(IPC_PRIVATE, 1, 0600);
	struct epoll_event ev;
	sigset_t usr1;
	double start;
	char byte;
	long got;

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	sigprocmask(SIG_BLOCK, &usr1, NULL);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) != 0)
		exit(1);
	setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &limit_us, sizeof(limit_us));
	for (unsigned i = 0; i < 2; i++) {
		disturb(TIMES);
		start = now();
		got = epoll_wait(poll_fd, &ev, 1, 500);
		tell("epoll_wait", got, errno, now() - start, short_of, long_for);
		reap();
		disturb(TIMES);
		start = now();
		got = syscall(SYS_rt_sigtimedwait, &usr1, NULL, &limit, 8);
		tell("rt_sigtimedwait", got, errno, now() - start, short_of, long_for);
		reap();
		disturb(TIMES);
		start = now();
		got = semtimedop(sem, &down, 1, &limit);
		tell("semtimedop", got, errno, now() - start, short_of, long_for);
		reap();
		disturb(TIMES);
		start = now();
		got = recv(sockets[0], &byte, 1, 0);
		tell("recv", got, errno, now() - start, short_of, long_for + 0.1);
		reap();
		/* And one that comes in time. */
		disturb(TIMES);
		if (fork() == 0) {
			usleep(300000);
			kill(getppid(), SIGUSR1);
			_exit(0);
		}
		start = now();
		got = syscall(SYS_rt_sigtimedwait, &usr1, NULL, &limit, 8);
		tell("rt_sigtimedwait, sent", got, errno, now() - start, 0.29, 0.42);
		reap();
	}
	semctl(sem, 0, IPC_RMID);
}

/* ---- signals that come faster than anybody could look at them ---- */

static volatile sig_atomic_t handled;

static void handle(int sig)
{
	(void)sig;
	handled++;
}

static void storm(const char *what, void (*handler)(int))
{
	const struct itimerval often = {{0, 20}, {0, 20}}, never = {{0, 0}, {0, 0}};
	volatile unsigned work = 0;
	sigset_t mask;
	unsigned wrong = 0;
	double start = now();

	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	while (work < 10000000)
		work++;
	/* Nobody has blocked anything. */
	for (unsigned i = 0; i < 300; i++)
		wrong += sigprocmask(SIG_BLOCK, NULL, &mask) != 0 || sigismember(&mask, SIGALRM);
	setitimer(ITIMER_REAL, &never, NULL);
	tell(what, wrong ? -1 : handler == SIG_IGN || handled > 10, 0, now() - start, 0, 15);
}

static void storms(void)
{
	storm("handled", handle);
	storm("ignored", SIG_IGN);
}

static const struct {
	const char *word;
	void (*work)(void);
} words[] = {
	{"vfork", vforks}, {"ignored", ignored}, {"storm", storms},
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
