/* SPDX-License-Identifier: MIT */
/*
 * Measures what each way into the kernel costs on this machine, by running the
 * NASM loops of asm/ in children. Never under ptrace.
 */
#ifndef ET_CALIBRATE_CALIBRATE_H
#define ET_CALIBRATE_CALIBRATE_H

#include "base/err.h"
#include "model/config.h"
#include "model/cost.h"

struct calibrate_options {
	enum effort effort;
	bool getppid;             /* measure a cheap real call instead of one that does not exist */
	const struct host *host;  /* as host_read() gave it: becomes the fingerprint */
	/* Told now and then how far it is, 0..1; may be NULL. */
	void (*progress)(void *ctx, double done);
	void *ctx;
	/* Stands in for the machine's performance counters in tests, as in loops/loops.h; NULL: the real ones. */
	int (*open_pmu)(void *ctx);
	void *pmu_ctx;
};

/*
 * Fills out, to be freed by cost_table_fini(). Rows that cannot run here are in
 * it with the reason. Returns 0, or a negative errno with one line in err when
 * nothing can be measured. Takes about half a second (quick), less than 2
 * (default), or about 10 (precise).
 */
int calibrate(const struct calibrate_options *opt, struct cost_table *out, struct err *err);

#endif
