/* SPDX-License-Identifier: MIT */
/* The counting code, instruction by instruction, and the way back from each. */
#include "unit.h"

#include "count_walk.h"

#include "patch/blob.h"
#include "syscalls/calls.h"

#include <string.h>

static struct walk walk;

/* ---- tables ---- */

static uint32_t random_ret(void)
{
	return 0x1000 + rig_random() % 0xf0000000;
}

static uint32_t random_nr(void)
{
	return rig_random() % 4 ? rig_random() % 512 : rig_random();
}

/* A table without keys, its counters random. */
static void clear(struct rig *rig)
{
	memset(rig->memory->table, 0, sizeof(rig->memory->table));
	for (unsigned i = 0; i < TABLE_SLOTS; i++) {
		rig->memory->table[i].lo = rig_random();
		rig->memory->table[i].hi = rig_random() & 0xffff;
	}
}

static struct table_slot *put(struct rig *rig, uint32_t slot, uint32_t ret, uint32_t nr, uint8_t rule)
{
	struct table_slot *s = &rig->memory->table[slot % TABLE_SLOTS];

	s->ret = ret;
	s->nr = nr;
	s->hi = (s->hi & 0xffffff) | (uint32_t)rule << 24;
	return s;
}

static uint32_t first_slot(uint32_t ret, uint32_t nr)
{
	return table_hash(ret, nr) / sizeof(struct table_slot);
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

		if (rig_random() % 2)
			put(rig, slot + i, ret, nr ^ other, FREE_SIXTH);
		else
			put(rig, slot + i, (ret ^ other) ? ret ^ other : 1, nr, FREE_SIXTH);
	}
}

static void call(struct rig *rig, bool by_int80, uint32_t ret, uint32_t nr, enum arrival arrival, struct table_slot *slot)
{
	walk_begin(&walk, rig, by_int80, ret, nr);
	walk_in(&walk, arrival, slot);
	walk_out(&walk);
}

/* ---- hits and misses ---- */

static void hits(struct rig *rig)
{
	for (unsigned i = 0; i < 20; i++) {
		uint32_t ret = random_ret(), nr = random_nr();

		clear(rig);
		call(rig, i % 2, ret, nr, ARRIVES_SIXTH, put(rig, first_slot(ret, nr), ret, nr, FREE_SIXTH));
	}
}

static void counts_a_key(void **state)
{
	(void)state;
	rig_with_every_form(hits);
}

static void misses(struct rig *rig)
{
	for (unsigned i = 0; i < 10; i++) {
		uint32_t ret = random_ret(), nr = random_nr();

		clear(rig);
		call(rig, i % 2, ret, nr, ARRIVES_MISSED, NULL);
		crowd(rig, first_slot(ret, nr), i, ret, nr);
		call(rig, i % 2, ret, nr, ARRIVES_MISSED, NULL);
		/* Switched off; and a rule that there is not. */
		put(rig, first_slot(ret, nr) + i, ret, nr, FREE_NONE);
		call(rig, i % 2, ret, nr, ARRIVES_MISSED, NULL);
		put(rig, first_slot(ret, nr) + i, ret, nr, FREE_BY_IPC_CALL + 1);
		call(rig, i % 2, ret, nr, ARRIVES_MISSED, NULL);
	}
}

static void stops_without_a_key(void **state)
{
	(void)state;
	rig_with_every_form(misses);
}

static void chains(struct rig *rig)
{
	for (unsigned i = 1; i < 12; i++) {
		uint32_t nr = random_nr(), first = (TABLE_SLOTS - 3 + i % 5) % TABLE_SLOTS;
		uint32_t ret = ret_for(first, nr);

		clear(rig);
		crowd(rig, first, i, ret, nr);
		call(rig, i % 2, ret, nr, ARRIVES_SIXTH, put(rig, first + i, ret, nr, FREE_SIXTH));
	}
}

static void finds_keys_behind_others_and_wraps(void **state)
{
	(void)state;
	rig_with_every_form(chains);
}

static void carries(struct rig *rig)
{
	static const uint64_t counts[] = {0xffffffff, 0x1ffffffff, 0xfffffeffffffff, 0xfffffffe, 0xffffff00000000, 0};
	static const struct {
		uint8_t rule;
		enum arrival arrival;
	} rows[] = {{FREE_SIXTH, ARRIVES_SIXTH}, {FREE_BY_FUTEX_OP, ARRIVES_FIFTH}, {FREE_SIXTH_INT80, ARRIVES_INT80}};

	for (unsigned i = 0; i < COUNT(counts) * COUNT(rows); i++) {
		uint32_t ret = random_ret(), nr = random_nr();
		uint64_t count = counts[i / COUNT(rows)];
		struct table_slot *slot;

		clear(rig);
		slot = put(rig, first_slot(ret, nr), ret, nr, rows[i % COUNT(rows)].rule);
		slot->lo = (uint32_t)count;
		slot->hi = (slot->hi & 0xff000000) | (uint32_t)(count >> 32);
		walk_begin(&walk, rig, rows[i % COUNT(rows)].arrival == ARRIVES_INT80, ret, nr);
		walk.start.rcx = 10; /* FUTEX_WAKE_BITSET */
		walk_in(&walk, rows[i % COUNT(rows)].arrival, slot);
		walk_out(&walk);
	}
}

static void counts_beyond_32_bits(void **state)
{
	(void)state;
	rig_with_every_form(carries);
}

/* A search through all slots but one, which a table that is all but full would need. */
static void ends_in_a_crowded_table(void **state)
{
	struct rig rig;
	uint32_t nr = 5;

	(void)state;
	rig_init(&rig, &rig_forms[0]);
	rig_needs_32bit_code(&rig);
	clear(&rig);
	for (uint32_t i = 0; i < TABLE_SLOTS; i++)
		if (i != 7)
			put(&rig, i, 1 + i, 77, FREE_SIXTH);
	call(&rig, false, ret_for(8, nr), nr, ARRIVES_MISSED, NULL);
	rig_fini(&rig);
}

/* ---- rules ---- */

/* Flags of mmap(2) and mremap(2), as the kernel has them. */
enum { ANON = 0x20, PRIVATE = 2, FIXED = 0x10, HUGETLB = 0x40000, NOREPLACE = 0x100000, POPULATE = 0x8000 };
enum { WAIT_PRIVATE = 0x80, REALTIME = 0x100 };

/* One MiB of code, from here. */
#define CODE_AT 0x50000000u
#define MIB 0x100000u

struct arguments {
	uint8_t rule;
	enum arrival arrival;
	uint32_t ebx, ecx, edx, esi, edi, ebp;
};

static const struct arguments rules[] = {
	/* the sixth, where the fifth is 0 */
	{FREE_IF_NO_FIFTH, ARRIVES_SIXTH, 1, 2, 3, 4, 0, 6},
	{FREE_IF_NO_FIFTH, ARRIVES_MISSED, 1, 2, 3, 4, 1, 6},
	{FREE_IF_NO_FIFTH, ARRIVES_MISSED, 1, 2, 3, 4, 0x80000000, 0},
	/* futex(2): operations without sixth and fifth, with the fifth, with the sixth, with both */
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 0, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 0 | WAIT_PRIVATE, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 1 | WAIT_PRIVATE, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 2, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 3 | WAIT_PRIVATE, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 4, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 5 | WAIT_PRIVATE, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 6, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 7, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 8, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_FIFTH, 1, 9 | WAIT_PRIVATE | REALTIME, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_FIFTH, 1, 9, 3, 4, 0, 0xffffffff},
	{FREE_BY_FUTEX_OP, ARRIVES_FIFTH, 1, 10 | WAIT_PRIVATE, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 11, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 12, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_SIXTH, 1, 13 | WAIT_PRIVATE, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 14, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 31, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 32, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 33, 3, 4, 5, 6},
	{FREE_BY_FUTEX_OP, ARRIVES_MISSED, 1, 64, 3, 4, 5, 6},
	/* mmap2: memory without a file and without code, where the kernel wants */
	{FREE_IF_ANONYMOUS, ARRIVES_SIXTH, 0, 4096, 3, ANON | PRIVATE, 0xffffffff, 0},
	{FREE_IF_ANONYMOUS, ARRIVES_SIXTH, 0, 4096, 0, ANON | POPULATE, 0, 7},
	{FREE_IF_ANONYMOUS, ARRIVES_MISSED, 0, 4096, 7, ANON | PRIVATE, 0xffffffff, 0},
	{FREE_IF_ANONYMOUS, ARRIVES_MISSED, 0, 4096, 4, ANON | PRIVATE, 0xffffffff, 0},
	{FREE_IF_ANONYMOUS, ARRIVES_MISSED, 0, 4096, 3, PRIVATE, 3, 0},
	{FREE_IF_ANONYMOUS, ARRIVES_MISSED, 0, 4096, 3, ANON | PRIVATE | FIXED, 0, 0},
	{FREE_IF_ANONYMOUS, ARRIVES_MISSED, 0, 4096, 3, ANON | PRIVATE | HUGETLB, 0, 0},
	{FREE_IF_ANONYMOUS, ARRIVES_MISSED, 0, 4096, 3, ANON | PRIVATE | NOREPLACE, 0, 0},
	/* a range without code: around one MiB of it */
	{FREE_IF_NO_CODE, ARRIVES_SIXTH, CODE_AT - MIB, MIB, 7, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_MISSED, CODE_AT - MIB, MIB + 1, 7, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_MISSED, CODE_AT, 1, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_MISSED, CODE_AT + MIB - 4096, 4096, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_SIXTH, CODE_AT + MIB, 4096, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_MISSED, CODE_AT - 9 * MIB, 20 * MIB, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_SIXTH, CODE_AT + MIB, 20 * MIB, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_SIXTH, 0xfff00000, MIB, 3, 4, 5, 6},
	/* none at all; around the end of the address space */
	{FREE_IF_NO_CODE, ARRIVES_MISSED, 0x60000000, 0, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_MISSED, 0xfff00000, MIB + 1, 3, 4, 5, 6},
	{FREE_IF_NO_CODE, ARRIVES_MISSED, 0x60000000, 0xffffffff, 3, 4, 5, 6},
	/* mprotect: the same, and does not make code */
	{FREE_IF_NO_CODE_RW, ARRIVES_SIXTH, 0x60000000, 4096, 3, 4, 5, 6},
	{FREE_IF_NO_CODE_RW, ARRIVES_MISSED, 0x60000000, 4096, 4, 4, 5, 6},
	{FREE_IF_NO_CODE_RW, ARRIVES_MISSED, 0x60000000, 4096, 7, 4, 5, 6},
	{FREE_IF_NO_CODE_RW, ARRIVES_MISSED, CODE_AT, 4096, 3, 4, 5, 6},
	/* mremap: the same, and leaves the place to the kernel */
	{FREE_IF_NO_CODE_MOVE, ARRIVES_SIXTH, 0x60000000, 4096, 7, 1, 5, 6},
	{FREE_IF_NO_CODE_MOVE, ARRIVES_SIXTH, 0x60000000, 4096, 7, 0, 5, 6},
	{FREE_IF_NO_CODE_MOVE, ARRIVES_MISSED, 0x60000000, 4096, 7, 3, 5, 6},
	{FREE_IF_NO_CODE_MOVE, ARRIVES_MISSED, 0x60000000, 4096, 7, 5, 5, 6},
	{FREE_IF_NO_CODE_MOVE, ARRIVES_MISSED, CODE_AT, 4096, 7, 1, 5, 6},
	/* a null pointer as the sixth */
	{FREE_SIXTH_POINTER, ARRIVES_SIXTH, 1, 2, 3, 4, 5, 0},
	{FREE_SIXTH_POINTER, ARRIVES_MISSED, 1, 2, 3, 4, 5, 1},
	{FREE_SIXTH_POINTER, ARRIVES_MISSED, 1, 2, 3, 4, 5, 0x80000000},
	/* ipc: all but MSGRCV, SEMTIMEDOP, SHMAT and SHMDT; with a version in the upper half */
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 0, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_SIXTH, 1, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_SIXTH, 2, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_SIXTH, 3, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_SIXTH, 11, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_SIXTH, 0x1000b, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_SIXTH, 24, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 21, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 22, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 0x10015, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 32, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 33, 2, 3, 4, 5, 6},
	{FREE_BY_IPC_CALL, ARRIVES_MISSED, 0xffff, 2, 3, 4, 5, 6},
};

static void obey(struct rig *rig, const struct arguments *a, bool by_int80)
{
	uint32_t ret = random_ret(), nr = random_nr();
	struct table_slot *slot;

	clear(rig);
	slot = put(rig, first_slot(ret, nr), ret, nr, a->rule);
	walk_begin(&walk, rig, by_int80, ret, nr);
	walk.start.rbx = a->ebx;
	walk.start.rcx = a->ecx;
	walk.start.rdx = a->edx;
	walk.start.rsi = a->esi;
	walk.start.rdi = a->edi;
	walk.start.rbp = a->ebp;
	walk_in(&walk, a->arrival, a->arrival == ARRIVES_MISSED ? NULL : slot);
	walk_out(&walk);
}

static void obey_all(struct rig *rig)
{
	code_mark_chunks(rig->memory->code, CODE_AT, CODE_AT + MIB);
	for (unsigned i = 0; i < COUNT(rules); i++) {
		obey(rig, &rules[i], false);
		obey(rig, &rules[i], true);
	}
}

static void obeys_each_rule(void **state)
{
	(void)state;
	rig_with_every_form(obey_all);
}

static void enter_by_int80(struct rig *rig)
{
	for (unsigned i = 0; i < 20; i++)
		obey(rig, &(struct arguments){FREE_SIXTH_INT80, ARRIVES_INT80, rig_random(), rig_random(), rig_random(),
					      rig_random(), rig_random(), rig_random()}, true);
}

static void calls_that_never_sleep_enter_by_int80(void **state)
{
	(void)state;
	rig_with_every_form(enter_by_int80);
}

static void marks_whole_chunks(void **state)
{
	static const struct {
		uint64_t start, end;
		uint32_t first, last; /* chunks; first > last: none */
	} rows[] = {
		{0, 1, 0, 0}, {MIB - 1, MIB, 0, 0}, {MIB - 1, MIB + 1, 0, 1}, {MIB, MIB, 1, 0},
		{0xfff00000, 0x100000000, 4095, 4095}, {0xffffffff, 0x7fffffffffff, 4095, 4095},
		{0x7f0000000000, 0x7f0000001000, 1, 0}, {0, UINT64_MAX, 0, 4095}, {5, 4, 1, 0},
	};

	(void)state;
	for (unsigned i = 0; i < COUNT(rows); i++) {
		static uint8_t code[CODE_SIZE], clean[CODE_SIZE];
		const uint16_t chunks = code_blob()->chunks;

		memset(code, 0, sizeof(code));
		code_mark_chunks(code, rows[i].start, rows[i].end);
		for (uint32_t n = 0; n < 4096; n++)
			assert_int_equal(code_chunk_marked(code, n << 20), n >= rows[i].first && n <= rows[i].last);
		memset(code + chunks, 0, 512);
		assert_memory_equal(code, clean, sizeof(code));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_a_key),
		cmocka_unit_test(stops_without_a_key),
		cmocka_unit_test(finds_keys_behind_others_and_wraps),
		cmocka_unit_test(counts_beyond_32_bits),
		cmocka_unit_test(ends_in_a_crowded_table),
		cmocka_unit_test(obeys_each_rule),
		cmocka_unit_test(calls_that_never_sleep_enter_by_int80),
		cmocka_unit_test(marks_whole_chunks),
	};

	return cmocka_run_group_tests_name("count", tests, NULL, NULL);
}
