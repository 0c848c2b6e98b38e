/* SPDX-License-Identifier: MIT */
/* The head of a report: what ran, how it ended, how many entries, how counted; and its end: what was not seen. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/signame.h"
#include "base/text.h"
#include "model/needs_ia32.h"

#include <stdlib.h>

/* How many hosts of a merged trace are named. */
#define HOSTS_NAMED 8

/* One line of what ran; shell quoting is left out, it is for reading. */
static char *command_words(char *const *words)
{
	char *all = xstrdup(words[0]);

	for (size_t i = 1; words[i]; i++) {
		char *longer = xasprintf("%s %s", all, words[i]);

		free(all);
		all = longer;
	}
	return all;
}

/* "process 17 (/usr/bin/sleep)"; the programs of several are in their table. */
static char *attached_to(const struct trace *t)
{
	char *all = t->npids ? xasprintf("process%s %lld", t->npids == 1 ? "" : "es", (long long)t->pids[0])
			     : xstrdup("attached processes");

	for (size_t i = 1; i < t->npids; i++) {
		char *longer = xasprintf("%s, %lld", all, (long long)t->pids[i]);

		free(all);
		all = longer;
	}
	if (t->nimages == 1) {
		char *longer = xasprintf("%s (%s)", all, t->images[0].exe);

		free(all);
		all = longer;
	}
	return all;
}

static char *what_ran(const struct parts *x)
{
	const struct trace *t = x->trace;
	auto_free char *plain = t->command && t->command[0] ? command_words(t->command)
				: t->runs ? xstrdup("several programs") : attached_to(t);
	auto_free char *all = t->runs ? xasprintf("%s runs of %s", num_count(t->runs).s, plain) : xstrdup(plain);

	return text_escape(all, x->style->utf8);
}

/* Of a merged trace: whose runs they were. */
static void hosts(struct parts *x)
{
	const struct trace *t = x->trace;

	if (!t->runs)
		return;
	struct block *b = doc_text(x->doc, 0);

	doc_run(b, INK_PLAIN, "%s trace%s of %s host%s%s", num_count(t->runs).s, plural(t->runs),
		num_count(t->nhosts).s, plural(t->nhosts), t->nhosts ? ":" : "");
	for (size_t i = 0; i < t->nhosts && i < HOSTS_NAMED; i++) {
		auto_free char *name = text_escape(t->hosts[i], x->style->utf8);

		doc_run(b, INK_PLAIN, "%s%s", name, i + 1 < t->nhosts ? "," : "");
	}
	if (t->nhosts > HOSTS_NAMED)
		doc_run(b, INK_PLAIN, "and %zu others", t->nhosts - HOSTS_NAMED);
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
		doc_run(b, INK_PLAIN, "%s", t->running ? "still running" : t->runs ? "ended in different ways" :
			*t->command ? "not seen to end" : "let go, and still running");
	doc_run(b, INK_PLAIN, "%s %s wall %s %s user + %s system CPU while traced", g->dot,
		num_seconds(t->wall_seconds, g).s, g->dot, num_seconds(t->cpu_user, g).s,
		num_seconds(t->cpu_system, g).s);
	/* What was attached to began elsewhere: when it was looked at is part of what it is. */
	if (t->npids && t->started) {
		auto_free char *since = text_escape(t->started, x->style->utf8);

		doc_run(b, INK_PLAIN, "%s attached since %s", g->dot, since);
	}
}

/* "3 processes, 17 threads", where that is more than one. */
static void tasks(struct block *b, const struct trace *t)
{
	uint64_t processes = 0, threads = 0;

	for (size_t i = 0; i < t->nimages; i++) {
		processes += t->images[i].processes;
		threads += t->images[i].threads;
	}
	if (processes > 1 && threads > processes)
		doc_run(b, INK_PLAIN, "(%s processes, %s threads)", num_count(processes).s, num_count(threads).s);
	else if (processes > 1)
		doc_run(b, INK_PLAIN, "(%s processes)", num_count(processes).s);
	else if (threads > 1)
		doc_run(b, INK_PLAIN, "(%s threads)", num_count(threads).s);
}

static void totals(struct parts *x)
{
	const struct trace *t = x->trace;
	struct path_total total[ENTRY_PATHS];
	struct block *b = doc_text(x->doc, 0);
	unsigned paths = 0;

	trace_path_totals(t, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		paths += total[p].sites > 0;
	if (!t->entries) {
		doc_run(b, INK_PLAIN, "no kernel entry was seen");
		return;
	}
	doc_run(b, INK_BOLD, "%s kernel entr%s by %u path%s from %s site%s", num_count(t->entries).s,
		t->entries == 1 ? "y" : "ies", paths, plural(paths), num_count(t->nsites).s, plural(t->nsites));
	if (t->nimages > 1)
		doc_run(b, INK_PLAIN, "in %s programs", num_count(t->nimages).s);
	tasks(b, t);
}

/* How the entries came to be counted; why some were not is with the programs, where there are several. */
static void counting(struct parts *x)
{
	const struct trace *t = x->trace;
	uint64_t in_place = 0, stopped = 0;
	bool one = t->nimages == 1;

	for (size_t i = 0; i < t->nimages; i++) {
		in_place += t->images[i].in_place;
		stopped += t->images[i].by_stops != NULL;
	}
	if (!in_place && !stopped)
		return;
	struct block *b = doc_text(x->doc, 0);

	if (!stopped)
		doc_run(b, INK_DIM, "Frequent calls through the vDSO were counted in the program itself.");
	else if (!one)
		doc_run(b, INK_DIM, "%s %zu of %zu programs; the table of programs says why.",
			in_place ? "Frequent calls through the vDSO were counted in the program itself, but not in" :
				   "Counted by stops, not in the program itself, in", (size_t)stopped, t->nimages);
	else
		doc_run(b, INK_DIM, "%s", in_place ? "Frequent calls through the vDSO were counted in the program itself, but not in:" :
						     "Counted by stops, not in the program itself:");
	for (size_t i = 0; one && stopped && i < t->nimages; i++) {
		auto_free char *exe = text_escape(t->images[i].exe, x->style->utf8);
		auto_free char *why = text_escape(t->images[i].by_stops, x->style->utf8);

		doc_run(doc_text(x->doc, 2), INK_DIM, "%s: %s", exe, why);
	}
}

/* A filter hides rows, never numbers. */
static void shown(struct parts *x)
{
	const struct trace *t = x->trace;

	if (!t->shown)
		return;
	auto_free char *by = text_escape(t->shown, x->style->utf8);

	doc_run(doc_text(x->doc, 0), INK_YELLOW, "Shown are %s of all %s entries (%s), from %s of %s sites: %s",
		num_count(t->entries).s, num_count(t->whole_entries).s, num_share(t->entries, t->whole_entries).s,
		num_count(t->nsites).s, num_count(t->whole_sites).s, by);
}

/* What a kernel booted with ia32_emulation=0 would not run. */
static void needs(struct parts *x)
{
	const struct trace *t = x->trace;
	enum needs_ia32 verdict = trace_needs_ia32(t);
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->nimages; i++)
		if (image_needs_ia32(t, i) && n++ == 0)
			first = t->images[i].exe;
	if (verdict == IA32_NEEDED && t->nimages == 1)
		doc_run(doc_text(x->doc, 0), INK_DIM, "It needs the kernel's 32-bit support.");
	else if (verdict == IA32_NEEDED && n == 1) {
		auto_free char *exe = text_escape(first, x->style->utf8);

		doc_run(doc_text(x->doc, 0), INK_DIM, "Of its programs %s needs the kernel's 32-bit support.", exe);
	} else if (verdict == IA32_NEEDED)
		doc_run(doc_text(x->doc, 0), INK_DIM, "Of its %zu programs %zu need the kernel's 32-bit support.",
			t->nimages, n);
	else if (verdict == IA32_NOT_NEEDED && t->entries)
		doc_run(doc_text(x->doc, 0), INK_DIM, "Nothing that ran needs the kernel's 32-bit support.");
}

void part_summary(struct parts *x)
{
	auto_free char *line = what_ran(x);

	doc_title(x->doc, "entrytrace: ", line);
	partial(x);
	hosts(x);
	ending(x);
	totals(x);
	shown(x);
	counting(x);
	needs(x);
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
