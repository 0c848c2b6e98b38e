/* SPDX-License-Identifier: MIT */
/*
 * An int 0x80 has two bytes, and a jump to anywhere five. Three ways to make it
 * jump, of which the first that is possible here is taken:
 *
 * - EB xx, a short jump to five bytes of padding that nothing runs, where there is
 *   room for a jump to anywhere. Padding is int3, up to a multiple of 16.
 * - E9 xx, a jump whose last three bytes are those of what follows, unchanged. So it
 *   reaches 256 addresses, of which one has to be free for a trampoline.
 * - a jump in place of the mov eax, imm32 before it, which goes into the trampoline.
 *
 * In the first two no byte changes but the site's own two; whoever jumps to the next
 * instruction finds it as it was.
 */
#include "patch/internal.h"

#include "base/vec.h"
#include "decode/insn.h"
#include "tracee/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { INT80_SIZE = 2, MOV_SIZE = 5, LEA = 0x8d, INT3 = 0xcc, PAD_ALIGN = 16 };

/* Addresses for punned jumps: above what mmap_min_addr forbids, and out of a stack's reach. */
#define PUN_LOWEST 0x10000u

/* Twice the largest number for which [eax + nr] lies in the first page, which is never mapped. */
enum { NR_MAX = 2048 };

/* What stands around a site: bytes from at on. */
enum { AROUND = 160 };

struct around {
	uint32_t at;
	size_t n;
	uint8_t byte[2 * AROUND];
};

/* A byte at an address; -1 where it was not read. */
static int byte_at(const struct around *a, uint32_t at)
{
	return at >= a->at && at - a->at < a->n ? a->byte[at - a->at] : -1;
}

static void read_around(pid_t tid, const struct maps *maps, uint32_t ip, struct around *a)
{
	const struct map *map = maps_find(maps, taddr(ip - INT80_SIZE));
	uint64_t from = ip - AROUND, to = (uint64_t)ip + AROUND;

	*a = (struct around){.at = ip};
	if (!map)
		return;
	from = from < map->start ? map->start : from;
	to = to > map->end ? map->end : to;
	a->at = (uint32_t)from;
	a->n = tracee_read(tid, taddr(from), a->byte, to - from);
}

static void edit_set(struct edit *e, const struct around *a, uint32_t at, const uint8_t *after, unsigned n)
{
	e->at = at;
	e->n = (uint8_t)n;
	memcpy(e->after, after, n);
	for (unsigned i = 0; i < n; i++)
		e->before[i] = (uint8_t)byte_at(a, at + i);
}

static bool meet(uint32_t a, unsigned na, uint32_t b, unsigned nb)
{
	return a < b + nb && b < a + na;
}

/* Would one of the two change a byte that the other has changed, or relies on? */
static bool conflict(const struct site *a, const struct site *b)
{
	for (unsigned i = 0; i < a->nedits; i++) {
		if (meet(a->edit[i].at, a->edit[i].n, b->ip, b->relies))
			return true;
		for (unsigned k = 0; k < b->nedits; k++)
			if (meet(a->edit[i].at, a->edit[i].n, b->edit[k].at, b->edit[k].n))
				return true;
	}
	return false;
}

static bool conflicts(const struct patch *p, const struct site *s)
{
	for (size_t i = 0; i < p->nsites; i++)
		if (conflict(&p->sites[i], s) || conflict(s, &p->sites[i]))
			return true;
	return false;
}

/* ---- trampolines ---- */

static void put_trampoline(const struct patch *p, const struct site *s, uint8_t *out)
{
	uint32_t at = s->trampoline;

	if (s->form == SITE_MOV) {
		*out++ = 0xb8; /* mov eax, imm32 */
		memcpy(out, &s->nr, sizeof(s->nr));
		out += sizeof(s->nr);
		at += MOV_SIZE;
	}
	*out++ = 0x68; /* push imm32 */
	memcpy(out, &s->ip, sizeof(s->ip));
	code_jump(out + sizeof(s->ip), at + 1 + sizeof(s->ip), p->code->layout.enter80);
}

/* In the region's code pages, which the program cannot write. */
static bool place_in_region(struct patch *p, struct site *s)
{
	struct shared_code *c = p->code;
	uint32_t end = c->layout.target.code_at + CODE_SIZE;

	if (c->next_trampoline + s->size > end)
		return false;
	s->trampoline = c->next_trampoline;
	c->next_trampoline += s->size;
	put_trampoline(p, s, (uint8_t *)c->segment.map + (s->trampoline - c->layout.target.code_at));
	return true;
}

/* ---- a dead pad nearby ---- */

/* Does padding of int3 begin at at and reach a multiple of 16, with room for a jump? */
static bool is_pad(const struct around *a, uint32_t at)
{
	unsigned n = 0;

	while (byte_at(a, at + n) == INT3 && (at + n) % PAD_ALIGN)
		n++;
	return n >= JUMP_SIZE && (at + n) % PAD_ALIGN == 0;
}

static bool find_pad(const struct around *a, uint32_t site, uint32_t *pad)
{
	for (int d = 0; d <= INT8_MAX; d++) {
		const uint32_t after = site + SHORT_JUMP_SIZE + (uint32_t)d, before = site + SHORT_JUMP_SIZE - (uint32_t)d - 1;

		if (is_pad(a, after)) {
			*pad = after;
			return true;
		}
		if (is_pad(a, before)) {
			*pad = before;
			return true;
		}
	}
	return false;
}

static bool try_pad(struct patch *p, const struct around *a, struct site *s)
{
	const uint32_t at = s->ip - INT80_SIZE;
	uint8_t to_pad[SHORT_JUMP_SIZE], to_code[JUMP_SIZE] = {0};
	uint32_t pad;

	s->form = SITE_PAD;
	s->size = TRAMPOLINE_SIZE;
	if (!find_pad(a, at, &pad))
		return false;
	code_short_jump(to_pad, at, pad);
	/* The pad first: a task that jumps there must find the way. */
	edit_set(&s->edit[0], a, pad, to_code, sizeof(to_code));
	edit_set(&s->edit[1], a, at, to_pad, sizeof(to_pad));
	s->nedits = 2;
	if (conflicts(p, s) || !place_in_region(p, s))
		return false;
	code_jump(s->edit[0].after, pad, s->trampoline);
	return true;
}

/* ---- a punned jump ---- */

static struct pun_page *page_of(struct patch *p, uint32_t at)
{
	for (size_t i = 0; i < p->npages; i++)
		if (p->pages[i].at == (at & ~(CODE_PAGE - 1)))
			return &p->pages[i];
	return NULL;
}

static bool is_unused(const struct pun_page *page, uint32_t offset)
{
	for (uint32_t i = offset; i < offset + TRAMPOLINE_SIZE; i++)
		if (page->used[i / 64] >> i % 64 & 1)
			return false;
	return true;
}

static void use(struct pun_page *page, uint32_t offset)
{
	for (uint32_t i = offset; i < offset + TRAMPOLINE_SIZE; i++)
		page->used[i / 64] |= 1ull << i % 64;
}

static bool may_map(const struct maps *maps, uint32_t page_at)
{
	const struct map *stack = maps_by_name(maps, "[stack]");

	if (page_at < PUN_LOWEST || page_at >= 0xffffe000u || maps_overlap(maps, taddr(page_at), CODE_PAGE))
		return false;
	/* A mapping that grows down, the main stack or another, must not find us in its way. */
	return !stack || page_at >= stack->end || stack->start - page_at > STACK_ROOM;
}

/* An address for the trampoline among the 256; *map_page where its page must be mapped first. */
static bool find_pun(struct patch *p, const struct maps *maps, const struct around *a, struct site *s, bool *map_page)
{
	const uint32_t at = s->ip - INT80_SIZE;
	uint32_t base = s->ip + 3;

	for (unsigned i = 0; i < 3; i++) {
		if (byte_at(a, s->ip + i) < 0)
			return false;
		base += (uint32_t)byte_at(a, s->ip + i) << 8 * (i + 1);
	}
	for (int fresh = 0; fresh < 2; fresh++)
		for (uint32_t low = 0; low < 256; low++) {
			uint32_t to = base + low, offset = to % CODE_PAGE;
			struct pun_page *page = page_of(p, to);

			if (offset + TRAMPOLINE_SIZE > CODE_PAGE || (fresh ? page || !may_map(maps, to - offset) : !page || !is_unused(page, offset)))
				continue;
			*map_page = fresh;
			s->trampoline = to;
			edit_set(&s->edit[0], a, at, (const uint8_t[]){0xe9, (uint8_t)(to - (at + JUMP_SIZE))}, INT80_SIZE);
			s->nedits = 1;
			s->relies = JUMP_SIZE - INT80_SIZE;
			return !conflicts(p, s);
		}
	return false;
}

static int map_pun_page(struct patch *p, pid_t tid, uint32_t at)
{
	int rc = patch_map(p, tid, at, PROT_READ | PROT_EXEC);

	if (rc == 0)
		*vec_push(p->pages, p->npages) = (struct pun_page){.at = at};
	return rc;
}

static int try_pun(struct patch *p, pid_t tid, const struct maps *maps, const struct around *a, struct site *s)
{
	uint8_t code[TRAMPOLINE_SIZE];
	bool map_page = false;
	int rc;

	s->form = SITE_PUNNED;
	s->size = TRAMPOLINE_SIZE;
	if (!find_pun(p, maps, a, s, &map_page))
		return -ENOSPC;
	rc = map_page ? map_pun_page(p, tid, s->trampoline & ~(CODE_PAGE - 1)) : 0;
	if (rc < 0)
		return rc;
	put_trampoline(p, s, code);
	rc = patch_poke(tid, s->trampoline, code, sizeof(code));
	if (rc == 0)
		use(page_of(p, s->trampoline), s->trampoline % CODE_PAGE);
	return rc;
}

/* ---- the mov before it ---- */

/*
 * Another reading of the mov's bytes as the end of a longer instruction. One
 * byte longer, B8 is its ModRM byte: it takes memory at eax + nr, and eax was nr
 * already, so it would have faulted. (lea takes no memory.)
 */
static bool could_have_run(const uint8_t *insn, size_t len, uint32_t nr)
{
	return len != MOV_SIZE + 1 || *insn == LEA || nr >= NR_MAX;
}

/*
 * Can the code before an entry that has just been made by the number nr be
 * nothing else than mov eax, nr; int 0x80? Code cannot be read backwards, so every
 * longer instruction that could end there is ruled out.
 */
static bool is_mov(const struct around *a, uint32_t site, uint32_t nr)
{
	const uint8_t *end = a->byte + (site - a->at);
	struct insn insn;
	uint32_t imm;

	if (site - a->at < INSN_MAX || end[-MOV_SIZE] != 0xb8)
		return false;
	memcpy(&imm, end - MOV_SIZE + 1, sizeof(imm));
	for (size_t len = MOV_SIZE + 1; len <= INSN_MAX; len++)
		if (insn_decode(end - len, len, CPU_MODE_32, taddr(0), &insn) == 0 && insn.len == len &&
		    could_have_run(end - len, len, nr))
			return false;
	return imm == nr;
}

static bool try_mov(struct patch *p, const struct around *a, uint32_t nr, struct site *s)
{
	const uint32_t at = s->ip - INT80_SIZE - MOV_SIZE;
	uint8_t jump[JUMP_SIZE] = {0};

	s->form = SITE_MOV;
	s->size = TRAMPOLINE_MOV_SIZE;
	s->nr = nr;
	if (!is_mov(a, s->ip - INT80_SIZE, nr))
		return false;
	edit_set(&s->edit[0], a, at, jump, sizeof(jump));
	s->nedits = 1;
	if (conflicts(p, s) || !place_in_region(p, s))
		return false;
	code_jump(s->edit[0].after, at, s->trampoline);
	return true;
}

/* ---- all together ---- */

/*
 * Behind an operand-size prefix a jump keeps 16 bits of its target (Intel SDM
 * volume 2, JMP). The byte may also end another instruction; that cannot be told.
 */
static bool has_size_prefix(const struct around *a, uint32_t site)
{
	static const uint8_t prefixes[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67, 0xf0, 0xf2, 0xf3};
	int byte;

	while ((byte = byte_at(a, --site)) >= 0 && memchr(prefixes, byte, sizeof(prefixes)))
		;
	return byte == 0x66;
}

static const struct site *find_site(const struct patch *p, uint64_t ip)
{
	for (size_t i = 0; i < p->nsites; i++)
		if (p->sites[i].ip == ip)
			return &p->sites[i];
	return NULL;
}

bool patch_is_site(const struct patch *p, uint64_t ip)
{
	return find_site(p, ip) != NULL;
}

static int choose(struct patch *p, pid_t tid, const struct maps *maps, const struct around *a, uint32_t nr, struct site *s)
{
	const struct site blank = *s;
	bool size_prefix = has_size_prefix(a, s->ip - INT80_SIZE);
	int rc;

	if (!size_prefix && try_pad(p, a, s))
		return 0;
	*s = blank;
	rc = size_prefix ? -ENOSPC : try_pun(p, tid, maps, a, s);
	if (rc == 0 || rc == -ESRCH || rc == -ETIMEDOUT)
		return rc;
	*s = blank;
	return try_mov(p, a, nr, s) ? 0 : -ENOSPC;
}

/*
 * A page that is written to has left its file: what is written to the file from then
 * on does not show in it any more, as it would without us.
 */
static bool is_shared(const struct maps *maps, const struct map *map)
{
	for (size_t i = 0; i < maps->n; i++)
		if (maps->list[i].shared && map->inode && maps->list[i].inode == map->inode && maps->list[i].dev == map->dev)
			return true;
	return map->shared;
}

int patch_site(struct patch *p, pid_t tid, struct space *space, uint32_t ip, uint32_t nr, const char **why)
{
	const struct maps *maps = space_maps_now(space, tid);
	const struct map *map = maps_find(maps, taddr(ip - INT80_SIZE));
	struct site s = {.ip = ip};
	struct around a;
	int rc;

	if (find_site(p, ip))
		return -EALREADY;
	*why = "its code is a shared mapping, or its file is mapped shared, too";
	if (!map || is_shared(maps, map))
		return -EACCES;
	s.dev = map->dev;
	s.inode = map->inode;
	*why = "its code could not be read";
	read_around(tid, maps, ip, &a);
	if (byte_at(&a, ip - INT80_SIZE) != 0xcd || byte_at(&a, ip - 1) != 0x80)
		return -EFAULT;
	*why = "there is no place nearby from which its two bytes could lead to the counting code";
	if (table_counts(p->table->table, ip))
		return -EEXIST;
	rc = choose(p, tid, maps, &a, nr, &s);
	for (unsigned e = 0; e < s.nedits && rc == 0; e++) {
		*why = "its code could not be written";
		rc = patch_poke(tid, s.edit[e].at, s.edit[e].after, s.edit[e].n);
	}
	if (rc < 0)
		return rc;
	*vec_push(p->sites, p->nsites) = s;
	patch_mark_code(p, ip - AROUND, ip + AROUND);
	return 0;
}

/* Does what was put there still stand there? -EPERM where that cannot be seen. */
static int still_there(pid_t tid, const struct edit *e)
{
	uint8_t now[JUMP_SIZE];

	errno = 0;
	if (tracee_read(tid, taddr(e->at), now, e->n) != e->n)
		return errno == EPERM ? -EPERM : 0;
	return memcmp(now, e->after, e->n) == 0;
}

/* False where it could not be written. */
static bool put_back(pid_t tid, const struct site *s)
{
	for (unsigned e = s->nedits; e-- > 0;) {
		int there = still_there(tid, &s->edit[e]);

		if (there < 0 || (there && patch_poke(tid, s->edit[e].at, s->edit[e].before, s->edit[e].n) != 0))
			return false;
	}
	return true;
}

void patch_forget_sites(struct patch *p, pid_t tid, uint64_t start, uint64_t end)
{
	size_t left = 0;

	for (size_t i = 0; i < p->nsites; i++) {
		const struct site *s = &p->sites[i];
		bool inside = false;

		for (unsigned e = 0; e < s->nedits; e++)
			inside |= s->edit[e].at < end && start < s->edit[e].at + s->edit[e].n;
		if (!inside || !put_back(tid, s))
			p->sites[left++] = *s;
	}
	p->nsites = left;
}

bool site_undo(const struct patch *p, struct user_regs_struct *regs)
{
	for (size_t i = 0; i < p->nsites; i++) {
		const struct site *s = &p->sites[i];
		uint64_t in = regs->rip - s->trampoline, mov = s->form == SITE_MOV ? MOV_SIZE : 0;

		if (s->form == SITE_PAD && regs->rip == s->edit[0].at)
			in = 0;
		if (in >= s->size)
			continue;
		if (in > mov)
			regs->rsp = (uint32_t)(regs->rsp + 4);
		regs->rip = s->ip - INT80_SIZE - (in < mov ? mov : 0);
		return true;
	}
	return false;
}
