/* SPDX-License-Identifier: MIT */
/* An address in a tracee. Never a pointer: it cannot be dereferenced here. */
#ifndef ET_MODEL_TADDR_H
#define ET_MODEL_TADDR_H

#include <stdbool.h>
#include <stdint.h>

struct taddr {
	uint64_t v;
};

static inline struct taddr taddr(uint64_t v)
{
	return (struct taddr){v};
}

static inline struct taddr taddr_add(struct taddr a, int64_t bytes)
{
	return taddr(a.v + (uint64_t)bytes);
}

static inline bool taddr_eq(struct taddr a, struct taddr b)
{
	return a.v == b.v;
}

/* Is a within [start, start + size)? */
static inline bool taddr_in(struct taddr a, struct taddr start, uint64_t size)
{
	return a.v - start.v < size;
}

#endif
