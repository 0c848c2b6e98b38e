/* SPDX-License-Identifier: MIT */
/* Setting text for people: colours, wrapping, tables. Knows nothing of traces. */
#ifndef ET_REPORT_PAGE_H
#define ET_REPORT_PAGE_H

#include "report/format.h"
#include "report/number.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN, INK_YELLOW, INK_CYAN };

struct page {
	FILE *out;
	const struct report_style *style;
	const struct glyphs *g;
};

void page_put(struct page *p, enum ink ink, const char *text);
/* An empty line and a title. */
void page_heading(struct page *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A paragraph from column indent on; the cursor stands at column at. */
void page_wrap(struct page *p, enum ink ink, size_t at, size_t indent, const char *text);
/* count columns of blanks */
void page_blank(struct page *p, size_t count);

/* ---- tables ---- */

enum align { ALIGN_LEFT, ALIGN_RIGHT };

struct column {
	const char *title; /* NULL ends a list of columns */
	enum align align;
	bool flexible; /* shortened in the middle when the table is too wide */
};

struct cell {
	char *text;
	enum ink ink;
};

struct table {
	const struct column *columns;
	size_t ncolumns;
	struct cell *cells;
	size_t ncells;
};

void table_init(struct table *t, const struct column *columns);
/* Appends a cell, row by row, from left to right. */
void table_add(struct table *t, enum ink ink, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Sets it indented by two and frees what it holds. */
void table_flush(struct table *t, struct page *p);

#endif
