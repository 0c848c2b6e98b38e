/* SPDX-License-Identifier: MIT */
/* Finds images and sites of one trace in another: by what they are, not by where they stand. */
#ifndef ET_MODEL_SITE_INDEX_H
#define ET_MODEL_SITE_INDEX_H

#include "model/trace.h"

#include <stddef.h>

#define SITE_INDEX_NONE ((size_t)-1)

/* How much must be the same. */
enum site_match {
	/* The file's content (its build id, where both are known) and the offset in it. */
	MATCH_EXACT,
	/*
	 * Also after a rebuild: where the build ids differ, the function and the
	 * distance from its start, or its source line, stand in for the offset;
	 * and a program is its path alone.
	 */
	MATCH_MOVED,
};

struct site_index;

/* Of t's images and sites, which must not change while the index is used. Freed by site_index_free(). */
struct site_index *site_index_new(const struct trace *t, enum site_match match);
void site_index_free(struct site_index *x);

/* The index in t of the one that is the same as from's; SITE_INDEX_NONE where there is none. */
size_t site_index_site(const struct site_index *x, const struct trace *from, size_t site);
size_t site_index_image(const struct site_index *x, const struct trace *from, size_t image);

#endif
