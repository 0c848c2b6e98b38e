/* SPDX-License-Identifier: MIT */
/*
 * What every sample without libc is built on: start-up, the plain way into
 * the kernel for the calls that are not its point, and the end, where it
 * prints one line and, asked with --truth, its account of all its entries.
 *
 *   SAMPLE [--truth] [ROUNDS [WORD]]
 */
#ifndef ET_SAMPLES_SAMPLE_H
#define ET_SAMPLES_SAMPLE_H

#include "support/truth.h"

#include <asm/unistd.h>
#include <stdbool.h>

struct sample {
	char **argv, **envp;
	const char *name;        /* argv[0] without its folders */
	bool want_truth, others_enter; /* the latter set by a sample whose account names only some rows */
	unsigned rounds;
	const char *word;        /* a second argument that selects a variant; "" if none */
	unsigned long sysinfo;   /* AT_SYSINFO: __kernel_vsyscall, or 0 */
	enum entry_path vdso;    /* the path of a call through it */
	char shared[16];         /* "--join=FD" once truth_share() ran */
};

/* Written by each sample; returns the exit code. */
int sample_main(struct sample *s);

#ifdef __x86_64__
#define PLAIN_PATH PATH_SYSCALL64
#define PLAIN_ABI ABI_X86_64
static inline __attribute__((always_inline)) long plain_call(long nr, long a, long b, long c,
							     long d, long e, long f)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#else
#define PLAIN_PATH PATH_INT80
#define PLAIN_ABI ABI_I386
/* The sixth argument would want ebp: nothing here needs it. */
static inline __attribute__((always_inline)) long plain_call(long nr, long a, long b, long c,
							     long d, long e, long f)
{
	long ret;

	(void)f;
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return ret;
}

/* Calls __kernel_vsyscall through a pointer, as programs with a libc of their own do. */
static inline __attribute__((always_inline)) long vdso_call(const struct sample *s, long nr, long a,
							    long b, long c, long d)
{
	long ret;

	truth_add(s->vdso, ABI_I386, nr);
	__asm__ volatile("call *%[entry]"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d), [entry] "m"(s->sysinfo)
			 : "memory");
	return ret;
}
#endif

/* Counts, then enters by int 0x80 in 32-bit code, by syscall in 64-bit code. */
static inline __attribute__((always_inline)) long sys6(long nr, long a, long b, long c, long d,
						       long e, long f)
{
	truth_add(PLAIN_PATH, PLAIN_ABI, nr);
	return plain_call(nr, a, b, c, d, e, f);
}

#define sys0(nr) sys6(nr, 0, 0, 0, 0, 0, 0)
#define sys1(nr, a) sys6(nr, (long)(a), 0, 0, 0, 0, 0)
#define sys2(nr, a, b) sys6(nr, (long)(a), (long)(b), 0, 0, 0, 0)
#define sys3(nr, a, b, c) sys6(nr, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define sys4(nr, a, b, c, d) sys6(nr, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define sys5(nr, a, b, c, d, e) \
	sys6(nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)

/* Anonymous memory, or fd shared when fd >= 0; prot is PROT_*, low asks for addresses below 2 GiB. */
void *sample_map(size_t bytes, int prot, int fd, bool low);

/* Moves the account to memory that children made by fork, and programs told so by s->shared, use too. */
void truth_share(struct sample *s);

/* Executes the sample NAME that lies beside this one, with the same rounds and, shared, the same account. */
__attribute__((noreturn)) void sample_become(const struct sample *s, const char *name, const char *word);

/* Ends a child or a thread group without a word, counted. */
__attribute__((noreturn)) void sample_exit(int code);

/* "NAME: TEXT" on standard error, and exit code 77: this machine cannot run the sample. */
__attribute__((noreturn)) void sample_skip(const struct sample *s, const char *text);

/* "NAME: TEXT (NUMBER)" on standard error, and exit code 1. */
__attribute__((noreturn)) void sample_fail(const struct sample *s, const char *text, long number);

/* Waits for a child and returns its wait status. */
int sample_wait(long pid);

/* Returns once the task sleeps in the kernel (its state in /proc is S). */
void sample_wait_asleep(long tid);

/* Returns once the task is gone, or a zombie. */
void sample_wait_gone(long tid);

void sample_sleep_us(unsigned us);

bool same_text(const char *a, const char *b);

#endif
