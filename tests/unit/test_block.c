/* SPDX-License-Identifier: MIT */
/* Blocks to figures, figures to rows, and the two clocks: all pure. */
#include "base/err.h"
#include "calibrate/analyse.h"
#include "calibrate/clock.h"

#include <math.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* cmocka compares as float: too coarse here. */
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

#define CHAIN 10 /* rounds: 1920 cycles */

/* A block on a core that runs `rate` cycles per tick, of `ticks` ticks an iteration. */
static struct loop_block block_of(double ticks, double rate, uint32_t n)
{
	const uint64_t stamps = 20, chain = (uint64_t)(CHAIN * LOOP_CHAIN_CYCLES / rate) + stamps;
	struct loop_block b = {.n = n, .warm = 1};
	uint64_t at = 1000;
	const struct {
		enum loop_stamp from, to;
		uint64_t took;
	} span[] = {
		{STAMP_CHAIN_A, STAMP_CANARY_A, chain},
		{STAMP_CANARY_A, STAMP_CANARY_A_END, 700 + stamps},
		{STAMP_N, STAMP_N_END, (uint64_t)(ticks * n) + 333},
		{STAMP_CHAIN_B, STAMP_CHAIN_B_END, chain},
		{STAMP_2N, STAMP_2N_END, (uint64_t)(ticks * 2 * n) + 333},
		{STAMP_CHAIN_C, STAMP_CANARY_C, chain},
		{STAMP_CANARY_C, STAMP_CANARY_C_END, 700 + stamps},
		{STAMP_CANARY_C_END, STAMP_NOTHING, stamps},
	};

	for (size_t i = 0; i < sizeof(span) / sizeof(*span); i++) {
		b.stamp[span[i].from] = at;
		at += span[i].took;
		b.stamp[span[i].to] = at;
		at += i == 0 || i >= 5 ? 0 : 50;
	}
	return b;
}

static void fixed_costs_vanish_in_the_slope(void **state)
{
	struct loop_block b = block_of(500, 1.5, 100);
	struct block_figures f;

	(void)state;
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_FINE);
	assert_near(f.ticks, 500, 1e-9);
	assert_near(f.both, 500 + 2 * 333 / 300.0, 1e-9);
	assert_near(f.fixed, 2 * 333 / 300.0, 1e-9);
	assert_near(f.rate, 1.5, 1e-9);
	assert_near(f.cycles, 750, 1e-6);
	assert_near(f.canary, 700 * 1.5, 1e-6);
	assert_true(isnan(f.user));
}

static void disturbed_blocks_are_dropped(void **state)
{
	struct block_figures f;
	struct loop_block b = block_of(500, 1.5, 100);

	(void)state;
	b.cpu_after = 1;
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_MOVED);
	b = block_of(500, 1.5, 100);
	b.switches_after = 1;
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_PREEMPTED);
	b = block_of(500, 1.5, 100);
	b.stamp[STAMP_CHAIN_B_END] += 300; /* an interrupt in the chain */
	f = (struct block_figures){0};
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_CLOCK);
	/* Its loops are as good as others for the mean. */
	assert_near(f.both - f.fixed, 500, 1e-9);
	b = block_of(500, 1.5, 100);
	b.n = 0;
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_NOT_RUN);
	b = block_of(500, 1.5, 100);
	memset(b.stamp, 0, sizeof(b.stamp));
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_CLOCK);
	b = block_of(500, 1.5, 100);
	b.stamp[STAMP_CHAIN_A] += 100000; /* time runs backwards */
	assert_int_equal(block_figure(&b, CHAIN, false, &f), BLOCK_CLOCK);
}

static void counters_are_taken_when_whole(void **state)
{
	struct loop_block b = block_of(500, 1.5, 100);
	struct block_figures f;

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		b.pmu[i] = (struct pmu_reading){2, 1000 * i, 1000 * i, 0, 0};
	b.pmu[1].user = 2500, b.pmu[1].kernel = 41000;
	b.pmu[2].user = 3000, b.pmu[2].kernel = 50000;
	b.pmu[3].user = 7500, b.pmu[3].kernel = 131000;
	assert_int_equal(block_figure(&b, CHAIN, true, &f), BLOCK_FINE);
	assert_near(f.user, 20, 1e-9);
	assert_near(f.kernel, 400, 1e-9);
	assert_near(f.cycles, 420, 1e-9);
	assert_near(f.ticks, 500, 1e-9);

	b.pmu[2].running -= 1; /* multiplexed for a moment */
	assert_int_equal(block_figure(&b, CHAIN, true, &f), BLOCK_MULTIPLEXED);
	memset(b.pmu, 0, sizeof(b.pmu)); /* a group in error state reads as nothing */
	assert_int_equal(block_figure(&b, CHAIN, true, &f), BLOCK_MULTIPLEXED);
}

#define ROUNDS 40

/* Two rows: an empty loop of 2 cycles and a door of 102 + a little noise. */
static struct measurement fake(void)
{
	static const unsigned char pool[] = {0, 1};
	struct measurement m = {.nrows = 2, .nrounds = ROUNDS, .pool = pool, .tsc_hz = 2e9};

	m.cells = xcalloc(2 * ROUNDS, sizeof(*m.cells));
	m.group = xcalloc(ROUNDS, sizeof(*m.group));
	for (unsigned i = 0; i < ROUNDS; i++) {
		m.group[i] = i / 10;
		m.cells[2 * i].f = (struct block_figures){.ticks = 1, .cycles = 2, .rate = 2, .canary = 700};
		m.cells[2 * i + 1].f = (struct block_figures){
			.ticks = 51 + i % 3, .cycles = 102 + 2 * (i % 3), .rate = 2, .canary = 700};
	}
	return m;
}

static void fake_fini(struct measurement *m)
{
	free(m->cells);
	free(m->group);
}

static void rows_are_paired_differences(void **state)
{
	struct measurement m = fake();
	struct cost_row row = {0};

	(void)state;
	analyse_row(&m, 1, 0, &row);
	assert_null(row.skipped);
	assert_near(row.cycles, 102, 1e-9);
	assert_near(row.ticks, 51, 1e-9);
	assert_near(row.ns, 25.5, 1e-9);
	assert_true(row.ci95.lo >= 100 && row.ci95.hi <= 104);
	assert_int_equal(row.samples, ROUNDS);
	assert_false(row.split);
	assert_near(analyse_core_hz(&m), 4e9, 1);

	/* An error of the scale widens the interval at both ends. */
	struct cost_row wide = {0};
	m.scale_error = 0.01;
	analyse_row(&m, 1, 0, &wide);
	assert_near(wide.ci95.hi - row.ci95.hi, 1.02, 1e-9);
	assert_near(row.ci95.lo - wide.ci95.lo, 1.02, 1e-9);

	/* A row against itself, as the control is: zero, with no width. */
	struct cost_row same = {0};
	analyse_row(&m, 1, 1, &same);
	assert_true(same.cycles == 0 && same.ci95.lo == 0 && same.ci95.hi == 0);
	fake_fini(&m);
}

static void a_round_needs_both_of_its_blocks(void **state)
{
	struct measurement m = fake();
	struct cost_row row = {0}, none = {0};

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		m.cells[2 * i].fault = BLOCK_PREEMPTED;
	m.cells[2 * 20 + 1].fault = BLOCK_MOVED;
	analyse_row(&m, 1, 0, &row);
	assert_int_equal(row.samples, ROUNDS - 11);
	assert_int_equal(row.dropped, 11);

	/* Few blocks of an unshared core: those of a shared one are better than no price. */
	struct cost_row busy = {0};
	for (unsigned i = 5; i < ROUNDS; i++)
		m.cells[2 * i + 1].fault = BLOCK_SHARED;
	assert_int_equal(analyse_pairs(&m, 1, 0), 0);
	analyse_row(&m, 1, 0, &busy);
	assert_int_equal(busy.samples, ROUNDS - 10);

	for (unsigned i = 0; i < ROUNDS; i++)
		m.cells[2 * i].fault = BLOCK_CLOCK;
	analyse_row(&m, 1, 0, &none);
	assert_string_equal(none.skipped, "only 0 of 40 blocks ran undisturbed");
	free(none.skipped);
	fake_fini(&m);
}

/* Entries of 50 ticks; one block in four is slow, as the median must not see and the mean must. */
static void the_mean_is_what_many_entries_cost(void **state)
{
	struct measurement m = fake();
	struct cost_row row = {0}, held = {0}, wide = {0};

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct cell *empty = &m.cells[2 * i], *door = &m.cells[2 * i + 1];

		empty->n = door->n = 100;
		empty->f.ticks = 1, empty->f.both = 1.25, empty->f.fixed = 0.25;
		door->f.ticks = 51, door->f.cycles = 102;
		door->f.both = (i % 4 == 0 ? 91 : 51) + 3, door->f.fixed = 3;
	}
	analyse_row(&m, 1, 0, &row);
	assert_near(row.cycles, 100, 1e-9);
	assert_true(row.has_mean);
	/* 50 ticks, and 40 more for each fourth; a tick is two cycles. */
	assert_near(row.mean_cycles, 2 * (50 + 40 / 4.0), 1e-9);
	assert_true(row.mean_ci95.lo < row.mean_cycles && row.mean_cycles < row.mean_ci95.hi);
	assert_true(row.mean_ci95.lo > 100 && row.mean_ci95.hi < 180);

	/* Blocks of a shared core and those with an interrupt in a chain count, preempted ones do not. */
	for (unsigned i = 0; i < ROUNDS; i += 4)
		m.cells[2 * i + 1].fault = i % 8 ? BLOCK_SHARED : BLOCK_CLOCK;
	m.cells[2 * 1 + 1].fault = BLOCK_PREEMPTED;
	m.cells[2 * 1 + 1].f.both = 1e5;
	/* Nor does one of 0.6 ms more than the others, at 2 GHz. */
	m.cells[2 * 2 + 1].f.both += 1.2e6 / 300;
	analyse_row(&m, 1, 0, &held);
	assert_near(held.mean_cycles, 2 * (50 + 10 * 40 / (ROUNDS - 2.0)), 1e-9);

	/* The scale errs alike for the mean. */
	m.scale_error = 0.01;
	analyse_row(&m, 1, 0, &wide);
	assert_near(wide.mean_ci95.hi - held.mean_ci95.hi, 0.01 * held.mean_cycles, 1e-9);

	/* What may cost nothing has no mean: the control against itself. */
	struct cost_row control = {0};
	analyse_row(&m, 1, 1, &control);
	assert_false(control.has_mean);
	fake_fini(&m);
}

static void strays_among_neighbours_are_dropped(void **state)
{
	struct measurement m = {.nrows = 5, .nrounds = 1};
	struct cell cells[5] = {0};

	(void)state;
	m.cells = cells;
	for (int i = 0; i < 5; i++)
		cells[i].f.rate = 1.40 + 0.01 * i;
	cells[3].f.rate = 1.10;
	analyse_neighbours(&m);
	for (int i = 0; i < 5; i++)
		assert_int_equal(cells[i].fault, i == 3 ? BLOCK_CLOCK : BLOCK_FINE);
}

static void a_shared_core_is_noticed(void **state)
{
	struct measurement m = fake();

	(void)state;
	assert_true(analyse_shared(&m) == 0);
	for (unsigned i = 0; i < ROUNDS; i += 2)
		m.cells[2 * i + 1].f.canary = 1300;
	assert_near(analyse_shared(&m), 0.25, 1e-9);
	assert_int_equal(m.cells[1].fault, BLOCK_SHARED);
	assert_int_equal(m.cells[3].fault, BLOCK_FINE);
	/* Again, it finds the same. */
	assert_near(analyse_shared(&m), 0.25, 1e-9);
	/* One program's canary is not the other's. */
	for (unsigned i = 0; i < ROUNDS; i++)
		m.cells[2 * i].f.canary = 400;
	assert_near(analyse_shared(&m), 0.25, 1e-9);
	fake_fini(&m);

	/* Shared all the time: there is nothing better to be had. */
	m = fake();
	for (unsigned i = 0; i < 2 * ROUNDS; i++)
		m.cells[i].f.canary = 1300;
	assert_true(analyse_shared(&m) == 0);
	for (unsigned i = 0; i < 2 * ROUNDS; i++)
		m.cells[i].fault = BLOCK_MOVED;
	assert_true(analyse_shared(&m) == 0);
	assert_true(analyse_core_hz(&m) == 0);
	fake_fini(&m);
}

static void the_tsc_is_watched(void **state)
{
	struct clock_point p[] = {{1000, 1.0}, {1000 + 26000, 1.1}, {1000 + 52000, 1.2}, {1000 + 78000, 1.3}};
	bool steady;

	(void)state;
	assert_near(clock_rate(p, 4, &steady), 260000, 1e-3);
	assert_true(steady);
	p[2].tsc += 5000; /* it jumped */
	clock_rate(p, 4, &steady);
	assert_false(steady);
	assert_true(clock_rate(p, 1, &steady) == 0);
	assert_true(clock_rate(p, 0, &steady) == 0);
	/* It stands still, or the other clock does. */
	p[3] = p[0];
	assert_true(clock_rate((struct clock_point[]){p[0], p[3]}, 2, &steady) == 0);
	assert_false(steady);

	assert_false(clock_distrusted("tsc kvm-clock acpi_pm \n"));
	assert_false(clock_distrusted("kvm-clock tsc\n"));
	assert_true(clock_distrusted("hpet acpi_pm \n"));
	assert_true(clock_distrusted("tsc-early hpet\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_costs_vanish_in_the_slope),
		cmocka_unit_test(disturbed_blocks_are_dropped),
		cmocka_unit_test(counters_are_taken_when_whole),
		cmocka_unit_test(rows_are_paired_differences),
		cmocka_unit_test(a_round_needs_both_of_its_blocks),
		cmocka_unit_test(the_mean_is_what_many_entries_cost),
		cmocka_unit_test(strays_among_neighbours_are_dropped),
		cmocka_unit_test(a_shared_core_is_noticed),
		cmocka_unit_test(the_tsc_is_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
