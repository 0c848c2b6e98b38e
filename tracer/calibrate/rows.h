/* SPDX-License-Identifier: MIT */
/* The rows of a calibration: what is run for each, and what it is compared with. */
#ifndef ET_CALIBRATE_ROWS_H
#define ET_CALIBRATE_ROWS_H

#include "loops/loops.h"

struct row_plan {
	const char *name;       /* in the loop program; also the id, but for "vdso" */
	enum loops_bits bits;
	const char *minus;      /* the row whose price is taken off; NULL: none */
	bool enters;            /* each iteration is a system call, with an answer */
	const char *not_on;     /* a CPU vendor where trying is useless and can harm, or NULL */
	const char *why_not;
};

extern const struct row_plan row_plan[];
extern const size_t nrow_plan;

/* The index in row_plan; -1 when there is none. */
int row_plan_find(const char *name);

#endif
