/* SPDX-License-Identifier: MIT */
/* For people: the worst first, one screen for a system. */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/number.h"
#include "report/text.h"
#include "scan/output.h"
#include "scan/sentence.h"

#include <inttypes.h>
#include <string.h>

#define LEAST_WIDTH 60

struct text {
	struct doc doc;
	bool utf8;
	unsigned top; /* rows of a list; 0 is all */
	const struct scan_result *r;
	const struct scan_style *style;
};

static const char *plural(uint64_t n, const char *one, const char *many)
{
	return n == 1 ? one : many;
}

static const enum ink verdict_ink[VERDICTS] = {
	[NEEDS_YES] = INK_RED, [NEEDS_UNKNOWN] = INK_YELLOW, [NEEDS_NO] = INK_GREEN,
};

static void headline(struct text *x)
{
	const struct scan_result *r = x->r;
	auto_free char *bad = r->counts.unreadable ?
				      xasprintf(", %s could not be opened", num_count(r->counts.unreadable).s) :
				      xstrdup("");
	auto_free char *s = xasprintf("%s %s looked at, %.1f MB of code%s.%s%s%s", num_count(r->counts.files).s,
				      plural(r->counts.files, "file", "files"), (double)r->code_bytes / 1e6, bad,
				      r->partial ? " Partial: " : "", r->partial ? r->partial : "",
				      r->partial ? "." : "");

	doc_run(doc_text(&x->doc, 0), r->partial ? INK_YELLOW : INK_PLAIN, "%s", s);
}

/* "3 int80, 580 vdso; 2 possible" */
static char *entries_of(const struct scan_file *f)
{
	char *list = xstrdup("");
	uint64_t possible = 0;

	for (unsigned form = 0; form < ENTRY_FORMS; form++) {
		uint64_t n = f->count[form][SURE_INSTRUCTION];
		char *longer;

		possible += f->count[form][SURE_POSSIBLE];
		if (!n)
			continue;
		longer = xasprintf("%s%s%s %s", list, *list ? ", " : "", num_count(n).s, entry_form_info[form].id);
		free(list);
		list = longer;
	}
	if (possible) {
		char *longer = xasprintf("%s%s%s possible", list, *list ? ", " : "", num_count(possible).s);

		free(list);
		list = longer;
	}
	return list;
}

static void file_row(struct table *t, const struct text *x, const struct scan_file *f)
{
	auto_free char *name = scan_file_name(f);
	auto_free char *shown = text_escape(name, x->utf8);
	auto_free char *entries = entries_of(f);
	auto_free char *why = text_escape(f->why, x->utf8);
	auto_free char *by = f->nstarted_by ? text_escape(f->started_by[0], x->utf8) : xstrdup("");
	auto_free char *package = text_escape(f->package, x->utf8);
	const char *slash = strrchr(shown, '/');
	struct cell *c = table_add(t, verdict_ink[f->verdict], "%s", shown);

	c->keep_tail = slash ? text_width(slash) : 0;
	table_add(t, INK_PLAIN, "%s%s%s%s%s%s%s", why, *entries ? "; " : "", entries, *by ? "; started by " : "", by,
		  *package ? "; package " : "", package);
}

/* The files of a verdict, each content once. */
static void files(struct text *x, enum scan_verdict v, const char *title)
{
	static const struct column columns[] = {
		{.title = "file", .flexible = true, .least = 24}, {.title = "why", .flexible = true}, {0},
	};
	struct idset contents = {0};
	uint64_t shown = 0, left = 0, copies = 0;
	struct table *t;

	if (!x->r->of_verdict[v])
		return;
	doc_heading(&x->doc, "%s: %s %s, of them %s %s", title, num_count(x->r->of_verdict[v]).s,
		    plural(x->r->of_verdict[v], "file", "files"), num_count(x->r->programs[v]).s,
		    plural(x->r->programs[v], "program or script", "programs and scripts"));
	t = doc_table(&x->doc, scan_verdict_name[v], columns);
	t->wraps = true;
	for (size_t i = 0; i < x->r->nfiles; i++) {
		const struct scan_file *f = &x->r->files[i];

		if (f->verdict != v)
			continue;
		if (f->nsites && !idset_add(&contents, f->content[0], f->content[1]))
			copies++;
		else if (x->top && shown >= x->top)
			left++;
		else
			shown++, file_row(t, x, f);
	}
	idset_fini(&contents);
	if (left || copies) {
		auto_free char *more = left ? xasprintf("%s more (--top 0 lists all)", num_count(left).s) : xstrdup("");

		doc_run(doc_text(&x->doc, 2), INK_DIM, "and %s%s%s%s", more, left && copies ? ", " : "",
			copies ? num_count(copies).s : "",
			copies ? plural(copies, " copy of one of them", " copies of them") : "");
	}
}

static void packages(struct text *x)
{
	static const struct column columns[] = {
		{.title = "package"}, {.title = "need it", .align = ALIGN_RIGHT},
		{.title = "unknown", .align = ALIGN_RIGHT}, {.title = "why", .flexible = true}, {0},
	};
	struct table *t;

	if (!x->r->npackages)
		return;
	doc_heading(&x->doc, "Packages");
	t = doc_table(&x->doc, "packages", columns);
	for (size_t i = 0; i < x->r->npackages && (!x->top || i < x->top); i++) {
		const struct scan_group *g = &x->r->packages[i];
		auto_free char *name = text_escape(g->name, x->utf8);
		auto_free char *why = text_escape(g->why, x->utf8);

		table_add(t, verdict_ink[g->verdict], "%s", name);
		table_add(t, INK_PLAIN, "%s", num_count(g->yes).s);
		table_add(t, INK_PLAIN, "%s", num_count(g->unknown).s);
		table_add(t, INK_DIM, "%s", why);
	}
}

/* --- sites --- */

static void sites_of(struct text *x, const struct scan_file *f)
{
	static const struct column plain[] = {
		{.title = "address", .align = ALIGN_RIGHT}, {.title = "entry"}, {.title = "sure"}, {.title = "call"},
		{.title = "function", .flexible = true}, {0},
	};
	static const struct column traced[] = {
		{.title = "entries", .align = ALIGN_RIGHT}, {.title = "address", .align = ALIGN_RIGHT},
		{.title = "entry"}, {.title = "sure"}, {.title = "call"}, {.title = "function", .flexible = true}, {0},
	};
	auto_free char *name = scan_file_name(f);
	auto_free char *shown = text_escape(name, x->utf8);
	struct table *t;

	doc_heading(&x->doc, "Sites in %s", shown);
	t = doc_table(&x->doc, NULL, x->r->has_traces ? traced : plain);
	for (size_t i = 0; i < f->nsites; i++) {
		const struct scan_site *s = &f->sites[i];
		auto_free char *call = scan_site_call(s);
		auto_free char *function = text_escape(s->function, x->utf8);

		if (x->r->has_traces)
			table_add(t, s->ran ? INK_BOLD : INK_DIM, "%s", s->ran ? num_count(s->ran).s : "never");
		table_add(t, INK_PLAIN, "0x%" PRIx64, s->vaddr);
		table_add(t, INK_CYAN, "%s", entry_form_info[s->form].id);
		table_add(t, s->sure == SURE_INSTRUCTION ? INK_PLAIN : INK_YELLOW, "%s", scan_sure_name[s->sure]);
		if (call)
			table_add(t, INK_PLAIN, "%s", call);
		else if (s->nr >= 0)
			table_add(t, INK_PLAIN, "%" PRId64, s->nr);
		else
			table_add(t, INK_DIM, "%s", "?");
		table_add(t, INK_PLAIN, "%s", function);
	}
}

static void sites(struct text *x)
{
	size_t with = 0;

	for (size_t i = 0; i < x->r->nfiles; i++)
		with += x->r->files[i].nsites > 0;
	/* One file alone was asked about: then its sites are the answer. */
	for (size_t i = 0; i < x->r->nfiles; i++)
		if (x->r->files[i].nsites && (x->style->sites || (with == 1 && x->r->counts.files == 1)))
			sites_of(x, &x->r->files[i]);
}

static void unseen(struct text *x)
{
	static const struct column columns[] = {
		{.title = "entries", .align = ALIGN_RIGHT}, {.title = "path"}, {.title = "site", .flexible = true}, {0},
	};
	struct table *t;

	if (!x->r->nunseen)
		return;
	doc_heading(&x->doc, "Ran, but not found by the scan");
	t = doc_table(&x->doc, "unseen", columns);
	for (size_t i = 0; i < x->r->nunseen && (!x->top || i < x->top); i++) {
		const struct scan_unseen *u = &x->r->unseen[i];
		auto_free char *module = text_escape(u->module, x->utf8);

		table_add(t, INK_PLAIN, "%s", num_count(u->entries).s);
		table_add(t, INK_CYAN, "%s", u->path_id);
		table_add(t, INK_PLAIN, "%s+0x%" PRIx64 "%s", module, u->offset, u->scanned ? "" : " (not scanned)");
	}
}

/* What could not be read whole: a line each. */
static void faults(struct text *x)
{
	uint64_t n = 0;

	for (size_t i = 0; i < x->r->nfiles; i++) {
		const struct scan_file *f = &x->r->files[i];
		auto_free char *name = scan_file_name(f);
		auto_free char *shown = text_escape(name, x->utf8);
		auto_free char *fault = text_escape(f->fault, x->utf8);

		if (!f->fault)
			continue;
		if (!n++)
			doc_heading(&x->doc, "Not read, or not whole");
		if (!x->top || n <= x->top)
			doc_run(doc_text(&x->doc, 2), INK_PLAIN, "%s: %s", shown, fault);
	}
	if (x->top && n > x->top)
		doc_run(doc_text(&x->doc, 2), INK_DIM, "and %s more", num_count(n - x->top).s);
}

static void last_words(struct text *x)
{
	auto_free char *s = scan_sentence(x->r);
	auto_free char *shown = text_escape(s, x->utf8);

	struct block *b = doc_text(&x->doc, 0);

	b->gap = true;
	doc_run(b, verdict_ink[scan_worst(x->r)], "%s", shown);
}

static void write_text(FILE *out, const struct scan_result *r, const struct scan_style *style)
{
	struct report_style fit = *style->page;
	struct text x = {.utf8 = fit.utf8, .top = fit.top, .r = r, .style = style};

	if (fit.width < LEAST_WIDTH)
		fit.width = LEAST_WIDTH;
	headline(&x);
	files(&x, NEEDS_YES, "Needs 32-bit support");
	files(&x, NEEDS_UNKNOWN, "Cannot be told");
	packages(&x);
	sites(&x);
	unseen(&x);
	faults(&x);
	last_words(&x);
	text_doc(out, &x.doc, &fit);
	doc_fini(&x.doc);
}

const struct scan_format scan_text = {.name = "text", .write = write_text};
