/* SPDX-License-Identifier: MIT */
/*
 * Code with one entry in it, each by another path, that can be copied to any place:
 * what samples write into pages, files and mappings.
 */
#ifndef ET_SAMPLES_CODES_H
#define ET_SAMPLES_CODES_H

#include "support/sample.h"

struct code {
	const unsigned char *from, *end; /* position-independent: long CODE(long nr) */
	enum entry_path path;
	enum abi abi;
	long nr; /* getppid, in that ABI */
};

enum { CODES_MAX = 4, CODE_BYTES = 64 };

struct codes {
	struct code all[CODES_MAX];
	unsigned n;
};

/* What this machine runs; the one with a fast instruction of its own, if any, is the second. */
struct codes codes_here(const struct sample *s);

/* That one: sysenter on Intel's CPUs, syscall on AMD's. Ends the sample as skipped where there is no vDSO to come back to. */
struct code codes_raw(const struct sample *s);

void code_copy(const struct code *c, unsigned char *to);

/* Runs the code that stands at that address as this one: counts, and returns what the kernel returned. */
long code_run(const struct code *c, const void *at);

/* The i386 mmap2 with its six arguments, by int 0x80. */
long codes_mmap(unsigned long at, unsigned long bytes, int prot, int flags, long fd, unsigned long page);

#endif
