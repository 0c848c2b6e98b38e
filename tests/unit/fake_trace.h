/* SPDX-License-Identifier: MIT */
/* Made-up traces for the tests of report/. */
#ifndef ET_TESTS_FAKE_TRACE_H
#define ET_TESTS_FAKE_TRACE_H

#include "model/cost.h"
#include "model/trace.h"

/* One program, two paths, three sites. */
struct trace fake_trace_small(void);
/* A shell script: three images of two ABIs, thunks, hostile names, cut short, with blind spots. */
struct trace fake_trace_big(void);
struct trace fake_trace_empty(void);
/* A 64-bit program, which has nothing to save. */
struct trace fake_trace_native(void);
/* Call stacks of every end and kind, with names that must not break a format. */
struct trace fake_trace_stacks(void);

/* Prices for t, made up but consistent. */
struct estimate fake_estimate(const struct trace *t);
void fake_estimate_fini(struct estimate *e);

#endif
