/* SPDX-License-Identifier: MIT */
/* The counting code's other ways: restarts, places that are not its own, hostile registers and stacks. */
#include "unit.h"

#include "count_walk.h"

#include "patch/blob.h"
#include "syscalls/calls.h"

#include <errno.h>
#include <string.h>

enum { INT80_SIZE = 2, INTERIOR = 64 };

static struct walk walk;

/* ---- restarts ---- */

static const struct {
	uint8_t rule;
	bool by_int80;
	enum arrival arrival;
} restarts[] = {
	{FREE_SIXTH, false, ARRIVES_SIXTH},       {FREE_SIXTH, true, ARRIVES_SIXTH},
	{FREE_BY_FUTEX_OP, false, ARRIVES_FIFTH}, {FREE_BY_FUTEX_OP, true, ARRIVES_FIFTH},
	{FREE_NONE, false, ARRIVES_MISSED},
};

static void restart_each(struct rig *rig)
{
	for (unsigned i = 0; i < 4 * COUNT(restarts); i++) {
		const uint32_t ret = 0x1000 + rig_random() % 0xf0000000, nr = rig_random();
		const unsigned row = i % COUNT(restarts);
		struct table_slot *slot = &rig->memory->table[table_hash(ret, nr) / sizeof(*slot)];

		memset(rig->memory->table, 0, sizeof(rig->memory->table));
		*slot = (struct table_slot){ret, nr, 0xffffffff, (uint32_t)restarts[row].rule << 24};
		walk_begin(&walk, rig, restarts[row].by_int80, ret, nr);
		walk.start.rcx = 9; /* FUTEX_WAIT_BITSET */
		walk_in(&walk, restarts[row].arrival, restarts[row].rule ? slot : NULL);
		walk_restart(&walk);
	}
}

static void restarts_without_the_secret(void **state)
{
	(void)state;
	rig_with_every_form(restart_each);
}

/* An int 0x80 of the code that another filter has answered: no stop, and back to the program. */
static void returns_what_another_filter_answers(void **state)
{
	struct rig rig;

	(void)state;
	rig_init(&rig, &rig_forms[0]);
	rig_needs_32bit_code(&rig);
	walk_begin(&walk, &rig, true, 0x8048002, 20);
	walk_in(&walk, ARRIVES_MISSED, NULL);
	walk_out(&walk);
	rig_fini(&rig);
}

/* ---- what is not a call on its way ---- */

static void expect_nothing(struct rig *rig, const struct user_regs_struct *regs)
{
	struct user_regs_struct out = *regs;
	struct undo u;

	assert_int_equal(code_undo(&rig->code, &out, &rig->stack, &u), 0);
	assert_int_equal(u.result, UNDO_NOTHING);
	assert_int_equal(u.nframe, 0);
	rig_assert_regs(&out, regs, regs->rip);
}

static void leaves_other_places_alone(void **state)
{
	struct user_regs_struct regs;
	struct rig rig;

	(void)state;
	for (unsigned form = 0; form < COUNT(rig_forms); form++) {
		rig_init(&rig, &rig_forms[form]);
		const struct code_layout *c = &rig.code;
		const struct code_target *t = &c->target;
		/* The stack is no frame of ours anywhere here. */
		const uint64_t ips[] = {
			c->setup, c->setup_ip, t->code_at - 1, t->code_at + CODE_SIZE, t->code_at + (1ull << 32),
			t->vsyscall_at, t->pushes_at + 1, t->pushes_at + 3, t->entry_at, t->landing_pad_at,
			t->landing_pad_at + 1, t->landing_pad_at + 2, t->landing_pad_at + 3,
			t->landing_pad_at - INT80_SIZE, t->gap_at + 1, t->gap_at + (1ull << 32), c->trampolines_at, 0,
		};

		rig_enter(&rig, 0, rig_random(), 0x1234, &regs);
		for (unsigned i = 0; i < COUNT(ips); i++) {
			regs.rip = ips[i];
			expect_nothing(&rig, &regs);
			/* And where it cannot be read. */
			uint64_t rsp = regs.rsp;
			regs.rsp = 0x10;
			expect_nothing(&rig, &regs);
			regs.rsp = rsp;
		}
		rig_fini(&rig);
	}
}

static void put_words(struct rig *rig, const struct user_regs_struct *regs, const uint32_t *word, size_t n)
{
	memcpy(rig->memory->stack + ((uint32_t)regs->rsp - rig_at(rig->memory->stack)), word, n * sizeof(*word));
}

/* At the vDSO's entry instruction the secret decides: a frame without it was counted by nobody. */
static void takes_back_only_with_the_secret(void **state)
{
	struct user_regs_struct regs, out;
	struct undo u;
	struct rig rig;

	(void)state;
	rig_init(&rig, &rig_forms[0]);
	const struct code_layout *c = &rig.code;
	uint32_t word[] = {c->target.secret, 1, 2, c->tail, 3, 0x1234};

	rig_enter(&rig, c->target.entry_at, 20, 0, &regs);
	regs.rdi = 5;
	put_words(&rig, &regs, word, COUNT(word));
	out = regs;
	assert_int_equal(code_undo(c, &out, &rig.stack, &u), 0);
	assert_int_equal(u.result, UNDO_COUNTED);
	assert_int_equal(u.ret, 0x1234);
	assert_int_equal(u.nr, 20);
	word[0] ^= 1;
	put_words(&rig, &regs, word, COUNT(word));
	expect_nothing(&rig, &regs);
	/* As the fifth. */
	word[3] += code_blob()->tail_fifth;
	put_words(&rig, &regs, word, COUNT(word));
	expect_nothing(&rig, &regs);
	regs.rdi = c->target.secret;
	out = regs;
	assert_int_equal(code_undo(c, &out, &rig.stack, &u), 0);
	assert_int_equal(u.result, UNDO_COUNTED);
	/* A tail that is none. */
	word[3]++;
	put_words(&rig, &regs, word, COUNT(word));
	expect_nothing(&rig, &regs);
	rig_fini(&rig);
}

/* Whoever jumps into the middle, with whatever registers and stack: regs whole, or an error and unchanged. */
static void bears_any_registers(void **state)
{
	struct user_regs_struct regs, out;
	unsigned unreadable = 0, moved = 0;
	struct rig rig;

	(void)state;
	rig_init(&rig, &rig_forms[1]);
	const struct code_target *t = &rig.code.target;
	const uint32_t tails[] = {rig.code.tail, rig.code.tail80, rig.code.tail + code_blob()->tail_fifth,
				  rig.code.tail80 + code_blob()->tail_fifth};

	for (unsigned i = 0; i < 60000; i++) {
		struct undo u;

		for (size_t n = 0; n < sizeof(regs) / 4; n++)
			((uint32_t *)&regs)[n] = rig_random();
		regs.rip = i % 4 ? t->code_at + rig_random() % CODE_SIZE : t->vsyscall_at + rig_random() % INTERIOR;
		if (i % 2)
			regs.rsp = rig_at(rig.memory->stack) + rig_random() % RIG_STACK_SIZE;
		if (i % 2 && regs.rsp + INTERIOR < rig_at(rig.memory->stack) + RIG_STACK_SIZE)
			put_words(&rig, &regs,
				  (const uint32_t[]){t->secret, rig_random(), rig_random(), tails[i / 2 % COUNT(tails)],
						     rig_random(), rig_random()}, 6);
		regs.rsp = (uint32_t)regs.rsp;
		out = regs;
		int r = code_undo(&rig.code, &out, &rig.stack, &u);
		if (r < 0)
			assert_int_equal(r, -EFAULT);
		if (r < 0 || u.result == UNDO_NOTHING)
			rig_assert_regs(&out, &regs, regs.rip);
		else
			assert_true(out.rip <= UINT32_MAX && out.rsp <= UINT32_MAX);
		assert_true(u.nframe <= COUNT(u.frame));
		unreadable += r < 0;
		moved += u.result != UNDO_NOTHING;
		out = regs;
		if (!code_show_fault(&rig.code, &out))
			rig_assert_regs(&out, &regs, regs.rip);
	}
	assert_true(unreadable > 1000);
	assert_true(moved > 1000);
	rig_fini(&rig);
}

/* ---- faults, and tasks that stand in the vDSO when it is changed ---- */

static void shows_faults_at_the_pushes(void **state)
{
	(void)state;
	for (unsigned form = 0; form < COUNT(rig_forms); form++) {
		struct user_regs_struct regs = {0};
		struct rig rig;

		rig_init(&rig, &rig_forms[form]);
		const struct code_layout *c = &rig.code;

		for (unsigned i = 0; i < 3; i++) {
			regs.rip = c->plain + i;
			assert_true(code_show_fault(c, &regs));
			assert_int_equal(regs.rip, c->target.pushes_at + i);
			/* It is the vDSO's own fault: not ours to hide. */
			assert_false(code_faulted(c, c->plain + i));
		}
		const uint64_t others[] = {c->plain - 1, c->plain + 3, c->enter, c->plain + (1ull << 32), 0};

		for (unsigned i = 0; i < COUNT(others); i++) {
			regs.rip = others[i];
			assert_false(code_show_fault(c, &regs));
			assert_int_equal(regs.rip, others[i]);
		}
		assert_true(code_faulted(c, c->enter));
		assert_true(code_faulted(c, c->enter80));
		assert_false(code_faulted(c, c->tail));
		assert_false(code_faulted(c, c->restart));
		assert_false(code_faulted(c, c->setup));
		assert_false(code_faulted(c, c->enter + (1ull << 32)));
		rig_fini(&rig);
	}
}

/* Only behind the first push can one stand on the second byte of the jump; a no-op of three bytes has no such place. */
static void resumes_behind_the_jump(void **state)
{
	(void)state;
	for (unsigned form = 0; form < COUNT(rig_forms); form++) {
		struct rig rig;

		rig_init(&rig, &rig_forms[form]);
		const struct code_target *t = &rig.code.target;

		for (uint32_t ip = t->vsyscall_at - 4; ip < t->gap_at + 12; ip++) {
			bool moved = rig_forms[form].pushes == 0 && ip == t->vsyscall_at + 1;

			assert_int_equal(code_resume(&rig.code, ip), moved ? rig.code.plain + 1 : ip);
		}
		rig_fini(&rig);
	}
}

/* ---- building ---- */

static void agrees_with_the_assembly(void **state)
{
	const struct code_blob *b = code_blob();
	const struct code_state *s = code_blob_at(b->states);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint32_t ret = rig_random(), nr = rig_random();

		assert_int_equal(table_hash(ret, nr), (ret + nr * 8) * b->hash_factor >> b->hash_shift & b->hash_mask);
	}
	assert_int_equal(s[0].at, 0);
	for (unsigned i = 1; i < b->nstates; i++)
		assert_true(s[i].at >= s[i - 1].at && s[i].at < b->setup);
	/* Trampolines have room behind it. */
	assert_true(b->size + 100u * 16 < CODE_SIZE);
}

static unsigned words_in(const uint8_t *code, size_t n, uint32_t word)
{
	unsigned found = 0;

	for (size_t i = 0; i + 4 <= n; i++)
		found += memcmp(code + i, &word, 4) == 0;
	return found;
}

static void builds_for_addresses_on_pages_only(void **state)
{
	static uint8_t code[CODE_SIZE], again[CODE_SIZE];
	const struct code_target good = {.code_at = 0x10000, .table_at = 0x20000, .secret = 0xf8765431,
					 .vsyscall_at = 0x30000, .pushes_at = 0x30000, .entry_at = 0x30005,
					 .landing_pad_at = 0x30009, .gap_at = 0x3000d};
	struct code_target bad = good;
	struct code_layout c;

	(void)state;
	assert_int_equal(code_build(code, &good, &c), 0);
	assert_int_equal(c.trampolines_at % 16, 0);
	/* Sixth, fifth, and by int 0x80. */
	assert_int_equal(words_in(code, sizeof(code), good.secret), 3);
	for (uint32_t i = c.trampolines_at - good.code_at; i < CODE_SIZE; i++)
		assert_int_equal(code[i], 0xf4);
	bad.code_at++;
	assert_int_equal(code_build(code, &bad, &c), -EINVAL);
	bad = good;
	bad.table_at += 16;
	assert_int_equal(code_build(code, &bad, &c), -EINVAL);

	/* Without its setup nothing can be run where that was. */
	memcpy(again, code, sizeof(code));
	code_put_setup(code, false);
	for (uint32_t i = c.setup - good.code_at; i < c.setup_ip - good.code_at; i++)
		assert_int_equal(code[i], 0xf4);
	code_put_setup(code, true);
	assert_memory_equal(code, again, sizeof(code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restarts_without_the_secret),
		cmocka_unit_test(returns_what_another_filter_answers),
		cmocka_unit_test(leaves_other_places_alone),
		cmocka_unit_test(takes_back_only_with_the_secret),
		cmocka_unit_test(bears_any_registers),
		cmocka_unit_test(shows_faults_at_the_pushes),
		cmocka_unit_test(resumes_behind_the_jump),
		cmocka_unit_test(agrees_with_the_assembly),
		cmocka_unit_test(builds_for_addresses_on_pages_only),
	};

	return cmocka_run_group_tests_name("count_ways", tests, NULL, NULL);
}
