/* SPDX-License-Identifier: MIT */
/* For live.c and live_draw.c alone. */
#ifndef ET_CLI_LIVE_VIEW_H
#define ET_CLI_LIVE_VIEW_H

#include "model/cost.h"
#include "model/trace.h"
#include "report/number.h"

#include <curses.h>
#include <stdio.h>

enum order { BY_RATE, BY_ENTRIES, BY_COST, BY_NAME, ORDERS };

struct row {
	size_t site;
	double rate;
};

struct live {
	/* ---- the terminal ---- */
	FILE *tty;
	SCREEN *screen;
	const struct glyphs *g;
	bool utf8;

	/* ---- what is shown ---- */
	int snapshot;
	bool have, priced, asked;
	struct trace trace, before; /* before: for the rates */
	struct estimate est;
	double rates[ENTRY_PATHS], seconds; /* since before */
	struct row *rows;
	size_t nrows;
	uint64_t next_ns;

	/* ---- what was asked for ---- */
	enum order order;
	bool frozen, typing;
	char filter[64];
	size_t top; /* the first row on the screen */
};

enum { INK_HEAD = 1, INK_PATH, INK_RATE, INK_FAINT, INK_COST };

/* live_draw.c: the whole screen. */
void live_draw(struct live *l);

#endif
