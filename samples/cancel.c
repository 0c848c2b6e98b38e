/* SPDX-License-Identifier: MIT */
/*
 * Shows pthread_cancel of threads that are blocked in the kernel: in readv,
 * pause, poll and a semaphore by turns. The C library unwinds each from its
 * signal handler through the vDSO, and the cleanup handlers make calls of their
 * own. Each blocked call is one entry however it ended; the semaphore's futex is
 * not claimed, since joining a thread waits by one, too.
 */
#include "support/truth.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

enum { WAYS = 4 };

struct blocked {
	enum entry_path vdso;
	unsigned way;
	int pipe_end;
	volatile pid_t tid;
	unsigned cleaned;
	sem_t never;
};

static void clean_outer(void *argument)
{
	struct blocked *b = argument;

	b->cleaned++;
	truth_add(b->vdso, ABI_I386, SYS_getppid);
	getppid();
}

static void clean_inner(void *argument)
{
	struct blocked *b = argument;

	b->cleaned++;
	for (int i = 0; i < 3; i++) {
		truth_add(b->vdso, ABI_I386, SYS_getpgrp);
		syscall(SYS_getpgrp);
	}
}

static __attribute__((noinline)) void block(struct blocked *b)
{
	struct pollfd pollfd = {.fd = b->pipe_end, .events = POLLIN};
	char byte;

	pthread_cleanup_push(clean_inner, b);
	b->tid = (pid_t)syscall(SYS_gettid);
	switch (b->way) {
	case 0:
		truth_add(b->vdso, ABI_I386, SYS_readv);
		readv(b->pipe_end, &(struct iovec){&byte, 1}, 1);
		break;
	case 1:
		truth_add(b->vdso, ABI_I386, SYS_pause);
		pause();
		break;
	case 2:
		truth_add(b->vdso, ABI_I386, SYS_poll);
		poll(&pollfd, 1, -1);
		break;
	default:
		sem_wait(&b->never);
		break;
	}
	/* Reached by nobody who was cancelled. */
	pthread_cleanup_pop(0);
}

static void *run(void *argument)
{
	pthread_cleanup_push(clean_outer, argument);
	block(argument);
	pthread_cleanup_pop(0);
	return NULL;
}

/* Is the task asleep in the kernel? By its state letter, behind its name in parentheses. */
static int asleep(pid_t tid)
{
	char path[64], stat[256], *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return 0;
	n = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	stat[n] = '\0';
	end = strrchr(stat, ')');
	return end && end[1] == ' ' && end[2] == 'S';
}

int main(int argc, char **argv)
{
	struct blocked b = {.vdso = truth_vdso_path(getauxval(AT_SYSINFO))};
	unsigned long rounds = 20, right = 0;
	char text[4096] = "";
	int ends[2];

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--truth") != 0)
			rounds = strtoul(argv[i], NULL, 10);
	if (b.vdso == PATH_UNKNOWN) {
		fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	if (pipe(ends) != 0 || sem_init(&b.never, 0, 0) != 0)
		return 1;
	b.pipe_end = ends[0];
	for (unsigned i = 0; i < rounds; i++) {
		void *result = NULL;
		pthread_t thread;

		b.way = i % WAYS;
		b.tid = 0;
		b.cleaned = 0;
		if (pthread_create(&thread, NULL, run, &b) != 0)
			return 1;
		while (!b.tid || !asleep(b.tid))
			sched_yield();
		pthread_cancel(thread);
		pthread_join(thread, &result);
		right += result == PTHREAD_CANCELED && b.cleaned == 2;
	}
	if (argc > 1 && strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	printf("%lu of %lu cancelled and cleaned\n%s", right, rounds, text);
	return right != rounds;
}
