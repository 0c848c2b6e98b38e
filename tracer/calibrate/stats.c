/* SPDX-License-Identifier: MIT */
#include "calibrate/stats.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

/* The scatter of fewer groups is not known; a group of fewer samples than STATS_LEAST has no level. */
#define LEAST_GROUPS 3
/* One group in so many may stray. */
#define STRAYS 10

double stats_median(double *x, size_t n)
{
	return n ? gsl_stats_median(x, 1, n) : NAN;
}

/* Where each run of equal group numbers begins; the last entry is n. Returns how many runs. */
static size_t find_groups(const unsigned *group, size_t n, size_t *start)
{
	size_t groups = 0;

	for (size_t i = 0; i < n; i++)
		if (i == 0 || (group && group[i] != group[i - 1]))
			start[groups++] = i;
	start[groups] = n;
	return groups;
}

static double statistic(enum statistic what, double *x, size_t n)
{
	return what == STATISTIC_MEAN ? gsl_stats_mean(x, 1, n) : stats_median(x, n);
}

/*
 * The standard deviation that a normal distribution has whose central share q
 * has that of 1.
 */
static double untrimmed(double q)
{
	double end = gsl_cdf_ugaussian_Pinv((1 + q) / 2);

	return q < 1 ? 1 / sqrt(1 - 2 * end * gsl_ran_ugaussian_pdf(end) / q) : 1;
}

/*
 * How far the groups' own values scatter: half the width of 95 %. A tenth of
 * them may stray as far as they like. The median absolute deviation would
 * forgive half of them, and say of a machine that keeps changing between two
 * levels that it is steady.
 */
static double group_scatter(enum statistic what, const double *x, const size_t *start, size_t groups)
{
	auto_free double *level = xcalloc(groups, sizeof(*level));
	auto_free double *copy = xcalloc(start[groups], sizeof(*copy));
	size_t n = 0;

	memcpy(copy, x, start[groups] * sizeof(*copy));
	for (size_t g = 0; g < groups; g++)
		if (start[g + 1] - start[g] >= STATS_LEAST)
			level[n++] = statistic(what, copy + start[g], start[g + 1] - start[g]);
	if (n < LEAST_GROUPS)
		return 0;
	double middle = stats_median(level, n), sum = 0;
	size_t kept = n - n / STRAYS;

	for (size_t g = 0; g < n; g++)
		level[g] = fabs(level[g] - middle);
	gsl_sort(level, 1, n);
	for (size_t g = 0; g < kept; g++)
		sum += level[g] * level[g];
	return gsl_cdf_tdist_Pinv(0.975, (double)kept - 1) * sqrt(sum / ((double)kept - 1)) *
	       untrimmed((double)kept / (double)n);
}

int stats_summary(enum statistic what, const double *x, const unsigned *group, size_t n, unsigned resamples,
		  struct summary *out)
{
	if (n < STATS_LEAST)
		return -ENODATA;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return -EDOM;

	auto_free size_t *start = xcalloc(n + 1, sizeof(*start));
	size_t groups = find_groups(group, n, start), largest = 0;

	for (size_t g = 0; g < groups; g++)
		largest = start[g + 1] - start[g] > largest ? start[g + 1] - start[g] : largest;

	/* A drawn set holds at most as many copies of the largest group as there are groups. */
	auto_free double *drawn = xcalloc(groups * largest, sizeof(*drawn));
	auto_free double *values = xcalloc(resamples, sizeof(*values));
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	if (!rng)
		return -ENOMEM;
	for (unsigned b = 0; b < resamples; b++) {
		size_t m = 0;

		for (size_t g = 0; g < groups; g++) {
			size_t from = groups > 1 ? gsl_rng_uniform_int(rng, groups) : 0;
			size_t size = start[from + 1] - start[from];

			for (size_t i = 0; i < size; i++)
				drawn[m++] = x[start[from] + gsl_rng_uniform_int(rng, size)];
		}
		values[b] = statistic(what, drawn, m);
	}
	gsl_rng_free(rng);
	gsl_sort(values, 1, resamples);

	auto_free double *all = xcalloc(n, sizeof(*all));
	memcpy(all, x, n * sizeof(*x));
	out->value = statistic(what, all, n);

	double scatter = group_scatter(what, x, start, groups);
	double lo = gsl_stats_quantile_from_sorted_data(values, 1, resamples, 0.025);
	double hi = gsl_stats_quantile_from_sorted_data(values, 1, resamples, 0.975);

	/* An end beyond the value itself, as few resamples may give, is no distance. */
	out->ci95.lo = out->value - hypot(fmax(out->value - lo, 0), scatter);
	out->ci95.hi = out->value + hypot(fmax(hi - out->value, 0), scatter);
	return 0;
}
