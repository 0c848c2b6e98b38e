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

/* The programs that could not be changed, and why: here where there is one, else with the programs. */
static void unchanged(struct parts *x)
{
	const struct trace *t = x->trace;
	size_t n = 0;

	for (size_t i = 0; i < t->nimages; i++)
		n += t->images[i].by_stops != NULL;
	if (n == 1 && t->nimages == 1) {
		auto_free char *why = text_escape(t->images[0].by_stops, x->style->utf8);

		doc_run(doc_text(x->doc, 0), INK_DIM, "Not all could be counted in the program itself: %s.", why);
	} else if (n) {
		doc_run(doc_text(x->doc, 0), INK_DIM, "%zu of %zu programs could not count all in themselves; the table of programs says why.",
			n, t->nimages);
	}
}

/* Reasons with their numbers, the most frequent first. */
static char *reasons(const uint64_t stops[STOP_REASONS])
{
	bool said[STOP_REASONS] = {false};
	char *list = xstrdup("");

	for (unsigned n = 0; n < STOP_REASONS; n++) {
		unsigned most = 0;
		char *longer;

		for (unsigned r = 1; r < STOP_REASONS; r++)
			if (said[most] || (!said[r] && stops[r] > stops[most]))
				most = r;
		if (!stops[most] || said[most])
			break;
		said[most] = true;
		longer = xasprintf("%s%s%s" DOC_NBSP "(%s)", list, n ? ", " : "", stop_reason_info[most].clause, num_count(stops[most]).s);
		free(list);
		list = longer;
	}
	return list;
}

/* How the entries came to be counted, where any were to count in the program. */
static void counting(struct parts *x)
{
	const struct trace *t = x->trace;
	uint64_t stops[STOP_REASONS] = {0}, stopped = 0, entries = 0, rerouted = 0;
	size_t in_kernel = 0;

	for (size_t i = 0; i < t->nimages; i++) {
		const struct image *im = &t->images[i];

		for (unsigned r = 0; r < STOP_REASONS; r++)
			stops[r] += im->stops[r];
		stopped += image_stops(im);
		rerouted += im->rerouted;
		in_kernel += im->in_kernel;
		entries += image_stops(im) || im->in_place ? im->entries : 0;
	}
	if (in_kernel && in_kernel == t->nimages)
		doc_run(doc_text(x->doc, 0), INK_DIM, "Counted in the kernel; nothing was stopped or changed.");
	if (stopped && stopped <= entries) {
		auto_free char *why = reasons(stops);

		doc_run(doc_text(x->doc, 0), INK_DIM,
			"%s of %s entries were counted in the program itself. The others stopped it: %s.",
			num_count(entries - stopped).s, num_count(entries).s, why);
	}
	if (rerouted)
		doc_run(doc_text(x->doc, 0), INK_DIM,
			"%s calls by int" DOC_NBSP "0x80 that may sleep were made through the vDSO while they were counted, so they took less time than they do alone.",
			num_count(rerouted).s);
	unchanged(x);
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
