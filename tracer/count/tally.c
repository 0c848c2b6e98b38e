/* SPDX-License-Identifier: MIT */
#include "count/tally.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

uint32_t tally_image(struct tally *t, const char *exe, enum abi abi)
{
	size_t i = 0;

	while (i < t->nimages && (t->images[i].abi != abi || strcmp(t->images[i].exe, exe) != 0))
		i++;
	if (i == t->nimages)
		*vec_push(t->images, t->nimages) = (struct image){.exe = xstrdup(exe), .abi = abi};
	return (uint32_t)i;
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

void tally_count(struct tally *t, struct tally_site *ts, enum abi abi, int64_t nr, int64_t n)
{
	struct site *s = &ts->site;
	size_t i = ts->last;

	if (i >= s->ncalls || s->calls[i].nr != nr || s->calls[i].abi != abi) {
		i = 0;
		while (i < s->ncalls && (s->calls[i].nr != nr || s->calls[i].abi != abi))
			i++;
		if (i == s->ncalls)
			*vec_push(s->calls, s->ncalls) = (struct call_count){.abi = abi, .nr = nr};
		ts->last = i;
	}
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
		free(s);
	}
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
