/* SPDX-License-Identifier: MIT */
/* A set of pairs of numbers: which files, by device and inode, were seen. */
#ifndef ET_SCAN_IDSET_H
#define ET_SCAN_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct idset {
	uint64_t (*slots)[2]; /* (0, 0) is an empty one */
	size_t room, n;
};

/* Adds a pair; false when it was there. (0, 0) is always new. */
bool idset_add(struct idset *s, uint64_t a, uint64_t b);
void idset_fini(struct idset *s);

#endif
