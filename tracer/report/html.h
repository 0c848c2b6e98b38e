/* SPDX-License-Identifier: MIT */
/* What the parts of the HTML report share. */
#ifndef ET_REPORT_HTML_H
#define ET_REPORT_HTML_H

#include "report/parts.h"

#include <stdio.h>

/* Text with what has a meaning in HTML spelt out; fit for attributes in double quotes too. */
void html_text(FILE *out, const char *text);

/* A class name of a path, for its colour: "p-int80". */
void html_path_class(FILE *out, enum entry_path path);

/* html_doc.c: headings, paragraphs and tables, sections having the ids of their tables. */
void html_doc(FILE *out, const struct doc *doc);

/* html_flame.c: all call stacks, or without them programs, modules and functions, coloured by path. */
void html_flame(FILE *out, const struct trace *t);

/* html_charts.c: the paths as one bar, the savings with their intervals. */
void html_paths_bar(FILE *out, const struct trace *t);
void html_savings(FILE *out, const struct estimate *est, const struct glyphs *g);

/* html_assets.c: colours and layout, and what sorts and filters tables. */
extern const char html_style[];
extern const char html_script[];

#endif
