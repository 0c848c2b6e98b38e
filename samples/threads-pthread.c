/* SPDX-License-Identifier: MIT */
/*
 * Shows POSIX threads of a dynamic program: each calls getppid through libc,
 * and is joined; a second wave is created by the threads themselves. Claims
 * the rows of getppid and getgid32 only, the latter made by int 0x80 in inline
 * assembly.
 */
#include "support/truth.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

enum { THREADS = 8 };

struct work {
	unsigned long rounds;
	enum entry_path vdso;
};

static void *second_wave(void *argument)
{
	const struct work *w = argument;
	long gid;

	for (unsigned long i = 0; i < w->rounds; i++) {
		truth_add(PATH_INT80, ABI_I386, SYS_getgid32);
		__asm__ volatile("int $0x80" : "=a"(gid) : "a"(SYS_getgid32) : "memory");
	}
	return NULL;
}

static void *first_wave(void *argument)
{
	const struct work *w = argument;
	pthread_t next;
	bool made = pthread_create(&next, NULL, second_wave, argument) == 0;

	for (unsigned long i = 0; i < w->rounds; i++) {
		truth_add(w->vdso, ABI_I386, SYS_getppid);
		getppid();
	}
	if (made)
		pthread_join(next, NULL);
	return made ? NULL : argument;
}

int main(int argc, char **argv)
{
	struct work w = {1000, truth_vdso_path(getauxval(AT_SYSINFO))};
	pthread_t threads[THREADS];
	char text[4096] = "";
	int failed = 0;

	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--truth") != 0)
			w.rounds = strtoul(argv[i], NULL, 10);
	if (w.vdso == PATH_UNKNOWN) {
		fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, first_wave, &w) != 0)
			return 1;
	for (int i = 0; i < THREADS; i++) {
		void *result;

		pthread_join(threads[i], &result);
		failed |= result != NULL;
	}
	if (argc > 1 && strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	printf("%lu rounds done\n%s", w.rounds, text);
	return failed;
}
