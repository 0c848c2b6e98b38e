/* SPDX-License-Identifier: MIT */
/* How an address space is counted: every transition, and that nobody waits for ever. */
#include "unit.h"

#include "mode/mode.h"

#include <stdbool.h>
#include <string.h>

struct row {
	enum mode from;
	enum mode_event event;
	enum mode to;
	enum mode_action action;
};

/* Every pair that means something. */
static const struct row rows[] = {
	{MODE_STOPS, MODE_WANTED, MODE_PATCHING, MODE_QUIESCE},
	{MODE_STOPS, MODE_REFUSED, MODE_CLOSED, MODE_NOTHING},

	{MODE_PATCHING, MODE_STAND, MODE_PATCHING, MODE_PATCH},
	{MODE_PATCHING, MODE_DONE, MODE_PATCHED, MODE_RELEASE},
	{MODE_PATCHING, MODE_FAILED, MODE_CLOSED, MODE_RELEASE},
	{MODE_PATCHING, MODE_GONE, MODE_STOPS, MODE_RELEASE},
	{MODE_PATCHING, MODE_REFUSED, MODE_CLOSED, MODE_RELEASE},

	{MODE_PATCHED, MODE_WANTED, MODE_ADDING, MODE_QUIESCE},
	{MODE_PATCHED, MODE_TOUCHED, MODE_YIELDING, MODE_QUIESCE},
	{MODE_PATCHED, MODE_REFUSED, MODE_CLOSING, MODE_QUIESCE},

	{MODE_ADDING, MODE_STAND, MODE_ADDING, MODE_PATCH},
	{MODE_ADDING, MODE_DONE, MODE_PATCHED, MODE_RELEASE},
	{MODE_ADDING, MODE_FAILED, MODE_PATCHED, MODE_RELEASE},
	{MODE_ADDING, MODE_GONE, MODE_PATCHED, MODE_RELEASE},
	{MODE_ADDING, MODE_TOUCHED, MODE_YIELDING, MODE_QUIESCE},
	{MODE_ADDING, MODE_REFUSED, MODE_CLOSING, MODE_QUIESCE},

	{MODE_YIELDING, MODE_STAND, MODE_YIELDING, MODE_LIFT},
	{MODE_YIELDING, MODE_DONE, MODE_STOPS, MODE_RELEASE},
	{MODE_YIELDING, MODE_FAILED, MODE_STUCK, MODE_RELEASE},
	{MODE_YIELDING, MODE_REFUSED, MODE_CLOSING, MODE_NOTHING},

	{MODE_CLOSING, MODE_STAND, MODE_CLOSING, MODE_LIFT},
	{MODE_CLOSING, MODE_DONE, MODE_CLOSED, MODE_RELEASE},
	{MODE_CLOSING, MODE_FAILED, MODE_STUCK, MODE_RELEASE},
};

static const struct row *row_of(enum mode from, enum mode_event event)
{
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].from == from && rows[i].event == event)
			return &rows[i];
	return NULL;
}

static void check_pair(enum mode from, enum mode_event event)
{
	const struct row *row = row_of(from, event), none = {from, event, from, MODE_NOTHING};
	struct mode_step step = mode_step(from, event);

	if (!row)
		row = &none;
	if (step.to != row->to || step.action != row->action)
		fail_msg("%s, %s: leads to %s by action %d", mode_name[from], mode_event_name[event], mode_name[step.to],
			 step.action);
}

static void each_pair_leads_where_it_should(void **state)
{
	(void)state;
	for (unsigned m = 0; m < MODES; m++)
		for (unsigned e = 0; e < MODE_EVENTS; e++)
			check_pair((enum mode)m, (enum mode_event)e);
}

/* What holds of every step, whatever the table says. */
static void steps_keep_their_promises(void **state)
{
	(void)state;
	for (unsigned m = 0; m < MODES; m++)
		for (unsigned e = 0; e < MODE_EVENTS; e++) {
			const enum mode from = (enum mode)m;
			const struct mode_step s = mode_step(from, (enum mode_event)e);

			/* Held tasks are let go when the mode does not hold any more, and not before. */
			assert_int_equal(s.action == MODE_RELEASE, mode_holds(from) && !mode_holds(s.to));
			/* Who begins to hold says so; and tasks are changed only while they stand. */
			if (!mode_holds(from) && mode_holds(s.to))
				assert_int_equal(s.action, MODE_QUIESCE);
			if (s.action == MODE_PATCH || s.action == MODE_LIFT)
				assert_true(e == MODE_STAND && s.to == from);
			/* What is patched becomes unpatched only when it was taken out. */
			if (mode_is_patched(from) && !mode_is_patched(s.to))
				assert_true((from == MODE_YIELDING || from == MODE_CLOSING) && e == MODE_DONE);
			/* For good is for good. */
			if (from == MODE_CLOSED || from == MODE_STUCK)
				assert_true(s.to == from && s.action == MODE_NOTHING);
		}
}

/*
 * In each mode that holds tasks they come to stand, at last; what is begun then is
 * done, or fails, or is nobody's any more. Each of these lets the tasks go.
 */
static void nobody_is_held_for_ever(void **state)
{
	static const enum mode_event after_patch[] = {MODE_DONE, MODE_FAILED, MODE_GONE};
	static const enum mode_event after_lift[] = {MODE_DONE, MODE_FAILED};

	(void)state;
	for (unsigned m = 0; m < MODES; m++) {
		const enum mode from = (enum mode)m;
		const struct mode_step stand = mode_step(from, MODE_STAND);

		if (!mode_holds(from)) {
			assert_int_equal(stand.action, MODE_NOTHING);
			continue;
		}
		assert_true(stand.action == MODE_PATCH || stand.action == MODE_LIFT);
		const enum mode_event *after = stand.action == MODE_PATCH ? after_patch : after_lift;
		const size_t n = stand.action == MODE_PATCH ? COUNT(after_patch) : COUNT(after_lift);

		for (size_t i = 0; i < n; i++)
			assert_int_equal(mode_step(stand.to, after[i]).action, MODE_RELEASE);
	}
}

/* In every mode, a program that does what no patch may stand in the way of ends up without one, or with one that counts nothing. */
static void a_refusal_is_final(void **state)
{
	(void)state;
	for (unsigned m = 0; m < MODES; m++)
		for (unsigned fails = 0; fails < 2; fails++) {
			enum mode now = mode_step((enum mode)m, MODE_REFUSED).to;

			if (mode_holds(now)) {
				now = mode_step(now, MODE_STAND).to;
				now = mode_step(now, fails ? MODE_FAILED : MODE_DONE).to;
			}
			assert_true(now == MODE_CLOSED || now == MODE_STUCK);
			for (unsigned e = 0; e < MODE_EVENTS; e++)
				assert_int_equal(mode_step(now, (enum mode_event)e).to, now);
		}
}

static void each_has_a_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MODES; i++) {
		assert_non_null(mode_name[i]);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(mode_name[i], mode_name[k]);
	}
	for (unsigned i = 0; i < MODE_EVENTS; i++) {
		assert_non_null(mode_event_name[i]);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(mode_event_name[i], mode_event_name[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_pair_leads_where_it_should),
		cmocka_unit_test(steps_keep_their_promises),
		cmocka_unit_test(nobody_is_held_for_ever),
		cmocka_unit_test(a_refusal_is_final),
		cmocka_unit_test(each_has_a_name),
	};

	return cmocka_run_group_tests_name("mode", tests, NULL, NULL);
}
