/* SPDX-License-Identifier: MIT */
/* The estimates of several traces, each with its own prices, as that of their sum. Pure. */
#ifndef ET_ESTIMATE_JOIN_H
#define ET_ESTIMATE_JOIN_H

#include "model/cost.h"
#include "model/trace.h"

struct join_part {
	const struct trace *trace;
	const struct estimate *estimate;
};

/*
 * sum is the merged trace of the parts, each of which was priced with another
 * table: so their errors are independent, and add as squares. What has no price
 * in one part has none in the sum. out is freed by estimate_fini().
 */
void estimate_join(const struct join_part parts[], size_t n, const struct trace *sum, struct estimate *out);

/*
 * Of a part of the trace that all is of: map gives, for each of its sites, the
 * index there. Savings are not known. out is freed by estimate_fini().
 */
void estimate_of_sites(const struct trace *part, const struct estimate *all, const size_t *map, struct estimate *out);

#endif
