/* SPDX-License-Identifier: MIT */
#include "stub/scan_cache.h"

#include "base/err.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* A program can make files without end; the first ones are the libraries. */
#define KEPT_MAX 4096

struct kept {
	struct scan_part part;
	char *why;
	UT_hash_handle hh;
};

struct scan_cache {
	struct kept *by_part;
};

_Static_assert(sizeof(struct scan_part) == 9 * 8 + 8, "no padding in what is hashed");

struct scan_part scan_part_of(const struct stat *st, uint64_t offset, uint64_t length,
			      const struct scan_rule *rule, bool above)
{
	return (struct scan_part){
		.dev = st->st_dev,
		.inode = st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime = st->st_mtim.tv_sec,
		.mtime_ns = st->st_mtim.tv_nsec,
		.ctime = st->st_ctim.tv_sec,
		.ctime_ns = st->st_ctim.tv_nsec,
		.offset = offset,
		.length = length,
		.pad_offset = rule->pad_offset,
		.raw = rule->raw,
		.above = above,
	};
}

struct scan_cache *scan_cache_new(void)
{
	return xcalloc(1, sizeof(struct scan_cache));
}

void scan_cache_free(struct scan_cache *c)
{
	struct kept *k, *next;

	if (!c)
		return;
	HASH_ITER(hh, c->by_part, k, next) {
		HASH_DEL(c->by_part, k);
		free(k->why);
		free(k);
	}
	free(c);
}

static struct kept *find(const struct scan_cache *c, const struct scan_part *part)
{
	struct kept *k;

	HASH_FIND(hh, c->by_part, part, sizeof(*part), k);
	return k;
}

bool scan_cache_get(const struct scan_cache *c, const struct scan_part *part, const char **why)
{
	const struct kept *k = find(c, part);

	*why = k ? k->why : NULL;
	return k;
}

void scan_cache_put(struct scan_cache *c, const struct scan_part *part, const char *why)
{
	struct kept *k;

	if (find(c, part) || HASH_COUNT(c->by_part) >= KEPT_MAX)
		return;
	k = xcalloc(1, sizeof(*k));
	k->part = *part;
	k->why = why ? xstrdup(why) : NULL;
	HASH_ADD(hh, c->by_part, part, sizeof(k->part), k);
}
