/* SPDX-License-Identifier: MIT */
/* The report for people at a terminal, and the order of a report's parts. */
#include "report/text.h"

#include "report/formats.h"
#include "report/parts.h"

/* What the tables need; a narrower terminal breaks the lines by itself. */
#define LEAST_WIDTH 60

const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

enum ink path_ink(enum entry_path path)
{
	return path == PATH_UNKNOWN ? INK_RED : INK_CYAN;
}

int costlier(const struct site_cost *a, uint64_t a_entries, const struct site_cost *b, uint64_t b_entries)
{
	bool a_known = a && a->added.known, b_known = b && b->added.known;

	if (a_known != b_known)
		return a_known ? -1 : 1;
	if (a_known && a->added.value != b->added.value)
		return a->added.value > b->added.value ? -1 : 1;
	return a_entries == b_entries ? 0 : a_entries > b_entries ? -1 : 1;
}

void report_doc(struct doc *doc, const struct trace *t, const struct estimate *est, const struct report_style *style)
{
	struct parts x = {
		.doc = doc,
		.style = style,
		.g = style->utf8 ? &glyphs_utf8 : &glyphs_ascii,
		.trace = t,
		.whole = t->shown ? t->whole_entries : t->entries,
		.est = est && est->have_table ? est : NULL,
	};

	part_summary(&x);
	if (t->entries) {
		part_paths(&x);
	}
	if (t->entries && !style->brief) {
		part_sites(&x);
		part_programs(&x);
		part_tree(&x);
		part_savings(&x);
	}
	if (!style->brief) {
		part_unpriced(&x, est);
		part_blind_spots(&x);
	}
}

static int write_text(FILE *out, const struct trace *t, const struct estimate *est,
		      const struct report_style *style, struct err *err)
{
	struct report_style fit = *style;
	struct doc doc = {0};

	(void)err;
	if (fit.width < LEAST_WIDTH)
		fit.width = LEAST_WIDTH;
	report_doc(&doc, t, est, &fit);
	text_doc(out, &doc, &fit);
	/* The next summary follows. */
	if (fit.brief)
		fputc('\n', out);
	doc_fini(&doc);
	return 0;
}

const struct report_format report_text = {
	.name = "text",
	.what = "for people",
	.write = write_text,
};
