/* SPDX-License-Identifier: MIT */
/*
 * A process whose main thread has ended: the other makes a call for each byte of
 * standard input, and ends the process at the end of that. Prints "ready" first.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *work(void *unused)
{
	char c;

	(void)unused;
	puts("ready");
	fflush(stdout);
	while (read(0, &c, 1) == 1)
		syscall(SYS_getuid);
	exit(0);
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, NULL) != 0)
		return 2;
	pthread_exit(NULL);
}
