/* SPDX-License-Identifier: MIT */
#include "scan/idset.h"

#include "base/err.h"

#include <stdlib.h>

static size_t place_of(const struct idset *s, uint64_t a, uint64_t b)
{
	uint64_t h = (a * 0x9e3779b97f4a7c15 ^ b) * 0xbf58476d1ce4e5b9;
	size_t i = (size_t)(h ^ h >> 32) & (s->room - 1);

	while ((s->slots[i][0] || s->slots[i][1]) && (s->slots[i][0] != a || s->slots[i][1] != b))
		i = (i + 1) & (s->room - 1);
	return i;
}

static void grow(struct idset *s)
{
	struct idset larger = {.room = s->room ? 2 * s->room : 1024};

	larger.slots = xcalloc(larger.room, sizeof(*larger.slots));
	for (size_t i = 0; i < s->room; i++)
		if (s->slots[i][0] || s->slots[i][1])
			idset_add(&larger, s->slots[i][0], s->slots[i][1]);
	free(s->slots);
	*s = larger;
}

bool idset_add(struct idset *s, uint64_t a, uint64_t b)
{
	size_t i;

	if (!a && !b)
		return true;
	if (4 * (s->n + 1) > 3 * s->room)
		grow(s);
	i = place_of(s, a, b);
	if (s->slots[i][0] || s->slots[i][1])
		return false;
	s->slots[i][0] = a;
	s->slots[i][1] = b;
	s->n++;
	return true;
}

void idset_fini(struct idset *s)
{
	free(s->slots);
	*s = (struct idset){0};
}
