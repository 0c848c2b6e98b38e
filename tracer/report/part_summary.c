/* SPDX-License-Identifier: MIT */
/* The head of a report: what ran, how it ended, how many entries, how counted; and its end: what was not seen. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/signame.h"
#include "base/text.h"

/* One line of what ran; shell quoting is left out, it is for reading. */
static char *command_line(const struct parts *x)
{
	char *const *words = x->trace->command;
	char *all = xstrdup(words && words[0] ? words[0] : "attached processes");

	for (size_t i = 1; words && words[0] && words[i]; i++) {
		char *longer = xasprintf("%s %s", all, words[i]);

		free(all);
		all = longer;
	}
	char *clean = text_escape(all, x->style->utf8);

	free(all);
	return clean;
}

static void partial(struct parts *x)
{
	if (!x->trace->partial)
		return;
	auto_free char *why = text_escape(x->trace->partial, x->style->utf8);

	doc_run(doc_text(x->doc, 0), INK_RED, "PARTIAL: %s. What follows is what was seen until then.", why);
}

static void ending(struct parts *x)
{
	const struct trace *t = x->trace;
	const struct glyphs *g = x->g;
	struct block *b = doc_text(x->doc, 0);
	char sig[32];

	if (t->exit_kind == EXIT_CODE)
		doc_run(b, t->exit_value ? INK_YELLOW : INK_PLAIN, "exit status %d", t->exit_value);
	else if (t->exit_kind == EXIT_SIGNAL)
		doc_run(b, INK_RED, "killed by %s", signame(t->exit_value, sig, sizeof(sig)));
	else
		doc_run(b, INK_PLAIN, "%s", *t->command ? "not seen to end" : "let go, and still running");
	doc_run(b, INK_PLAIN, "%s %s wall %s %s user + %s system CPU while traced", g->dot,
		num_seconds(t->wall_seconds, g).s, g->dot, num_seconds(t->cpu_user, g).s,
		num_seconds(t->cpu_system, g).s);
}

static void totals(struct parts *x)
{
	const struct trace *t = x->trace;
	struct path_total total[ENTRY_PATHS];
	struct block *b = doc_text(x->doc, 0);
	unsigned paths = 0;
	uint64_t tasks = 0;

	trace_path_totals(t, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		paths += total[p].sites > 0;
	for (size_t i = 0; i < t->nimages; i++)
		tasks += t->images[i].threads;
	if (!t->entries) {
		doc_run(b, INK_PLAIN, "no kernel entry was seen");
		return;
	}
	doc_run(b, INK_BOLD, "%s kernel entr%s by %u path%s from %s site%s", num_count(t->entries).s,
		t->entries == 1 ? "y" : "ies", paths, plural(paths), num_count(t->nsites).s, plural(t->nsites));
	if (t->nimages > 1)
		doc_run(b, INK_PLAIN, "in %s programs", num_count(t->nimages).s);
	if (tasks > 1)
		doc_run(b, INK_PLAIN, "(%s threads)", num_count(tasks).s);
}

/* Said only where it was asked for: how the entries came to be counted. */
static void counting(struct parts *x)
{
	const struct trace *t = x->trace;
	uint64_t in_place = 0, stopped = 0;

	for (size_t i = 0; i < t->nimages; i++) {
		in_place += t->images[i].in_place;
		stopped += t->images[i].by_stops != NULL;
	}
	if (in_place || stopped)
		doc_run(doc_text(x->doc, 0), INK_DIM, "%s",
			!in_place ? "Counted by stops, not in the program itself:" :
			stopped ? "Frequent calls through the vDSO were counted in the program itself, but not in:" :
				  "Frequent calls through the vDSO were counted in the program itself.");
	for (size_t i = 0; i < t->nimages; i++) {
		const struct image *im = &t->images[i];

		if (!im->by_stops)
			continue;
		auto_free char *exe = text_escape(im->exe, x->style->utf8);
		auto_free char *why = text_escape(im->by_stops, x->style->utf8);

		doc_run(doc_text(x->doc, 2), INK_DIM, "%s: %s", exe, why);
	}
}

void part_summary(struct parts *x)
{
	auto_free char *line = command_line(x);

	doc_title(x->doc, "entrytrace: ", line);
	partial(x);
	ending(x);
	totals(x);
	counting(x);
}

void part_unpriced(struct parts *x, const struct estimate *est)
{
	if (!est || est->have_table || !x->trace->entries)
		return;
	auto_free char *why = text_escape(est->why_no_table, x->style->utf8);
	struct block *b = doc_text(x->doc, 0);

	b->gap = true;
	doc_run(b, INK_YELLOW, "Not priced: %s", *why ? why : "there is no calibration table.");
}

void part_blind_spots(struct parts *x)
{
	const struct trace *t = x->trace;

	if (!t->nblind_spots)
		return;
	doc_heading(x->doc, "Not seen, or not followed");
	for (size_t i = 0; i < t->nblind_spots; i++) {
		const struct blind_spot *b = &t->blind_spots[i];
		auto_free char *note = text_escape(b->note, x->style->utf8);
		struct block *line = doc_note(x->doc, "  ! ", INK_YELLOW);

		if (b->count)
			doc_run(line, INK_PLAIN, "%s %s %s", num_count(b->count).s, x->g->times, note);
		else
			doc_run(line, INK_PLAIN, "%s", note);
	}
}
