/* SPDX-License-Identifier: MIT */
/* The text report's tables of entry paths and of programs. */
#include "report/text.h"

#include "base/cleanup.h"
#include "base/text.h"

/* The widths from which on there is room to say what the paths mean. */
#define ROOM_UNPRICED 108
#define ROOM_PRICED 144

static void add_cost(struct table *t, const struct text *x, unsigned path)
{
	const struct site_cost *c = &x->est->paths[path];

	table_add(t, INK_PLAIN, "%s", num_cycles(c->per_entry, x->page.g).s);
	table_add(t, INK_PLAIN, "%s", num_si(c->added, x->page.g).s);
}

void text_paths(struct text *x)
{
	static const struct column plain[] = {
		{"path", ALIGN_LEFT, false}, {"entries", ALIGN_RIGHT, false}, {"share", ALIGN_RIGHT, false},
		{"sites", ALIGN_RIGHT, false}, {"", ALIGN_LEFT, true}, {0}};
	static const struct column priced[] = {
		{"path", ALIGN_LEFT, false}, {"entries", ALIGN_RIGHT, false}, {"share", ALIGN_RIGHT, false},
		{"sites", ALIGN_RIGHT, false}, {"cycles/entry", ALIGN_RIGHT, false},
		{"added cycles", ALIGN_RIGHT, false}, {"", ALIGN_LEFT, true}, {0}};
	struct path_total total[ENTRY_PATHS];
	unsigned order[ENTRY_PATHS], n = 0;
	struct table t;
	bool meaning = x->page.style->width >= (x->est ? ROOM_PRICED : ROOM_UNPRICED);

	trace_path_totals(x->trace, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		const struct site_cost *cost = x->est ? x->est->paths : NULL;
		unsigned at = n;

		if (!total[p].sites)
			continue;
		for (; at && text_costlier(cost ? &cost[order[at - 1]] : NULL, total[order[at - 1]].entries,
					   cost ? &cost[p] : NULL, total[p].entries) > 0; at--)
			order[at] = order[at - 1];
		order[at] = p;
		n++;
	}

	page_heading(&x->page, "By which path");
	table_init(&t, x->est ? priced : plain);
	for (unsigned i = 0; i < n; i++) {
		unsigned p = order[i];

		table_add(&t, text_path_ink((enum entry_path)p), "%s", entry_path_info[p].id);
		table_add(&t, INK_PLAIN, "%s", num_count(total[p].entries).s);
		table_add(&t, INK_PLAIN, "%s", num_share(total[p].entries, x->trace->entries).s);
		table_add(&t, INK_PLAIN, "%s", num_count(total[p].sites).s);
		if (x->est)
			add_cost(&t, x, p);
		table_add(&t, INK_DIM, "%s", meaning ? entry_path_info[p].meaning : "");
	}
	table_flush(&t, &x->page);
	if (x->est)
		page_wrap(&x->page, INK_DIM, 0, 2,
			  "\"Added\" is over what a 64-bit syscall costs a native program.");
}

void text_images(struct text *x)
{
	static const struct column columns[] = {
		{"entries", ALIGN_RIGHT, false}, {"share", ALIGN_RIGHT, false}, {"processes", ALIGN_RIGHT, false},
		{"threads", ALIGN_RIGHT, false}, {"ABI", ALIGN_LEFT, false}, {"program", ALIGN_LEFT, true}, {0}};
	const struct trace *tr = x->trace;
	auto_free size_t *order = xcalloc(tr->nimages, sizeof(*order));
	struct table t;

	if (tr->nimages < 2)
		return;
	for (size_t i = 0; i < tr->nimages; i++) {
		size_t at = i;

		for (; at && tr->images[order[at - 1]].entries < tr->images[i].entries; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	page_heading(&x->page, "In which program");
	table_init(&t, columns);
	for (size_t i = 0; i < tr->nimages; i++) {
		const struct image *im = &tr->images[order[i]];
		auto_free char *exe = text_escape(im->exe, x->page.style->utf8);

		table_add(&t, INK_PLAIN, "%s", num_count(im->entries).s);
		table_add(&t, INK_PLAIN, "%s", num_share(im->entries, tr->entries).s);
		table_add(&t, INK_PLAIN, "%s", num_count(im->processes).s);
		table_add(&t, INK_PLAIN, "%s", num_count(im->threads).s);
		table_add(&t, INK_PLAIN, "%s", abi_name[im->abi]);
		table_add(&t, INK_PLAIN, "%s", exe);
	}
	table_flush(&t, &x->page);
}
