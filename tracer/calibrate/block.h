/* SPDX-License-Identifier: MIT */
/*
 * From the raw stamps of one block to the price of an iteration: pure.
 *
 * The price is the slope between n and 2n iterations, so that what both have in
 * common (stamps, call, return, the PMU's read) vanishes. TSC ticks become core
 * cycles by the chain that was timed around the loops: a tick is no cycle, and
 * the core's clock moves while the TSC's does not.
 */
#ifndef ET_CALIBRATE_BLOCK_H
#define ET_CALIBRATE_BLOCK_H

#include "loops/page.h"

#include <stdbool.h>

/* Why a block is thrown away. */
enum block_fault {
	BLOCK_FINE,
	BLOCK_NOT_RUN,
	BLOCK_MOVED,       /* it changed CPUs */
	BLOCK_PREEMPTED,   /* another thread ran in between */
	BLOCK_CLOCK,       /* its chains, or it and its neighbours, disagree about the core clock */
	BLOCK_SHARED,      /* another hardware thread kept the core busy */
	BLOCK_MULTIPLEXED, /* the counters did not count all the time */
	BLOCK_FAULTS,
};

struct block_figures {
	double ticks;        /* per iteration: the slope */
	double both;         /* ticks per iteration of both loops together, fixed costs and all */
	double fixed;        /* ticks: what of both is fixed costs, were there no noise */
	double cycles;       /* counted with a PMU, else estimated from ticks */
	double user, kernel; /* with a PMU: cycles in either */
	double rate;         /* core cycles per tick, by the chains */
	double canary;       /* cycles of the slower canary: grows when the core is shared */
};

/*
 * chain: rounds of the clock chain that the block was run with. out is set when
 * BLOCK_FINE; ticks, both and fixed also when BLOCK_CLOCK.
 */
enum block_fault block_figure(const struct loop_block *b, uint32_t chain, bool pmu, struct block_figures *out);

#endif
