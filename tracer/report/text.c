/* SPDX-License-Identifier: MIT */
/* The report for people. */
#include "report/text.h"

#include "base/cleanup.h"
#include "base/signame.h"
#include "base/text.h"
#include "report/formats.h"

#include <string.h>

/* What the tables need; a narrower terminal breaks the lines by itself. */
#define LEAST_WIDTH 80

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* One line of what ran; shell quoting is left out, it is for reading. */
static char *command_line(const struct text *x)
{
	char *all = NULL;
	size_t size;
	FILE *f = open_memstream(&all, &size);

	for (size_t i = 0; x->trace->command && x->trace->command[i]; i++)
		fprintf(f, "%s%s", i ? " " : "", x->trace->command[i]);
	fclose(f);
	char *clean = text_escape(*all ? all : "attached processes", x->page.style->utf8);

	free(all);
	return clean;
}

static void headline(struct text *x)
{
	const char *lead = "entrytrace: ";
	auto_free char *line = command_line(x);
	auto_free char *fit = text_shorten(line, x->page.style->width - strlen(lead), 0, x->page.style->utf8);

	page_put(&x->page, INK_BOLD, lead);
	page_put(&x->page, INK_BOLD, fit);
	fputc('\n', x->page.out);
}

static void ending(struct text *x)
{
	const struct trace *t = x->trace;
	const struct glyphs *g = x->page.g;
	char sig[32];
	auto_free char *how = NULL;
	enum ink ink = INK_PLAIN;

	if (t->exit_kind == EXIT_CODE) {
		how = xasprintf("exit status %d", t->exit_value);
		ink = t->exit_value ? INK_YELLOW : INK_PLAIN;
	} else if (t->exit_kind == EXIT_SIGNAL) {
		how = xasprintf("killed by %s", signame(t->exit_value, sig, sizeof(sig)));
		ink = INK_RED;
	} else {
		how = xstrdup(*t->command ? "not seen to end" : "let go, and still running");
	}
	auto_free char *times = xasprintf("%s %s wall %s %s user + %s system CPU while traced", g->dot,
					  num_seconds(t->wall_seconds, g).s, g->dot, num_seconds(t->cpu_user, g).s,
					  num_seconds(t->cpu_system, g).s);

	page_put(&x->page, ink, how);
	fputc(' ', x->page.out);
	page_wrap(&x->page, INK_PLAIN, strlen(how) + 1, 0, times);
}

static void totals(struct text *x)
{
	const struct trace *t = x->trace;
	struct path_total total[ENTRY_PATHS];
	unsigned paths = 0;
	uint64_t tasks = 0;

	trace_path_totals(t, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		paths += total[p].sites > 0;
	for (size_t i = 0; i < t->nimages; i++)
		tasks += t->images[i].threads;
	if (!t->entries) {
		fputs("no kernel entry was seen\n", x->page.out);
		return;
	}
	auto_free char *s = xasprintf("%s kernel entr%s by %u path%s from %s site%s", num_count(t->entries).s,
				      t->entries == 1 ? "y" : "ies", paths, plural(paths),
				      num_count(t->nsites).s, plural(t->nsites));

	page_put(&x->page, INK_BOLD, s);
	if (t->nimages > 1)
		fprintf(x->page.out, " in %s programs", num_count(t->nimages).s);
	if (tasks > 1)
		fprintf(x->page.out, " (%s threads)", num_count(tasks).s);
	fputc('\n', x->page.out);
}

/* Said only where it was asked for: how the entries came to be counted. */
static void counting(struct text *x)
{
	const struct trace *t = x->trace;
	uint64_t in_place = 0, stopped = 0;
	bool in_kernel = false;

	for (size_t i = 0; i < t->nimages; i++) {
		in_place += t->images[i].in_place;
		stopped += t->images[i].by_stops != NULL;
		in_kernel |= t->images[i].in_kernel;
	}
	if (in_kernel)
		page_wrap(&x->page, INK_DIM, 0, 0, "Counted in the kernel; nothing was stopped or changed.");
	if (in_place && stopped)
		page_wrap(&x->page, INK_DIM, 0, 0,
			  "Frequent calls through the vDSO were counted in the program itself, but not in:");
	else if (in_place)
		page_wrap(&x->page, INK_DIM, 0, 0,
			  "Frequent calls through the vDSO were counted in the program itself.");
	else if (stopped)
		page_wrap(&x->page, INK_DIM, 0, 0, "Counted by stops, not in the program itself:");
	for (size_t i = 0; i < t->nimages; i++) {
		const struct image *im = &t->images[i];

		if (!im->by_stops)
			continue;
		auto_free char *exe = text_escape(im->exe, x->page.style->utf8);
		auto_free char *why = text_escape(im->by_stops, x->page.style->utf8);
		auto_free char *s = xasprintf("%s: %s", exe, why);

		fputs("  ", x->page.out);
		page_wrap(&x->page, INK_DIM, 2, 2, s);
	}
}

static void partial(struct text *x)
{
	if (!x->trace->partial)
		return;
	auto_free char *why = text_escape(x->trace->partial, x->page.style->utf8);
	auto_free char *s = xasprintf("PARTIAL: %s. What follows is what was seen until then.", why);

	page_wrap(&x->page, INK_RED, 0, 0, s);
}

static void blind_spots(struct text *x)
{
	const struct trace *t = x->trace;
	const struct glyphs *g = x->page.g;

	if (!t->nblind_spots)
		return;
	page_heading(&x->page, "Not seen, or not followed");
	for (size_t i = 0; i < t->nblind_spots; i++) {
		const struct blind_spot *b = &t->blind_spots[i];
		auto_free char *note = text_escape(b->note, x->page.style->utf8);
		auto_free char *s = b->count ? xasprintf("%s %s %s", num_count(b->count).s, g->times, note)
					     : xstrdup(note);

		page_put(&x->page, INK_YELLOW, "  ! ");
		page_wrap(&x->page, INK_PLAIN, 4, 4, s);
	}
}

static void unpriced(struct text *x, const struct estimate *est)
{
	if (!est || est->have_table || !x->trace->entries)
		return;
	auto_free char *why = text_escape(est->why_no_table, x->page.style->utf8);
	auto_free char *s = xasprintf("Not priced: %s", *why ? why : "there is no calibration table.");

	fputc('\n', x->page.out);
	page_wrap(&x->page, INK_YELLOW, 0, 0, s);
}

enum ink text_path_ink(enum entry_path path)
{
	return path == PATH_UNKNOWN ? INK_RED : INK_CYAN;
}

int text_costlier(const struct site_cost *a, uint64_t a_entries, const struct site_cost *b, uint64_t b_entries)
{
	bool a_known = a && a->added.known, b_known = b && b->added.known;

	if (a_known != b_known)
		return a_known ? -1 : 1;
	if (a_known && a->added.value != b->added.value)
		return a->added.value > b->added.value ? -1 : 1;
	return a_entries == b_entries ? 0 : a_entries > b_entries ? -1 : 1;
}

static int write_text(FILE *out, const struct trace *t, const struct estimate *est,
		      const struct report_style *style, struct err *err)
{
	struct report_style fit = *style;
	struct text x = {
		.page = {.out = out, .style = &fit, .g = style->utf8 ? &glyphs_utf8 : &glyphs_ascii},
		.trace = t,
		.est = est && est->have_table ? est : NULL,
	};

	(void)err;
	if (fit.width < LEAST_WIDTH)
		fit.width = LEAST_WIDTH;
	headline(&x);
	partial(&x);
	ending(&x);
	totals(&x);
	counting(&x);
	if (t->entries) {
		text_paths(&x);
		text_sites(&x);
		text_images(&x);
		text_savings(&x);
	}
	unpriced(&x, est);
	blind_spots(&x);
	return 0;
}

const struct report_format report_text = {
	.name = "text",
	.what = "for people",
	.write = write_text,
};
