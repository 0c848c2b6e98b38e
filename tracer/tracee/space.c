/* SPDX-License-Identifier: MIT */
#include "tracee/space.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "elf/vdso.h"
#include "tracee/memory.h"

#include <stdlib.h>
#include <string.h>

/* A 32-bit vDSO lies below 4 GiB and has a few pages. */
#define VDSO32_MAX (32 * 1024)

struct space *space_new(void)
{
	struct space *s = xcalloc(1, sizeof(*s));

	s->refs = 1;
	return s;
}

static struct vdso_memo *memo_ref(struct vdso_memo *m)
{
	if (m)
		m->refs++;
	return m;
}

static void memo_unref(struct vdso_memo *m)
{
	if (m && --m->refs == 0)
		free(m);
}

struct space *space_next(const struct space *old)
{
	struct space *s = space_new();

	if (!old)
		return s;
	s->vdso_memo = memo_ref(old->vdso_memo);
	return s;
}

struct space *space_copy(const struct space *from)
{
	struct space *s = space_new();

	s->image = from->image;
	s->image64 = from->image64;
	s->vdso_memo = memo_ref(from->vdso_memo);
	if (!from->changing || from->vdso_patched) {
		s->vdso_known = from->vdso_known;
		s->vdso = from->vdso;
		s->vdso_base = from->vdso_base;
		s->vdso_patched = from->vdso_patched;
	}
	if (from->changing)
		return s;
	s->maps = maps_ref(from->maps);
	s->mapped = from->mapped;
	s->maps_age = from->maps_age;
	return s;
}

struct space *space_ref(struct space *s)
{
	s->refs++;
	return s;
}

void space_unref(struct space *s)
{
	if (!s || --s->refs)
		return;
	if (s->inplace)
		s->free_inplace(s->inplace);
	s->inplace = NULL;
	space_forget(s);
	memo_unref(s->vdso_memo);
	free(s);
}

void space_forget(struct space *s)
{
	struct cached_site *c, *next;

	maps_unref(steal_ptr(s->maps));
	if (!s->vdso_patched)
		s->vdso_known = false;
	HASH_ITER(hh, s->sites, c, next) {
		HASH_DEL(s->sites, c);
		free(c);
	}
}

const struct maps *space_maps(struct space *s, pid_t pid)
{
	if (!s->maps) {
		s->maps = maps_read(pid);
		s->maps_age = s->mapped;
	}
	return s->maps;
}

const struct maps *space_maps_now(struct space *s, pid_t pid)
{
	maps_unref(steal_ptr(s->maps));
	return space_maps(s, pid);
}

/* Decodes the image, unless it is the one decoded last. */
static bool decode(struct space *s, const uint8_t *image, size_t n)
{
	struct vdso_memo *m = s->vdso_memo;
	struct vdso_facts facts;

	if (m && m->n == n && memcmp(m->image, image, n) == 0)
		return true;
	if (vdso_decode(image, n, &facts, NULL) != 0)
		return false;
	memo_unref(m);
	m = s->vdso_memo = xcalloc(1, sizeof(*m) + n);
	m->refs = 1;
	m->n = n;
	m->facts = facts;
	memcpy(m->image, image, n);
	return true;
}

void space_find_vdso(struct space *s, pid_t pid)
{
	const struct map *map;
	uint8_t image[VDSO32_MAX];
	size_t n;

	if (s->vdso_known)
		return;
	s->vdso_known = true;
	s->vdso = (struct vdso_facts){0};
	map = maps_by_name(space_maps(s, pid), "[vdso]");
	if (!map || map->end > UINT32_MAX || map->end - map->start > sizeof(image))
		return;
	n = tracee_read(pid, taddr(map->start), image, map->end - map->start);
	if (n != map->end - map->start || !decode(s, image, n))
		return;
	s->vdso = s->vdso_memo->facts;
	s->vdso_base = taddr(map->start);
}

static struct site_key key_of(const struct evidence *ev)
{
	struct site_key k;

	/* The padding is part of the hashed bytes. */
	memset(&k, 0, sizeof(k));
	k.ip = ev->ip.v;
	k.ret = ev->ret.v;
	k.far_ret = ev->has_far ? ev->far_ret.v : 0;
	k.far_depth = ev->has_far ? ev->far_depth : 0;
	k.cs = ev->cs;
	k.restart = ev->restart;
	/* The number decides only whether it is an x32 one; both tables share the rest. */
	k.x32 = (uint8_t)((ev->nr & 0x40000000) != 0 && ev->nr > 0) | (uint8_t)(ev->arch << 1);
	return k;
}

/* The i-th piece of memory that a verdict on this evidence hangs on. */
static const struct code_tail *piece(const struct evidence *ev, unsigned i)
{
	const struct code_tail *const around[] = {&ev->code, &ev->caller, &ev->far_caller};

	/* Where the callee's pieces lie follows from the bytes before them. */
	return i < 3 ? around[i] : &ev->callee[i - 3].bytes;
}

static bool same_bytes(const struct cached_site *c, const struct evidence *ev)
{
	const uint8_t *bytes = c->bytes;

	for (unsigned i = 0; i < SITE_PIECES; bytes += c->n[i], i++)
		if (piece(ev, i)->n != c->n[i] || memcmp(bytes, piece(ev, i)->b, c->n[i]) != 0)
			return false;
	return true;
}

void *space_cached(const struct space *s, const struct evidence *ev)
{
	struct site_key key = key_of(ev);
	struct cached_site *c;

	HASH_FIND(hh, s->sites, &key, sizeof(key), c);
	return c && same_bytes(c, ev) ? c->counter : NULL;
}

void space_cache(struct space *s, const struct evidence *ev, void *counter)
{
	struct cached_site *c, *old;
	uint8_t *bytes;
	size_t n = 0;

	for (unsigned i = 0; i < SITE_PIECES; i++)
		n += piece(ev, i)->n;
	c = xcalloc(1, sizeof(*c) + n);
	c->key = key_of(ev);
	c->counter = counter;
	bytes = c->bytes;
	for (unsigned i = 0; i < SITE_PIECES; bytes += c->n[i], i++) {
		c->n[i] = piece(ev, i)->n;
		memcpy(bytes, piece(ev, i)->b, c->n[i]);
	}
	HASH_REPLACE(hh, s->sites, key, sizeof(c->key), c, old);
	free(old);
}
