/* SPDX-License-Identifier: MIT */
/* Two traces beside each other: what is new, gone, moved, and what it costs. Pure. */
#ifndef ET_REPORT_COMPARE_H
#define ET_REPORT_COMPARE_H

#include "base/err.h"
#include "model/cost.h"
#include "model/site_index.h"
#include "model/trace.h"
#include "report/format.h"

/* One side of a comparison; estimate may be NULL: then nothing has a price. */
struct compare_side {
	const char *name; /* of the file */
	const struct trace *trace;
	const struct estimate *estimate;
};

/* A figure of both, and what changed. */
struct delta {
	uint64_t old_entries, new_entries;
	struct priced old_added, new_added; /* cycles over a native call */
	struct priced change;               /* of the added cycles */
};

/* An interval that holds zero settles nothing. */
enum trend { TREND_UNKNOWN, TREND_SAME, TREND_UNCLEAR, TREND_LESS, TREND_MORE };

enum site_status {
	SITE_SAME,  /* the same file, the same place */
	SITE_MOVED, /* another build of the file, the same place by its function */
	SITE_NEW,
	SITE_GONE,
	SITE_STATUSES,
};

extern const char *const site_status_name[SITE_STATUSES];

struct compared_site {
	enum site_status status;
	size_t old_site, new_site; /* SITE_INDEX_NONE: not there */
	struct delta delta;
};

struct compared_image {
	size_t old_image, new_image; /* SITE_INDEX_NONE: not there */
	struct delta delta;
};

struct comparison {
	struct compare_side old_side, new_side;
	bool same_prices; /* both priced with one table: its errors are the same in both */
	struct delta total;
	struct delta paths[ENTRY_PATHS];
	struct compared_image *images;
	size_t nimages;
	struct compared_site *sites; /* what changed most comes first */
	size_t nsites;
	size_t count[SITE_STATUSES];
};

/* Borrows both sides; out is freed by comparison_fini(). */
void comparison_make(struct compare_side old_side, struct compare_side new_side, struct comparison *out);
void comparison_fini(struct comparison *c);

/* By the cycles where both sides have prices, else by the entries, which are exact. */
enum trend delta_trend(const struct delta *d);

/* The site that there is, the new one before the old one; *t is its trace. */
const struct site *compared_site(const struct comparison *c, const struct compared_site *s, const struct trace **t);

/* The forms that a comparison takes: text, json, csv, and folded as difffolded.pl writes it. */
struct compare_format {
	const char *name;
	void (*write)(FILE *out, const struct comparison *c, const struct report_style *style);
};

extern const struct compare_format *const compare_formats[]; /* format.c */
extern const size_t ncompare_formats;

#endif
