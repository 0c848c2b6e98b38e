/* SPDX-License-Identifier: MIT */
#include "stub/internal.h"

#include "base/vec.h"
#include "tracee/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

static void pages_unref(struct pages *p)
{
	if (!p || --p->refs)
		return;
	if (p->map)
		munmap(p->map, CODE_SIZE);
	free(p);
}

static void counters_unref(struct counters *c)
{
	if (!c || --c->refs)
		return;
	munmap(c->slot, TABLE_SIZE);
	free(c->keys);
	free(c);
}

static void arm(struct key *k)
{
	k->armed = true;
	__atomic_store_n(&k->slot->ret, k->ret, __ATOMIC_RELEASE);
}

static void disarm(struct key *k)
{
	k->armed = false;
	__atomic_store_n(&k->slot->ret, STUB_DISARMED, __ATOMIC_RELEASE);
}

/*
 * Keys stand in the same slots as before, disarmed: a thread that has found its
 * key in the old table may add to this one.
 */
static void take_keys(struct counters *to, const struct counters *from)
{
	for (size_t i = 0; i < from->nkeys; i++) {
		struct key *k = vec_push(to->keys, to->nkeys);

		*k = from->keys[i];
		k->slot = to->slot + (from->keys[i].slot - from->slot);
		k->drained = 0;
		k->slot->nr = k->nr;
		disarm(k);
	}
}

void stub_set_counters(struct stub_image *im, void *map)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	c->refs = 1;
	c->slot = map;
	if (im->counters)
		take_keys(c, im->counters);
	counters_unref(im->counters);
	im->counters = c;
}

bool stub_planted(const struct stub_image *im)
{
	return im->counters != NULL;
}

void stub_free(struct stub_image *im)
{
	if (!im)
		return;
	counters_unref(im->counters);
	pages_unref(im->pages);
	free(im);
}

struct stub_image *stub_copy(const struct stub_image *of)
{
	struct stub_image *im = xcalloc(1, sizeof(*im));

	*im = *of;
	if (stub_planted(of)) {
		im->pages->refs++;
		im->counters->refs++;
	} else {
		im->pages = xcalloc(1, sizeof(*im->pages));
		*im->pages = *of->pages;
		im->pages->refs = 1;
	}
	return im;
}

/* ---- what was planted ---- */

void stub_range(const struct stub_image *im, uint64_t *start, uint64_t *end)
{
	*start = im->pages->at;
	*end = stub_planted(im) ? *start + CODE_SIZE + TABLE_SIZE : *start;
}

bool stub_missed(const struct stub_image *im, uint64_t ip)
{
	const struct pages *p = im->pages;

	return ip == (stub_planted(im) ? p->code.miss_ip : watched_call_at(p) + 2);
}

bool stub_restarted(const struct stub_image *im, uint64_t ip)
{
	const struct pages *p = im->pages;

	return ip == (stub_planted(im) ? p->code.restart_ip : watched_restart_at(p) + 2);
}

uint64_t stub_landing_pad(const struct stub_image *im)
{
	return im->pages->code.target.landing_pad_at;
}

/* ---- keys and counts ---- */

static struct key *find_key(struct counters *c, uint32_t ret, uint32_t nr, const void *counter)
{
	for (size_t i = 0; i < c->nkeys; i++)
		if (c->keys[i].ret == ret && c->keys[i].nr == nr && c->keys[i].counter == counter)
			return &c->keys[i];
	return NULL;
}

int stub_insert(struct stub_image *im, uint32_t ret, uint32_t nr, void *counter)
{
	struct counters *c = im->counters;
	struct key *k = find_key(c, ret, nr, counter);
	int slot;

	if (c->frozen)
		return -EBUSY;
	if (k) {
		arm(k);
		return 0;
	}
	slot = stub_slot_find(c->slot, ret, nr);
	if (slot >= 0) /* another process that shares the table has armed it under another name */
		return 0;
	slot = stub_slot_insert(c->slot, ret, nr);
	if (slot < 0)
		return slot;
	*vec_push(c->keys, c->nkeys) = (struct key){
		.slot = &c->slot[slot], .ret = ret, .nr = nr, .counter = counter, .armed = true};
	return 0;
}

void stub_disarm(struct stub_image *im, uint64_t start, uint64_t end)
{
	struct counters *c = im->counters;

	for (size_t i = 0; c && i < c->nkeys; i++) {
		struct key *k = &c->keys[i];

		if (!k->armed || k->ret < start || k->ret >= end)
			continue;
		disarm(k);
	}
}

void stub_freeze(struct stub_image *im)
{
	stub_disarm(im, 0, UINT64_MAX);
	if (im->counters)
		im->counters->frozen++;
}

bool stub_shares(const struct stub_image *im)
{
	return im->counters && im->counters->refs > 1;
}

void stub_part_begin(struct stub_image *im)
{
	im->counters->frozen++;
}

int stub_part_end(struct stub_image *im, pid_t tid)
{
	/* Those with whom it shared may be gone; who leaves the table leaves it to others. */
	struct counters *c = im->counters;
	int rc = stub_shares(im) ? stub_own_table(im, tid) : 0;

	if (rc == 0)
		c->frozen--;
	return rc;
}

void stub_part_cancel(struct stub_image *im)
{
	im->counters->frozen--;
}

/*
 * What a slot counted since it was at *drained. The low half may have just
 * wrapped and its carry be on the way: then it is left for the next time.
 */
static int64_t since(const struct stub_slot *slot, uint64_t *drained)
{
	uint64_t count = __atomic_load_n(&slot->count, __ATOMIC_ACQUIRE);
	int64_t n = (int64_t)(count - *drained);

	if (n < -(1 << 30))
		return 0;
	*drained = count;
	return n;
}

void stub_drain(struct stub_image *im, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n),
		void *ctx)
{
	struct counters *c = im->counters;

	if (!c)
		return;
	for (size_t i = 0; i < c->nkeys; i++) {
		struct key *k = &c->keys[i];
		int64_t n = since(k->slot, &k->drained);

		if (n)
			each(ctx, k->counter, k->nr, n);
	}
	for (unsigned i = 0; i < im->pages->nsites; i++) {
		int64_t n = since(&c->slot[STUB_SLOTS + i], &c->site_drained[i]);

		if (n)
			each(ctx, im->pages->site_counter[i], im->pages->site[i].nr, n);
	}
}

/* ---- taking back ---- */

static size_t read_stack(void *ctx, uint32_t at, void *buf, size_t n)
{
	return tracee_read(*(const pid_t *)ctx, taddr(at), buf, n);
}

/*
 * At the entry instruction only the key tells the slot, and the key may have
 * been disarmed since: it is put back for as long as it takes.
 */
static int undo_disarmed(struct stub_image *im, struct user_regs_struct *regs,
			 const struct stub_reader *stack, uint32_t *slot)
{
	uint32_t ret;
	int rc = STUB_NOT_HERE;

	if (read_stack(stack->ctx, (uint32_t)regs->rsp + 12, &ret, sizeof(ret)) != sizeof(ret))
		return rc;
	for (size_t i = 0; i < im->counters->nkeys && rc == STUB_NOT_HERE; i++) {
		struct key *k = &im->counters->keys[i];

		if (k->armed || k->ret != ret || k->nr != (uint32_t)regs->rax)
			continue;
		arm(k);
		rc = stub_undo(&im->pages->code, regs, stack, im->counters->slot, slot);
		disarm(k);
	}
	return rc;
}

/* Before an int 0x80 that has not been made, or behind one that did not stop. */
static bool undo_watched(const struct pages *p, struct user_regs_struct *regs)
{
	if (regs->rip == watched_call_at(p) + 2 || regs->rip == watched_restart_at(p) + 2)
		regs->rip = p->code.target.landing_pad_at;
	else if (regs->rip == watched_call_at(p))
		regs->rip = p->code.target.vsyscall_at + p->form.move;
	else if (regs->rip == watched_restart_at(p))
		regs->rip = p->code.target.landing_pad_at - 2;
	else
		return false;
	return true;
}

bool stub_image_undo(struct stub_image *im, pid_t tid, struct user_regs_struct *regs)
{
	const struct stub_reader stack = {read_stack, &tid};
	const struct pages *p = im->pages;
	uint32_t slot = 0;
	int rc = STUB_NOT_HERE;

	if (!stub_planted(im))
		return undo_watched(p, regs);
	if (regs->rip >= p->at + STUB_PAGE && regs->rip < p->at + CODE_SIZE) {
		slot = (uint32_t)(regs->rip - p->at) / STUB_PAGE - 1;
		if (slot < p->nsites)
			rc = (int)stub_site_undo(&p->site[slot], regs);
		slot += STUB_SLOTS;
	} else {
		rc = stub_undo(&p->code, regs, &stack, im->counters->slot, &slot);
		if (rc == STUB_NOT_HERE && regs->rip == p->code.target.entry_insn_at)
			rc = undo_disarmed(im, regs, &stack, &slot);
	}
	if (rc <= STUB_NOT_HERE)
		return false;
	if (rc > STUB_UNDONE)
		stub_take_back(&im->counters->slot[slot], (enum stub_undo)rc);
	return true;
}

/* In the stub as in the vDSO, before the move. */
enum { PUSHES = 3 };

static uint32_t first_push(const struct pages *p)
{
	return p->code.target.vsyscall_at + p->form.pushes;
}

bool stub_show_fault(const struct stub_image *im, struct user_regs_struct *regs)
{
	const struct stub_code *code = &im->pages->code;

	if (!stub_planted(im) || regs->rip < code->enter || regs->rip - code->enter >= PUSHES)
		return false;
	regs->rip = first_push(im->pages) + (regs->rip - code->enter);
	return true;
}

uint32_t stub_resume(const struct stub_image *im, uint32_t ip)
{
	const struct stub_code *code = &im->pages->code;
	uint32_t behind = ip - first_push(im->pages);

	/* At the function's start there is the jump. Behind all pushes one may stand since before it was planted. */
	return stub_planted(im) && behind <= PUSHES && ip != code->target.vsyscall_at ? code->enter + behind : ip;
}
