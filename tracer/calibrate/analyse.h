/* SPDX-License-Identifier: MIT */
/* From the figures of all blocks to the rows of a table: pure. */
#ifndef ET_CALIBRATE_ANALYSE_H
#define ET_CALIBRATE_ANALYSE_H

#include "calibrate/block.h"
#include "model/cost.h"

struct cell {
	enum block_fault fault;
	struct block_figures f; /* as block_figure() says */
	uint32_t n;             /* iterations of the shorter loop */
};

/* The canaries of one program are comparable. */
#define ANALYSE_POOLS 2

/* Every row is measured once in each round, in random order. */
struct measurement {
	size_t nrows, nrounds;
	struct cell *cells;  /* [round * nrows + row] */
	unsigned *group;     /* of each round: which start of the programs it belongs to */
	const unsigned char *pool; /* of each row: which program runs it, below ANALYSE_POOLS */
	bool pmu;
	double tsc_hz;
	double scale_error;  /* relative, of what all blocks have in common, as the conversion from ticks to cycles */
};

/* Gives up blocks whose clock ratio strays from the median of their round. */
void analyse_neighbours(struct measurement *m);

/*
 * Marks blocks that shared their core with another hardware thread: those whose
 * canary is slower than it can be on this machine. May be called again when
 * more blocks have come. Returns the share of blocks marked.
 */
double analyse_shared(struct measurement *m);

/* In how many rounds a row and the one that is taken off (minus, or -1) both ran undisturbed. */
size_t analyse_pairs(const struct measurement *m, size_t row, int minus);

/*
 * Fills figures, intervals and counts of out for a row: the median of its
 * differences to row minus in the same rounds (minus < 0: of itself). Where
 * that cannot be had, out->skipped says why. out->id is left alone.
 *
 * The median is the price of an undisturbed entry. The mean is what a program
 * pays in the long run: interrupts, slow entries and a neighbour on the core
 * come with it as often as they came, so blocks that met them count too. Only
 * time that was not the loop's own is left out: preemption, and blocks longer
 * than any interrupt makes them, when the hypervisor ran something else. A row
 * whose price may be zero has no mean.
 */
void analyse_row(const struct measurement *m, size_t row, int minus, struct cost_row *out);

/* The core clock while measuring, cycles per second; 0 when unknown. */
double analyse_core_hz(const struct measurement *m);

#endif
