/* SPDX-License-Identifier: MIT */
/* A program's own look at its address space: /proc/self/maps. */
#ifndef ET_SAMPLES_REGIONS_H
#define ET_SAMPLES_REGIONS_H

#include "support/sample.h"

enum { REGIONS_MAX = 96 };

struct region {
	unsigned long from, to;
	bool readable, writable, executable, shared;
	bool named; /* by the kernel in brackets: the stack, the heap, the vDSO and its data */
	bool vdso;  /* one of them is the vDSO, or its data */
	bool file;  /* it has an inode */
};

struct regions {
	struct region all[REGIONS_MAX];
	unsigned n;
};

/* Those that are there now, lowest first. By the descriptor that regions_open() gave. */
long regions_open(const struct sample *s);
void regions_read(const struct sample *s, long fd, struct regions *out);

/* Does it belong neither to the program's file nor to the kernel? */
bool region_foreign(const struct region *r);

/* Where in the program's own file this stands. */
unsigned long own_file_offset(const void *at);

#endif
