/* SPDX-License-Identifier: MIT */
#include "calibrate/clock.h"

#include <math.h>
#include <string.h>
#include <time.h>
#include <x86intrin.h>

#define STEADY 0.005
/* Shorter parts say nothing: reading the clocks may be interrupted for tens of microseconds. */
#define SHORTEST 0.02

struct clock_point clock_now(void)
{
	struct clock_point best = {0};
	uint64_t least = UINT64_MAX;

	/* The reading that took the shortest time was not interrupted. */
	for (int i = 0; i < 5; i++) {
		struct timespec ts;
		uint64_t before = __rdtsc();

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		uint64_t took = __rdtsc() - before;
		if (took < least) {
			least = took;
			best = (struct clock_point){before + took / 2, (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9};
		}
	}
	return best;
}

static double rate(const struct clock_point *a, const struct clock_point *b)
{
	double seconds = b->seconds - a->seconds;

	return seconds > 0 ? (double)(int64_t)(b->tsc - a->tsc) / seconds : 0;
}

double clock_rate(const struct clock_point *points, size_t n, bool *steady)
{
	*steady = true;
	if (n < 2)
		return 0;
	double whole = rate(&points[0], &points[n - 1]);

	for (size_t i = 1; i < n; i++)
		if (points[i].seconds - points[i - 1].seconds >= SHORTEST &&
		    fabs(rate(&points[i - 1], &points[i]) - whole) > STEADY * whole)
			*steady = false;
	if (!(whole > 0))
		*steady = false;
	return whole > 0 ? whole : 0;
}

bool clock_distrusted(const char *available)
{
	for (const char *at = available; (at = strstr(at, "tsc")); at += 3)
		if ((at == available || at[-1] == ' ') && (at[3] == ' ' || at[3] == '\n' || at[3] == '\0'))
			return false;
	return true;
}
