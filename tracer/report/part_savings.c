/* SPDX-License-Identifier: MIT */
/* The what-if table, with what its figures rest on. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "model/scenario.h"

#include <stdlib.h>
#include <string.h>

struct verdict {
	const char *word;
	enum ink ink;
	bool loses;
};

/* An interval that holds zero settles nothing. */
static struct verdict judge(struct priced saved)
{
	if (!saved.known)
		return (struct verdict){"?", INK_DIM, false};
	if (saved.ci95.lo > 0)
		return (struct verdict){"saves", INK_GREEN, false};
	if (saved.ci95.hi < 0)
		return (struct verdict){"loses", INK_RED, true};
	return (struct verdict){"ties", INK_DIM, false};
}

/* A loss is shown as a positive figure beside the word "loses". */
static struct priced amount(struct priced p, bool loses)
{
	if (!loses)
		return p;
	return (struct priced){p.known, -p.value, {-p.ci95.hi, -p.ci95.lo}};
}

static void note(struct parts *x, const char *text)
{
	doc_run(doc_note(x->doc, x->style->utf8 ? "  \u2022 " : "  * ", INK_DIM), INK_DIM, "%s", text);
}

/* What the prices come from, one sentence. */
static char *which_table(const struct parts *x)
{
	const struct estimate *e = x->est;
	bool utf8 = x->style->utf8, tsc = e->clock && strcmp(e->clock, "tsc") == 0;
	const char *cycles = tsc ? "; its cycles are estimated, for want of a PMU" : "";
	auto_free char *name = text_escape(e->calibration, utf8);
	auto_free char *differs = text_escape(e->mismatch, utf8);
	auto_free char *age = e->age_seconds < 0    ? xstrdup("")
			      : e->age_seconds < 60 ? xstrdup(", just measured")
						    : xasprintf(", %s old", num_age(e->age_seconds).s);

	/* It may be read on any machine: "this" one would be the wrong word. */
	if (e->of_trace && !e->table)
		return xasprintf("Each trace is priced with the table that it came with%s.", cycles);
	if (e->of_trace && e->matches_host) {
		auto_free char *whose = text_escape(x->trace->host_name ? x->trace->host_name : "its machine",
						    x->style->utf8);

		return xasprintf("Priced with the table of %s that the trace came with%s.", whose, cycles);
	}
	if (e->matches_host)
		return xasprintf("Priced with this machine's own table%s%s.", age, cycles);
	return xasprintf("Priced as on another machine: %s%s.", *differs ? differs : name, cycles);
}

static bool shares_known(const struct estimate *e)
{
	for (unsigned i = 0; i < SCENARIOS; i++)
		if (e->what_if[i].share_of_cpu.known)
			return true;
	return false;
}

/* A price that could be nothing, or twice as much, is none to decide on. */
static void warn_of_width(struct parts *x)
{
	struct path_total total[ENTRY_PATHS];
	auto_free char *names = NULL;

	trace_path_totals(x->trace, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		struct priced each = x->est->paths[p].per_entry;

		if (!total[p].entries || !each.known || each.ci95.hi - each.ci95.lo <= each.value)
			continue;
		char *longer = xasprintf("%s%s%s", names ? names : "", names ? ", " : "", entry_path_info[p].id);

		free(names);
		names = longer;
	}
	if (names)
		doc_run(doc_note(x->doc, "  ! ", INK_YELLOW), INK_YELLOW,
			"The price of %s has an interval wider than itself: the machine was busy when it was measured. "
			"Calibrate again when it is not: entrytrace calibrate --precise", names);
}

static void notes(struct parts *x, uint64_t left_out)
{
	const struct estimate *e = x->est;
	auto_free char *table = which_table(x);
	/* What was attached to cannot be run again. */
	bool can_rerun = x->trace->command && x->trace->command[0];
	auto_free char *cpu = xstrdup(num_seconds(e->cpu_seconds, x->g).s);
	auto_free char *shares =
		e->baseline ? xasprintf("CPU time is the %s that the program took untraced.", cpu)
			    : xasprintf("CPU time is the %s of this run. Tracing inflates it, so the shares are lower "
					"bounds%s.", cpu, can_rerun ? "; --baseline adds an untraced run to measure it" : "");

	note(x, table);
	warn_of_width(x);
	note(x, "A best case: prices are those of a do-nothing call with hot caches.");
	if (shares_known(e))
		note(x, shares);
	if (left_out) {
		auto_free char *s = xasprintf("Entries without a price are left out: %s.", num_count(left_out).s);

		note(x, s);
	}
}

/* Nothing is left that another way in could make cheaper. */
static bool all_native(const struct trace *t)
{
	for (size_t i = 0; i < t->nsites; i++)
		if (t->sites[i].path != PATH_SYSCALL64)
			return false;
	return t->nsites > 0;
}

void part_savings(struct parts *x)
{
	static const struct column columns[] = {
		{"way in", ALIGN_LEFT, true, 0, 0}, {"", ALIGN_LEFT, false, 0, 0},
		{"cycles", ALIGN_RIGHT, false, 0, 0}, {"time", ALIGN_RIGHT, false, 72, 0},
		{"of CPU time", ALIGN_RIGHT, false, 0, 0}, {0}};
	uint64_t left_out = 0;

	if (!x->est)
		return;
	doc_heading(x->doc, "What another way in would save");
	if (all_native(x->trace)) {
		doc_run(doc_text(x->doc, 2), INK_PLAIN, "Nothing: all entries are native 64-bit system calls.");
		return;
	}
	struct table *t = doc_table(x->doc, "savings", columns);

	for (unsigned i = 0; i < SCENARIOS; i++) {
		const struct what_if *w = &x->est->what_if[i];
		struct verdict v = judge(w->saved_cycles);
		struct priced share = amount(w->share_of_cpu, v.loses);
		bool bound = !x->est->baseline && share.known && v.ink != INK_DIM;

		/* Tracing inflates what it is a share of: at least this much, by the near end of the interval. */
		if (bound)
			share.value = share.ci95.lo;
		table_add(t, INK_PLAIN, "%s", scenario_info[w->scenario].meaning);
		table_add(t, v.ink, "%s", v.word);
		table_add(t, INK_PLAIN, "%s", num_cycles_si(amount(w->saved_cycles, v.loses), x->g).s);
		table_add(t, INK_PLAIN, "%s", num_time(amount(w->saved_seconds, v.loses), x->g).s);
		table_add(t, v.ink, "%s%s", bound ? x->g->at_least : "", num_percent(share, x->g).s);
		left_out = w->unpriced_entries > left_out ? w->unpriced_entries : left_out;
	}
	notes(x, left_out);
}
