/* SPDX-License-Identifier: MIT */
#include "cli/live.h"

#include "base/cleanup.h"
#include "base/monotonic.h"
#include "cli/live_view.h"
#include "estimate/estimate.h"
#include "model/site_index.h"
#include "store/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Between two snapshots. */
#define EVERY_NS 1000000000ull
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
	live_draw(l);
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
	live_draw(l);
	if (l->asked || now < l->next_ns || atomic_load(&shared->state) != TRACER_RUNNING)
		return false;
	return l->asked = true;
}
