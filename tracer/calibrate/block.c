/* SPDX-License-Identifier: MIT */
#include "calibrate/block.h"

#include <math.h>

/*
 * Three chains of one block may differ by this much: turbo steps are smaller,
 * a timer interrupt within a chain is larger.
 */
#define CHAIN_TOLERANCE 0.03

static double span(const struct loop_block *b, enum loop_stamp from, enum loop_stamp to)
{
	return (double)(int64_t)(b->stamp[to] - b->stamp[from]);
}

static double slope(uint64_t a0, uint64_t a1, uint64_t b0, uint64_t b1, double n)
{
	return ((double)(int64_t)(b1 - b0) - (double)(int64_t)(a1 - a0)) / n;
}

static bool whole(const struct pmu_reading r[4])
{
	/* A pinned group counts all the time or not at all: perf_event_open(2). */
	for (int i = 0; i < 4; i++)
		if (r[i].count != 2 || r[i].enabled != r[i].running)
			return false;
	return r[3].running > r[0].running;
}

enum block_fault block_figure(const struct loop_block *b, uint32_t chain, bool pmu, struct block_figures *out)
{
	double stamps = span(b, STAMP_CANARY_C_END, STAMP_NOTHING);
	double a = span(b, STAMP_CHAIN_A, STAMP_CANARY_A) - stamps;
	double m = span(b, STAMP_CHAIN_B, STAMP_CHAIN_B_END) - stamps;
	double z = span(b, STAMP_CHAIN_C, STAMP_CANARY_C) - stamps;
	double canary = fmax(span(b, STAMP_CANARY_A, STAMP_CANARY_A_END), span(b, STAMP_CANARY_C, STAMP_CANARY_C_END));
	double least = fmin(a, fmin(m, z)), most = fmax(a, fmax(m, z));

	if (b->n == 0)
		return BLOCK_NOT_RUN;
	if (b->cpu_before != b->cpu_after)
		return BLOCK_MOVED;
	if (b->switches_before != b->switches_after)
		return BLOCK_PREEMPTED;

	double first = span(b, STAMP_N, STAMP_N_END), second = span(b, STAMP_2N, STAMP_2N_END);

	out->ticks = (second - first) / b->n;
	out->both = (first + second) / (3.0 * b->n);
	out->fixed = 2 * (2 * first - second) / (3.0 * b->n);
	if (!(least > 0) || most > least * (1 + CHAIN_TOLERANCE))
		return BLOCK_CLOCK;
	if (pmu && !whole(b->pmu))
		return BLOCK_MULTIPLEXED;

	out->rate = chain * (double)LOOP_CHAIN_CYCLES * 3 / (a + m + z);
	out->canary = (canary - stamps) * out->rate;
	out->cycles = out->ticks * out->rate;
	out->user = out->kernel = NAN;
	if (pmu) {
		const struct pmu_reading *r = b->pmu;

		out->user = slope(r[0].user, r[1].user, r[2].user, r[3].user, b->n);
		out->kernel = slope(r[0].kernel, r[1].kernel, r[2].kernel, r[3].kernel, b->n);
		out->cycles = out->user + out->kernel;
	}
	return BLOCK_FINE;
}
