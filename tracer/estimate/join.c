/* SPDX-License-Identifier: MIT */
#include "estimate/join.h"

#include "base/err.h"
#include "model/site_index.h"

#include <math.h>
#include <stdlib.h>

/* Adds b to a, whose errors have nothing to do with b's. */
static void add(struct priced *a, struct priced b, bool first)
{
	if (first) {
		*a = b;
		return;
	}
	if (!a->known || !b.known) {
		*a = (struct priced){0};
		return;
	}
	double value = a->value + b.value;
	double down = hypot(a->value - a->ci95.lo, b.value - b.ci95.lo);
	double up = hypot(a->ci95.hi - a->value, b.ci95.hi - b.value);

	*a = (struct priced){true, value, {value - down, value + up}};
}

static struct priced each(struct priced sum, uint64_t entries)
{
	double n = (double)entries;

	if (!sum.known || entries == 0)
		return (struct priced){0};
	return (struct priced){true, sum.value / n, {sum.ci95.lo / n, sum.ci95.hi / n}};
}

static void add_cost(struct site_cost *a, const struct site_cost *b, bool first)
{
	add(&a->added, b->added, first);
	add(&a->total, b->total, first);
}

static void per_entry(struct site_cost *c, uint64_t entries)
{
	c->per_entry = each(c->total, entries);
	c->added_per_entry = each(c->added, entries);
}

static void join_sites(const struct join_part parts[], size_t n, const struct trace *sum, struct estimate *out)
{
	struct site_index *index = site_index_new(sum, MATCH_EXACT);
	bool *seen = xcalloc(sum->nsites + 1, sizeof(*seen));

	for (size_t p = 0; p < n; p++)
		for (size_t i = 0; i < parts[p].trace->nsites; i++) {
			size_t at = site_index_site(index, parts[p].trace, i);

			if (at == SITE_INDEX_NONE)
				continue;
			add_cost(&out->sites[at], &parts[p].estimate->sites[i], !seen[at]);
			seen[at] = true;
		}
	for (size_t i = 0; i < sum->nsites; i++)
		per_entry(&out->sites[i], sum->sites[i].entries);
	free(seen);
	site_index_free(index);
}

static void join_paths(const struct join_part parts[], size_t n, const struct trace *sum, struct estimate *out)
{
	struct path_total total[ENTRY_PATHS], of[ENTRY_PATHS];
	bool seen[ENTRY_PATHS] = {false};

	for (size_t p = 0; p < n; p++) {
		trace_path_totals(parts[p].trace, of);
		for (unsigned i = 0; i < ENTRY_PATHS; i++) {
			if (!of[i].sites)
				continue;
			add_cost(&out->paths[i], &parts[p].estimate->paths[i], !seen[i]);
			seen[i] = true;
		}
	}
	trace_path_totals(sum, total);
	for (unsigned i = 0; i < ENTRY_PATHS; i++)
		per_entry(&out->paths[i], total[i].entries);
}

static void join_images(const struct join_part parts[], size_t n, const struct trace *sum, struct estimate *out)
{
	struct site_index *index = site_index_new(sum, MATCH_EXACT);
	bool *seen = xcalloc(sum->nimages + 1, sizeof(*seen));

	for (size_t p = 0; p < n; p++)
		for (size_t i = 0; parts[p].estimate->images && i < parts[p].trace->nimages; i++) {
			size_t at = site_index_image(index, parts[p].trace, i);
			const struct image_cost *of = &parts[p].estimate->images[i];

			if (at == SITE_INDEX_NONE)
				continue;
			add(&out->images[at].added, of->added, !seen[at]);
			for (unsigned s = 0; s < SCENARIOS; s++)
				add(&out->images[at].saved[s], of->saved[s], !seen[at]);
			seen[at] = true;
		}
	free(seen);
	site_index_free(index);
}

static void join_what_if(const struct join_part parts[], size_t n, struct estimate *out)
{
	for (unsigned s = 0; s < SCENARIOS; s++) {
		struct what_if *w = &out->what_if[s];

		w->scenario = s;
		for (size_t p = 0; p < n; p++) {
			const struct what_if *of = &parts[p].estimate->what_if[s];

			add(&w->saved_cycles, of->saved_cycles, p == 0);
			add(&w->saved_seconds, of->saved_seconds, p == 0);
			w->unpriced_entries += of->unpriced_entries;
		}
		if (w->saved_seconds.known && out->cpu_seconds > 0 && out->matches_host) {
			struct priced t = w->saved_seconds;
			double cpu = out->cpu_seconds;

			w->share_of_cpu = (struct priced){true, t.value / cpu, {t.ci95.lo / cpu, t.ci95.hi / cpu}};
		}
	}
}

void estimate_join(const struct join_part parts[], size_t n, const struct trace *sum, struct estimate *out)
{
	*out = (struct estimate){.have_table = true, .matches_host = true, .baseline = true, .of_trace = true,
				 .age_seconds = -1};
	out->sites = xcalloc(sum->nsites + 1, sizeof(*out->sites));
	out->images = xcalloc(sum->nimages + 1, sizeof(*out->images));
	for (size_t p = 0; p < n; p++) {
		const struct estimate *e = parts[p].estimate;

		out->have_table &= e->have_table;
		out->matches_host &= e->matches_host;
		out->baseline &= e->baseline;
		out->cpu_seconds += e->cpu_seconds;
		out->age_seconds = fmax(out->age_seconds, e->age_seconds);
		if (!e->have_table && !out->why_no_table)
			out->why_no_table = xstrdup(e->why_no_table);
		if (!e->matches_host && e->mismatch && !out->mismatch)
			out->mismatch = xstrdup(e->mismatch);
	}
	out->calibration = xasprintf("%zu tables", n);
	out->clock = xstrdup(parts[0].estimate->clock ? parts[0].estimate->clock : "tsc");
	out->hz = parts[0].estimate->hz;
	if (!out->have_table)
		return;
	join_paths(parts, n, sum, out);
	join_sites(parts, n, sum, out);
	join_images(parts, n, sum, out);
	join_what_if(parts, n, out);
}

static struct priced times(struct priced p, double n)
{
	return (struct priced){p.known, p.value * n, {p.ci95.lo * n, p.ci95.hi * n}};
}

void estimate_of_sites(const struct trace *part, const struct estimate *all, const size_t *map, struct estimate *out)
{
	bool seen_path[ENTRY_PATHS] = {false};
	bool *seen = xcalloc(part->nimages + 1, sizeof(*seen));
	struct path_total total[ENTRY_PATHS];

	*out = (struct estimate){.have_table = true, .of_trace = all->of_trace, .matches_host = all->matches_host,
				 .age_seconds = all->age_seconds, .baseline = all->baseline,
				 .cpu_seconds = all->cpu_seconds, .hz = all->hz};
	out->calibration = xstrdup(all->calibration);
	out->clock = xstrdup(all->clock);
	out->sites = xcalloc(part->nsites + 1, sizeof(*out->sites));
	out->images = xcalloc(part->nimages + 1, sizeof(*out->images));
	for (size_t i = 0; i < part->nsites; i++) {
		const struct site *s = &part->sites[i];
		struct site_cost *c = &out->sites[i];

		*c = all->sites[map[i]];
		c->added = times(c->added_per_entry, (double)s->entries);
		c->total = times(c->per_entry, (double)s->entries);
		add_cost(&out->paths[s->path], c, !seen_path[s->path]);
		add(&out->images[s->image].added, c->added, !seen[s->image]);
		seen_path[s->path] = seen[s->image] = true;
	}
	trace_path_totals(part, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		per_entry(&out->paths[p], total[p].entries);
	for (unsigned s = 0; s < SCENARIOS; s++)
		out->what_if[s].scenario = s;
	free(seen);
}
