/* SPDX-License-Identifier: MIT */
/* Setting text on a terminal: colours, blanks, wrapping. */
#ifndef ET_REPORT_PAGE_H
#define ET_REPORT_PAGE_H

#include "report/doc.h"
#include "report/format.h"

#include <stdio.h>

struct page {
	FILE *out;
	const struct report_style *style;
};

void page_put(struct page *p, enum ink ink, const char *text);
/* count columns of blanks */
void page_blank(struct page *p, size_t count);

/*
 * Words of a paragraph, wrapped to lines that begin at column indent. The
 * cursor stands at column at, behind other words of the same paragraph if
 * begun. Returns the column behind the last word; the line is not ended.
 */
size_t page_words(struct page *p, enum ink ink, size_t at, size_t indent, bool begun, const char *text);
/* The same for a paragraph of one ink: the line is ended. */
void page_wrap(struct page *p, enum ink ink, size_t at, size_t indent, const char *text);

#endif
