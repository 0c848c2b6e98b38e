/* SPDX-License-Identifier: MIT */
#include "calibrate/stats.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <errno.h>
#include <gsl/gsl_rng.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>

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

int stats_bootstrap(const double *x, const unsigned *group, size_t n, unsigned resamples, struct summary *out)
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
	auto_free double *medians = xcalloc(resamples, sizeof(*medians));
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
		medians[b] = stats_median(drawn, m);
	}
	gsl_rng_free(rng);
	gsl_sort(medians, 1, resamples);
	out->ci95.lo = gsl_stats_quantile_from_sorted_data(medians, 1, resamples, 0.025);
	out->ci95.hi = gsl_stats_quantile_from_sorted_data(medians, 1, resamples, 0.975);

	auto_free double *all = xcalloc(n, sizeof(*all));
	memcpy(all, x, n * sizeof(*x));
	out->median = stats_median(all, n);
	return 0;
}
