/* SPDX-License-Identifier: MIT */
/* Several traces made one: of a fleet, of a test run. */
#ifndef ET_REPORT_MERGE_H
#define ET_REPORT_MERGE_H

#include "model/cost.h"
#include "model/trace.h"

/*
 * Adds up n traces, at least one, into out: what is the same in several is one,
 * and counts are sums. Nothing is taken from them. out is in stable order, to be
 * freed by trace_fini().
 */
void trace_merge(const struct trace *const from[], size_t n, struct trace *out);

#endif
