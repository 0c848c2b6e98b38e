/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "count_walk.h"

#include "patch/blob.h"

#include <string.h>

enum { INT80_SIZE = 2, STEPS_MAX = 20000, PAD_WORDS = 3 };

/* Flags that a kernel may leave. */
#define KERNEL_FLAGS 0x246u

static bool is_int80(const struct rig *rig, uint64_t ip)
{
	const uint8_t *code = rig->memory->code;
	uint64_t offset = ip - rig_at(code);

	return offset < CODE_SIZE - INT80_SIZE && code[offset] == 0xcd && code[offset + 1] == 0x80;
}

static bool is_entry(const struct rig *rig, uint64_t ip)
{
	return ip == rig->code.target.entry_at || is_int80(rig, ip);
}

static uint64_t count_of(const struct table_slot *slot)
{
	return (uint64_t)(slot->hi & 0xffffff) << 32 | slot->lo;
}

/* ---- before the entry ---- */

void walk_begin(struct walk *w, struct rig *rig, bool by_int80, uint32_t ret, uint32_t nr)
{
	*w = (struct walk){.rig = rig, .by_int80 = by_int80, .ret = ret, .nr = nr};
	rig_enter(rig, by_int80 ? rig->code.enter80 : rig->code.target.vsyscall_at, nr, ret, &w->start);
	w->top = (uint32_t)w->start.rsp;
}

static struct table_slot slot_before(const struct walk *w)
{
	return w->memory.table[w->slot - w->rig->memory->table];
}

/* Whatever has been counted so far is taken back exactly. */
static void check_count(const struct walk *w, const struct undo *u)
{
	const bool counted = u->result == UNDO_COUNTED || u->result == UNDO_CARRY;
	struct table_slot was, now;

	if (!w->slot) {
		assert_false(counted);
		return;
	}
	was = slot_before(w);
	now = *w->slot;
	if (counted) {
		assert_int_equal(u->ret, w->ret);
		assert_int_equal(u->nr, w->nr);
	}
	now.hi += u->result == UNDO_CARRY;
	assert_true(count_of(&now) == count_of(&was) + counted);
	assert_int_equal(now.hi >> 24, was.hi >> 24);
}

static void check_before(const struct walk *w, const struct user_regs_struct *now)
{
	struct user_regs_struct regs = *now;
	struct undo u;

	assert_int_equal(code_undo(&w->rig->code, &regs, &w->rig->stack, &u), 0);
	/* As the vDSO itself would be there, without a frame of ours: nothing is to be done. */
	if (u.result == UNDO_NOTHING) {
		assert_int_equal(w->arrival, ARRIVES_MISSED);
		assert_int_equal(now->rip, w->rig->code.target.entry_at);
		rig_assert_regs(&regs, now, now->rip);
		return;
	}
	assert_false(u.in_call);
	assert_int_equal(u.nframe, 0);
	rig_assert_regs(&regs, &w->before, now->rip);
	check_count(w, &u);
	/* A fault there has to be ours, or be shown at the vDSO's own push. */
	regs = *now;
	assert_true(code_faulted(&w->rig->code, now->rip) || now->rip == w->rig->code.target.gap_at ||
		    is_entry(w->rig, now->rip) || code_show_fault(&w->rig->code, &regs) ||
		    now->rip == w->rig->code.plain + PAD_WORDS || now->rip == w->rig->code.plain + PAD_WORDS + 2);
}

/* Nothing but the slot and the words right below the return address has been written. */
static void check_memory(const struct walk *w)
{
	const struct rig_memory *m = w->rig->memory;
	const uint32_t top = w->top - rig_at(m->stack), low = top - (RIG_FRAME + 1) * 4;
	struct table_slot table[TABLE_SLOTS];

	memcpy(table, m->table, sizeof(table));
	if (w->slot)
		table[w->slot - m->table] = slot_before(w);
	assert_memory_equal(table, w->memory.table, sizeof(table));
	assert_memory_equal(m->code, w->memory.code, sizeof(m->code));
	assert_memory_equal(m->vdso, w->memory.vdso, sizeof(m->vdso));
	assert_memory_equal(m->driver, w->memory.driver, sizeof(m->driver));
	assert_memory_equal(m->stack, w->memory.stack, low);
	assert_memory_equal(m->stack + top, w->memory.stack + top, RIG_STACK_SIZE - top);
}

/* The frame that an entry leaves, lowest word first. Returns how many words. */
static unsigned frame_of(const struct walk *w, uint32_t word[RIG_FRAME])
{
	const struct code_layout *c = &w->rig->code;
	const struct user_regs_struct *r = &w->start;
	const uint32_t tail = w->by_int80 ? c->tail80 : c->tail, secret = c->target.secret;
	const uint32_t edx = (uint32_t)r->rdx, ecx = (uint32_t)r->rcx, ebp = (uint32_t)r->rbp, edi = (uint32_t)r->rdi;
	const uint32_t fifth[] = {ebp, edx, ecx, tail + code_blob()->tail_fifth, edi};
	const uint32_t sixth[] = {secret, edx, ecx, tail, ebp}, int80[] = {edx, ecx, tail, ebp}, plain[] = {ebp, edx, ecx};

	switch (w->arrival) {
	case ARRIVES_SIXTH:
		memcpy(word, sixth, sizeof(sixth));
		return RIG_FRAME;
	case ARRIVES_FIFTH:
		memcpy(word, fifth, sizeof(fifth));
		return RIG_FRAME;
	case ARRIVES_INT80:
		memcpy(word, int80, sizeof(int80));
		return RIG_FRAME - 1;
	case ARRIVES_MISSED:
		break;
	}
	memcpy(word, plain, sizeof(plain));
	return w->by_int80 ? 0 : PAD_WORDS;
}

/* Registers and frame at the entry instruction, as the kernel will take the arguments from them. */
static void check_arrival(const struct walk *w, const struct user_regs_struct *now)
{
	const struct code_target *t = &w->rig->code.target;
	const bool fast = now->rip == t->entry_at, counted = w->arrival != ARRIVES_MISSED;
	struct user_regs_struct want = w->start;
	uint32_t word[RIG_FRAME];
	unsigned n = frame_of(w, word);

	assert_int_equal(fast, counted ? w->arrival != ARRIVES_INT80 : !w->by_int80);
	if (!fast && !counted)
		assert_int_equal(now->rip + INT80_SIZE, w->rig->code.missed80_ip);
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rig_word(w->rig, w->top - n * 4, i), word[i]);
	want.rip = now->rip;
	want.rsp = w->top - n * 4;
	if (fast)
		want.rbp = t->sysenter ? want.rsp : (uint32_t)want.rcx;
	else if (counted)
		want.rbp = t->secret;
	if (w->arrival == ARRIVES_FIFTH)
		want.rdi = t->secret;
	rig_assert_regs(now, &want, now->rip);
}

void walk_in(struct walk *w, enum arrival arrival, struct table_slot *slot)
{
	struct user_regs_struct regs;
	unsigned steps = 0;
	struct undo u;

	w->slot = slot;
	w->arrival = arrival;
	w->memory = *w->rig->memory;
	rig_set_regs(w->rig->pid, &w->start);
	regs = w->before = w->start;
	if (w->by_int80) {
		w->before.rip = w->ret - INT80_SIZE;
		w->before.rsp = w->top + 4;
		check_before(w, &regs);
	} else {
		assert_int_equal(code_undo(&w->rig->code, &regs, &w->rig->stack, &u), 0);
		assert_int_equal(u.result, UNDO_NOTHING);
	}
	while (!is_entry(w->rig, regs.rip)) {
		assert_true(steps++ < STEPS_MAX);
		rig_step(w->rig, &regs);
		check_before(w, &regs);
		assert_int_equal(rig_word(w->rig, w->top, 0), w->ret);
	}
	check_arrival(w, &regs);
	check_memory(w);
	if (slot) {
		struct table_slot was = slot_before(w);

		assert_true(count_of(slot) == count_of(&was) + 1);
	}
}

/* ---- behind it ---- */

/*
 * In the vDSO without us: so many words of its own frame left, ip there. From a
 * patched int 0x80: at the program's own, ip from behind it.
 */
static void check_behind(const struct walk *w, const struct user_regs_struct *now, unsigned words, int ip)
{
	const uint32_t frame[] = {(uint32_t)w->start.rbp, (uint32_t)w->start.rdx, (uint32_t)w->start.rcx};
	struct user_regs_struct regs = *now, want = w->before;
	struct undo u;

	assert_int_equal(code_undo(&w->rig->code, &regs, &w->rig->stack, &u), 0);
	if (u.result == UNDO_NOTHING) {
		/* Only without a frame of ours, where nothing need be changed. */
		assert_int_equal(w->arrival, ARRIVES_MISSED);
		assert_false(w->by_int80);
		rig_assert_regs(&regs, now, now->rip);
		return;
	}
	assert_int_equal(u.result, UNDO_MOVED);
	assert_true(u.in_call);
	want.rax = now->rax;
	want.eflags = w->before.eflags;
	if (w->by_int80) {
		assert_int_equal(u.nframe, 0);
		want.rip = w->ret + (uint32_t)ip;
		want.rsp = w->top + 4;
	} else {
		want.rip = w->rig->code.target.landing_pad_at + (PAD_WORDS - words) + (uint32_t)ip;
		want.rsp = w->top - words * 4;
		for (unsigned i = 0; i < words; i++)
			assert_int_equal(u.nframe ? u.frame[i] : rig_word(w->rig, (uint32_t)want.rsp, i),
					 frame[PAD_WORDS - words + i]);
		if (u.nframe) {
			assert_int_equal(u.nframe, words);
			assert_int_equal(u.frame_at, want.rsp);
		}
	}
	rig_assert_regs(&regs, &want, now->rip);
}

/* What the kernel makes of the registers when it returns from the entry that regs are at. */
static void answer(struct walk *w, struct user_regs_struct *regs)
{
	const struct code_target *t = &w->rig->code.target;
	const bool fast = regs->rip == t->entry_at;

	regs->rip = fast ? t->landing_pad_at : regs->rip + INT80_SIZE;
	if (fast) {
		regs->rbp = rig_word(w->rig, (uint32_t)regs->rsp, 0);
		regs->rcx = w->start.rcx;
	}
	regs->rax = rig_random();
	regs->eflags = KERNEL_FLAGS;
	rig_set_regs(w->rig->pid, regs);
	w->before.eflags = regs->eflags;
}

/* Steps until the program goes on, from behind an entry. */
static void leave(struct walk *w, struct user_regs_struct *regs)
{
	const uint32_t pad = w->rig->code.target.landing_pad_at;
	struct user_regs_struct want = w->before;
	unsigned words = w->by_int80 ? 0 : PAD_WORDS, steps = 0;
	const uint64_t eax = regs->rax;

	while (regs->rip != w->ret) {
		assert_true(steps++ < 20);
		if (regs->rip >= pad && regs->rip <= pad + PAD_WORDS)
			words = (uint32_t)(pad + PAD_WORDS - regs->rip);
		check_behind(w, regs, words, 0);
		rig_step(w->rig, regs);
	}
	want.rax = eax;
	want.rip = w->ret;
	want.rsp = w->top + 4;
	rig_assert_regs(regs, &want, w->ret);
	check_memory(w);
}

void walk_out(struct walk *w)
{
	struct user_regs_struct regs;

	rig_get_regs(w->rig->pid, &regs);
	answer(w, &regs);
	leave(w, &regs);
}

void walk_restart(struct walk *w)
{
	const struct code_layout *c = &w->rig->code;
	struct user_regs_struct regs, want;
	unsigned steps = 0;

	rig_get_regs(w->rig->pid, &regs);
	answer(w, &regs);
	regs.rip -= INT80_SIZE;
	regs.rax = w->nr;
	rig_set_regs(w->rig->pid, &regs);
	want = regs;
	want.rbp = w->start.rbp;
	want.rdi = w->start.rdi;
	while (!is_int80(w->rig, regs.rip)) {
		assert_true(steps++ < 20);
		check_behind(w, &regs, PAD_WORDS, -INT80_SIZE);
		rig_step(w->rig, &regs);
	}
	check_behind(w, &regs, PAD_WORDS, -INT80_SIZE);
	assert_int_equal(regs.rip + INT80_SIZE, c->restart_ip);
	want.rip = regs.rip;
	rig_assert_regs(&regs, &want, regs.rip);
	/* Another filter has answered it without a stop. */
	answer(w, &regs);
	check_behind(w, &regs, PAD_WORDS, 0);
	rig_step(w->rig, &regs);
	assert_int_equal(regs.rip, c->target.landing_pad_at);
	leave(w, &regs);
}
