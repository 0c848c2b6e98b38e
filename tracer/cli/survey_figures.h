/* SPDX-License-Identifier: MIT */
/* What a survey knows of each program, between two looks; and the ways to show it. */
#ifndef ET_CLI_SURVEY_FIGURES_H
#define ET_CLI_SURVEY_FIGURES_H

#include "base/err.h"
#include "cli/pricing.h"
#include "count/tally.h"
#include "kernel/engine.h"
#include "report/format.h"

#include <stdio.h>

/* Beside each of the tally's images. */
struct survey_program {
	uint64_t total[ENTRY_PATHS];  /* since the survey began */
	uint64_t before[ENTRY_PATHS]; /* the same at the look before */
	double cpu_seconds, cpu_before;
};

struct survey_figures {
	struct survey_program *programs;
	size_t n;
	double seconds;  /* since the look before */
	double elapsed;  /* since the survey began */
	uint64_t lost;
	struct priced added[ENTRY_PATHS]; /* cycles per entry, over a 64-bit one */
	const char *host;
};

/* What entries of each path cost over a native one, by the machine's table. */
void survey_prices(struct survey_figures *f, const struct pricing *pricing);

/* Takes the figures anew. */
void survey_look(struct survey_figures *f, const struct tally *tally, struct kernel_engine *engine, double elapsed);
void survey_figures_fini(struct survey_figures *f);

/* Entries since the look before. */
uint64_t survey_fresh(const struct survey_program *p);
uint64_t survey_total(const struct survey_program *p);
/* Cycles that its entries since the look before cost over 64-bit ones; unknown where a path has no price. */
struct priced survey_added(const struct survey_figures *f, const struct survey_program *p);
/* Does it need a kernel that runs 32-bit programs, or answers their calls? */
bool survey_needs_ia32(const struct image *image, const struct survey_program *p);

/* A table on the terminal, over the one before. */
void survey_live(FILE *out, const struct survey_figures *f, const struct tally *tally,
		 const struct report_style *style);

/* One line. */
void survey_json(FILE *out, const struct survey_figures *f, const struct tally *tally);

/* The file as a whole, by a rename. Returns 0 or a negative errno. */
int survey_metrics(const char *path, const struct survey_figures *f, const struct tally *tally, struct err *err);

#endif
