/* SPDX-License-Identifier: MIT */
#include "elf/ranges.h"

#include "base/vec.h"

#include <stdbool.h>
#include <stdlib.h>

/* Ranges that may hold a byte, begin before the nearest start and still count. */
#define NESTED_MAX 64

void ranges_add(struct ranges *r, uint64_t start, uint64_t end, uint64_t name)
{
	if (r->n < RANGES_MAX)
		*vec_push(r->list, r->n) = (struct range){start, end, name};
}

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->end == y->end ? 0 : x->end < y->end ? -1 : 1;
}

void ranges_sort(struct ranges *r)
{
	bool out_of_order = false;
	uint64_t reach = 0;

	if (!r->n)
		return;
	/* Linkers write them in order, mostly. */
	for (size_t i = 1; i < r->n && !out_of_order; i++)
		out_of_order = by_start(&r->list[i - 1], &r->list[i]) > 0;
	if (out_of_order)
		qsort(r->list, r->n, sizeof(*r->list), by_start);
	r->reach = xcalloc(r->n, sizeof(*r->reach));
	for (size_t i = 0; i < r->n; i++)
		r->reach[i] = reach = r->list[i].end > reach ? r->list[i].end : reach;
}

void ranges_fini(struct ranges *r)
{
	free(r->list);
	free(r->reach);
}

size_t ranges_before(const struct ranges *r, uint64_t addr)
{
	size_t lo = 0, hi = r->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->list[mid].start <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct range *ranges_find(const struct ranges *r, uint64_t addr)
{
	size_t i = ranges_before(r, addr);

	for (size_t tries = 0; i-- > 0 && tries < NESTED_MAX && r->reach[i] > addr; tries++)
		if (r->list[i].end > addr)
			return &r->list[i];
	return NULL;
}
