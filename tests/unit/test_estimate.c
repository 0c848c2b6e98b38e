/* SPDX-License-Identifier: MIT */
/* Prices of a trace: known answers, intervals, what has no price, and advice that turns round. */
#include "estimate/estimate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* cmocka compares as float: too coarse here. */
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

#define EXACT 1e-9

/* One cycle is a quarter of a nanosecond. */
#define ROW(name, price, half) \
	{.id = (char[]){name}, .cycles = (price), .ci95 = {(price) - (half), (price) + (half)}, .ns = (price) / 4.0}

static struct cost_row zen[] = {
	ROW("syscall64", 300, 3), ROW("vdso-syscall", 500, 4), ROW("int80", 15000, 100), ROW("far-call", 520, 5),
	{.id = (char[]){"sysenter"}, .skipped = (char[]){"raises SIGILL here"}},
};
/* FRED: int 0x80 is the fast way, and the vDSO uses it. */
static struct cost_row fred[] = {
	ROW("syscall64", 200, 1), ROW("vdso-int80", 210, 1), ROW("int80", 205, 1), ROW("far-call", 430, 1),
};
static struct host_fact fact[] = {{(char[]){"cpu"}, (char[]){"Zen"}}};
static const struct host here = {fact, 1};

static char this_machine[] = "this machine", tsc[] = "tsc";

static struct cost_table table_of(struct cost_row *rows, size_t n)
{
	return (struct cost_table){
		.name = this_machine, .clock = tsc, .fingerprint = here, .rows = rows,
		.nrows = n, .core_hz = 4e9, .age_seconds = 60,
	};
}

#define TABLE(rows) table_of(rows, sizeof(rows) / sizeof(*(rows)))

static struct trace trace_of(struct site *sites, size_t n)
{
	struct trace t = {.sites = sites, .nsites = n, .cpu_user = 0.5, .cpu_system = 1.5};

	for (size_t i = 0; i < n; i++)
		t.entries += sites[i].entries;
	return t;
}

static void sites_and_paths_are_priced(void **state)
{
	struct site sites[] = {{.path = PATH_INT80, .entries = 10}, {.path = PATH_INT80, .entries = 30},
			       {.path = PATH_VDSO_SYSCALL, .entries = 1000}, {.path = PATH_SYSCALL64, .entries = 7}};
	struct trace t = trace_of(sites, 4);
	struct cost_table table = TABLE(zen);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_true(e.have_table && e.matches_host && !e.baseline);
	assert_null(e.mismatch);
	assert_near(e.cpu_seconds, 2.0, EXACT);
	assert_near(e.sites[1].per_entry.value, 15000, EXACT);
	assert_near(e.sites[1].added_per_entry.value, 14700, EXACT);
	assert_near(e.sites[1].added.value, 30 * 14700.0, EXACT);
	assert_near(e.sites[1].total.value, 30 * 15000.0, EXACT);
	assert_near(e.paths[PATH_INT80].total.value, 40 * 15000.0, EXACT);
	/* Half widths of 100 and 3 add as squares. */
	assert_near(e.sites[0].added.ci95.hi - e.sites[0].added.value, 10 * hypot(100, 3), 1e-6);
	/* What is native already adds nothing, for certain. */
	assert_true(e.sites[3].added.known && e.sites[3].added.value == 0 && e.sites[3].added.ci95.hi == 0);
	estimate_fini(&e);
}

static void savings_are_known(void **state)
{
	struct site sites[] = {{.path = PATH_INT80, .entries = 1000000}, {.path = PATH_VDSO_SYSCALL, .entries = 100}};
	struct trace t = trace_of(sites, 2);
	struct cost_table table = TABLE(zen);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, 5.0, &e);
	const struct what_if *native = &e.what_if[SCENARIO_NATIVE_64BIT];
	assert_near(native->saved_cycles.value, 1e6 * 14700 + 100 * 200, 1e-3);
	assert_near(native->saved_seconds.value, (1e6 * 14700 + 100 * 200) / 4e9, 1e-9);
	assert_true(e.baseline);
	assert_near(native->share_of_cpu.value, native->saved_seconds.value / 5.0, 1e-9);
	double half = hypot(hypot(1e6 * 100, 100 * 4), (1e6 + 100) * 3);
	assert_near(native->saved_cycles.value - native->saved_cycles.ci95.lo, half, 1e-3);

	/* Only the int 0x80 changes; the vDSO's calls stay as they are. */
	assert_near(e.what_if[SCENARIO_VDSO].saved_cycles.value, 1e6 * 14500, 1e-3);
	/* The thunk gains over int 0x80 and loses over the vDSO. */
	assert_near(e.what_if[SCENARIO_FAR_CALL_THUNK].saved_cycles.value, 1e6 * 14480 - 100 * 20, 1e-3);
	assert_int_equal(native->unpriced_entries, 0);
	estimate_fini(&e);
}

/* Undisturbed entries cost 4000 cycles, and many of them 4200 each: that is what adds up. */
static void means_are_what_adds_up(void **state)
{
	struct cost_row rows[] = {ROW("syscall64", 300, 3), ROW("vdso-syscall", 500, 4), ROW("int80", 4000, 100)};
	struct site sites[] = {{.path = PATH_INT80, .entries = 1000000}};
	struct trace t = trace_of(sites, 1);
	struct cost_table table = TABLE(rows);
	struct estimate e;

	(void)state;
	rows[2].has_mean = true;
	rows[2].mean_cycles = 4200;
	rows[2].mean_ci95 = (struct interval){4100, 4350};
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_near(e.sites[0].per_entry.value, 4200, EXACT);
	assert_near(e.sites[0].per_entry.ci95.hi, 4350, EXACT);
	assert_near(e.sites[0].added_per_entry.value, 3900, EXACT);
	assert_near(e.paths[PATH_INT80].total.value, 1e6 * 4200, 1e-3);
	/* Rows without a mean, as older tables have them, count by their median. */
	const struct what_if *vdso = &e.what_if[SCENARIO_VDSO];
	assert_near(vdso->saved_cycles.value, 1e6 * 3700, 1e-3);
	assert_near(vdso->saved_cycles.value - vdso->saved_cycles.ci95.lo, 1e6 * hypot(100, 4), 1e-3);
	assert_near(vdso->saved_cycles.ci95.hi - vdso->saved_cycles.value, 1e6 * hypot(150, 4), 1e-3);
	/* A cycle takes as long as it did in the row. */
	assert_near(vdso->saved_seconds.value, 1e6 * 3700 / 4e9, 1e-9);
	estimate_fini(&e);

	/* A target by its mean makes less of the saving. */
	rows[1].has_mean = true;
	rows[1].mean_cycles = 550;
	rows[1].mean_ci95 = (struct interval){540, 560};
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_near(e.what_if[SCENARIO_VDSO].saved_cycles.value, 1e6 * 3650, 1e-3);
	estimate_fini(&e);
}

static void a_thunk_that_loses_is_negative(void **state)
{
	struct site sites[] = {{.path = PATH_VDSO_SYSCALL, .entries = 1000}};
	struct trace t = trace_of(sites, 1);
	struct cost_table table = TABLE(zen);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	const struct priced *p = &e.what_if[SCENARIO_FAR_CALL_THUNK].saved_cycles;
	assert_true(p->known);
	assert_near(p->value, -20000, 1e-6);
	assert_true(p->ci95.lo < p->value && p->value < p->ci95.hi && p->ci95.hi < 0);
	/* No int 0x80 to route anywhere: nothing saved, for certain. */
	assert_true(e.what_if[SCENARIO_VDSO].saved_cycles.known);
	assert_true(e.what_if[SCENARIO_VDSO].saved_cycles.value == 0);
	estimate_fini(&e);
}

static void with_fred_the_advice_turns_round(void **state)
{
	struct site sites[] = {{.path = PATH_INT80, .entries = 1000}};
	struct trace t = trace_of(sites, 1);
	struct cost_table table = TABLE(fred);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_near(e.what_if[SCENARIO_VDSO].saved_cycles.value, -5000, 1e-6);
	assert_true(e.what_if[SCENARIO_FAR_CALL_THUNK].saved_cycles.ci95.hi < 0);
	estimate_fini(&e);
}

static void restarts_and_the_kernels_own_sites_cost_an_int80(void **state)
{
	struct site sites[] = {{.path = PATH_RESTART, .entries = 2}, {.path = PATH_VDSO_INT80, .entries = 3}};
	struct trace t = trace_of(sites, 2);
	struct cost_table table = TABLE(zen);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_near(e.paths[PATH_RESTART].total.value, 30000, EXACT);
	assert_near(e.paths[PATH_VDSO_INT80].total.value, 45000, EXACT);
	/* They are the kernel's: no routing moves them, a rebuild does. */
	assert_true(e.what_if[SCENARIO_VDSO].saved_cycles.value == 0);
	assert_near(e.what_if[SCENARIO_NATIVE_64BIT].saved_cycles.value, 5 * 14700, 1e-6);
	estimate_fini(&e);
}

static void unknown_is_never_zero(void **state)
{
	struct site sites[] = {{.path = PATH_UNKNOWN, .entries = 5}, {.path = PATH_SYSENTER, .entries = 8},
			       {.path = PATH_INT80, .entries = 1}};
	struct trace t = trace_of(sites, 3);
	struct cost_table table = TABLE(zen);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_false(e.sites[0].per_entry.known);
	assert_false(e.sites[0].added.known);
	assert_false(e.paths[PATH_UNKNOWN].total.known);
	/* A row that could not run here prices nothing either. */
	assert_false(e.sites[1].total.known);
	assert_int_equal(e.what_if[SCENARIO_NATIVE_64BIT].unpriced_entries, 13);
	assert_true(e.what_if[SCENARIO_NATIVE_64BIT].saved_cycles.known);
	assert_near(e.what_if[SCENARIO_NATIVE_64BIT].saved_cycles.value, 14700, 1e-6);
	estimate_fini(&e);

	/* When nothing that would change has a price, the saving is unknown. */
	t = trace_of(sites + 1, 1);
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_false(e.what_if[SCENARIO_NATIVE_64BIT].saved_cycles.known);
	assert_false(e.what_if[SCENARIO_NATIVE_64BIT].saved_seconds.known);
	assert_false(e.what_if[SCENARIO_NATIVE_64BIT].share_of_cpu.known);
	estimate_fini(&e);

	/* Nor with a table that lacks the native row. */
	struct cost_table part = table_of(zen + 1, 2);
	t = trace_of(sites + 2, 1);
	estimate_make(&t, &part, NULL, &here, -1, &e);
	assert_true(e.sites[0].per_entry.known);
	assert_false(e.sites[0].added.known);
	assert_false(e.what_if[SCENARIO_NATIVE_64BIT].saved_cycles.known);
	assert_true(e.what_if[SCENARIO_VDSO].saved_cycles.known);
	estimate_fini(&e);
}

static void another_machines_table_is_marked(void **state)
{
	struct host_fact other[] = {{(char[]){"cpu"}, (char[]){"Skylake"}}};
	struct site sites[] = {{.path = PATH_VDSO_SYSENTER, .entries = 10}};
	struct trace t = trace_of(sites, 1);
	struct cost_table table = TABLE(zen);
	struct host there = {other, 1};
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &there, -1, &e);
	assert_false(e.matches_host);
	assert_string_equal(e.mismatch, "cpu is \"Zen\" there and \"Skylake\" here");
	/* The same program on the table's machine would go by what the vDSO uses there. */
	assert_near(e.sites[0].per_entry.value, 500, EXACT);
	/* Its seconds are no share of this machine's. */
	assert_false(e.what_if[SCENARIO_NATIVE_64BIT].share_of_cpu.known);
	estimate_fini(&e);

	table.built_in = true;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	assert_false(e.matches_host);
	estimate_fini(&e);
}

static void nothing_to_price(void **state)
{
	struct trace t = {0};
	struct cost_table table = TABLE(zen);
	struct estimate e;

	(void)state;
	estimate_make(&t, &table, NULL, &here, -1, &e);
	for (unsigned s = 0; s < SCENARIOS; s++) {
		assert_true(e.what_if[s].saved_cycles.known);
		assert_true(e.what_if[s].saved_cycles.value == 0);
		/* No CPU time, no share. */
		assert_false(e.what_if[s].share_of_cpu.known);
	}
	estimate_fini(&e);
	estimate_make(&t, NULL, "no table for this reason", &here, -1, &e);
	assert_false(e.have_table);
	assert_string_equal(e.why_no_table, "no table for this reason");
	estimate_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sites_and_paths_are_priced),
		cmocka_unit_test(savings_are_known),
		cmocka_unit_test(means_are_what_adds_up),
		cmocka_unit_test(a_thunk_that_loses_is_negative),
		cmocka_unit_test(with_fred_the_advice_turns_round),
		cmocka_unit_test(restarts_and_the_kernels_own_sites_cost_an_int80),
		cmocka_unit_test(unknown_is_never_zero),
		cmocka_unit_test(another_machines_table_is_marked),
		cmocka_unit_test(nothing_to_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
