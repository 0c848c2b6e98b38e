/* SPDX-License-Identifier: MIT */
/*
 * The programs that a calibration runs, and rounds of blocks in them. Start
 * them anew now and then: each start lays out memory afresh.
 */
#ifndef ET_CALIBRATE_RIG_H
#define ET_CALIBRATE_RIG_H

#include "base/err.h"
#include "calibrate/block.h"
#include "calibrate/rows.h"

#include <gsl/gsl_rng.h>

struct rig_row {
	bool usable;
	char *why;      /* why it is not, one clause; owned */
	int index;      /* in its program */
	uint32_t n;     /* iterations of a block, once sized */
	unsigned deaths; /* of the program while it ran this row, after the trial */
};

struct rig {
	struct loops_options opt;
	struct loops program[LOOPS_PROGRAMS];
	bool running[LOOPS_PROGRAMS];
	struct rig_row *rows;   /* one per row_plan */
	char *no_program[LOOPS_PROGRAMS]; /* why it cannot run at all; NULL if it can */
	enum entry_path vdso;   /* the path of the row "vdso" */
	gsl_rng *rng;
};

/*
 * Finds out, by trying each in a child, which rows this machine can run. Fails
 * only when not a single program starts; then err says why.
 */
int rig_open(struct rig *rig, const struct loops_options *opt, const char *vendor, struct err *err);
void rig_close(struct rig *rig);

/* Starts both programs anew. */
int rig_restart(struct rig *rig, struct err *err);

/*
 * Runs every usable row once, in random order, and fills blocks[], one per
 * row_plan (n is 0 for those not run). When a program dies of a row that ran
 * before, its rows are missing from this round; the second time the row becomes
 * unusable. With block_ticks above 0 the blocks of the rounds to come are sized
 * to take about so long.
 */
int rig_round(struct rig *rig, double block_ticks, struct loop_block *blocks, struct err *err);

#endif
