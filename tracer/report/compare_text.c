/* SPDX-License-Identifier: MIT */
/* A comparison for people. */
#include "report/compare_formats.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/number.h"
#include "report/parts.h"
#include "report/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

struct compared {
	const struct comparison *c;
	const struct report_style *style;
	const struct glyphs *g;
	struct doc doc;
	bool priced;
};

static const struct {
	const char *word;
	enum ink ink;
} trend_word[] = {
	[TREND_UNKNOWN] = {"?", INK_DIM}, [TREND_SAME] = {"same", INK_DIM}, [TREND_UNCLEAR] = {"unclear", INK_DIM},
	[TREND_LESS] = {"less", INK_GREEN}, [TREND_MORE] = {"more", INK_RED},
};

/* "+1,024" or "−17" */
static struct num signed_count(uint64_t from, uint64_t to, const struct glyphs *g)
{
	struct num n;

	if (to == from)
		return (struct num){"0"};
	snprintf(n.s, sizeof(n.s), "%.8s%.40s", to > from ? "+" : g->minus,
		 num_count(to > from ? to - from : from - to).s);
	return n;
}

/* "+5.0 %"; "new" and "gone" where there is nothing to compare with */
static struct num percent(uint64_t from, uint64_t to, const struct glyphs *g)
{
	struct num n = {""};

	if (from && to && from != to) {
		double p = 100 * ((double)to - (double)from) / (double)from;

		snprintf(n.s, sizeof(n.s), "%.8s%.*f %%", p < 0 ? g->minus : "+", fabs(p) < 10 || (p < -99 && p > -100) ? 1 : 0, fmin(fabs(p), 1e12));
	} else if (from != to) {
		snprintf(n.s, sizeof(n.s), "%s", from ? "gone" : "new");
	}
	return n;
}

static struct num signed_cycles(struct priced p, const struct glyphs *g)
{
	struct num v = num_cycles_si(p, g), n;

	snprintf(n.s, sizeof(n.s), "%s%.*s", p.known && p.value > 0 ? "+" : "", (int)sizeof(n.s) - 2, v.s);
	return n;
}

static void add_delta(struct compared *x, struct table *t, const struct delta *d)
{
	table_add_value(t, INK_PLAIN, (double)d->old_entries, num_count(d->old_entries).s);
	table_add_value(t, INK_PLAIN, (double)d->new_entries, num_count(d->new_entries).s);
	table_add_value(t, INK_BOLD, (double)d->new_entries - (double)d->old_entries,
			signed_count(d->old_entries, d->new_entries, x->g).s);
	table_add(t, INK_PLAIN, "%s", percent(d->old_entries, d->new_entries, x->g).s);
	if (x->priced) {
		enum trend trend = delta_trend(d);

		table_add_value(t, trend_word[trend].ink, d->change.value, signed_cycles(d->change, x->g).s);
		table_add(t, trend_word[trend].ink, "%s", trend_word[trend].word);
	}
}

#define ENTRIES_COLUMNS \
	{"old", ALIGN_RIGHT, false, 0, 0}, {"new", ALIGN_RIGHT, false, 0, 0}, {"change", ALIGN_RIGHT, false, 0, 0}, \
	{"", ALIGN_RIGHT, false, 72, 0}
/* Sites need their lines for names: the sums are above, in any width. */
#define SITE_ENTRIES_COLUMNS \
	{"old", ALIGN_RIGHT, false, 100, 0}, {"new", ALIGN_RIGHT, false, 100, 0}, {"change", ALIGN_RIGHT, false, 0, 0}, \
	{"", ALIGN_RIGHT, false, 120, 0}
#define CYCLES_COLUMNS {"added cycles", ALIGN_RIGHT, false, 0, 0}, {"", ALIGN_LEFT, false, 0, 0}

static void summary(struct compared *x)
{
	const struct comparison *c = x->c;
	auto_free char *names = xasprintf("%s %s %s", c->old_side.name, x->style->utf8 ? "→" : "->", c->new_side.name);
	auto_free char *clean = text_escape(names, true);
	struct num by = percent(c->total.old_entries, c->total.new_entries, x->g);
	struct block *b;

	doc_title(&x->doc, "entrytrace compare: ", clean);
	b = doc_run(doc_text(&x->doc, 0), INK_BOLD, "%s %s %s kernel entries", num_count(c->total.old_entries).s,
		    x->style->utf8 ? "→" : "->", num_count(c->total.new_entries).s);
	if (*by.s)
		doc_run(b, INK_PLAIN, "(%s)", by.s);
	doc_run(doc_text(&x->doc, 0), INK_PLAIN, "%zu site%s as before, %zu moved, %zu new, %zu gone", c->count[SITE_SAME],
		plural(c->count[SITE_SAME]), c->count[SITE_MOVED], c->count[SITE_NEW], c->count[SITE_GONE]);
	if (!x->priced)
		return;
	enum trend trend = delta_trend(&c->total);

	b = doc_run(doc_text(&x->doc, 0), trend_word[trend].ink, "%s added cycles", signed_cycles(c->total.change, x->g).s);
	doc_run(b, INK_PLAIN, "over native calls: %s",
		trend == TREND_MORE ? "more than before" : trend == TREND_LESS ? "less than before" :
		trend == TREND_SAME ? "as before" : "no difference that the intervals show");
}

static void paths(struct compared *x)
{
	static const struct column plain[] = {{"path", ALIGN_LEFT, false, 0, 0}, ENTRIES_COLUMNS, {0}};
	static const struct column priced[] = {{"path", ALIGN_LEFT, false, 0, 0}, ENTRIES_COLUMNS, CYCLES_COLUMNS, {0}};

	doc_heading(&x->doc, "By which path");
	struct table *t = doc_table(&x->doc, "paths", x->priced ? priced : plain);

	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		const struct delta *d = &x->c->paths[p];

		if (!d->old_entries && !d->new_entries)
			continue;
		table_add(t, path_ink(p), "%s", entry_path_info[p].id);
		add_delta(x, t, d);
	}
}

static void images(struct compared *x)
{
	static const struct column plain[] = {ENTRIES_COLUMNS, {"program", ALIGN_LEFT, true, 0, 0}, {0}};
	static const struct column priced[] = {ENTRIES_COLUMNS, CYCLES_COLUMNS, {"program", ALIGN_LEFT, true, 0, 0}, {0}};

	if (x->c->nimages < 2)
		return;
	doc_heading(&x->doc, "In which program");
	struct table *t = doc_table(&x->doc, "programs", x->priced ? priced : plain);

	for (size_t i = 0; i < x->c->nimages; i++) {
		const struct compared_image *im = &x->c->images[i];
		bool there = im->new_image != SITE_INDEX_NONE;
		const struct image *of = there ? &x->c->new_side.trace->images[im->new_image]
					       : &x->c->old_side.trace->images[im->old_image];
		auto_free char *exe = text_escape(of->exe, x->style->utf8);

		add_delta(x, t, &im->delta);
		table_add(t, INK_PLAIN, "%s", exe)->keep_tail = strlen(exe) / 2;
	}
}

static void add_place(struct compared *x, struct table *t, const struct compared_site *cs)
{
	const struct trace *tr;
	const struct site *s = compared_site(x->c, cs, &tr);
	auto_free char *module = text_escape(s->module, x->style->utf8);
	auto_free char *function = text_escape(s->function, x->style->utf8);
	const char *base = strrchr(module, '/');
	struct cell *c = table_add(t, INK_BOLD, "%s+0x%" PRIx64, module, s->offset);

	c->keep_tail = text_width(base ? base : module) + 6;
	table_add(t, INK_PLAIN, "%s", function);
	if (cs->status == SITE_MOVED)
		table_add(t, INK_DIM, "was at +0x%" PRIx64, x->c->old_side.trace->sites[cs->old_site].offset);
	else
		table_add(t, INK_DIM, "%s", "");
}

static void sites(struct compared *x)
{
	static const struct column plain[] = {
		SITE_ENTRIES_COLUMNS, {"path", ALIGN_LEFT, false, 0, 0}, {"site", ALIGN_LEFT, true, 0, 0},
		{"function", ALIGN_LEFT, true, 0, 0}, {"", ALIGN_LEFT, false, 0, 0}, {0}};
	static const struct column priced[] = {
		SITE_ENTRIES_COLUMNS, CYCLES_COLUMNS, {"path", ALIGN_LEFT, false, 0, 0}, {"site", ALIGN_LEFT, true, 0, 0},
		{"function", ALIGN_LEFT, true, 0, 0}, {"", ALIGN_LEFT, false, 0, 0}, {0}};
	const struct comparison *c = x->c;
	size_t shown = 0, changed = 0;

	for (size_t i = 0; i < c->nsites; i++)
		changed += delta_trend(&c->sites[i].delta) != TREND_SAME;
	if (!changed) {
		doc_heading(&x->doc, "No site changed");
		return;
	}
	doc_heading(&x->doc, "At which site, what changed most first");
	struct table *t = doc_table(&x->doc, "sites", x->priced ? priced : plain);

	t->flow = x->priced ? 6 : 4;
	t->flow_title = "site";
	for (size_t i = 0; i < c->nsites && (!x->style->top || shown < x->style->top); i++) {
		const struct compared_site *s = &c->sites[i];
		const struct trace *tr;

		if (delta_trend(&s->delta) == TREND_SAME)
			continue;
		add_delta(x, t, &s->delta);
		enum entry_path path = compared_site(c, s, &tr)->path;

		table_add(t, path_ink(path), "%s", entry_path_info[path].id);
		add_place(x, t, s);
		shown++;
	}
	if (shown < changed)
		doc_run(doc_text(&x->doc, 2), INK_DIM, "%zu more sites that changed are not shown: --top 0 lists all",
			changed - shown);
}

static void notes(struct compared *x)
{
	const char *bullet = x->style->utf8 ? "  \u2022 " : "  * ";

	if (!x->priced) {
		doc_heading(&x->doc, "Not priced");
		doc_run(doc_note(&x->doc, bullet, INK_DIM), INK_DIM,
			"At least one of the two holds no prices: --calibration names a table for both.");
		return;
	}
	doc_heading(&x->doc, "How to read it");
	doc_run(doc_note(&x->doc, bullet, INK_DIM), INK_DIM,
		x->c->same_prices ? "Both are priced with the same table, so that only entries make a difference." :
				    "Each is priced with the table that it came with: also the prices differ. "
				    "--calibration prices both with one.");
	doc_run(doc_note(&x->doc, bullet, INK_DIM), INK_DIM,
		"Unclear: the interval of the difference holds zero. Entries are exact; the cycles are over those of native calls.");
}

static void write_text(FILE *out, const struct comparison *c, const struct report_style *style)
{
	struct compared x = {
		.c = c, .style = style, .g = style->utf8 ? &glyphs_utf8 : &glyphs_ascii,
		.priced = c->old_side.estimate && c->old_side.estimate->have_table && c->new_side.estimate &&
			  c->new_side.estimate->have_table,
	};

	summary(&x);
	paths(&x);
	images(&x);
	sites(&x);
	notes(&x);
	text_doc(out, &x.doc, style);
	doc_fini(&x.doc);
}

const struct compare_format compare_text = {.name = "text", .write = write_text};
