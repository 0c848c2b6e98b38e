/* SPDX-License-Identifier: MIT */
/* Medians, means and their intervals: pure, and the same for the same input. */
#ifndef ET_CALIBRATE_STATS_H
#define ET_CALIBRATE_STATS_H

#include "model/cost.h"

#include <stddef.h>

/* Fewer samples than this say nothing about their spread. */
#define STATS_LEAST 5

enum statistic { STATISTIC_MEDIAN, STATISTIC_MEAN };

struct summary {
	double value; /* of the statistic */
	struct interval ci95;
};

/* The median of x, which is reordered; NAN for n = 0. */
double stats_median(double *x, size_t n);

/*
 * A statistic of x[0..n) and its 95 % interval, within which another run's
 * value is to be expected. group[i] (NULL: all one group) says which start of
 * the program sample i came from; the numbers need not be dense, but equal ones
 * stand together.
 *
 * Two errors add as squares. The percentile bootstrap over resamples: groups
 * are resampled first and samples within them second, since a start fixes
 * addresses and cache colours that all its samples share. And the scatter of
 * the groups themselves, a tenth of them left aside, not divided by their
 * number: what moves the level from one start to the next (the host, the
 * neighbours, the clock) goes on between runs, and the starts of one run, a
 * tenth of a second apart, do not average it away. What moves more slowly than
 * a run is long cannot be seen in it.
 *
 * Returns 0, -ENODATA for fewer than STATS_LEAST samples, or -EDOM when one is
 * not finite.
 */
int stats_summary(enum statistic what, const double *x, const unsigned *group, size_t n, unsigned resamples,
		  struct summary *out);

#endif
