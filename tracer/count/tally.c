/* SPDX-License-Identifier: MIT */
#include "count/tally.h"

#include "base/cleanup.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

struct tally_image {
	char *key;
	uint32_t index;
	UT_hash_handle hh;
};

uint32_t tally_image(struct tally *t, const char *exe, enum abi abi)
{
	auto_free char *key = xasprintf("%d %s", (int)abi, exe);
	struct tally_image *known;

	HASH_FIND_STR(t->by_name, key, known);
	if (known)
		return known->index;
	known = xcalloc(1, sizeof(*known));
	known->index = (uint32_t)t->nimages;
	known->key = steal_ptr(key);
	HASH_ADD_KEYPTR(hh, t->by_name, known->key, strlen(known->key), known);
	*vec_push(t->images, t->nimages) = (struct image){.exe = xstrdup(exe), .abi = abi};
	return known->index;
}

static void forget_names(struct tally *t)
{
	struct tally_image *known, *next;

	HASH_ITER(hh, t->by_name, known, next) {
		HASH_DEL(t->by_name, known);
		free(known->key);
		free(known);
	}
}

static char *copy(const char *s)
{
	return s && *s ? xstrdup(s) : NULL;
}

struct tally_site *tally_site(struct tally *t, struct tally_key key, const char *module_name,
			      const char *instruction, const char *entered_at)
{
	struct tally_key k;
	struct tally_site *s;

	/* The padding is part of the hashed bytes. */
	memset(&k, 0, sizeof(k));
	k.module = key.module;
	k.offset = key.offset;
	k.image = key.image;
	k.path = key.path;
	HASH_FIND(hh, t->sites, &k, sizeof(k), s);
	if (s)
		return s;
	s = xcalloc(1, sizeof(*s));
	memcpy(&s->key, &k, sizeof(k));
	s->site.path = key.path;
	s->site.image = key.image;
	s->site.offset = key.offset;
	s->site.module = xstrdup(module_name);
	s->site.instruction = copy(instruction);
	s->site.entered_at = copy(entered_at);
	HASH_ADD(hh, t->sites, key, sizeof(s->key), s);
	t->nsites++;
	return s;
}

/* Few calls are quicker looked through than hashed. */
enum { CALLS_LISTED = 32 };

static size_t slot_of(const struct tally_site *ts, enum abi abi, int64_t nr)
{
	/* Fibonacci hashing: neighbouring numbers, the common case, come to lie apart. */
	uint64_t h = ((uint64_t)nr * 3 + (uint64_t)abi) * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(h >> 32) & (ts->nslots - 1);

	while (ts->slots[at]) {
		const struct call_count *c = &ts->site.calls[ts->slots[at] - 1];

		if (c->nr == nr && c->abi == abi)
			break;
		at = (at + 1) & (ts->nslots - 1);
	}
	return at;
}

static void index_calls(struct tally_site *ts)
{
	ts->nslots = ts->nslots ? 2 * ts->nslots : 4 * CALLS_LISTED;
	free(ts->slots);
	ts->slots = xcalloc(ts->nslots, sizeof(*ts->slots));
	for (size_t i = 0; i < ts->site.ncalls; i++)
		ts->slots[slot_of(ts, ts->site.calls[i].abi, ts->site.calls[i].nr)] = (uint32_t)i + 1;
}

static size_t add_call(struct tally_site *ts, enum abi abi, int64_t nr)
{
	struct site *s = &ts->site;

	*vec_push(s->calls, s->ncalls) = (struct call_count){.abi = abi, .nr = nr};
	if (s->ncalls > CALLS_LISTED && 2 * s->ncalls > ts->nslots)
		index_calls(ts);
	else if (ts->slots)
		ts->slots[slot_of(ts, abi, nr)] = (uint32_t)s->ncalls;
	return s->ncalls - 1;
}

static size_t find_call(struct tally_site *ts, enum abi abi, int64_t nr)
{
	const struct site *s = &ts->site;
	size_t i = 0;

	if (ts->slots) {
		uint32_t known = ts->slots[slot_of(ts, abi, nr)];

		return known ? known - 1 : add_call(ts, abi, nr);
	}
	while (i < s->ncalls && (s->calls[i].nr != nr || s->calls[i].abi != abi))
		i++;
	return i < s->ncalls ? i : add_call(ts, abi, nr);
}

void tally_count(struct tally *t, struct tally_site *ts, enum abi abi, int64_t nr, int64_t n)
{
	struct site *s = &ts->site;
	size_t i = ts->last;

	if (i >= s->ncalls || s->calls[i].nr != nr || s->calls[i].abi != abi)
		ts->last = i = find_call(ts, abi, nr);
	s->calls[i].entries += (uint64_t)n;
	s->entries += (uint64_t)n;
	t->images[s->image].entries += (uint64_t)n;
	t->entries += (uint64_t)n;
}

void tally_stopped(struct tally *t, uint32_t image, enum stop_reason why)
{
	t->images[image].stops[why]++;
}

void tally_blind(struct tally *t, const char *kind, uint64_t count, const char *note)
{
	size_t i = 0;

	while (i < t->nblind_spots && strcmp(t->blind_spots[i].kind, kind) != 0)
		i++;
	if (i == t->nblind_spots)
		*vec_push(t->blind_spots, t->nblind_spots) =
			(struct blind_spot){.kind = xstrdup(kind), .note = xstrdup(note)};
	t->blind_spots[i].count += count;
}

void tally_finish(struct tally *t, struct trace *out,
		  void (*each)(void *ctx, const void *module, struct site *site), void *ctx)
{
	struct tally_site *s, *next;

	out->images = t->images;
	out->nimages = t->nimages;
	out->blind_spots = t->blind_spots;
	out->nblind_spots = t->nblind_spots;
	out->entries = t->entries;
	HASH_ITER(hh, t->sites, s, next) {
		HASH_DEL(t->sites, s);
		each(ctx, s->key.module, &s->site);
		*vec_push(out->sites, out->nsites) = s->site;
		free(s->slots);
		free(s);
	}
	forget_names(t);
	*t = (struct tally){0};
}

static void copy_site(const struct tally_site *s, struct trace *out)
{
	const struct site *from = &s->site;
	struct site *to = vec_push(out->sites, out->nsites);

	*to = (struct site){
		.path = from->path, .image = from->image, .offset = from->offset, .module = xstrdup(from->module),
		.instruction = copy(from->instruction), .entered_at = copy(from->entered_at), .entries = from->entries,
	};
	for (size_t i = 0; i < from->ncalls; i++)
		if (from->calls[i].entries)
			*vec_push(to->calls, to->ncalls) = (struct call_count){
				from->calls[i].abi, from->calls[i].nr, NULL, from->calls[i].entries};
}

void tally_snapshot(const struct tally *t, struct trace *out,
		    void (*each)(void *ctx, const void *module, struct site *site), void *ctx)
{
	out->entries = t->entries;
	for (size_t i = 0; i < t->nimages; i++) {
		struct image *im = vec_push(out->images, out->nimages);

		*im = t->images[i];
		im->exe = xstrdup(im->exe);
		im->build_id = copy(im->build_id);
		im->by_stops = copy(im->by_stops);
	}
	for (size_t i = 0; i < t->nblind_spots; i++)
		*vec_push(out->blind_spots, out->nblind_spots) = (struct blind_spot){
			xstrdup(t->blind_spots[i].kind), t->blind_spots[i].count, xstrdup(t->blind_spots[i].note)};
	for (const struct tally_site *s = t->sites; s; s = s->hh.next) {
		if (!s->site.entries)
			continue;
		copy_site(s, out);
		each(ctx, s->key.module, &out->sites[out->nsites - 1]);
	}
}

static void forget(void *ctx, const void *module, struct site *site)
{
	(void)ctx, (void)module, (void)site;
}

void tally_fini(struct tally *t)
{
	struct trace rest = {0};

	tally_finish(t, &rest, forget, NULL);
	trace_fini(&rest);
}
