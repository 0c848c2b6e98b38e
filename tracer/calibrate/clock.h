/* SPDX-License-Identifier: MIT */
/* The TSC against the kernel's clock: how fast it runs, and whether it can be trusted. */
#ifndef ET_CALIBRATE_CLOCK_H
#define ET_CALIBRATE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock_point {
	uint64_t tsc;
	double seconds; /* CLOCK_MONOTONIC_RAW */
};

/* Both clocks at the same moment, as near as can be had. */
struct clock_point clock_now(void);

/*
 * TSC ticks per second over points[0..n), in order of time; 0 when it cannot be
 * told. *steady is whether the parts between them agree within half a percent.
 * Pure.
 */
double clock_rate(const struct clock_point *points, size_t n, bool *steady);

/*
 * Is "tsc" missing from the kernel's list of clock sources (the contents of
 * available_clocksource)? The kernel takes it off when it finds it unstable.
 */
bool clock_distrusted(const char *available);

#endif
