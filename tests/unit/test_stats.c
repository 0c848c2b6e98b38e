/* SPDX-License-Identifier: MIT */
/* Medians, means and their intervals: known answers, outliers, degenerate input. */
#include "calibrate/stats.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* cmocka compares as float: too coarse here. */
#define assert_near(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

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
		assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, n, 100, &s), -ENODATA);
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, STATS_LEAST, 100, &s), 0);
	assert_true(s.value == 3);
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
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 40, 200, &s), 0);
	assert_true(s.value == -12.5 && s.ci95.lo == -12.5 && s.ci95.hi == -12.5);
}

static void what_is_not_finite_is_refused(void **state)
{
	double x[] = {1, 2, NAN, 4, 5, 6}, y[] = {1, 2, 3, 4, 5, INFINITY};
	struct summary s;

	(void)state;
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, N(x), 100, &s), -EDOM);
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, y, NULL, N(y), 100, &s), -EDOM);
}

static void outliers_do_not_move_it(void **state)
{
	double x[100];
	struct summary s;

	(void)state;
	for (int i = 0; i < 100; i++)
		x[i] = i % 10 == 0 ? 1e9 : 1000 + i % 7;
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, 100, 400, &s), 0);
	assert_in_range((uintmax_t)s.value, 1000, 1006);
	assert_true(s.ci95.lo >= 1000 && s.ci95.hi <= 1006);
	assert_true(s.ci95.lo <= s.value && s.value <= s.ci95.hi);
}

static void the_same_input_gives_the_same_interval(void **state)
{
	double x[50];
	struct summary a, b;

	(void)state;
	for (int i = 0; i < 50; i++)
		x[i] = (i * 37) % 50;
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, 50, 300, &a), 0);
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, 50, 300, &b), 0);
	assert_memory_equal(&a, &b, sizeof(a));
	/* The order of samples within a group says nothing: the median is the same. */
	for (int i = 0; i < 50; i++)
		x[i] = (i * 13) % 50;
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, 50, 300, &b), 0);
	assert_true(a.value == b.value);
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
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, 200, 400, &pooled), 0);
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 200, 400, &grouped), 0);
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
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, NULL, 99, 500, &s), 0);
	assert_true(s.ci95.hi - s.value > s.value - s.ci95.lo);
}

/* Three levels a cycle apart: the bootstrap finds all of them, and the next start may find a fourth. */
static void the_scatter_of_starts_is_not_averaged_away(void **state)
{
	double x[60];
	unsigned group[60];
	struct summary s;

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		group[i] = i / 20;
		x[i] = 99 + group[i];
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 60, 400, &s), 0);
	assert_true(s.value == 100);
	/* Their standard deviation is 1, and Student's t for three of them 4.303. */
	assert_near(s.ci95.hi - 100, hypot(1, 4.3027), 1e-4);
	assert_near(100 - s.ci95.lo, hypot(1, 4.3027), 1e-4);

	/* Ten times as many samples in each do not make it smaller; more starts alike do. */
	double many[600];
	unsigned more[600];
	struct summary same, calm;
	for (unsigned i = 0; i < 600; i++) {
		more[i] = i / 200;
		many[i] = 99 + more[i];
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, many, more, 600, 400, &same), 0);
	assert_near(same.ci95.hi, s.ci95.hi, 1e-9);
	for (unsigned i = 0; i < 600; i++) {
		more[i] = i / 20;
		many[i] = more[i] % 10 == 3 ? 120 : 100;
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, many, more, 600, 400, &calm), 0);
	assert_true(calm.ci95.lo == 100 && calm.ci95.hi == 100);
}

/* Four of twelve starts met another level: the next run may find most of its own there. */
static void two_levels_are_no_steady_machine(void **state)
{
	double x[240];
	unsigned group[240];
	struct summary s;

	(void)state;
	for (unsigned i = 0; i < 240; i++) {
		group[i] = i / 20;
		x[i] = group[i] % 3 == 1 ? 110 : 100;
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 240, 400, &s), 0);
	assert_true(s.value == 100 && s.ci95.hi >= 110);

	/* Levels that lie as those of a normal distribution keep their 95 %, although a tenth is left aside. */
	static const double normal[] = {0.063, 0.189, 0.319, 0.454, 0.598, 0.755, 0.935, 1.150, 1.440, 1.960};
	for (unsigned i = 0; i < 200; i++) {
		group[i] = i / 10;
		x[i] = group[i] < 10 ? 100 + normal[group[i]] : 100 - normal[group[i] - 10];
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 200, 400, &s), 0);
	assert_true(s.ci95.hi > 101.96 && s.ci95.hi < 102.4);
	assert_true(s.ci95.lo < 98.04 && s.ci95.lo > 97.6);
}

/* A start of a few blocks, as a busy machine leaves it, has no level; and two starts have no scatter. */
static void small_groups_do_not_scatter(void **state)
{
	double x[64];
	unsigned group[64];
	struct summary s;

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		group[i] = i / 20;
		x[i] = i < 60 ? 99 + group[i] : 100;
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 64, 400, &s), 0);
	assert_near(s.ci95.hi - 100, hypot(1, 4.3027), 1e-4);

	for (unsigned i = 0; i < 40; i++) {
		group[i] = i / 20;
		x[i] = 99 + 2 * group[i];
	}
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, x, group, 40, 400, &s), 0);
	assert_true(s.value == 100 && s.ci95.lo == 99 && s.ci95.hi == 101);
}

static void means_are_known(void **state)
{
	const double x[] = {1, 2, 3, 4, 10};
	double tail[100];
	struct summary mean, median;

	(void)state;
	assert_int_equal(stats_summary(STATISTIC_MEAN, x, NULL, N(x), 200, &mean), 0);
	assert_true(mean.value == 4);
	/* One in ten is slow: the mean pays it and the median does not. */
	for (int i = 0; i < 100; i++)
		tail[i] = i % 10 == 0 ? 50 : 10;
	assert_int_equal(stats_summary(STATISTIC_MEAN, tail, NULL, 100, 400, &mean), 0);
	assert_int_equal(stats_summary(STATISTIC_MEDIAN, tail, NULL, 100, 400, &median), 0);
	assert_near(mean.value, 14, 1e-9);
	assert_true(median.value == 10 && median.ci95.hi == 10);
	/* The standard error is 1.2. */
	assert_near(mean.ci95.hi - mean.value, 1.96 * 1.2, 0.5);
	assert_near(mean.value - mean.ci95.lo, 1.96 * 1.2, 0.5);
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
		cmocka_unit_test(the_scatter_of_starts_is_not_averaged_away),
		cmocka_unit_test(two_levels_are_no_steady_machine),
		cmocka_unit_test(small_groups_do_not_scatter),
		cmocka_unit_test(means_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
