/* SPDX-License-Identifier: MIT */
/* The table of counters that a program shares: keys, counts, and what a program may do to both. */
#include "unit.h"

#include "patch/table.h"
#include "syscalls/calls.h"

#include <errno.h>
#include <string.h>

enum { NR = 20 };

/* What a counter has come to. */
struct counter {
	int64_t sum;
	unsigned calls;
	uint32_t nr;
};

struct fixture {
	struct table *table;
	struct table_slot slot[TABLE_SLOTS];
};

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->table = table_new(f->slot);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	table_free(f->table);
	test_free(f);
	return 0;
}

static void add(void *ctx, void *counter, uint32_t nr, int64_t n)
{
	struct counter *c = counter;
	unsigned *calls = ctx;

	c->sum += n;
	c->nr = nr;
	c->calls++;
	if (calls)
		++*calls;
}

static unsigned drain(struct fixture *f)
{
	return table_drain(f->table, add, NULL);
}

static uint32_t first_of(uint32_t ret, uint32_t nr)
{
	return table_hash(ret, nr) / (uint32_t)sizeof(struct table_slot);
}

/* Where the program finds the key, which knows nothing but the slots; -1: nowhere. */
static int slot_of(const struct fixture *f, uint32_t ret, uint32_t nr)
{
	for (uint32_t i = 0; i < TABLE_SLOTS; i++) {
		uint32_t n = (first_of(ret, nr) + i) % TABLE_SLOTS;

		if (f->slot[n].ret == ret && f->slot[n].nr == nr)
			return (int)n;
		if (!f->slot[n].ret)
			break;
	}
	return -1;
}

static struct table_slot *find(struct fixture *f, uint32_t ret, uint32_t nr)
{
	int n = slot_of(f, ret, nr);

	assert_true(n >= 0);
	return &f->slot[n];
}

/* As the code does it, n times. */
static void count(struct table_slot *s, uint64_t n)
{
	uint64_t now = ((uint64_t)(s->hi & 0xffffff) << 32 | s->lo) + n;

	s->lo = (uint32_t)now;
	s->hi = (s->hi & 0xff000000) | (uint32_t)(now >> 32);
}

/* The n-th return address whose search begins at that slot. */
static uint32_t ret_for(uint32_t slot, uint32_t nr, unsigned n)
{
	uint32_t ret = 0x1000;

	for (;; ret++)
		if (first_of(ret, nr) == slot && n-- == 0)
			return ret;
}

/* ---- keys ---- */

static void finds_what_was_inserted(void **state)
{
	struct fixture *f = *state;
	struct counter c[500] = {{0}};

	for (unsigned i = 0; i < COUNT(c); i++)
		assert_int_equal(table_insert(f->table, 0x8048000 + i * 7, i % 9, FREE_SIXTH, &c[i]), 0);
	for (unsigned i = 0; i < COUNT(c); i++) {
		struct table_slot *s = find(f, 0x8048000 + i * 7, i % 9);

		assert_int_equal(s->hi >> 24, FREE_SIXTH);
		count(s, i + 1);
		assert_true(table_counts(f->table, 0x8048000 + i * 7));
	}
	assert_false(table_counts(f->table, 0x8047fff));
	assert_int_equal(drain(f), 0);
	for (unsigned i = 0; i < COUNT(c); i++) {
		assert_int_equal(c[i].sum, i + 1);
		assert_int_equal(c[i].nr, i % 9);
	}
	/* Once. */
	assert_int_equal(drain(f), 0);
	assert_int_equal(c[7].calls, 1);
}

static void refuses_what_is_no_key(void **state)
{
	struct fixture *f = *state;
	struct counter c = {0};

	assert_int_equal(table_insert(f->table, 0, NR, FREE_SIXTH, &c), -EINVAL);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_NONE, &c), -EINVAL);
	assert_int_equal(slot_of(f, 0x1000, NR), -1);
	table_take_back(f->table, 0x1000, NR, true);
	table_take_back(f->table, 0, 0, true);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.calls, 0);
}

/* The program's search is short, whatever it is that calls. */
static void a_neighbourhood_can_be_full(void **state)
{
	struct fixture *f = *state;
	struct counter c = {0};
	const uint32_t first = TABLE_SLOTS - 10;

	for (unsigned i = 0; i < TABLE_PROBES; i++) {
		uint32_t ret = ret_for(first, NR, i);

		assert_int_equal(table_insert(f->table, ret, NR, FREE_SIXTH, &c), 0);
		assert_ptr_equal(find(f, ret, NR), &f->slot[(first + i) % TABLE_SLOTS]);
	}
	assert_int_equal(table_insert(f->table, ret_for(first, NR, TABLE_PROBES), NR, FREE_SIXTH, &c), -ENOSPC);
	/* One that is there already is not in need of room; and elsewhere there is some. */
	assert_int_equal(table_insert(f->table, ret_for(first, NR, 3), NR, FREE_SIXTH, &c), 0);
	assert_int_equal(table_insert(f->table, ret_for(1000, NR, 0), NR, FREE_SIXTH, &c), 0);
}

static void one_slot_stays_free(void **state)
{
	struct fixture *f = *state;
	struct counter c = {0};
	unsigned used = 0, free_slots = 0, full = 0;

	for (uint32_t ret = 1; used < TABLE_SLOTS - 1; ret++)
		used += table_insert(f->table, ret, NR, FREE_SIXTH, &c) == 0;
	for (unsigned i = 0; i < TABLE_SLOTS; i++)
		free_slots += f->slot[i].ret == 0;
	assert_int_equal(free_slots, 1);
	for (unsigned i = 0; i < 4 * TABLE_SLOTS; i++)
		full += table_insert(f->table, 0x90000000 + i, NR, FREE_SIXTH, &c) == -ENOSPC;
	assert_int_equal(full, 4 * TABLE_SLOTS);
}

static void a_key_is_counted_for_one(void **state)
{
	struct fixture *f = *state;
	struct counter a = {0}, b = {0};

	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &a), 0);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_IF_NO_FIFTH, &a), 0);
	assert_int_equal(find(f, 0x1000, NR)->hi >> 24, FREE_IF_NO_FIFTH);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &b), -EEXIST);
	/* Another number is another key. */
	assert_int_equal(table_insert(f->table, 0x1000, NR + 1, FREE_SIXTH, &b), 0);

	/* Switched off, it can be another's once what it counted is drained. */
	count(find(f, 0x1000, NR), 5);
	table_switch_off(f->table, 0x1000, 0x1001);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &b), -EEXIST);
	assert_int_equal(drain(f), 0);
	table_take_back(f->table, 0x1000, NR, false);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &b), -EEXIST);
	assert_int_equal(drain(f), 0);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &b), 0);
	count(find(f, 0x1000, NR), 2);
	assert_int_equal(drain(f), 0);
	assert_int_equal(a.sum, 4);
	assert_int_equal(b.sum, 2);
}

static void switches_a_range_off(void **state)
{
	struct fixture *f = *state;
	struct counter c[4] = {{0}};
	static const uint32_t rets[] = {0xfff, 0x1000, 0x1fff, 0x2000};

	for (unsigned i = 0; i < COUNT(c); i++)
		assert_int_equal(table_insert(f->table, rets[i], NR, FREE_SIXTH, &c[i]), 0);
	table_switch_off(f->table, 0x1000, 0x2000);
	for (unsigned i = 0; i < COUNT(c); i++) {
		const bool off = i == 1 || i == 2;

		assert_int_equal(table_counts(f->table, rets[i]), !off);
		assert_int_equal(find(f, rets[i], NR)->hi >> 24, off ? FREE_NONE : FREE_SIXTH);
		/* A task that had found its key before still adds to it. */
		count(find(f, rets[i], NR), 1);
	}
	assert_int_equal(drain(f), 0);
	for (unsigned i = 0; i < COUNT(c); i++)
		assert_int_equal(c[i].sum, 1);
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &c[1]), 0);
	assert_true(table_counts(f->table, 0x1000));
	table_switch_off(f->table, 0, UINT64_MAX);
	for (unsigned i = 0; i < COUNT(c); i++)
		assert_false(table_counts(f->table, rets[i]));
}

static void takes_keys_over(void **state)
{
	struct fixture *f = *state;
	static struct table_slot slots[TABLE_SLOTS];
	struct counter c = {0}, d = {0};
	const uint32_t ret = ret_for(TABLE_SLOTS - 1, NR, 0), next = ret_for(TABLE_SLOTS - 1, NR, 1);

	memset(slots, 0, sizeof(slots));
	assert_int_equal(table_insert(f->table, ret, NR, FREE_SIXTH, &c), 0);
	assert_int_equal(table_insert(f->table, next, NR, FREE_SIXTH, &d), 0);
	count(find(f, ret, NR), 3);
	struct table *copy = table_new(slots);
	table_take_keys(copy, f->table);
	/* In the same slots, with nothing counted and nothing that counts. */
	for (unsigned i = 0; i < TABLE_SLOTS; i++) {
		assert_int_equal(slots[i].ret, f->slot[i].ret);
		assert_int_equal(slots[i].nr, f->slot[i].nr);
		assert_int_equal(slots[i].lo, 0);
		assert_int_equal(slots[i].hi, 0);
	}
	assert_false(table_counts(copy, ret));
	/* A task that found its key in the other. */
	count(&slots[TABLE_SLOTS - 1], 1);
	count(&slots[0], 2);
	assert_int_equal(table_drain(copy, add, NULL), 0);
	assert_int_equal(c.sum, 1);
	assert_int_equal(d.sum, 2);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 4);
	/* Free slots are as many as before. */
	assert_int_equal(table_insert(copy, ret, NR, FREE_SIXTH, &c), 0);
	assert_int_equal(table_insert(copy, 0x4444, NR, FREE_SIXTH, &c), 0);
	table_free(copy);
}

/* ---- counts ---- */

static void takes_back(void **state)
{
	struct fixture *f = *state;
	struct counter c = {0};

	table_insert(f->table, 0x1000, NR, FREE_SIXTH, &c);
	count(find(f, 0x1000, NR), 3);
	table_take_back(f->table, 0x1000, NR, false);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 2);
	/* What was drained already is taken back from the sum. */
	table_take_back(f->table, 0x1000, NR, false);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 1);
	/* One counted and one taken back are none: nobody is told. */
	count(find(f, 0x1000, NR), 1);
	table_take_back(f->table, 0x1000, NR, false);
	c.calls = 0;
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.calls, 0);
}

static void waits_for_a_carry(void **state)
{
	struct fixture *f = *state;
	struct counter c = {0};
	struct table_slot *s;

	table_insert(f->table, 0x1000, NR, FREE_SIXTH, &c);
	s = find(f, 0x1000, NR);
	count(s, 0xffffffff);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 0xffffffff);
	/* lo has wrapped; hi has not heard of it. */
	s->lo = 0;
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 0xffffffff);
	s->lo = 2;
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 0xffffffff);
	s->hi++;
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 0x100000002);

	/* The task is stopped in between, and its call was not made: the carry is made good. */
	count(s, 0xfffffffd);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 0x1ffffffff);
	s->lo++;
	table_take_back(f->table, 0x1000, NR, true);
	assert_int_equal(drain(f), 0);
	assert_int_equal(c.sum, 0x1ffffffff);
	assert_int_equal(s->hi, 2u | (uint32_t)FREE_SIXTH << 24);
}

/* ---- what a program can do to it ---- */

enum harm {
	ZEROED,
	DECREASED,
	FORGED, /* plausibly: that cannot be told */
	TOO_MUCH,
	RULE,
	RET,
	NUMBER,
	ALL_OVER,
	HARMS
};

static void harm(struct table_slot *s, enum harm how)
{
	switch (how) {
	case ZEROED:
		memset(s, 0, sizeof(*s));
		return;
	case DECREASED:
		s->lo -= 50;
		return;
	case FORGED:
		s->lo += 1000;
		return;
	case TOO_MUCH:
		s->hi |= 0xffffff;
		return;
	case RULE:
		s->hi ^= 0xff000000;
		return;
	case RET:
		s->ret ^= 0xffff;
		return;
	case NUMBER:
		s->nr++;
		return;
	case ALL_OVER:
	case HARMS:
		memset(s, 0xee, sizeof(*s));
	}
}

static void tampering_is_seen_and_harms_nobody(void **state)
{
	struct fixture *f = *state;

	for (unsigned h = 0; h < HARMS; h++) {
		struct counter c = {0};
		uint32_t ret = 0x1000 + h * 0x100;
		struct table_slot *s, kept;

		assert_int_equal(table_insert(f->table, ret, NR, FREE_SIXTH, &c), 0);
		s = find(f, ret, NR);
		count(s, 100);
		assert_int_equal(drain(f), 0);
		count(s, 7);
		kept = *s;
		harm(s, (enum harm)h);
		if (drain(f) != (h == FORGED ? 0 : 1))
			fail_msg("harm %u is not seen", h);
		/* No total goes down, none is more than could have been. */
		assert_in_range(c.sum, 100, 100 + 7 + (h == FORGED ? 1000 : 0));
		/* Keys and rules are what they were; it is told once, and counting goes on. */
		assert_int_equal(s->ret, kept.ret);
		assert_int_equal(s->nr, kept.nr);
		assert_int_equal(s->hi >> 24, FREE_SIXTH);
		assert_int_equal(drain(f), 0);
		int64_t sum = c.sum;
		count(s, 3);
		assert_int_equal(drain(f), 0);
		assert_int_equal(c.sum, sum + 3);
		table_switch_off(f->table, ret, ret + 1);
	}
}

/* A free slot, too, is the tracer's to fill. */
static void keys_of_the_programs_own_count_nothing(void **state)
{
	struct fixture *f = *state;
	struct counter c = {0};

	f->slot[first_of(0x1000, NR)] = (struct table_slot){0x1000, NR, 5, (uint32_t)FREE_SIXTH << 24};
	f->slot[77] = (struct table_slot){0, 0, 9, 0};
	assert_int_equal(table_drain(f->table, add, NULL), 1);
	assert_int_equal(f->slot[first_of(0x1000, NR)].ret, 0);
	assert_false(table_counts(f->table, 0x1000));
	/* What was written there before belongs to nobody's count. */
	assert_int_equal(table_insert(f->table, 0x1000, NR, FREE_SIXTH, &c), 0);
	count(find(f, 0x1000, NR), 1);
	drain(f);
	assert_int_equal(c.sum, 1);
}

/* Whatever is written, in whatever order: totals stay what a program could have done. */
static void any_bytes_are_borne(void **state)
{
	struct fixture *f = *state;
	struct counter c[8] = {{0}};
	uint64_t x = 88172645463325252;

	for (unsigned i = 0; i < COUNT(c); i++)
		assert_int_equal(table_insert(f->table, 0x5000 + i, NR, FREE_SIXTH, &c[i]), 0);
	for (unsigned turn = 0; turn < 300; turn++) {
		for (unsigned i = 0; i < sizeof(f->slot) / 4; i++) {
			x ^= x << 13;
			x ^= x >> 7;
			x ^= x << 17;
			if (x % 3 == 0)
				((uint32_t *)f->slot)[i] = (uint32_t)(x >> 20);
		}
		assert_true(drain(f) > 0);
		for (unsigned i = 0; i < COUNT(c); i++)
			assert_in_range(c[i].sum, 0, (uint64_t)(turn + 1) << 44);
	}
}

#define WITH_TABLE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLE(finds_what_was_inserted),
		WITH_TABLE(refuses_what_is_no_key),
		WITH_TABLE(a_neighbourhood_can_be_full),
		WITH_TABLE(one_slot_stays_free),
		WITH_TABLE(a_key_is_counted_for_one),
		WITH_TABLE(switches_a_range_off),
		WITH_TABLE(takes_keys_over),
		WITH_TABLE(takes_back),
		WITH_TABLE(waits_for_a_carry),
		WITH_TABLE(tampering_is_seen_and_harms_nobody),
		WITH_TABLE(keys_of_the_programs_own_count_nothing),
		WITH_TABLE(any_bytes_are_borne),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
