/* SPDX-License-Identifier: MIT */
/* The text report's list of the costliest sites. */
#include "report/text.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* How many syscalls of a site are named before the rest is summed up. */
#define CALLS_NAMED 6

/* Widths of the columns of figures, and where the words beside them begin. */
struct columns {
	size_t entries, share, added, path;
	size_t words; /* where path, place and all else begin */
	size_t place; /* 0: as wide as it is */
};

/* With so much room behind the path, places are a column of their own. */
#define ROOM_FOR_COLUMNS 76

static const struct site_cost *cost_of(const struct text *x, size_t site)
{
	return x->est && x->est->sites ? &x->est->sites[site] : NULL;
}

static int compare_sites(const void *a, const void *b, void *arg)
{
	const struct text *x = arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	int r = text_costlier(cost_of(x, i), x->trace->sites[i].entries, cost_of(x, k), x->trace->sites[k].entries);

	return r ? r : i < k ? -1 : i > k;
}

static int compare_calls(const void *a, const void *b, void *arg)
{
	const struct call_count *calls = arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;

	if (calls[i].entries != calls[k].entries)
		return calls[i].entries > calls[k].entries ? -1 : 1;
	return i < k ? -1 : i > k;
}

/* A line that is being set: the cursor's column, and blanks owed before the next piece on it. */
struct line {
	size_t at, owed;
};

/* Sets a piece behind the others, or on a line of its own when it does not fit. */
static void piece(struct text *x, const struct columns *c, struct line *l, enum ink ink, const char *text,
		  size_t keep_tail)
{
	struct page *p = &x->page;
	size_t room = p->style->width - c->words;
	auto_free char *fit = text_shorten(text, room, keep_tail, p->style->utf8);
	size_t w = text_width(fit);

	if (l->at + l->owed + w > p->style->width) {
		fputc('\n', p->out);
		page_blank(p, c->words);
		l->at = c->words;
	} else {
		page_blank(p, l->owed);
		l->at += l->owed;
	}
	page_put(p, ink, fit);
	l->at += w;
	l->owed = 2;
}

/* "+0x1f" behind the module, and what of the file's name fits before it, matter most. */
static size_t tail_to_keep(const char *place)
{
	const char *base = strrchr(place, '/');

	return text_width(base ? base : place);
}

/*
 * The function and the source line together, if they fit in a line; a long
 * path gives up its folders first.
 */
static void put_function(struct text *x, const struct columns *c, struct line *l, const struct site *s)
{
	bool utf8 = x->page.style->utf8;
	size_t room = x->page.style->width - c->words;
	auto_free char *name = s->inlined_in ? xasprintf("%s in %s", s->function, s->inlined_in) : NULL;
	auto_free char *function = text_escape(name ? name : s->function, utf8);
	auto_free char *source = text_escape(s->source, utf8);
	const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source;
	const char *shown = text_width(function) + strlen(" at ") + text_width(source) <= room ? source : base;
	auto_free char *at = s->source ? xasprintf("%sat %s", s->function ? " " : "", shown) : xstrdup("");
	auto_free char *both = xasprintf("%s%s", function, at);

	if (*both)
		piece(x, c, l, INK_PLAIN, both, text_width(at));
}

static void put_place(struct text *x, const struct columns *c, struct line *l, const struct site *s)
{
	bool utf8 = x->page.style->utf8;
	const char *exe = x->trace->images[s->image].exe;
	auto_free char *module = text_escape(s->module, utf8);
	auto_free char *place = xasprintf("%s+0x%" PRIx64, module, s->offset);
	const char *id = entry_path_info[s->path].id;
	size_t room = x->page.style->width - c->words - c->path - 2;

	page_put(&x->page, text_path_ink(s->path), id);
	*l = (struct line){c->words + strlen(id), c->path - strlen(id) + 2};
	/* The place stays on the path's line: the eye goes down that column. */
	auto_free char *fit = text_shorten(place, c->place ? c->place : room, tail_to_keep(place), utf8);
	piece(x, c, l, INK_BOLD, fit, 0);
	if (c->place > text_width(fit))
		l->owed += c->place - text_width(fit);
	put_function(x, c, l, s);
	if (s->path == PATH_UNKNOWN && s->instruction) {
		auto_free char *insn = text_escape(s->instruction, utf8);

		piece(x, c, l, INK_PLAIN, insn, 0);
	}
	if (s->entered_at) {
		/* In the same file the offset says it all. */
		size_t same = strlen(s->module);
		bool here = strncmp(s->entered_at, s->module, same) == 0 && s->entered_at[same] == '+';
		auto_free char *where = text_escape(s->entered_at + (here ? same : 0), utf8);
		auto_free char *entered = xasprintf("enters at %s", where);

		piece(x, c, l, INK_DIM, entered, tail_to_keep(where));
	}
	if (x->trace->nimages > 1 && strcmp(exe, s->module) != 0) {
		auto_free char *name = text_escape(exe, utf8);
		auto_free char *in = xasprintf("in %s", name);

		piece(x, c, l, INK_DIM, in, tail_to_keep(name));
	}
}

static void put_calls(struct text *x, const struct columns *c, struct line *l, const struct site *s)
{
	auto_free size_t *order = xcalloc(s->ncalls, sizeof(*order));
	auto_free char *list = NULL;
	size_t size;
	uint64_t rest = s->entries;
	FILE *f = open_memstream(&list, &size);

	for (size_t i = 0; i < s->ncalls; i++)
		order[i] = i;
	qsort_r(order, s->ncalls, sizeof(*order), compare_calls, s->calls);
	for (size_t i = 0; i < s->ncalls && i < CALLS_NAMED; i++) {
		const struct call_count *call = &s->calls[order[i]];
		auto_free char *name = text_escape(call->name, x->page.style->utf8);

		fputs(i ? ", " : "", f);
		/* The table is worth a word where it is not the image's own. */
		if (call->abi != x->trace->images[s->image].abi)
			fprintf(f, "%s ", abi_name[call->abi]);
		if (call->name)
			fputs(name, f);
		else
			fprintf(f, "no. %" PRId64, call->nr);
		if (s->ncalls > 1)
			fprintf(f, " %s", num_count(call->entries).s);
		rest -= call->entries;
	}
	if (s->ncalls > CALLS_NAMED)
		fprintf(f, ", %zu others %s", s->ncalls - CALLS_NAMED, num_count(rest).s);
	fclose(f);
	/* Behind the rest if it fits, otherwise in lines of its own. */
	if (l->at + l->owed + text_width(list) <= x->page.style->width) {
		piece(x, c, l, INK_DIM, list, 0);
		fputc('\n', x->page.out);
	} else {
		fputc('\n', x->page.out);
		page_wrap(&x->page, INK_DIM, 0, c->words, list);
	}
}

static void right(struct page *p, size_t width, const char *text)
{
	size_t w = text_width(text);

	page_blank(p, 2 + (w < width ? width - w : 0));
	fputs(text, p->out);
}

static void put_titles(struct text *x, const struct columns *c)
{
	auto_free char *added = x->est ? xasprintf("  %*s", (int)c->added, "added cycles") : xstrdup("");
	auto_free char *line = xasprintf("  %*s  %*s%s  %-*s  %s", (int)c->entries, "entries", (int)c->share, "share",
					 added, (int)c->path, "path", "site, and what it calls");

	page_put(&x->page, INK_DIM, line);
	fputc('\n', x->page.out);
}

static struct columns measure(const struct text *x, const size_t *order, size_t n)
{
	struct columns c = {strlen("entries"), strlen(">99.9 %"), x->est ? strlen("added cycles") : 0, 4, 0, 0};
	size_t widest = 0;

	for (size_t i = 0; i < n; i++) {
		const struct site *s = &x->trace->sites[order[i]];
		size_t entries = strlen(num_count(s->entries).s), path = strlen(entry_path_info[s->path].id);

		c.entries = entries > c.entries ? entries : c.entries;
		c.path = path > c.path ? path : c.path;
		auto_free char *module = text_escape(s->module, x->page.style->utf8);
		auto_free char *place = xasprintf("%s+0x%" PRIx64, module, s->offset);
		widest = text_width(place) > widest ? text_width(place) : widest;
	}
	c.words = 2 + c.entries + 2 + c.share + (c.added ? 2 + c.added : 0) + 2;

	size_t room = x->page.style->width - c.words - c.path - 2;
	if (room >= ROOM_FOR_COLUMNS)
		c.place = widest < room / 2 ? widest : room / 2;
	return c;
}

void text_sites(struct text *x)
{
	const struct trace *t = x->trace;
	auto_free size_t *order = xcalloc(t->nsites, sizeof(*order));
	size_t n = x->page.style->top && x->page.style->top < t->nsites ? x->page.style->top : t->nsites;
	uint64_t rest = t->entries;

	for (size_t i = 0; i < t->nsites; i++)
		order[i] = i;
	qsort_r(order, t->nsites, sizeof(*order), compare_sites, x);

	struct columns c = measure(x, order, n);
	page_heading(&x->page, "From which site, %s first", x->est ? "costliest" : "busiest");
	put_titles(x, &c);
	for (size_t i = 0; i < n; i++) {
		const struct site *s = &t->sites[order[i]];
		const struct site_cost *cost = cost_of(x, order[i]);

		right(&x->page, c.entries, num_count(s->entries).s);
		right(&x->page, c.share, num_share(s->entries, t->entries).s);
		if (x->est)
			right(&x->page, c.added, cost ? num_si(cost->added, x->page.g).s : "?");
		page_blank(&x->page, 2);
		struct line l;

		put_place(x, &c, &l, s);
		put_calls(x, &c, &l, s);
		text_stacks(x, s, c.words);
		rest -= s->entries;
	}
	if (x->guessed)
		page_wrap(&x->page, INK_DIM, 0, 2,
			  "A frame with a question mark was found without call frame information: likely, not certain.");
	if (n < t->nsites) {
		auto_free char *more = xasprintf("%s more sites with %s entries (%s) are not shown: --top 0 lists all",
						 num_count(t->nsites - n).s, num_count(rest).s,
						 num_share(rest, t->entries).s);

		page_wrap(&x->page, INK_DIM, 0, 2, more);
	}
}
