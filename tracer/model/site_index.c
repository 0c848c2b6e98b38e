/* SPDX-License-Identifier: MIT */
#include "model/site_index.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

struct indexed {
	char *key;
	size_t at;
	UT_hash_handle hh;
};

struct site_index {
	enum site_match match;
	struct indexed *sites, *images;
};

static char *image_key(const struct image *im, enum site_match match)
{
	return xasprintf("%d\n%s\n%s", (int)im->abi, im->exe, match == MATCH_EXACT && im->build_id ? im->build_id : "");
}

/* Where in its module a site is, so that a rebuilt module has the same one again. */
static char *place(const struct site *s)
{
	uint64_t distance = 0;

	if (s->function) {
		size_t n = function_name(s->function, &distance);

		if (s->function[n])
			return xasprintf("%s", s->function);
		if (s->source)
			return xasprintf("%s at %s", s->function, s->source);
		return xstrdup(s->function);
	}
	return xasprintf("0x%" PRIx64, s->offset);
}

static char *site_key(const struct trace *t, const struct site *s, enum site_match match)
{
	const char *build_id = trace_build_id(t, s->module);
	auto_free char *image = image_key(&t->images[s->image], match);
	auto_free char *moved = match == MATCH_MOVED ? place(s) : NULL;

	/* Entries in the same function by another path are other sites. */
	if (moved)
		return xasprintf("%s\n%d\n%s\n%s", image, (int)s->path, s->module, moved);
	return xasprintf("%s\n%d\n%s\n%s\n0x%" PRIx64 "\n%s", image, (int)s->path, s->module,
			 build_id ? build_id : "", s->offset, s->entered_at ? s->entered_at : "");
}

static void add(struct indexed **to, char *key, size_t at)
{
	struct indexed *i;

	HASH_FIND_STR(*to, key, i);
	if (i) {
		free(key);
		return;
	}
	i = xcalloc(1, sizeof(*i));
	i->key = key;
	i->at = at;
	HASH_ADD_KEYPTR(hh, *to, i->key, strlen(i->key), i);
}

struct site_index *site_index_new(const struct trace *t, enum site_match match)
{
	struct site_index *x = xcalloc(1, sizeof(*x));

	x->match = match;
	for (size_t i = 0; i < t->nimages; i++)
		add(&x->images, image_key(&t->images[i], match), i);
	for (size_t i = 0; i < t->nsites; i++)
		add(&x->sites, site_key(t, &t->sites[i], match), i);
	return x;
}

static void fini(struct indexed **of)
{
	struct indexed *i, *next;

	HASH_ITER(hh, *of, i, next) {
		HASH_DEL(*of, i);
		free(i->key);
		free(i);
	}
}

void site_index_free(struct site_index *x)
{
	if (!x)
		return;
	fini(&x->sites);
	fini(&x->images);
	free(x);
}

static size_t find(struct indexed *in, const char *key)
{
	struct indexed *i;

	HASH_FIND_STR(in, key, i);
	return i ? i->at : SITE_INDEX_NONE;
}

size_t site_index_site(const struct site_index *x, const struct trace *from, size_t site)
{
	auto_free char *key = site_key(from, &from->sites[site], x->match);

	return find(x->sites, key);
}

size_t site_index_image(const struct site_index *x, const struct trace *from, size_t image)
{
	auto_free char *key = image_key(&from->images[image], x->match);

	return find(x->images, key);
}
