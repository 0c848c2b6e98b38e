/* SPDX-License-Identifier: MIT */
/*
 * Shows more sites and calls than a tracer may keep a counter at hand for:
 * hundreds of calls of the vDSO, each with many numbers, and hundreds of
 * int 0x80, in turn and again.
 */
#include "support/sample.h"

enum { VDSO_SITES = 256, INT80_SITES = 200, AGAIN = 4 };

/* full.asm: one function per site, 16 bytes each; long SITE(long nr) for those of the vDSO. */
typedef long (*vdso_fn)(long nr);
typedef long (*int80_fn)(void);
extern const unsigned char full_vdso_sites[], full_int80_sites[];
extern unsigned long full_sysinfo;
unsigned long full_sysinfo;

int sample_main(struct sample *s)
{
	/* None of them takes an argument. */
	static const long numbers[] = {__NR_getpid, __NR_getuid, __NR_getgid, __NR_geteuid, __NR_getegid,
				       __NR_getppid, __NR_getpgrp, __NR_getuid32, __NR_getgid32,
				       __NR_geteuid32, __NR_getegid32, __NR_gettid, -1, 1000, 0xffff, 60000};
	enum { NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };
	long pid = sys0(__NR_getpid);
	unsigned wrong = 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	full_sysinfo = s->sysinfo;
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned n = 0; n < NUMBERS; n++) {
			truth_add_n(s->vdso, ABI_I386, numbers[n], VDSO_SITES);
			for (unsigned k = 0; k < VDSO_SITES; k++) {
				long got = ((vdso_fn)(const void *)(full_vdso_sites + 16 * k))(numbers[n]);

				wrong += n == 0 && got != pid;
			}
		}
		truth_add_n(PATH_INT80, ABI_I386, __NR_getpid, INT80_SITES * AGAIN);
		for (unsigned k = 0; k < INT80_SITES * AGAIN; k++)
			wrong += ((int80_fn)(const void *)(full_int80_sites + 16 * (k / AGAIN)))() != pid;
	}
	return wrong != 0;
}
