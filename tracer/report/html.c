/* SPDX-License-Identifier: MIT */
/* The report as one page that needs nothing else: no network, and no script to be read. */
#include "report/html.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/formats.h"

#include <string.h>

/* More rows than a browser shows with ease. */
#define MOST_ROWS 5000

static void add_fact(struct table *t, const char *key, const char *value)
{
	auto_free char *k = text_escape(key, true), *v = text_escape(value, true);

	table_add(t, INK_DIM, "%s", k);
	table_add(t, INK_PLAIN, "%s", v);
}

static void host(struct parts *x)
{
	static const struct column columns[] = {{"fact", ALIGN_LEFT, false, 0, 0}, {"value", ALIGN_LEFT, true, 0, 0}, {0}};
	const struct trace *tr = x->trace;

	if (!tr->host.nfacts && !tr->host_name)
		return;
	doc_heading(x->doc, "Host");
	struct table *t = doc_table(x->doc, "host", columns);

	if (tr->host_name)
		add_fact(t, "name", tr->host_name);
	if (tr->started)
		add_fact(t, "started", tr->started);
	for (size_t i = 0; i < tr->host.nfacts; i++)
		add_fact(t, tr->host.facts[i].key, tr->host.facts[i].value);
}

static void calibration(struct parts *x)
{
	static const struct column columns[] = {
		{"one entry by", ALIGN_LEFT, false, 0, 0}, {"cycles", ALIGN_RIGHT, false, 0, 0}, {"ns", ALIGN_RIGHT, false, 0, 0}, {0}};
	const struct cost_table *table = x->est ? x->est->table : NULL;

	if (!table)
		return;
	doc_heading(x->doc, "Calibration");
	auto_free char *name = text_escape(table->name, true), *taken = text_escape(table->taken, true);
	struct table *t;

	doc_run(doc_text(x->doc, 0), INK_DIM, "%s%s%s", name, *taken ? ", taken " : "", taken);
	t = doc_table(x->doc, "calibration", columns);
	for (size_t i = 0; i < table->nrows; i++) {
		const struct cost_row *r = &table->rows[i];
		struct priced p = cost_row_price(r);

		if (r->skipped)
			continue;
		auto_free char *label = text_escape(cost_row_label(r->id), true);

		table_add(t, INK_PLAIN, "%s", label);
		table_add_value(t, INK_PLAIN, p.value, num_cycles(p, x->g).s);
		table_add_value(t, INK_PLAIN, r->ns, num_cycles((struct priced){true, r->ns, {r->ns, r->ns}}, x->g).s);
	}
}

/* Parts of the document, each followed by what is drawn. */
static void put(FILE *out, struct parts *x, void part(struct parts *x))
{
	struct doc doc = {0};

	x->doc = &doc;
	part(x);
	html_doc(out, &doc);
	doc_fini(&doc);
}

static void head(FILE *out, const struct trace *t)
{
	auto_free char *title = text_escape(t->command && t->command[0] ? t->command[0] : "attached processes", true);

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src 'unsafe-inline';script-src 'unsafe-inline'\">\n"
	      "<title>entrytrace: ", out);
	html_text(out, title);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", html_style);
}

static int write_html(FILE *out, const struct trace *t, const struct estimate *est,
		      const struct report_style *style, struct err *err)
{
	struct report_style wide = *style;
	struct parts x = {
		.style = &wide, .g = &glyphs_utf8, .trace = t, .whole = t->shown ? t->whole_entries : t->entries,
		.est = est && est->have_table ? est : NULL,
	};

	(void)err;
	wide.utf8 = true;
	wide.width = 1000;
	wide.top = MOST_ROWS;
	wide.tree = false;
	head(out, t);
	put(out, &x, part_summary);
	html_paths_bar(out, t);
	if (t->entries) {
		put(out, &x, part_paths);
		put(out, &x, part_programs);
		put(out, &x, part_savings);
		html_savings(out, x.est, x.g);
		html_flame(out, t);
		put(out, &x, part_sites);
	}
	struct doc doc = {0};

	x.doc = &doc;
	part_unpriced(&x, est);
	part_blind_spots(&x);
	host(&x);
	calibration(&x);
	html_doc(out, &doc);
	doc_fini(&doc);
	fprintf(out, "<footer>entrytrace %s</footer>\n<script>\n%s</script>\n</body>\n</html>\n",
		t->tool ? t->tool : "", html_script);
	return 0;
}

const struct report_format report_html = {
	.name = "html",
	.what = "a page for a browser, all in one file",
	.write = write_html,
};
