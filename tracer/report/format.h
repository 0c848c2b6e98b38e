/* SPDX-License-Identifier: MIT */
/*
 * The forms that a report can take. Each is a const ops table in a file of its
 * own; adding one is a file and a line in format.c.
 */
#ifndef ET_REPORT_FORMAT_H
#define ET_REPORT_FORMAT_H

#include "base/err.h"
#include "model/config.h"
#include "model/cost.h"
#include "model/trace.h"

#include <stdbool.h>
#include <stdio.h>

/* How and where a report is shown; formats for machines look at weight only. */
struct report_style {
	unsigned top;      /* how many sites to list; 0 is all */
	unsigned width;    /* columns */
	bool color;
	bool utf8;
	enum weight weight;
	enum sort sort;
	const char *columns; /* of the list of sites; NULL: the usual ones */
	unsigned frames;   /* of a stack; 0 is all */
	bool brief;        /* the paths alone, for now */
	bool tree;         /* the call tree, and callers and callees */
	bool uncut;        /* a file or a pipe: nothing is shortened to fit */
};

struct report_format {
	const char *name;
	const char *what;  /* a few words for people */
	bool of_stacks;    /* shows call stacks and nothing else: asking for it asks for them */
	/*
	 * Writes the report. estimate may be NULL (nothing was to be priced).
	 * Write errors are left on out for the caller, who flushes and looks at
	 * ferror(). Returns 0, or a negative errno with a sentence in err when this
	 * trace cannot be shown in this format.
	 */
	int (*write)(FILE *out, const struct trace *trace, const struct estimate *estimate,
		     const struct report_style *style, struct err *err);
};

extern const struct report_format *const report_formats[];
extern const size_t nreport_formats;

/* Returns NULL when there is no such format. */
const struct report_format *report_format_find(const char *name);

#endif
