/* SPDX-License-Identifier: MIT */
/* Ranges of addresses, of which the one that holds an address is found by halves. */
#ifndef ET_ELF_RANGES_H
#define ET_ELF_RANGES_H

#include <stddef.h>
#include <stdint.h>

/* More are not kept: the largest programs stay below. */
#define RANGES_MAX (1u << 20)

/* Code known to begin at start, as linked: a function, or what call frame information covers as one. */
struct range {
	uint64_t start, end;
	uint64_t name; /* of a function: where in the file its name stands; 0: none */
};

/* After ranges_sort() by start; reach is the largest end up to each. */
struct ranges {
	struct range *list;
	uint64_t *reach;
	size_t n;
};

void ranges_add(struct ranges *r, uint64_t start, uint64_t end, uint64_t name);
void ranges_sort(struct ranges *r);
void ranges_fini(struct ranges *r);

/* How many begin at addr or before it. */
size_t ranges_before(const struct ranges *r, uint64_t addr);

/* The range with the nearest start among those that hold addr; NULL when none does. */
const struct range *ranges_find(const struct ranges *r, uint64_t addr);

#endif
