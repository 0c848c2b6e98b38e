/* SPDX-License-Identifier: MIT */
/* The parts of a report, each an own file; report_doc() sets them in order. */
#ifndef ET_REPORT_PARTS_H
#define ET_REPORT_PARTS_H

#include "model/cost.h"
#include "model/trace.h"
#include "report/doc.h"
#include "report/format.h"
#include "report/number.h"

/* What every part works on. */
struct parts {
	struct doc *doc;
	const struct report_style *style;
	const struct glyphs *g;
	const struct trace *trace;
	const struct estimate *est; /* NULL unless it has a table */
	uint64_t whole;             /* entries that shares are of: all, also those that a filter hides */
	bool guessed;               /* a stack with a guessed frame was shown */
};

/* part_summary.c: what ran, how it ended, how many entries; and what was not seen. */
void part_summary(struct parts *x);
void part_unpriced(struct parts *x, const struct estimate *est);
void part_blind_spots(struct parts *x);

/* part_paths.c */
void part_paths(struct parts *x);

/* part_programs.c */
void part_programs(struct parts *x);

/* part_tree.c: the call tree, and functions with their callers and callees. Nothing unless asked for. */
void part_tree(struct parts *x);

/* part_sites.c */
void part_sites(struct parts *x);
/* Are these columns, separated by commas, that the list of sites has? Returns 0, or -EINVAL with a sentence in err. */
int site_columns_check(const char *list, struct err *err);

/* part_stacks.c: the site's heaviest stacks, under the row that was added last. Nothing without stacks. */
void part_stacks(struct parts *x, struct table *t, const struct site *site);

/* part_savings.c */
void part_savings(struct parts *x);

/* All of them. */
void report_doc(struct doc *doc, const struct trace *t, const struct estimate *est, const struct report_style *style);

/* The ink that a path is shown in. */
enum ink path_ink(enum entry_path path);

/*
 * Is a to be listed before b? By cost where both are priced, priced ones first,
 * then by entries. Returns as for qsort().
 */
int costlier(const struct site_cost *a, uint64_t a_entries, const struct site_cost *b, uint64_t b_entries);

/* "s" where n is not one. */
const char *plural(uint64_t n);

#endif
