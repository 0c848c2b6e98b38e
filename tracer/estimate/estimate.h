/* SPDX-License-Identifier: MIT */
/*
 * Prices for what a trace saw: a pure function of the trace and a table.
 *
 * The prices are of a tight loop, with caches and branch predictors warm: a
 * best case of entering the kernel, without what is done there. A row's
 * mean is what counts, where the table has it: a median times a number of
 * entries is not what they take together. Intervals are carried through as
 * those of independent figures.
 */
#ifndef ET_ESTIMATE_ESTIMATE_H
#define ET_ESTIMATE_ESTIMATE_H

#include "model/cost.h"
#include "model/trace.h"

/*
 * Fills out, to be freed by estimate_fini(). table may be NULL: then nothing
 * is priced and why (borrowed, one line) says so. host is the machine that the
 * trace ran on, to compare the table's fingerprint with. baseline_cpu is the
 * CPU time of an untraced run in seconds, or negative when there was none: then
 * shares are of the traced run's CPU time, and lower bounds.
 */
void estimate_make(const struct trace *trace, const struct cost_table *table, const char *why,
		   const struct host *host, double baseline_cpu, struct estimate *out);

#endif
