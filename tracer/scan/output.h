/* SPDX-License-Identifier: MIT */
/* The forms that the outcome of a scan can take; each in a file of its own. */
#ifndef ET_SCAN_OUTPUT_H
#define ET_SCAN_OUTPUT_H

#include "report/format.h"
#include "scan/result.h"

#include <stdio.h>

struct scan_style {
	const struct report_style *page; /* width, colour, signs, and how many files to list */
	bool sites;                      /* list each site, not only each file */
};

struct scan_format {
	const char *name;
	/* Write errors are left on out for the caller, who flushes and looks at ferror(). */
	void (*write)(FILE *out, const struct scan_result *r, const struct scan_style *style);
};

extern const struct scan_format *const scan_formats[];
extern const size_t nscan_formats;

/* NULL when there is no such format. */
const struct scan_format *scan_format_find(const char *name);

extern const struct scan_format scan_text, scan_json, scan_csv, scan_sarif;

/* ---- for the formats ---- */

/* The name of the call that a site asks for; NULL where it is not known. The caller frees. */
char *scan_site_call(const struct scan_site *s);

/* "path" or "path!member"; the caller frees. */
char *scan_file_name(const struct scan_file *f);

/* The worst verdict of all files: that of the whole. */
enum scan_verdict scan_worst(const struct scan_result *r);

#endif
