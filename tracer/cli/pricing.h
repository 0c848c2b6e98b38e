/* SPDX-License-Identifier: MIT */
/*
 * Which table prices a trace: the one that was asked for, the host's own kept
 * one, or one that is measured now. A table that was named and cannot be read is
 * an error, before anything runs; else a trace is never lost for want of a
 * table: what goes wrong is told in one line and leaves the trace unpriced.
 */
#ifndef ET_CLI_PRICING_H
#define ET_CLI_PRICING_H

#include "base/err.h"
#include "model/config.h"
#include "model/cost.h"

struct pricing {
	struct host host;        /* the machine that the trace is of */
	struct cost_table table;
	bool wanted;             /* false with --no-estimate: there is no estimate at all */
	const struct cost_table *of_trace; /* borrowed: the one that came with the trace; or NULL */
	bool have;               /* the table is there */
	char *why;               /* one line, when it is not */
};

/*
 * For a trace that is about to be made on this machine: reads the host's facts
 * and gets a table, measuring for a moment when the host has none yet. Prints
 * its own warnings. To be called before the program starts. Returns 0, or a
 * negative errno with err filled when the table that was named cannot be read.
 */
int pricing_open(const struct config *cfg, struct pricing *p, struct err *err);

/*
 * For a saved trace: the table that was named, else the one that the trace was
 * priced with, else this machine's kept one if the trace is of it. Nothing is
 * measured. The trace must outlive p. Returns as pricing_open() does.
 */
int pricing_open_saved(const struct config *cfg, const struct trace *trace, struct pricing *p, struct err *err);

/*
 * The estimate of a trace, to be freed by estimate_fini(); false when none is
 * wanted. baseline_cpu as estimate_make() has it.
 */
bool pricing_estimate(const struct pricing *p, const struct trace *trace, double baseline_cpu,
		      struct estimate *out);

void pricing_close(struct pricing *p);

/* Measures with a progress line on a terminal; warns of what the note of the table says. */
int pricing_measure(const struct config *cfg, enum effort effort, const struct host *host,
		    struct cost_table *out, struct err *err);

#endif
