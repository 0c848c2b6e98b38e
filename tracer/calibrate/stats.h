/* SPDX-License-Identifier: MIT */
/* Medians and their bootstrap intervals: pure, and the same for the same input. */
#ifndef ET_CALIBRATE_STATS_H
#define ET_CALIBRATE_STATS_H

#include "model/cost.h"

#include <stddef.h>

/* Fewer samples than this say nothing about their spread. */
#define STATS_LEAST 5

struct summary {
	double median;
	struct interval ci95;
};

/* The median of x, which is reordered; NAN for n = 0. */
double stats_median(double *x, size_t n);

/*
 * The median of x[0..n) and its 95 % percentile bootstrap interval over
 * resamples. group[i] (NULL: all one group) says which start of the program
 * sample i came from; the numbers need not be dense, but equal ones stand
 * together. Groups are resampled first and samples within them second, since
 * a start fixes addresses and cache colours that all its samples share.
 *
 * Returns 0, -ENODATA for fewer than STATS_LEAST samples, or -EDOM when one is
 * not finite.
 */
int stats_bootstrap(const double *x, const unsigned *group, size_t n, unsigned resamples, struct summary *out);

#endif
