/* SPDX-License-Identifier: MIT */
/* Medians and bootstrap intervals: known answers, outliers, degenerate input. */
#include "calibrate/stats.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define N(a) (sizeof(a) / sizeof(*(a)))

static void medians_are_known(void **state)
{
	double odd[] = {5, 1, 9}, even[] = {4, 1, 3, 2}, one[] = {7};

	(void)state;
	assert_true(stats_median(odd, N(odd)) == 5);
	assert_true(stats_median(even, N(even)) == 2.5);
	assert_true(stats_median(one, N(one)) == 7);
	assert_true(isnan(stats_median(NULL, 0)));
}

static void too_few_samples_have_no_interval(void **state)
{
	const double x[STATS_LEAST] = {1, 2, 3, 4, 5};
	struct summary s;

	(void)state;
	for (size_t n = 0; n < STATS_LEAST; n++)
		assert_int_equal(stats_bootstrap(x, NULL, n, 100, &s), -ENODATA);
	assert_int_equal(stats_bootstrap(x, NULL, STATS_LEAST, 100, &s), 0);
	assert_true(s.median == 3);
}

static void no_variance_gives_an_interval_of_no_width(void **state)
{
	double x[40];
	unsigned group[40];
	struct summary s;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		x[i] = -12.5;
		group[i] = i / 10;
	}
	assert_int_equal(stats_bootstrap(x, group, 40, 200, &s), 0);
	assert_true(s.median == -12.5 && s.ci95.lo == -12.5 && s.ci95.hi == -12.5);
}

static void what_is_not_finite_is_refused(void **state)
{
	double x[] = {1, 2, NAN, 4, 5, 6}, y[] = {1, 2, 3, 4, 5, INFINITY};
	struct summary s;

	(void)state;
	assert_int_equal(stats_bootstrap(x, NULL, N(x), 100, &s), -EDOM);
	assert_int_equal(stats_bootstrap(y, NULL, N(y), 100, &s), -EDOM);
}

static void outliers_do_not_move_it(void **state)
{
	double x[100];
	struct summary s;

	(void)state;
	for (int i = 0; i < 100; i++)
		x[i] = i % 10 == 0 ? 1e9 : 1000 + i % 7;
	assert_int_equal(stats_bootstrap(x, NULL, 100, 400, &s), 0);
	assert_in_range((uintmax_t)s.median, 1000, 1006);
	assert_true(s.ci95.lo >= 1000 && s.ci95.hi <= 1006);
	assert_true(s.ci95.lo <= s.median && s.median <= s.ci95.hi);
}

static void the_same_input_gives_the_same_interval(void **state)
{
	double x[50];
	struct summary a, b;

	(void)state;
	for (int i = 0; i < 50; i++)
		x[i] = (i * 37) % 50;
	assert_int_equal(stats_bootstrap(x, NULL, 50, 300, &a), 0);
	assert_int_equal(stats_bootstrap(x, NULL, 50, 300, &b), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	/* The order of samples within a group says nothing: the median is the same. */
	for (int i = 0; i < 50; i++)
		x[i] = (i * 13) % 50;
	assert_int_equal(stats_bootstrap(x, NULL, 50, 300, &b), 0);
	assert_true(a.median == b.median);
}

/* Samples that agree within a start and differ between starts: the starts are what is sampled. */
static void differences_between_starts_widen_it(void **state)
{
	double x[200];
	unsigned group[200];
	struct summary pooled, grouped;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		group[i] = i / 40;
		x[i] = 100 + 10 * group[i] + (i % 3) * 0.01;
	}
	assert_int_equal(stats_bootstrap(x, NULL, 200, 400, &pooled), 0);
	assert_int_equal(stats_bootstrap(x, group, 200, 400, &grouped), 0);
	assert_true(grouped.ci95.hi - grouped.ci95.lo >= pooled.ci95.hi - pooled.ci95.lo);
	assert_true(grouped.ci95.lo <= 110.1 && grouped.ci95.hi >= 129.9);
}

static void a_skewed_sample_has_a_skewed_interval(void **state)
{
	double x[99];
	struct summary s;

	(void)state;
	for (int i = 0; i < 99; i++)
		x[i] = i < 52 ? 10 + i * 0.001 : 10 + (i - 51) * 5;
	assert_int_equal(stats_bootstrap(x, NULL, 99, 500, &s), 0);
	assert_true(s.ci95.hi - s.median > s.median - s.ci95.lo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(medians_are_known),
		cmocka_unit_test(too_few_samples_have_no_interval),
		cmocka_unit_test(no_variance_gives_an_interval_of_no_width),
		cmocka_unit_test(what_is_not_finite_is_refused),
		cmocka_unit_test(outliers_do_not_move_it),
		cmocka_unit_test(the_same_input_gives_the_same_interval),
		cmocka_unit_test(differences_between_starts_widen_it),
		cmocka_unit_test(a_skewed_sample_has_a_skewed_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
