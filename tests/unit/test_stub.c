/* SPDX-License-Identifier: MIT */
/* The counting code, instruction by instruction, and the way back from each. */
#include "unit.h"

#include "stub_rig.h"

#include "stub/blob.h"

#include <errno.h>
#include <string.h>

#define NO_SLOT STUB_SLOTS

enum { INT80_SIZE = 2, STEPS_MAX = 2000 };

static const uint16_t pads[] = {0x5e9, 0x00c + 0x20, 0xf80, 0x800};

/* ---- what one call does ---- */

struct before {
	struct user_regs_struct regs;
	struct rig_memory memory;
};

/* The thread is somewhere on the way: undo that, and see that nothing is left of it. */
static void check_undo(struct rig *rig, const struct before *before, const struct user_regs_struct *now, uint32_t want_slot)
{
	struct stub_slot table[STUB_SLOTS + STUB_SITES];
	struct user_regs_struct regs = *now;
	uint32_t slot = NO_SLOT;
	int undone = stub_undo(&rig->code, &regs, &rig->stack, before->memory.table, &slot);

	memcpy(table, rig->memory->table, sizeof(table));
	if (undone == STUB_UNDONE_COUNTED || undone == STUB_UNDONE_CARRY) {
		assert_int_equal(slot, want_slot);
		stub_take_back(&table[slot], (enum stub_undo)undone);
	} else {
		assert_int_equal(undone, STUB_UNDONE);
	}
	assert_memory_equal(table, before->memory.table, sizeof(table));
	rig_assert_regs(&regs, &before->regs, now->rip);
}

/* Nothing but the three pushes below the stack pointer, and nothing but the table elsewhere. */
static void check_memory(struct rig *rig, const struct before *before)
{
	const struct rig_memory *m = rig->memory;
	uint32_t top = (uint32_t)before->regs.rsp - rig_at(m->stack);
	uint32_t pushed[] = {(uint32_t)before->regs.rbp, (uint32_t)before->regs.rdx, (uint32_t)before->regs.rcx};

	assert_memory_equal(m, &before->memory, offsetof(struct rig_memory, stack) + top - sizeof(pushed));
	assert_memory_equal(m->stack + top - sizeof(pushed), pushed, sizeof(pushed));
	assert_memory_equal(m->stack + top, before->memory.stack + top, RIG_STACK_SIZE - top);
}

/* One call with that key, which counts in want_slot or misses. */
static void call(struct rig *rig, uint32_t ret, uint32_t nr, uint32_t want_slot)
{
	static struct before before;
	const struct stub_target *t = &rig->code.target;
	uint64_t miss_at = rig->code.miss_ip - INT80_SIZE;
	struct user_regs_struct regs, want;
	uint32_t slot;
	unsigned steps = 0;

	rig_enter(rig, t->vsyscall_at, nr, ret, &before.regs);
	before.memory = *rig->memory;
	regs = before.regs;
	assert_int_equal(stub_undo(&rig->code, &regs, &rig->stack, rig->memory->table, &slot), STUB_NOT_HERE);
	while (regs.rip != t->entry_insn_at && regs.rip != miss_at) {
		assert_true(steps++ < STEPS_MAX);
		rig_step(rig, &regs);
		check_undo(rig, &before, &regs, want_slot);
	}
	check_memory(rig, &before);
	want = before.regs;
	want.rsp -= 12;
	want.rip = want_slot == NO_SLOT ? miss_at : t->entry_insn_at;
	if (want_slot != NO_SLOT) {
		want.rbp = t->sysenter ? want.rsp : want.rcx;
		before.memory.table[want_slot].count++;
	}
	rig_assert_regs(&regs, &want, regs.rip);
	assert_memory_equal(rig->memory->table, before.memory.table, sizeof(before.memory.table));
}

/* ---- tables ---- */

static uint32_t random_ret(void)
{
	return 1 + rig_random() % 0xfffffffe;
}

static uint32_t random_nr(void)
{
	return rig_random() % 4 ? rig_random() % 512 : rig_random();
}

/* A table without keys, its counters random. */
static void clear(struct rig *rig)
{
	memset(rig->memory->table, 0, sizeof(rig->memory->table));
	for (unsigned i = 0; i < STUB_SLOTS + STUB_SITES; i++)
		rig->memory->table[i].count = (uint64_t)rig_random() << 32 | rig_random();
}

static void put(struct rig *rig, uint32_t slot, uint32_t ret, uint32_t nr)
{
	rig->memory->table[slot % STUB_SLOTS].ret = ret;
	rig->memory->table[slot % STUB_SLOTS].nr = nr;
}

static uint32_t first_slot(uint32_t ret, uint32_t nr)
{
	return stub_slot_hash(ret, nr) / sizeof(struct stub_slot);
}

/* A key whose search begins at that slot. */
static uint32_t ret_for(uint32_t slot, uint32_t nr)
{
	uint32_t ret;

	do
		ret = random_ret();
	while (first_slot(ret, nr) != slot);
	return ret;
}

/* Takes n slots from there by others than the key, as like it as can be. */
static void crowd(struct rig *rig, uint32_t slot, unsigned n, uint32_t ret, uint32_t nr)
{
	for (unsigned i = 0; i < n; i++) {
		uint32_t other = rig_random() | 1;

		switch (rig_random() % 4) {
		case 0:
			put(rig, slot + i, ret, nr ^ other);
			break;
		case 1:
			put(rig, slot + i, (ret ^ other) ? ret ^ other : 1, nr);
			break;
		case 2:
			put(rig, slot + i, STUB_DISARMED, nr);
			break;
		default:
			put(rig, slot + i, random_ret(), nr ^ other);
		}
	}
}

/* ---- tests ---- */

static void with_every_form(void (*test)(struct rig *rig))
{
	for (unsigned i = 0; i < 2 * COUNT(pads); i++) {
		struct rig rig;

		rig_init(&rig, pads[i / 2], i % 2);
		rig_needs_32bit_code(&rig);
		test(&rig);
		rig_fini(&rig);
	}
}

static void hits(struct rig *rig)
{
	for (unsigned i = 0; i < 25; i++) {
		uint32_t ret = random_ret(), nr = random_nr();

		clear(rig);
		int slot = stub_slot_insert(rig->memory->table, ret, nr);
		assert_int_equal(slot, first_slot(ret, nr));
		call(rig, ret, nr, (uint32_t)slot);
	}
}

static void counts_a_key(void **state)
{
	(void)state;
	with_every_form(hits);
}

static void misses(struct rig *rig)
{
	for (unsigned i = 0; i < 10; i++) {
		uint32_t ret = random_ret(), nr = random_nr();

		clear(rig);
		call(rig, ret, nr, NO_SLOT);
		crowd(rig, first_slot(ret, nr), i, ret, nr);
		call(rig, ret, nr, NO_SLOT);
	}
}

static void stops_without_a_key(void **state)
{
	(void)state;
	with_every_form(misses);
}

static void chains(struct rig *rig)
{
	for (unsigned i = 1; i < 12; i++) {
		uint32_t nr = random_nr(), first = (STUB_SLOTS - 3 + i % 5) % STUB_SLOTS;
		uint32_t ret = ret_for(first, nr);

		clear(rig);
		crowd(rig, first, i, ret, nr);
		put(rig, first + i, ret, nr);
		call(rig, ret, nr, (first + i) % STUB_SLOTS);
	}
}

static void finds_keys_behind_others_and_wraps(void **state)
{
	(void)state;
	with_every_form(chains);
}

static void carries(struct rig *rig)
{
	static const uint64_t counts[] = {0xffffffff, 0x1ffffffff, UINT64_MAX, 0xfffffffe, 0xffffffff00000000, 0};

	for (unsigned i = 0; i < COUNT(counts); i++) {
		uint32_t ret = random_ret(), nr = random_nr();

		clear(rig);
		int slot = stub_slot_insert(rig->memory->table, ret, nr);
		rig->memory->table[slot].count = counts[i];
		call(rig, ret, nr, (uint32_t)slot);
		assert_true(rig->memory->table[slot].count == counts[i] + 1);
	}
}

static void counts_beyond_32_bits(void **state)
{
	(void)state;
	with_every_form(carries);
}

static void marks_are_no_keys(void **state)
{
	static const uint32_t marks[] = {STUB_FREE, STUB_DISARMED};
	struct rig rig;

	(void)state;
	rig_init(&rig, pads[0], false);
	rig_needs_32bit_code(&rig);
	for (unsigned i = 0; i < COUNT(marks); i++) {
		uint32_t nr = i ? random_nr() : 0;

		clear(&rig);
		put(&rig, first_slot(marks[i], nr), marks[i], nr);
		call(&rig, marks[i], nr, NO_SLOT);
		assert_int_equal(stub_slot_insert(rig.memory->table, marks[i], nr), -EINVAL);
		assert_int_equal(stub_slot_find(rig.memory->table, marks[i], nr), -ENOENT);
	}
	rig_fini(&rig);
}

/* The last free slot is never given away: this search goes once round the table. */
static void ends_in_a_crowded_table(void **state)
{
	struct rig rig;
	uint32_t nr = 5, ret;
	int r;

	(void)state;
	rig_init(&rig, pads[0], false);
	rig_needs_32bit_code(&rig);
	clear(&rig);
	for (uint32_t i = 0; i < STUB_SLOTS - 2; i++)
		put(&rig, i, 1 + i, 77);
	ret = ret_for(STUB_SLOTS - 4, nr);
	r = stub_slot_insert(rig.memory->table, ret, nr);
	assert_int_equal(r, STUB_SLOTS - 2);
	assert_int_equal(stub_slot_insert(rig.memory->table, ret, nr), r);
	assert_int_equal(stub_slot_insert(rig.memory->table, ret_for(STUB_SLOTS - 4, nr + 1), nr + 1), -ENOSPC);
	assert_int_equal(stub_slot_insert(rig.memory->table, ret_for(100, nr), nr), -ENOSPC);
	call(&rig, ret_for(STUB_SLOTS - 20, nr), nr, NO_SLOT);
	rig_fini(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_a_key),
		cmocka_unit_test(stops_without_a_key),
		cmocka_unit_test(finds_keys_behind_others_and_wraps),
		cmocka_unit_test(counts_beyond_32_bits),
		cmocka_unit_test(marks_are_no_keys),
		cmocka_unit_test(ends_in_a_crowded_table),
	};

	return cmocka_run_group_tests_name("stub", tests, NULL, NULL);
}
