/* SPDX-License-Identifier: MIT */
/*
 * A main program that ends while its child goes on: the child makes calls, maps
 * memory that is writable and executable and runs code there, and writes "right" or
 * "wrong" to the file that is named. The account is what both did before the end.
 *
 *   outlived [--truth] ROUNDS FILE
 */
#include "support/codes.h"

#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/time_types.h>

enum { PAGE = 4096, HOT = 300 };

/* In memory that both see. */
struct stage {
	volatile bool ready;
};

/* What is not in the account. */
static long quiet(long nr, long a, long b, long c, long d)
{
	return plain_call(nr, a, b, c, d, 0, 0);
}

static void pause_ms(unsigned ms)
{
	const struct __kernel_old_timespec ts = {0, (long)ms * 1000000};

	quiet(__NR_nanosleep, (long)&ts, 0, 0, 0);
}

static void before(const struct sample *s)
{
	for (unsigned i = 0; i < HOT; i++) {
		vdso_call(s, __NR_getpgrp, 0, 0, 0, 0);
		sys0(__NR_getuid32);
	}
}

static void tell(const struct sample *s, bool right)
{
	const char *text = right ? "right\n" : "wrong\n";
	long fd = quiet(__NR_open, (long)s->word, O_WRONLY | O_CREAT | O_TRUNC, 0644, 0);

	plain_call(__NR_pwrite64, fd, (long)text, 6, 0, 0, 0);
	quiet(__NR_close, fd, 0, 0, 0);
	for (;;)
		quiet(__NR_exit, 0, 0, 0, 0);
}

static void go_on(const struct sample *s, long parent)
{
	const struct codes codes = codes_here(s);
	unsigned wrong = 0;
	long page, now;

	while ((now = quiet(__NR_getppid, 0, 0, 0, 0)) == parent)
		pause_ms(1);
	pause_ms(20);
	for (unsigned round = 0; round < s->rounds; round++) {
		for (unsigned i = 0; i < HOT; i++) {
			long ret;

			__asm__ volatile("call *%[entry]"
					 : "=a"(ret) : "a"(__NR_getppid), [entry] "m"(s->sysinfo) : "memory");
			wrong += ret != now;
			wrong += quiet(__NR_getppid, 0, 0, 0, 0) != now;
		}
		/* By mmap2, which the main program has not used: nothing is added to what it told. */
		page = codes_mmap(0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		for (unsigned k = 0; k < codes.n; k++) {
			code_copy(&codes.all[k], (unsigned char *)page);
			wrong += ((long (*)(long))(unsigned long)page)(codes.all[k].nr) != now;
		}
	}
	tell(s, !wrong);
}

int sample_main(struct sample *s)
{
	struct stage *stage;
	long memory, parent;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	s->others_enter = true;
	truth_share(s);
	memory = sys2(__NR_memfd_create, "stage", 0);
	sys2(__NR_ftruncate, memory, PAGE);
	stage = sample_map(PAGE, PROT_READ | PROT_WRITE, (int)memory, false);
	parent = quiet(__NR_getpid, 0, 0, 0, 0);
	before(s);
	if (quiet(__NR_fork, 0, 0, 0, 0) == 0) {
		before(s);
		stage->ready = true;
		go_on(s, parent);
	}
	before(s);
	while (!stage->ready)
		pause_ms(1);
	return 0;
}
