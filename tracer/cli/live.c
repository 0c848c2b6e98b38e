/* SPDX-License-Identifier: MIT */
#include "cli/live.h"

#include "base/cleanup.h"
#include "base/monotonic.h"
#include "base/text.h"
#include "estimate/estimate.h"
#include "model/cost.h"
#include "model/site_index.h"
#include "report/number.h"
#include "store/trace.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Between two snapshots. */
#define EVERY_NS 1000000000ull
/* A screen with fewer lines shows no programs, one with fewer columns no bars. */
#define LINES_FOR_PROGRAMS 24
#define PROGRAMS_SHOWN 4
#define COLUMNS_FOR_BAR 76

enum order { BY_RATE, BY_ENTRIES, BY_COST, BY_NAME, ORDERS };
static const char *const order_name[ORDERS] = {"rate", "entries", "cost", "name"};

struct row {
	size_t site;
	double rate;
};

struct live {
	/* ---- the terminal ---- */
	FILE *tty;
	SCREEN *screen;
	const struct glyphs *g;
	bool utf8;

	/* ---- what is shown ---- */
	int snapshot;
	bool have, priced, asked;
	struct trace trace, before; /* before: for the rates */
	struct estimate est;
	double rates[ENTRY_PATHS], seconds; /* since before */
	struct row *rows;
	size_t nrows;
	uint64_t next_ns;

	/* ---- what was asked for ---- */
	enum order order;
	bool frozen, typing;
	char filter[64];
	size_t top; /* the first row on the screen */
};

enum { INK_HEAD = 1, INK_PATH, INK_RATE, INK_FAINT, INK_COST };

int live_snapshot_file(struct err *err)
{
	int fd = memfd_create("entrytrace-live", MFD_CLOEXEC);

	return fd < 0 ? err_set(err, -errno, "cannot make a file for the live view: %s", strerror(errno)) : fd;
}

struct live *live_open(int snapshot, struct err *err)
{
	struct live *l = xcalloc(1, sizeof(*l));

	l->snapshot = snapshot;
	l->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	l->g = l->utf8 ? &glyphs_utf8 : &glyphs_ascii;
	l->tty = fopen("/dev/tty", "r+e");
	l->screen = l->tty ? newterm(NULL, l->tty, l->tty) : NULL;
	if (!l->screen) {
		err_set(err, -ENOTTY, "no live view: %s",
			l->tty ? "the terminal (TERM) cannot be drawn on" : "there is no terminal");
		if (l->tty)
			fclose(l->tty);
		free(l);
		return NULL;
	}
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	curs_set(0);
	if (has_colors() && start_color() == OK) {
		use_default_colors();
		init_pair(INK_HEAD, -1, -1);
		init_pair(INK_PATH, COLOR_CYAN, -1);
		init_pair(INK_RATE, COLOR_GREEN, -1);
		init_pair(INK_FAINT, COLOR_BLUE, -1);
		init_pair(INK_COST, COLOR_YELLOW, -1);
	}
	return l;
}

static void forget(struct live *l)
{
	if (l->priced)
		estimate_fini(&l->est);
	l->priced = false;
	free(l->rows);
	l->rows = NULL;
	l->nrows = 0;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	endwin();
	delscreen(l->screen);
	fclose(l->tty);
	forget(l);
	trace_fini(&l->trace);
	trace_fini(&l->before);
	free(l);
}

int live_keys_fd(const struct live *l)
{
	return fileno(l->tty);
}

/* ---- what changed since the last snapshot ---- */

static bool shown(const struct live *l, const struct site *s)
{
	if (!*l->filter)
		return true;
	auto_free char *all = xasprintf("%s %s %s %s", entry_path_info[s->path].id, s->module,
					s->function ? s->function : "", l->trace.images[s->image].exe);

	return strcasestr(all, l->filter) != NULL;
}

static int compare_rows(const void *pa, const void *pb, void *arg)
{
	const struct live *l = arg;
	const struct row *a = pa, *b = pb;
	const struct site *x = &l->trace.sites[a->site], *y = &l->trace.sites[b->site];
	double d = 0;

	if (l->order == BY_RATE)
		d = b->rate - a->rate;
	else if (l->order == BY_COST && l->priced)
		d = l->est.sites[b->site].added.value - l->est.sites[a->site].added.value;
	if (d != 0)
		return d > 0 ? 1 : -1;
	if (l->order == BY_NAME) {
		int r = strcmp(x->module, y->module);

		return r ? r : x->offset < y->offset ? -1 : x->offset > y->offset;
	}
	if (x->entries != y->entries)
		return x->entries < y->entries ? 1 : -1;
	return a->site < b->site ? -1 : 1;
}

static void sort_rows(struct live *l)
{
	struct site_index *before = site_index_new(&l->before, MATCH_EXACT);

	free(l->rows);
	l->rows = xcalloc(l->trace.nsites + 1, sizeof(*l->rows));
	l->nrows = 0;
	for (size_t i = 0; i < l->trace.nsites; i++) {
		const struct site *s = &l->trace.sites[i];
		size_t was = site_index_site(before, &l->trace, i);
		uint64_t old = was == SITE_INDEX_NONE ? 0 : l->before.sites[was].entries;

		if (shown(l, s))
			l->rows[l->nrows++] = (struct row){
				i, l->seconds > 0 && s->entries > old ? (double)(s->entries - old) / l->seconds : 0};
	}
	qsort_r(l->rows, l->nrows, sizeof(*l->rows), compare_rows, l);
	site_index_free(before);
}

static void take(struct live *l, struct trace *new)
{
	struct path_total now[ENTRY_PATHS], old[ENTRY_PATHS];

	forget(l);
	trace_fini(&l->before);
	l->before = l->trace;
	l->trace = *new;
	l->have = true;
	l->seconds = l->trace.wall_seconds - l->before.wall_seconds;
	if (l->trace.prices) {
		estimate_make(&l->trace, l->trace.prices, NULL, &l->trace.host, -1, &l->est);
		l->priced = true;
	}
	trace_path_totals(&l->trace, now);
	trace_path_totals(&l->before, old);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		l->rates[p] = l->seconds > 0 && now[p].entries > old[p].entries
				      ? (double)(now[p].entries - old[p].entries) / l->seconds : 0;
	sort_rows(l);
}

/* ---- drawing ---- */

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

static void draw(struct live *l)
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

/* ---- keys ---- */

static void type(struct live *l, int key)
{
	size_t n = strlen(l->filter);

	if (key == '\n' || key == KEY_ENTER) {
		l->typing = false;
	} else if (key == 27) {
		l->typing = false;
		l->filter[0] = '\0';
	} else if ((key == KEY_BACKSPACE || key == 127 || key == 8) && n) {
		l->filter[n - 1] = '\0';
	} else if (key >= ' ' && key < 127 && n + 1 < sizeof(l->filter)) {
		l->filter[n] = (char)key;
		l->filter[n + 1] = '\0';
	}
	l->top = 0;
	sort_rows(l);
}

bool live_keys(struct live *l)
{
	int key;

	while ((key = getch()) != ERR) {
		if (key == KEY_RESIZE)
			continue;
		if (l->typing) {
			type(l, key);
			continue;
		}
		switch (key) {
		case 'q':
		case 'Q':
			return false;
		case 's':
			l->order = (l->order + 1) % ORDERS;
			sort_rows(l);
			break;
		case 'f':
		case ' ':
			l->frozen = !l->frozen;
			break;
		case '/':
			l->typing = true;
			break;
		case KEY_UP:
			l->top -= l->top > 0;
			break;
		case KEY_DOWN:
			l->top++;
			break;
		case KEY_PPAGE:
			l->top -= l->top < 10 ? l->top : 10;
			break;
		case KEY_NPAGE:
			l->top += 10;
			break;
		case KEY_HOME:
			l->top = 0;
			break;
		default:
			break;
		}
	}
	draw(l);
	return true;
}

static void read_snapshot(struct live *l)
{
	auto_free char *path = xasprintf("/proc/self/fd/%d", l->snapshot);
	struct trace new;

	/* Written by our own tracer; one that cannot be read is one that is missed. */
	if (trace_load_file(path, &new, NULL) == 0)
		take(l, &new);
}

bool live_tick(struct live *l, struct trace_shared *shared)
{
	uint64_t now = monotonic_ns();

	if (l->asked && atomic_exchange(&shared->live_ready, false)) {
		l->asked = false;
		if (!l->frozen)
			read_snapshot(l);
		l->next_ns = now + EVERY_NS;
	}
	draw(l);
	if (l->asked || now < l->next_ns || atomic_load(&shared->state) != TRACER_RUNNING)
		return false;
	return l->asked = true;
}
