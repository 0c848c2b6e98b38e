/* SPDX-License-Identifier: MIT */
/*
 * A report as a document: headings, paragraphs, notes and tables, with no word
 * on how they look. The parts (part_*.c) make it of a trace; text.c sets it for
 * a terminal, html.c for a browser. Knows nothing of traces.
 */
#ifndef ET_REPORT_DOC_H
#define ET_REPORT_DOC_H

#include <stdbool.h>
#include <stddef.h>

/* A blank at which no line is broken. */
#define DOC_NBSP "\u00a0"

enum ink { INK_PLAIN, INK_BOLD, INK_DIM, INK_RED, INK_GREEN, INK_YELLOW, INK_CYAN };

/* A stretch of text in one ink. */
struct run {
	char *text;
	enum ink ink;
};

enum align { ALIGN_LEFT, ALIGN_RIGHT };

struct column {
	const char *title;  /* NULL ends a list of columns */
	enum align align;
	bool flexible;      /* may be shortened in the middle when the table is too wide */
	unsigned room;      /* columns of a terminal from which on it is shown; 0: always */
	unsigned least;     /* its least width */
};

struct cell {
	char *text;
	char *brief;        /* what stands in where text does not fit in a line; or NULL */
	enum ink ink;
	size_t keep_tail;   /* the last columns that are to stay when it is shortened */
	double value;       /* what it is sorted by; NAN: its text */
	double part;        /* 0..1: drawn as a bar where that can be; negative: none */
};

/* A line under a row. */
struct detail {
	size_t row;
	char *figure;       /* NULL: none */
	char *text;
	enum ink ink;
};

struct table {
	const char *id;              /* a word, for links and scripts; or NULL */
	const struct column *columns; /* of a static list, or own */
	struct column *own;          /* freed with the table */
	size_t ncolumns;
	struct cell *cells;
	size_t ncells;
	struct detail *details;      /* in the order of their rows */
	size_t ndetails;
	/*
	 * Columns from here on flow, in text: set one behind the other, in as many
	 * lines as it takes. The first two stay one below the other where there is
	 * room, the last one is wrapped. 0: no column does.
	 */
	size_t flow;
	bool wraps;                  /* the last column, to where its own text begins; it does not flow */
	const char *flow_title;      /* over the second of them and all that follows */
};

enum block_kind { BLOCK_TITLE, BLOCK_HEADING, BLOCK_TEXT, BLOCK_TABLE };

struct block {
	enum block_kind kind;
	struct run *runs;      /* the words; none in a table */
	size_t nruns;
	bool gap;              /* an empty line goes before */
	struct run lead;       /* a bullet or the like; text NULL: none */
	size_t indent;         /* columns */
	struct table table;
};

struct doc {
	struct block *blocks;
	size_t nblocks;
};

/* The block is valid until the next one is made. */
struct block *doc_title(struct doc *d, const char *lead, const char *text);
struct block *doc_heading(struct doc *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A paragraph, to which doc_run() adds words. */
struct block *doc_text(struct doc *d, size_t indent);
struct block *doc_run(struct block *b, enum ink ink, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A paragraph behind a bullet. */
struct block *doc_note(struct doc *d, const char *bullet, enum ink bullet_ink);
struct table *doc_table(struct doc *d, const char *id, const struct column *columns);

/* Appends a cell, row by row, from left to right; valid until the next one. */
struct cell *table_add(struct table *t, enum ink ink, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* The same, sorted by value. */
struct cell *table_add_value(struct table *t, enum ink ink, double value, const char *text);
size_t table_rows(const struct table *t);
/* A line under the row that was added last. figure may be NULL; both are copied. */
void table_detail(struct table *t, enum ink ink, const char *figure, const char *text);

void doc_fini(struct doc *d);

#endif
