/* SPDX-License-Identifier: MIT */
/* The table of programs: the costliest first, with how their entries were counted. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct program {
	uint64_t paths[ENTRY_PATHS];
};

static const struct priced *added(const struct parts *x, size_t i)
{
	return x->est && x->est->images ? &x->est->images[i].added : NULL;
}

static int compare_programs(const void *a, const void *b, void *arg)
{
	const struct parts *x = arg;
	size_t i = *(const size_t *)a, k = *(const size_t *)b;
	struct site_cost ci = {.added = added(x, i) ? *added(x, i) : (struct priced){0}};
	struct site_cost ck = {.added = added(x, k) ? *added(x, k) : (struct priced){0}};
	const struct image *images = x->trace->images;
	int r = x->style->sort == SORT_NAME ? strcmp(images[i].exe, images[k].exe)
		: x->style->sort == SORT_ENTRIES ? 0 : costlier(&ci, images[i].entries, &ck, images[k].entries);

	if (!r && x->style->sort != SORT_COST)
		r = costlier(NULL, images[i].entries, NULL, images[k].entries);
	return r ? r : i < k ? -1 : i > k;
}

/* "int80 812, vdso-sysenter 2,400,000" */
static char *by_path(const struct program *p)
{
	char *all = xstrdup("");

	for (unsigned i = 0; i < ENTRY_PATHS; i++) {
		if (!p->paths[i])
			continue;
		char *longer = xasprintf("%s%s%s" DOC_NBSP "%s", all, *all ? ", " : "", entry_path_info[i].id,
					 num_count(p->paths[i]).s);

		free(all);
		all = longer;
	}
	return all;
}

static char *how_many(const struct image *im)
{
	auto_free char *threads = im->threads > im->processes ?
		xasprintf(", %s" DOC_NBSP "threads", num_count(im->threads).s) : xstrdup("");

	return xasprintf("%s" DOC_NBSP "process%s%s", num_count(im->processes).s, im->processes == 1 ? "" : "es", threads);
}

/* How it was counted, and why not otherwise. */
static char *counted(const struct parts *x, const struct image *im)
{
	auto_free char *why = text_escape(im->by_stops, x->style->utf8);

	if (im->by_stops && im->in_place)
		return xasprintf("in %s of them counted in the program, else by stops: %s", num_count(im->in_place).s, why);
	if (im->by_stops)
		return xasprintf("counted by stops: %s", why);
	if (im->in_kernel)
		return xstrdup("counted in the kernel");
	return xstrdup(im->in_place ? "counted in the program" : "");
}

static void add_row(struct parts *x, struct table *t, size_t i, const struct program *p)
{
	const struct image *im = &x->trace->images[i];
	auto_free char *exe = text_escape(im->exe, x->style->utf8);
	auto_free char *paths = by_path(p), *many = how_many(im), *how = counted(x, im);
	const char *base = strrchr(exe, '/');

	table_add_value(t, INK_PLAIN, (double)im->entries, num_count(im->entries).s)->part =
		x->whole ? (double)im->entries / (double)x->whole : 0;
	table_add_value(t, INK_PLAIN, (double)im->entries, num_share(im->entries, x->whole).s);
	if (x->est) {
		struct priced vdso = x->est->images ? x->est->images[i].saved[SCENARIO_VDSO] : (struct priced){0};
		struct priced sum = added(x, i) ? *added(x, i) : (struct priced){0};

		table_add_value(t, INK_PLAIN, sum.value, num_si(sum, x->g).s);
		table_add_value(t, INK_PLAIN, vdso.value, num_si(vdso, x->g).s);
	}
	table_add(t, INK_PLAIN, "%s", abi_name[im->abi]);
	table_add(t, INK_BOLD, "%s", exe)->keep_tail = text_width(base ? base : exe);
	table_add(t, INK_PLAIN, "%s", many);
	table_add(t, INK_DIM, "%s", how);
	table_add(t, INK_DIM, "%s", paths);
}

/* From so many columns on there is room for what the vDSO would save. */
#define ROOM_FOR_VDSO 96

/* "Costliest" only where there are costs. */
static bool any_cost(const struct parts *x)
{
	for (size_t i = 0; i < x->trace->nimages; i++)
		if (added(x, i) && added(x, i)->known)
			return true;
	return false;
}

#define FIGURES {"entries", ALIGN_RIGHT, false, 0, 0}, {"share", ALIGN_RIGHT, false, 72, 7}
#define WORDS \
	{"ABI", ALIGN_LEFT, false, 0, 0}, {"program", ALIGN_LEFT, true, 0, 0}, {"processes", ALIGN_LEFT, false, 0, 0}, \
	{"counted", ALIGN_LEFT, true, 0, 0}, {"by path", ALIGN_LEFT, true, 0, 0}, {0}

void part_programs(struct parts *x)
{
	static const struct column plain[] = {FIGURES, WORDS};
	static const struct column priced[] = {
		FIGURES, {"added cycles", ALIGN_RIGHT, false, 0, 0}, {"vDSO saves", ALIGN_RIGHT, false, ROOM_FOR_VDSO, 0}, WORDS};
	const struct trace *tr = x->trace;
	auto_free size_t *order = xcalloc(tr->nimages + 1, sizeof(*order));
	auto_free struct program *programs = xcalloc(tr->nimages + 1, sizeof(*programs));
	size_t n = x->style->top && x->style->top < tr->nimages ? x->style->top : tr->nimages;
	uint64_t rest = 0;

	if (tr->nimages < 2)
		return;
	for (size_t i = 0; i < tr->nsites; i++)
		programs[tr->sites[i].image].paths[tr->sites[i].path] += tr->sites[i].entries;
	for (size_t i = 0; i < tr->nimages; i++)
		order[i] = i;
	qsort_r(order, tr->nimages, sizeof(*order), compare_programs, x);
	doc_heading(x->doc, "In which program, %s", x->style->sort == SORT_NAME ? "by name" :
		    any_cost(x) && x->style->sort == SORT_COST ? "costliest first" : "busiest first");
	struct table *t = doc_table(x->doc, "programs", x->est ? priced : plain);

	t->flow = x->est ? 4 : 2;
	t->flow_title = "program, and how it enters";
	for (size_t i = 0; i < tr->nimages; i++) {
		if (i < n)
			add_row(x, t, order[i], &programs[order[i]]);
		else
			rest += tr->images[order[i]].entries;
	}
	if (x->est)
		doc_run(doc_text(x->doc, 2), INK_DIM, "Rebuilt as x86-64, a program would save its added cycles%s.",
			x->style->width < ROOM_FOR_VDSO ? "" : "; \"vDSO saves\" is what int 0x80 by the vDSO would save");
	if (n < tr->nimages)
		doc_run(doc_text(x->doc, 2), INK_DIM, "%s more programs with %s entries are not shown: --top 0 lists all",
			num_count(tr->nimages - n).s, num_count(rest).s);
}
