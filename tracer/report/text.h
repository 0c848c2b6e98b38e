/* SPDX-License-Identifier: MIT */
/* The parts of the text report, each an own file; text.c sets them in order. */
#ifndef ET_REPORT_TEXT_H
#define ET_REPORT_TEXT_H

#include "report/page.h"

/* What every part works on. */
struct text {
	struct page page;
	const struct trace *trace;
	const struct estimate *est; /* NULL unless it has a table */
	bool guessed;               /* a stack with a guessed frame was shown */
};

/* text_paths.c */
void text_paths(struct text *x);
void text_images(struct text *x);

/* text_sites.c */
void text_sites(struct text *x);

/* text_stacks.c: the site's heaviest stacks, behind column indent. Nothing without stacks. */
void text_stacks(struct text *x, const struct site *site, size_t indent);

/* text_savings.c */
void text_savings(struct text *x);

/* The ink that a path is shown in. */
enum ink text_path_ink(enum entry_path path);

/*
 * Is a to be listed before b? By cost where both are priced, priced ones first,
 * then by entries. Returns as for qsort().
 */
int text_costlier(const struct site_cost *a, uint64_t a_entries, const struct site_cost *b, uint64_t b_entries);

#endif
