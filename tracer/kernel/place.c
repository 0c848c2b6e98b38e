/* SPDX-License-Identifier: MIT */
/* From what was seen at a site's first entry to the site: evidence, as for any other tracer. */
#include "base/cleanup.h"
#include "classify/callee.h"
#include "classify/classify.h"
#include "classify/far_call.h"
#include "kernel/internal.h"
#include "tracee/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* More sites than these are not told apart: at some 400 bytes each. */
#define SITES_MAX 100000u

static void copy_tail(struct code_tail *to, const struct kernel_tail *from)
{
	to->n = (uint8_t)(from->n <= KERNEL_TAIL ? from->n : 0);
	memcpy(to->b, from->b, to->n);
}

static const struct kernel_called *as_called(const struct kernel_site *r)
{
	return r->head.type == RECORD_CALLED ? (const void *)r : NULL;
}

static const struct kernel_thunk *as_thunk(const struct kernel_site *r)
{
	return r->head.type == RECORD_THUNK ? (const void *)r : NULL;
}

/* What the kernel sent of the code there; else what the process has there, if it still lives. */
static void find_piece(const void *from, struct code_from *piece)
{
	const struct kernel_site *r = from;
	const struct kernel_called *called = as_called(r);

	for (unsigned i = 0; called && i < KERNEL_PIECES && called->piece[i].at; i++)
		if (called->piece[i].at == piece->at.v && called->piece[i].n == KERNEL_CODE) {
			memcpy(piece->bytes.b, called->piece[i].b, KERNEL_CODE);
			piece->bytes.n = KERNEL_CODE;
			return;
		}
	piece->bytes.n = (uint8_t)tracee_read((pid_t)r->head.pid, piece->at, piece->bytes.b,
					      sizeof(piece->bytes.b));
}

static void find_far(struct evidence *ev, const struct kernel_thunk *r)
{
	struct insn call;
	bool proven;

	if (r->code_n == KERNEL_CODE) {
		memcpy(ev->code.b, r->code, KERNEL_CODE);
		ev->code.n = KERNEL_CODE;
	}
	for (unsigned i = 0; i < r->nfar && i < KERNEL_FAR; i++) {
		ev->far_ret = taddr(r->far[i].ret);
		ev->far_depth = r->far[i].depth;
		copy_tail(&ev->far_caller, &r->far[i].caller);
		if (far_call_behind(ev, &call, &proven)) {
			ev->has_far = true;
			return;
		}
	}
	ev->far_caller.n = 0;
}

static void gather(const struct kernel_book *b, const struct kernel_site *r, struct evidence *ev)
{
	*ev = (struct evidence){
		.arch = r->key.tag & KEY_COMPAT ? ABI_I386 : ABI_X86_64,
		.cs = (uint16_t)(r->key.tag & KEY_CS),
		.ip = taddr(r->ip),
		.sp = taddr(r->sp),
		.nr = r->key.nr,
		.image64 = r->image64,
		.restart = r->key.tag & KEY_RESTART,
	};
	/* A 32-bit vDSO lies below 4 GiB, and every process of one kernel has the same. */
	if (!r->image64 && r->vdso_base && r->vdso_base <= UINT32_MAX) {
		ev->vdso = *b->vdso;
		ev->vdso_base = taddr(r->vdso_base);
	}
	if (r->key.tag & (KEY_PAD | KEY_FAST_PAD) && !(r->key.tag & KEY_UNREAD)) {
		ev->ret = taddr(r->key.addr);
		copy_tail(&ev->caller, &r->caller);
		callee_gather(ev, find_piece, r);
	}
	if (!ev->ret.v || ev->vdso.fast_pad)
		copy_tail(&ev->code, &r->code);
	if (as_thunk(r))
		find_far(ev, as_thunk(r));
}

static bool has(const struct kernel_mapping *m, struct taddr at)
{
	return m->end > m->start && taddr_in(at, taddr(m->start), m->end - m->start);
}

static const struct kernel_mapping *mapping_of(const struct kernel_site *r, struct taddr at)
{
	const struct kernel_thunk *thunk = as_thunk(r);

	if (has(&r->at_ip, at))
		return &r->at_ip;
	if (has(&r->at_ret, at))
		return &r->at_ret;
	for (unsigned i = 0; thunk && i < thunk->nfar && i < KERNEL_FAR; i++)
		if (has(&thunk->far[i].at, at))
			return &thunk->far[i].at;
	return NULL;
}

/* Where an address is, by what the kernel told; else by what /proc says, if the process is still there. */
static struct module *locate(struct kernel_book *b, const struct kernel_site *r, struct taddr at,
			     uint64_t *offset)
{
	const struct kernel_mapping *m = mapping_of(r, at);
	struct map map = {.path = "[unreadable]"};
	pid_t pid = (pid_t)r->head.pid;
	const char *path;
	struct module *module;

	if (m) {
		map = (struct map){.start = m->start, .end = m->end, .offset = m->offset, .inode = m->inode,
				   .dev = kernel_dev(m->major, m->minor), .path = ""};
		path = m->inode ? book_path(b, map.dev, map.inode) : NULL;
		if (path)
			map.path = path;
		else if (m->start == r->vdso_base)
			map.path = "[vdso]";
		else if (!m->inode && m->use)
			map.path = m->use == MAPPING_HEAP ? "[heap]" : "[stack]";
		else if (m->inode)
			map.path = "[unknown file]";
		if (!m->inode)
			map.dev = map.offset = 0;
		module = modules_get(b->modules, book_reach(pid), &map);
		*offset = module_offset(module, &map, at);
		return module;
	}
	struct maps *maps = maps_read(pid);
	const struct map *found = maps ? maps_find(maps, at) : NULL;

	module = modules_get(b->modules, pid, found ? found : &map);
	*offset = found ? module_offset(module, found, at) : at.v;
	if (maps)
		maps_unref(maps);
	return module;
}

static struct kernel_place *find_place(struct kernel_book *b, const struct kernel_key *key, bool make)
{
	struct kernel_place_key k = {.space = key->space, .addr = key->addr, .aux = key->aux,
				     .tag = key->tag};
	struct kernel_place *p;

	/* Whether a number is an x32 one is part of the verdict. */
	if (!(key->tag & KEY_COMPAT) && key->nr >= 0x40000000)
		k.unused = 1;
	HASH_FIND(hh, b->places, &k, sizeof(k), p);
	if (!p && make) {
		p = xcalloc(1, sizeof(*p));
		p->key = k;
		HASH_ADD(hh, b->places, key, sizeof(p->key), p);
	}
	return p;
}

/* One site stands for all that find no room. */
static struct tally_site *other_site(struct kernel_book *b, const struct kernel_known_space *s,
				     enum entry_path path)
{
	b->crowded = true;
	return tally_site(b->tally, (struct tally_key){.module = b, .image = s->image, .path = path},
			  "[other sites]", NULL, NULL);
}

static void find_site(struct kernel_book *b, const struct kernel_site *r)
{
	struct kernel_known_space *s = book_space(b, r->head.space, (pid_t)r->head.pid, r->image64);
	struct kernel_place *p;
	struct evidence ev;
	struct verdict v;
	auto_free char *entered = NULL;
	struct module *m;
	uint64_t offset;

	if (s->ignored)
		return;
	b->filtered |= r->filtered;
	gather(b, r, &ev);
	v = classify(&ev);
	if (v.path == PATH_FAR_CALL) {
		m = locate(b, r, v.entered, &offset);
		entered = xasprintf("%s+0x%" PRIx64, m->name, offset);
	}
	m = locate(b, r, v.site, &offset);
	p = find_place(b, &r->key, true);
	p->told = b->collections;
	if (b->tally->nsites >= SITES_MAX) {
		p->site = other_site(b, s, v.path);
		return;
	}
	p->site = tally_site(b->tally,
			     (struct tally_key){.module = m, .offset = offset, .image = s->image, .path = v.path},
			     m->name, v.instruction, entered);
}

/* At a landing pad, with a return address whose page was not in memory: nothing tells the call. */
static bool call_unread(const struct kernel_site *r)
{
	return r->head.type == RECORD_SITE && (r->key.tag & (KEY_PAD | KEY_FAST_PAD)) && !(r->key.tag & KEY_UNREAD) &&
	       !r->caller.n;
}

static void forget_unread(struct kernel_book *b, struct kernel_place *p)
{
	b->nunread -= p->unread != NULL;
	free(p->unread);
	p->unread = NULL;
}

/* The page of a call is there now, and it is the call of those that came before. */
static void settle(struct kernel_book *b, const struct kernel_site *r, struct tally_site *site)
{
	struct kernel_place *p, *next;

	HASH_ITER(hh, b->places, p, next) {
		if (!p->unread || p->key.space != r->key.space || p->key.addr != r->key.addr ||
		    p->key.tag != r->key.tag || memcmp(&p->unread->at_ret, &r->at_ret, sizeof(r->at_ret)) != 0)
			continue;
		p->site = site;
		forget_unread(b, p);
	}
}

void place_forget(struct kernel_book *b, struct kernel_place *p)
{
	HASH_DEL(b->places, p);
	forget_unread(b, p);
	free(p);
}

void place_site(struct kernel_book *b, const struct kernel_site *r)
{
	struct kernel_place *p;

	if (!call_unread(r)) {
		find_site(b, r);
		p = b->nunread ? find_place(b, &r->key, false) : NULL;
		if (p && p->site)
			settle(b, r, p->site);
		return;
	}
	p = find_place(b, &r->key, true);
	p->told = b->collections;
	if (p->site || p->unread)
		return;
	p->unread = xcalloc(1, sizeof(*p->unread));
	*p->unread = *r;
	b->nunread++;
}

static enum abi abi_of(const struct kernel_key *key)
{
	if (key->tag & KEY_COMPAT)
		return ABI_I386;
	return key->nr >= 0x40000000 ? ABI_X32 : ABI_X86_64;
}

void place_count(struct kernel_book *b, const struct kernel_key *key, uint64_t n)
{
	struct kernel_place *p = find_place(b, key, false);
	struct kernel_known_space *s;

	/* It has not been seen in memory so far: then it is what can be told without. */
	if (p && p->unread) {
		find_site(b, p->unread);
		forget_unread(b, p);
		if (!p->site)
			return;
	}
	if (!p || !p->site) {
		struct kernel_site r = {.head = {.type = RECORD_SITE, .space = key->space}, .key = *key, .ip = key->addr};

		s = book_space(b, key->space, 0, !(key->tag & (KEY_COMPAT | KEY_THUNK)));
		if (s->ignored)
			return;
		/* What was sent of it is lost: no evidence, no verdict. */
		r.head.pid = (uint32_t)s->pid;
		r.image64 = s->image64;
		b->unplaced += n;
		r.key.tag |= KEY_UNREAD;
		place_site(b, &r);
		p = find_place(b, &r.key, false);
		if (!p)
			return;
	}
	s = book_space(b, key->space, 0, false);
	s->seen = b->collections;
	tally_count(b->tally, p->site, abi_of(key), key->nr, (int64_t)n);
}
