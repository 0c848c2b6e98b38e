/* SPDX-License-Identifier: MIT */
/* For 64-bit samples: code that can be copied to any place, and 32-bit code among it. */
#ifndef ET_SAMPLES_COMPAT_H
#define ET_SAMPLES_COMPAT_H

#include "support/sample.h"

/* compat.asm: long CODE(long nr) the first two, for enter32() the others. */
extern const unsigned char piece64_syscall[], piece64_syscall_end[], piece64_int80[], piece64_int80_end[];
extern const unsigned char piece64_compat[], piece64_compat_end[], piece64_vdso[], piece64_vdso_end[];

/* Runs 32-bit code, which finds nr in eax and esi in esi; code and stack lie below 4 GiB. */
long enter32(long nr, const void *code, const void *stack_top, unsigned long esi);

static inline void piece_copy(unsigned char *to, const unsigned char *from, const unsigned char *end)
{
	volatile unsigned char *p = to;

	while (from < end)
		*p++ = *from++;
}

#endif
