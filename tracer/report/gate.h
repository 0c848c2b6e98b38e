/* SPDX-License-Identifier: MIT */
/*
 * Conditions of --fail-if: "int80.entries>0", "added_cycles>+5%". Pure.
 *
 *   [PATH.]WHAT OP LIMIT
 *   WHAT   entries, sites, added_cycles; programs, blind_spots, new_sites,
 *          gone_sites and share_of_cpu only without a path
 *   OP     > >= < <= == !=
 *   LIMIT  a number, with k, M, G or % behind it; with + or - before it, it is
 *          about the change from the old trace to the new one
 */
#ifndef ET_REPORT_GATE_H
#define ET_REPORT_GATE_H

#include "base/err.h"
#include "model/cost.h"
#include "model/trace.h"
#include "report/compare.h"

#include <stdbool.h>

/* Is text a condition? compare: may it be about changes? Returns 0, or -EINVAL with a sentence in err. */
int gate_check(const char *text, bool compare, struct err *err);

/*
 * Does the condition hold, so that the run is to fail? A figure with an
 * interval holds only where all of the interval does. compare is NULL where
 * there is one trace only; else trace and estimate are the new side. Returns 1
 * with what was found in *why (the caller frees it), 0, or a negative errno
 * with a sentence in err, where it cannot be told: no prices.
 */
int gate_holds(const char *text, const struct trace *trace, const struct estimate *estimate,
	       const struct comparison *compare, char **why, struct err *err);

#endif
