/* SPDX-License-Identifier: MIT */
#include "cli/live_view.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A screen with fewer lines shows no programs, one with fewer columns no bars. */
#define LINES_FOR_PROGRAMS 24
#define PROGRAMS_SHOWN 4
#define COLUMNS_FOR_BAR 76

static const char *const order_name[ORDERS] = {"rate", "entries", "cost", "name"};

static void put(int y, int x, int ink, attr_t attr, const char *text, size_t width, bool utf8)
{
	auto_free char *fit = text_shorten(text, width, 0, utf8);

	attrset(attr | COLOR_PAIR(ink));
	mvaddstr(y, x, fit);
	attrset(0);
}

static void put_right(int y, int x, int width, int ink, const char *text)
{
	int w = (int)text_width(text);

	put(y, x + (w < width ? width - w : 0), ink, 0, text, (size_t)width, true);
}

static struct num rate_text(double rate)
{
	struct num n = {""};

	if (rate >= 0.5)
		snprintf(n.s, sizeof(n.s), "%.40s/s", num_count((uint64_t)(rate + 0.5)).s);
	return n;
}

static int draw_head(const struct live *l)
{
	const struct trace *t = &l->trace;
	double rate = 0;

	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		rate += l->rates[p];
	auto_free char *what = text_escape(t->command && t->command[0] ? t->command[0]
						: t->nimages ? t->images[0].exe : "waiting for the first entries", l->utf8);
	auto_free char *line = xasprintf("entrytrace %s   %s   %s entries   %s%s", what, num_seconds(t->wall_seconds, l->g).s,
					 num_count(t->entries).s, rate_text(rate).s, l->frozen ? "   FROZEN" : "");

	put(0, 0, INK_HEAD, A_REVERSE | A_BOLD, line, (size_t)COLS, l->utf8);
	mvchgat(0, 0, COLS, A_REVERSE | A_BOLD, INK_HEAD, NULL);
	return 2;
}

static int draw_paths(const struct live *l, int y)
{
	struct path_total total[ENTRY_PATHS];

	trace_path_totals(&l->trace, total);
	put(y++, 2, INK_FAINT, 0, "path                entries         rate    share", (size_t)COLS - 2, l->utf8);
	for (unsigned p = 0; p < ENTRY_PATHS && y < LINES - 3; p++) {
		if (!total[p].sites)
			continue;
		int room = COLS - 56;

		put(y, 2, INK_PATH, 0, entry_path_info[p].id, 14, l->utf8);
		put_right(y, 15, 14, 0, num_count(total[p].entries).s);
		put_right(y, 30, 12, INK_RATE, rate_text(l->rates[p]).s);
		put_right(y, 43, 8, 0, num_share(total[p].entries, l->trace.entries).s);
		for (int i = 0; COLS >= COLUMNS_FOR_BAR && i < (int)(room * (double)total[p].entries / (double)l->trace.entries + 0.5); i++)
			mvaddch(y, 53 + i, ' ' | A_REVERSE | (chtype)COLOR_PAIR(INK_PATH));
		y++;
	}
	return y + 1;
}

static int by_entries(const void *pa, const void *pb, void *arg)
{
	const struct image *images = arg;
	uint64_t a = images[*(const size_t *)pa].entries, b = images[*(const size_t *)pb].entries;

	return a < b ? 1 : a > b ? -1 : 0;
}

static int draw_programs(const struct live *l, int y)
{
	size_t n = l->trace.nimages;
	auto_free size_t *order = xcalloc(n + 1, sizeof(*order));

	if (n < 2 || LINES < LINES_FOR_PROGRAMS)
		return y;
	for (size_t i = 0; i < n; i++)
		order[i] = i;
	qsort_r(order, n, sizeof(*order), by_entries, l->trace.images);
	put(y++, 2, INK_FAINT, 0, "       entries  processes  program", (size_t)COLS - 2, l->utf8);
	for (size_t i = 0; i < n && i < PROGRAMS_SHOWN; i++, y++) {
		const struct image *im = &l->trace.images[order[i]];
		auto_free char *exe = text_escape(im->exe, l->utf8);

		put_right(y, 2, 14, 0, num_count(im->entries).s);
		put_right(y, 17, 10, 0, num_count(im->processes).s);
		put(y, 29, 0, 0, exe, COLS > 29 ? (size_t)COLS - 29 : 0, l->utf8);
	}
	return y + 1;
}

static void draw_site(const struct live *l, int y, const struct row *r)
{
	const struct site *s = &l->trace.sites[r->site];
	auto_free char *module = text_escape(s->module, l->utf8);
	auto_free char *function = text_escape(s->function, l->utf8);
	auto_free char *call = text_escape(s->ncalls ? s->calls[0].name : NULL, l->utf8);
	const char *base = strrchr(module, '/');
	auto_free char *place = xasprintf("%s+0x%" PRIx64 "  %s  %s%s", base ? base + 1 : module, s->offset, function, call,
					  s->ncalls > 1 ? ", ..." : "");

	put_right(y, 2, 14, 0, num_count(s->entries).s);
	put_right(y, 17, 12, INK_RATE, rate_text(r->rate).s);
	if (l->priced)
		put_right(y, 30, 9, INK_COST, num_si(l->est.sites[r->site].added, l->g).s);
	put(y, 41, INK_PATH, 0, entry_path_info[s->path].id, 14, l->utf8);
	put(y, 56, 0, 0, place, COLS > 56 ? (size_t)COLS - 56 : 0, l->utf8);
}

void live_draw(struct live *l)
{
	int y;

	erase();
	y = draw_head(l);
	if (l->have && l->trace.entries) {
		y = draw_paths(l, y);
		y = draw_programs(l, y);
		put(y++, 2, INK_FAINT, 0, "       entries         rate    added  path           site, function, call", (size_t)COLS - 2,
		    l->utf8);
		if (l->top >= l->nrows)
			l->top = l->nrows ? l->nrows - 1 : 0;
		for (size_t i = l->top; i < l->nrows && y < LINES - 1; i++, y++)
			draw_site(l, y, &l->rows[i]);
	}
	auto_free char *keys = l->typing
		? xasprintf("filter: %s_   (Enter: keep, Esc: drop)", l->filter)
		: xasprintf("q quit  s sort: %s  / filter%s%s  f %s  arrows scroll", order_name[l->order],
			    *l->filter ? ": " : "", l->filter, l->frozen ? "go on" : "freeze");

	put(LINES - 1, 0, INK_HEAD, A_BOLD, keys, (size_t)COLS, l->utf8);
	refresh();
}
