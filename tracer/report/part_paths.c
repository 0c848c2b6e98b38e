/* SPDX-License-Identifier: MIT */
/* The table of entry paths. */
#include "report/parts.h"

void part_paths(struct parts *x)
{
	/* From such widths on there is room to say what the paths mean. */
	static const struct column plain[] = {
		{"path", ALIGN_LEFT, false, 0, 0}, {"entries", ALIGN_RIGHT, false, 0, 0},
		{"share", ALIGN_RIGHT, false, 72, 0}, {"sites", ALIGN_RIGHT, false, 64, 0},
		{"", ALIGN_LEFT, true, 108, 0}, {0}};
	static const struct column priced[] = {
		{"path", ALIGN_LEFT, false, 0, 0}, {"entries", ALIGN_RIGHT, false, 0, 0},
		{"share", ALIGN_RIGHT, false, 72, 0}, {"sites", ALIGN_RIGHT, false, 64, 0},
		{"cycles/entry", ALIGN_RIGHT, false, 0, 0}, {"added cycles", ALIGN_RIGHT, false, 0, 0},
		{"", ALIGN_LEFT, true, 144, 0}, {0}};
	struct path_total total[ENTRY_PATHS];
	unsigned order[ENTRY_PATHS], n = 0;

	trace_path_totals(x->trace, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		const struct site_cost *cost = x->est ? x->est->paths : NULL;
		unsigned at = n;

		if (!total[p].sites)
			continue;
		for (; at && costlier(cost ? &cost[order[at - 1]] : NULL, total[order[at - 1]].entries,
				      cost ? &cost[p] : NULL, total[p].entries) > 0; at--)
			order[at] = order[at - 1];
		order[at] = p;
		n++;
	}

	doc_heading(x->doc, "By which path");
	struct table *t = doc_table(x->doc, "paths", x->est ? priced : plain);

	for (unsigned i = 0; i < n; i++) {
		const struct path_total *of = &total[order[i]];

		table_add(t, path_ink(order[i]), "%s", entry_path_info[order[i]].id);
		table_add_value(t, INK_PLAIN, (double)of->entries, num_count(of->entries).s)->part =
			(double)of->entries / (double)x->whole;
		table_add_value(t, INK_PLAIN, (double)of->entries, num_share(of->entries, x->whole).s);
		table_add_value(t, INK_PLAIN, (double)of->sites, num_count(of->sites).s);
		if (x->est) {
			const struct site_cost *c = &x->est->paths[order[i]];

			table_add_value(t, INK_PLAIN, c->per_entry.value, num_cycles(c->per_entry, x->g).s);
			table_add_value(t, INK_PLAIN, c->added.value, num_si(c->added, x->g).s);
		}
		table_add(t, INK_DIM, "%s", entry_path_info[order[i]].meaning);
	}
	if (x->est)
		doc_run(doc_text(x->doc, 2), INK_DIM, "\"Added\" is over what a 64-bit syscall costs a native program.");
}
