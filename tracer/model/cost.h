/* SPDX-License-Identifier: MIT */
/*
 * Prices: what a calibration measured, and what it makes of a trace.
 * Units are in the names. An interval is the 95 % confidence interval.
 */
#ifndef ET_MODEL_COST_H
#define ET_MODEL_COST_H

#include "model/entry.h"
#include "model/trace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
	double lo, hi;
};

/* One row of a calibration table: the price of one entry, loop overhead taken off. */
struct cost_row {
	char *id;       /* a path id, or "empty", "control", "far-call-pair" ... */
	char *skipped;  /* why there is no figure; NULL when there is one */
	double cycles;  /* core cycles, estimated when the clock is "tsc" */
	struct interval ci95;
	double ns;
	double ticks;   /* TSC ticks */
	bool has_mean;  /* a published table or an older file may not have it */
	double mean_cycles; /* cycles is the median, of undisturbed entries; this is what many entries cost, each */
	struct interval mean_ci95;
	uint64_t samples, dropped; /* blocks used, blocks thrown away */
	bool split;     /* the clock is "pmu": the two below add up to about cycles */
	double user_cycles, kernel_cycles;
};

struct cost_table {
	char *name;    /* where it is from: a file, or a built-in name */
	char *taken;   /* UTC, ISO 8601 */
	double age_seconds; /* when it was loaded; negative when unknown */
	char *clock;   /* "pmu" or "tsc" */
	char *call;    /* what each entry asks for: "none" (answered with ENOSYS) or "getppid" */
	char *note;    /* one sentence that a reader of the figures must know, or NULL */
	bool built_in; /* a published reference: not of this host, whatever its fingerprint says */
	double core_hz; /* median core cycles per second while measuring */
	double tsc_hz; /* 0 when unknown */
	struct host fingerprint;
	struct cost_row *rows;
	size_t nrows;
};

/* A value with its interval; known is false where the table has no price for it. */
struct priced {
	bool known;
	double value;
	struct interval ci95;
};

enum scenario {
	SCENARIO_NATIVE_64BIT,
	SCENARIO_VDSO,
	SCENARIO_FAR_CALL_THUNK,
	SCENARIOS,
};

struct what_if {
	enum scenario scenario;
	struct priced saved_cycles; /* negative when the scenario loses */
	struct priced saved_seconds;
	struct priced share_of_cpu; /* 0..1 of the program's CPU time */
	uint64_t unpriced_entries;  /* entries that no row prices; they are left out */
};

struct site_cost {
	struct priced per_entry; /* cycles */
	struct priced added_per_entry; /* over a native 64-bit syscall */
	struct priced added;     /* cycles over all entries */
	struct priced total;     /* cycles over all entries */
};

/* Of one program. */
struct image_cost {
	struct priced added;             /* cycles over all entries */
	struct priced saved[SCENARIOS];  /* cycles */
};

struct estimate {
	bool have_table;
	const struct cost_table *table; /* borrowed, where there is one; NULL where only its figures are known */
	bool of_trace;           /* the table came with the trace */
	char *why_no_table;      /* one line, when there is none */
	bool matches_host;
	char *mismatch;          /* what differs from the host, one clause; NULL when nothing does */
	double age_seconds;      /* negative when unknown */
	char *calibration;       /* its name */
	char *clock;             /* the table's: "pmu", or "tsc" (then cycles are estimated) */
	bool baseline;           /* share_of_cpu is of an untraced run */
	double cpu_seconds;      /* the CPU time that shares refer to */
	double hz;               /* cycles per second used for the seconds */
	struct site_cost paths[ENTRY_PATHS];
	struct site_cost *sites; /* one per trace.sites */
	struct image_cost *images; /* one per trace.images */
	struct what_if what_if[SCENARIOS];
};

/* The row with that id and a figure; NULL when it is skipped or not there. */
const struct cost_row *cost_table_row(const struct cost_table *table, const char *id);
/* The same, skipped rows included. */
struct cost_row *cost_table_any_row(const struct cost_table *table, const char *id);
/* What many entries cost each, in cycles: the mean, or the median where there is none; unknown for NULL. */
struct priced cost_row_price(const struct cost_row *row);
/* What a call through the vDSO costs on the table's machine, by whatever instruction; NULL if unknown. */
const struct cost_row *cost_table_vdso_row(const struct cost_table *table);
/* What the row of that id measures, in a few words; the id itself when it is not known. */
const char *cost_row_label(const char *id);
void cost_table_fini(struct cost_table *table);
void estimate_fini(struct estimate *est);

#endif
