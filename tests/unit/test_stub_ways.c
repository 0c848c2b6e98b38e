/* SPDX-License-Identifier: MIT */
/* The counting code's other ways: patched sites, restarts, every page offset, hostile registers. */
#include "unit.h"

#include "stub_rig.h"

#include "stub/blob.h"

#include <errno.h>
#include <string.h>

enum { INT80_SIZE = 2, STEPS_MAX = 100 };

static const uint16_t pads[] = {0x5e9, 0x02c, 0xfe0, 0x800};

/* ---- patched int 0x80 ---- */

static void pass_site(struct rig *rig, uint64_t count)
{
	static struct rig_memory before, now;
	struct stub_slot *slot = &rig->memory->table[STUB_SLOTS];
	struct stub_site *site = &rig->site_code;
	struct user_regs_struct start, regs, out;
	enum stub_undo undone;
	unsigned steps = 0, counted = 0;

	slot->count = count;
	rig_enter(rig, site->back_at - 7, rig_random(), rig_random(), &start);
	before = *rig->memory;
	regs = out = start;
	assert_int_equal(stub_site_undo(site, &out), STUB_NOT_HERE);
	rig_assert_regs(&out, &start, start.rip);
	/* Wherever it is stopped it goes on at the site's int 0x80. */
	start.rip = site->back_at - INT80_SIZE;
	start.rax = site->nr;
	while (regs.rip != site->entered_ip - INT80_SIZE) {
		assert_true(steps++ < STEPS_MAX);
		rig_step(rig, &regs);
		out = regs;
		undone = stub_site_undo(site, &out);
		rig_assert_regs(&out, &start, regs.rip);
		now = *rig->memory;
		assert_int_not_equal(undone, STUB_NOT_HERE);
		counted += undone != STUB_UNDONE;
		stub_take_back(&now.table[STUB_SLOTS], undone);
		assert_memory_equal(&now, &before, sizeof(now));
	}
	assert_true(slot->count == count + 1);
	assert_true(counted >= 5); /* from the count on: jz, add, sahf, mov, int 0x80 */
	start.rip = regs.rip;
	rig_assert_regs(&regs, &start, regs.rip);
}

static void leave_site(struct rig *rig)
{
	struct stub_site *site = &rig->site_code;
	struct user_regs_struct regs, out, want;

	rig_enter(rig, site->entered_ip, rig_random(), rig_random(), &regs);
	out = want = regs;
	assert_int_equal(stub_site_undo(site, &out), STUB_UNDONE);
	want.rip = site->back_at;
	rig_assert_regs(&out, &want, regs.rip);
	rig_step(rig, &regs);
	rig_assert_regs(&regs, &want, site->entered_ip);
	assert_int_equal(stub_site_undo(site, &regs), STUB_NOT_HERE);
	regs.rip = site->enter + (1ull << 32);
	assert_int_equal(stub_site_undo(site, &regs), STUB_NOT_HERE);

	/* The kernel has put it back to restart: with restart_syscall, here. */
	out = want;
	out.rip = site->entered_ip - INT80_SIZE;
	out.rax = 0;
	out.orig_rax = 162;
	want = out;
	assert_int_equal(stub_site_undo(site, &out), STUB_UNDONE);
	want.rip = site->back_at - INT80_SIZE;
	rig_assert_regs(&out, &want, site->entered_ip - INT80_SIZE);
}

static void counts_a_patched_site(void **state)
{
	static const uint64_t counts[] = {0, 0xffffffff, 0x1ffffffff, UINT64_MAX, 0xfffffffe};

	(void)state;
	for (unsigned i = 0; i < COUNT(pads); i++) {
		struct rig rig;

		rig_init(&rig, pads[i], false);
		rig_needs_32bit_code(&rig);
		for (unsigned n = 0; n < 40; n++)
			pass_site(&rig, counts[n % COUNT(counts)]);
		leave_site(&rig);
		rig_fini(&rig);
	}
}

/* ---- the ways of a restart ---- */

static void restarts_through_its_own_int80(void **state)
{
	struct user_regs_struct regs, start, out;
	struct rig rig;
	uint32_t slot;

	(void)state;
	rig_init(&rig, pads[0], false);
	rig_needs_32bit_code(&rig);
	rig_enter(&rig, rig.code.target.landing_pad_at - INT80_SIZE, 0, rig_random(), &start);
	regs = out = start;
	assert_int_equal(stub_undo(&rig.code, &out, &rig.stack, rig.memory->table, &slot), STUB_NOT_HERE);
	rig_assert_regs(&out, &start, start.rip);
	for (unsigned i = 0; i < 2; i++) {
		rig_step(&rig, &regs);
		out = regs;
		assert_int_equal(stub_undo(&rig.code, &out, &rig.stack, rig.memory->table, &slot), STUB_UNDONE);
		rig_assert_regs(&out, &start, regs.rip);
	}
	assert_int_equal(regs.rip, rig.code.restart_at);
	assert_int_equal(rig.code.restart_ip, rig.code.restart_at + INT80_SIZE);
	rig_fini(&rig);
}

/* Behind an int 0x80 that another filter has answered there was no stop. */
static void returns_what_another_filter_answers(void **state)
{
	struct user_regs_struct start, regs, want;
	struct rig rig;
	uint32_t slot;

	(void)state;
	rig_init(&rig, pads[0], false);
	rig_needs_32bit_code(&rig);
	for (unsigned i = 0; i < 2; i++) {
		rig_enter(&rig, i ? rig.code.restart_ip : rig.code.miss_ip, 0, rig_random(), &start);
		regs = want = start;
		want.rip = rig.code.target.landing_pad_at;
		assert_int_equal(stub_undo(&rig.code, &regs, &rig.stack, rig.memory->table, &slot), STUB_UNDONE);
		rig_assert_regs(&regs, &want, want.rip);
		rig_step(&rig, &start);
		rig_assert_regs(&start, &want, want.rip);
	}
	rig_fini(&rig);
}

/* ---- what is not a call on its way ---- */

static void leaves_other_places_alone(void **state)
{
	struct user_regs_struct regs, out;
	struct rig rig;
	uint32_t slot;

	(void)state;
	rig_init(&rig, pads[0], false);
	const struct stub_code *c = &rig.code;
	const uint64_t ips[] = {
		c->inject_at, c->inject_ip, c->enter - 1,
		c->enter + stub_blob()->stub.size, c->target.landing_pad_at, c->target.page_at - 1,
		c->enter + (1ull << 32), 0,
	};
	rig_enter(&rig, 0, rig_random(), 0x1234, &regs);
	for (unsigned i = 0; i < COUNT(ips); i++) {
		regs.rip = ips[i];
		out = regs;
		assert_int_equal(stub_undo(c, &out, &rig.stack, rig.memory->table, &slot), STUB_NOT_HERE);
		rig_assert_regs(&out, &regs, regs.rip);
	}
	/* At the entry instruction the key decides, also one that the caller alone still knows. */
	regs.rip = c->target.entry_insn_at;
	regs.rsp -= 12;
	out = regs;
	assert_int_equal(stub_undo(c, &out, &rig.stack, rig.memory->table, &slot), STUB_NOT_HERE);
	rig_assert_regs(&out, &regs, regs.rip);
	int want = stub_slot_insert(rig.memory->table, 0x1234, (uint32_t)regs.rax);
	assert_int_equal(stub_undo(c, &out, &rig.stack, rig.memory->table, &slot), STUB_UNDONE_COUNTED);
	assert_int_equal(slot, want);
	rig_fini(&rig);
}

/* Whoever jumps into the middle, with whatever registers: no index outside, no crash. */
static void bears_any_registers(void **state)
{
	struct user_regs_struct regs, out;
	unsigned unreadable = 0;
	struct rig rig;

	(void)state;
	rig_init(&rig, pads[0], true);
	for (unsigned i = 0; i < 20000; i++) {
		uint32_t slot = 0;

		for (size_t n = 0; n < sizeof(regs) / 4; n++)
			((uint32_t *)&regs)[n] = rig_random();
		regs.rip = rig.code.enter + rig_random() % stub_blob()->stub.size;
		if (i % 2)
			regs.rsp = rig_at(rig.memory->stack) + rig_random() % RIG_STACK_SIZE;
		if (i % 3)
			regs.rbp &= 0xffff;
		out = regs;
		int r = stub_undo(&rig.code, &out, &rig.stack, rig.memory->table, &slot);
		assert_true(slot < STUB_SLOTS);
		if (r == STUB_NOT_HERE || r < 0)
			rig_assert_regs(&out, &regs, regs.rip);
		if (r < 0)
			assert_int_equal(r, -EFAULT);
		unreadable += r < 0;
	}
	assert_true(unreadable > 1000);
	rig_fini(&rig);
}

/* ---- every possible place of the landing pad ---- */

static unsigned count_int80(const uint8_t *page, uint32_t end)
{
	unsigned n = 0;

	for (uint32_t i = INT80_SIZE; i <= STUB_PAGE; i++)
		n += page[i - 2] == 0xcd && page[i - 1] == 0x80 && (end == 0 || i == end);
	return n;
}

static void builds_for_almost_every_offset(void **state)
{
	unsigned stubs = 0, sites = 0;

	(void)state;
	for (uint32_t pad = 0; pad < STUB_PAGE; pad++) {
		uint8_t page[STUB_PAGE];
		struct stub_target t = {
			.page_at = 0x40000000,
			.table_at = 0x40001000,
			.entry_insn_at = 0x40100000 + pad - 4,
			.vsyscall_at = 0x40100000 + pad - 9,
			.landing_pad_at = 0x40100000 + pad,
			.pad_offset = (uint16_t)pad,
		};
		struct stub_site s = {
			.page_at = 0x40000000,
			.slot_at = 0x40001010,
			.back_at = 0x8048007,
			.nr = 20,
			.pad_offset = (uint16_t)pad,
		};
		struct stub_code c;
		int r = stub_code_build(page, &t, &c);

		if (r == 0) {
			assert_int_equal(count_int80(page, 0), 3);
			assert_int_equal(count_int80(page, pad), 1);
			assert_int_equal(count_int80(page, c.miss_ip % STUB_PAGE), 1);
			assert_int_equal(count_int80(page, c.restart_ip % STUB_PAGE), 1);
			assert_int_equal(c.inject_ip % STUB_PAGE, pad);
			assert_memory_equal(page + c.enter % STUB_PAGE, "\x51\x52\x55\x89\xc2\x9f", 6);
			stubs++;
		} else {
			assert_int_equal(r, -ENOTSUP);
		}
		r = stub_site_build(page, &s);
		if (r == 0) {
			assert_int_equal(count_int80(page, 0), 1);
			assert_int_equal(count_int80(page, pad), 1);
			sites++;
		} else {
			assert_int_equal(r, -ENOTSUP);
		}
		t.pad_offset ^= 1;
		assert_int_equal(stub_code_build(page, &t, &c), -EINVAL);
	}
	assert_int_equal(stubs, STUB_PAGE - 3); /* all but 0, 1 and 4095 */
	assert_true(sites > STUB_PAGE - 64);
}

static void agrees_with_the_assembly(void **state)
{
	const struct stub_blob *b = stub_blob();

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t ret = rig_random(), nr = rig_random();

		assert_int_equal(stub_slot_hash(ret, nr), (ret + nr * 8) * b->hash_factor >> b->hash_shift & b->hash_mask);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_a_patched_site),
		cmocka_unit_test(restarts_through_its_own_int80),
		cmocka_unit_test(returns_what_another_filter_answers),
		cmocka_unit_test(leaves_other_places_alone),
		cmocka_unit_test(bears_any_registers),
		cmocka_unit_test(builds_for_almost_every_offset),
		cmocka_unit_test(agrees_with_the_assembly),
	};

	return cmocka_run_group_tests_name("stub_ways", tests, NULL, NULL);
}
