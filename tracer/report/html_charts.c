/* SPDX-License-Identifier: MIT */
#include "report/html.h"

#include "base/cleanup.h"
#include "model/scenario.h"

#include <math.h>

/* A column of a phone's width, scaled to what there is. */
#define CHART_WIDTH 640.0
#define CHART_LEFT 190.0
#define ROW_HEIGHT 34

void html_paths_bar(FILE *out, const struct trace *t)
{
	struct path_total total[ENTRY_PATHS];

	if (!t->entries)
		return;
	trace_path_totals(t, total);
	fputs("<div class=\"stacked\" role=\"img\" aria-label=\"entries by path\">", out);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		if (!total[p].entries)
			continue;
		fputs("<i class=\"", out);
		html_path_class(out, p);
		fprintf(out, "\" style=\"flex:%.6f\" title=\"%s: %s entries, %s\"></i>",
			(double)total[p].entries / (double)t->entries, entry_path_info[p].id,
			num_count(total[p].entries).s, num_share(total[p].entries, t->entries).s);
	}
	fputs("</div>\n", out);
}

static double at(double v, double lo, double hi)
{
	return CHART_LEFT + (v - lo) / (hi - lo) * (CHART_WIDTH - CHART_LEFT - 10);
}

static void put_row(FILE *out, const struct what_if *w, unsigned row, double lo, double hi, const struct glyphs *g)
{
	double v = w->saved_cycles.value, y = row * ROW_HEIGHT + 8, zero = at(0, lo, hi);
	double x = at(v, lo, hi), from = fmin(zero, x), to = fmax(zero, x);
	const char *kind = w->saved_cycles.ci95.lo > 0 ? "saves" : w->saved_cycles.ci95.hi < 0 ? "loses" : "ties";

	fprintf(out, "<text x=\"0\" y=\"%.1f\">", y + 13);
	html_text(out, scenario_info[w->scenario].meaning);
	fprintf(out, "</text><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"16\"><title>%s %s cycles</title></rect>"
		"<path class=\"whisker\" d=\"M%.1f %.1fV%.1fM%.1f %.1fV%.1fM%.1f %.1fH%.1f\"/>\n",
		kind, from, y, fmax(to - from, 1), kind, num_cycles_si(w->saved_cycles, g).s,
		at(w->saved_cycles.ci95.lo, lo, hi), y + 3, y + 13, at(w->saved_cycles.ci95.hi, lo, hi), y + 3, y + 13,
		at(w->saved_cycles.ci95.lo, lo, hi), y + 8, at(w->saved_cycles.ci95.hi, lo, hi));
}

void html_savings(FILE *out, const struct estimate *est, const struct glyphs *g)
{
	double lo = 0, hi = 0;
	unsigned rows = 0;

	for (unsigned i = 0; est && est->have_table && i < SCENARIOS; i++) {
		const struct priced *p = &est->what_if[i].saved_cycles;

		if (!p->known)
			continue;
		lo = fmin(lo, fmin(p->value, p->ci95.lo));
		hi = fmax(hi, fmax(p->value, p->ci95.hi));
		rows++;
	}
	if (!rows || !isfinite(lo) || !isfinite(hi) || hi - lo <= 0)
		return;
	fprintf(out, "<svg class=\"chart\" viewBox=\"0 0 %.0f %u\" role=\"img\" aria-label=\"cycles saved, with their intervals\">\n"
		"<path class=\"axis\" d=\"M%.1f 0V%u\"/>\n",
		CHART_WIDTH, rows * ROW_HEIGHT, at(0, lo, hi), rows * ROW_HEIGHT);
	rows = 0;
	for (unsigned i = 0; i < SCENARIOS; i++)
		if (est->what_if[i].saved_cycles.known)
			put_row(out, &est->what_if[i], rows++, lo, hi, g);
	fputs("</svg>\n", out);
}
