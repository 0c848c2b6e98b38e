/* SPDX-License-Identifier: MIT */
#include "report/compare.h"

#include "base/cleanup.h"
#include "base/vec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const site_status_name[SITE_STATUSES] = {"same", "moved", "new", "gone"};

static struct priced none(void)
{
	return (struct priced){.known = true};
}

/* The difference of two sums of cycles. */
static struct priced change_of(const struct comparison *c, struct priced a, struct priced b)
{
	if (!a.known || !b.known)
		return (struct priced){0};
	double d = b.value - a.value;
	double low = b.value - b.ci95.lo, high = b.ci95.hi - b.value, alow = a.value - a.ci95.lo,
	       ahigh = a.ci95.hi - a.value;

	/* One table's error is the same error in both, and goes out where the entries are the same. */
	if (c->same_prices)
		return (struct priced){true, d, {d - fabs(low - alow), d + fabs(high - ahigh)}};
	return (struct priced){true, d, {d - hypot(low, ahigh), d + hypot(high, alow)}};
}

static void finish(const struct comparison *c, struct delta *d)
{
	d->change = change_of(c, d->old_added, d->new_added);
}

enum trend delta_trend(const struct delta *d)
{
	if (!d->change.known)
		return d->new_entries == d->old_entries ? TREND_SAME : d->new_entries > d->old_entries ? TREND_MORE : TREND_LESS;
	if (d->change.ci95.lo > 0)
		return TREND_MORE;
	if (d->change.ci95.hi < 0)
		return TREND_LESS;
	return d->change.value == 0 && d->old_entries == d->new_entries ? TREND_SAME : TREND_UNCLEAR;
}

static struct priced site_added(const struct compare_side *s, size_t site)
{
	return s->estimate && s->estimate->have_table ? s->estimate->sites[site].added : (struct priced){0};
}

/* Adds up costs of one table: their errors all go the same way. */
static void add(struct priced *sum, struct priced p)
{
	if (!sum->known || !p.known) {
		*sum = (struct priced){0};
		return;
	}
	*sum = (struct priced){true, sum->value + p.value, {sum->ci95.lo + p.ci95.lo, sum->ci95.hi + p.ci95.hi}};
}

/* ---- paths and programs: sums over sites ---- */

static void sum_side(const struct comparison *c, const struct compare_side *side, bool is_new, struct delta *paths,
		     struct delta *total)
{
	struct path_total of[ENTRY_PATHS];
	struct priced sum = none();

	(void)c;
	trace_path_totals(side->trace, of);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		struct priced added = !of[p].sites ? none()
			: side->estimate && side->estimate->have_table ? side->estimate->paths[p].added : (struct priced){0};

		*(is_new ? &paths[p].new_entries : &paths[p].old_entries) = of[p].entries;
		*(is_new ? &paths[p].new_added : &paths[p].old_added) = added;
		add(&sum, added);
	}
	*(is_new ? &total->new_entries : &total->old_entries) = side->trace->entries;
	*(is_new ? &total->new_added : &total->old_added) = sum;
}

static double weight(const struct delta *d)
{
	return d->change.known ? fabs(d->change.value) : fabs((double)d->new_entries - (double)d->old_entries);
}

static int by_image_change(const void *pa, const void *pb)
{
	const struct compared_image *a = pa, *b = pb;
	double x = weight(&a->delta), y = weight(&b->delta);

	if (x != y)
		return x > y ? -1 : 1;
	if (a->new_image != b->new_image)
		return a->new_image < b->new_image ? -1 : 1;
	return a->old_image < b->old_image ? -1 : a->old_image > b->old_image;
}

static void compare_images(struct comparison *c)
{
	const struct trace *a = c->old_side.trace, *b = c->new_side.trace;
	struct site_index *old = site_index_new(a, MATCH_MOVED);
	auto_free size_t *of_old = xcalloc(a->nimages + 1, sizeof(*of_old)), *of_new = xcalloc(b->nimages + 1, sizeof(*of_new));

	memset(of_old, 0xff, a->nimages * sizeof(*of_old));
	for (size_t i = 0; i < b->nimages; i++) {
		size_t at = site_index_image(old, b, i);

		/* Two builds of one program can have run in both: each finds one. */
		if (at != SITE_INDEX_NONE && of_old[at] != SITE_INDEX_NONE)
			at = SITE_INDEX_NONE;
		of_new[i] = c->nimages;
		if (at != SITE_INDEX_NONE)
			of_old[at] = c->nimages;
		*vec_push(c->images, c->nimages) = (struct compared_image){at, i, {.old_added = none(), .new_added = none()}};
	}
	for (size_t i = 0; i < a->nimages; i++) {
		if (of_old[i] != SITE_INDEX_NONE)
			continue;
		of_old[i] = c->nimages;
		*vec_push(c->images, c->nimages) =
			(struct compared_image){i, SITE_INDEX_NONE, {.old_added = none(), .new_added = none()}};
	}
	for (size_t i = 0; i < a->nsites; i++) {
		struct delta *d = &c->images[of_old[a->sites[i].image]].delta;

		d->old_entries += a->sites[i].entries;
		add(&d->old_added, site_added(&c->old_side, i));
	}
	for (size_t i = 0; i < b->nsites; i++) {
		struct delta *d = &c->images[of_new[b->sites[i].image]].delta;

		d->new_entries += b->sites[i].entries;
		add(&d->new_added, site_added(&c->new_side, i));
	}
	for (size_t i = 0; i < c->nimages; i++)
		finish(c, &c->images[i].delta);
	if (c->nimages > 1)
		qsort(c->images, c->nimages, sizeof(*c->images), by_image_change);
	site_index_free(old);
}

/* ---- sites ---- */

static void add_site(struct comparison *c, enum site_status status, size_t old_site, size_t new_site)
{
	struct compared_site *s = vec_push(c->sites, c->nsites);
	bool has_old = old_site != SITE_INDEX_NONE, has_new = new_site != SITE_INDEX_NONE;

	s->status = status;
	s->old_site = old_site;
	s->new_site = new_site;
	s->delta = (struct delta){
		.old_entries = has_old ? c->old_side.trace->sites[old_site].entries : 0,
		.new_entries = has_new ? c->new_side.trace->sites[new_site].entries : 0,
		.old_added = has_old ? site_added(&c->old_side, old_site) : none(),
		.new_added = has_new ? site_added(&c->new_side, new_site) : none(),
	};
	finish(c, &s->delta);
	c->count[status]++;
}

/* Finds each new site that is not found yet among the old ones that are not. */
static void match(struct comparison *c, enum site_match how, size_t *to_old, bool *taken)
{
	const struct trace *a = c->old_side.trace, *b = c->new_side.trace;
	struct site_index *old = site_index_new(a, how);

	for (size_t i = 0; i < b->nsites; i++) {
		if (to_old[i] != SITE_INDEX_NONE)
			continue;
		size_t at = site_index_site(old, b, i);

		if (at == SITE_INDEX_NONE || taken[at])
			continue;
		to_old[i] = at;
		taken[at] = true;
	}
	site_index_free(old);
}

const struct site *compared_site(const struct comparison *c, const struct compared_site *s, const struct trace **t)
{
	*t = s->new_site != SITE_INDEX_NONE ? c->new_side.trace : c->old_side.trace;
	return s->new_site != SITE_INDEX_NONE ? &(*t)->sites[s->new_site] : &(*t)->sites[s->old_site];
}

/* Priced ones first, then by how much they changed, then by their order in the traces. */
static int by_change(const void *pa, const void *pb)
{
	const struct compared_site *a = pa, *b = pb;
	double x = weight(&a->delta), y = weight(&b->delta);

	if (a->delta.change.known != b->delta.change.known)
		return a->delta.change.known ? -1 : 1;
	if (x != y)
		return x > y ? -1 : 1;
	if (a->new_site != b->new_site)
		return a->new_site < b->new_site ? -1 : 1;
	return a->old_site < b->old_site ? -1 : a->old_site > b->old_site;
}

static void compare_sites(struct comparison *c)
{
	const struct trace *a = c->old_side.trace, *b = c->new_side.trace;
	auto_free size_t *exact = xcalloc(b->nsites + 1, sizeof(*exact)), *to_old = xcalloc(b->nsites + 1, sizeof(*to_old));
	auto_free bool *taken = xcalloc(a->nsites + 1, sizeof(*taken));

	memset(to_old, 0xff, b->nsites * sizeof(*to_old));
	match(c, MATCH_EXACT, to_old, taken);
	memcpy(exact, to_old, b->nsites * sizeof(*exact));
	match(c, MATCH_MOVED, to_old, taken);
	for (size_t i = 0; i < b->nsites; i++)
		add_site(c, to_old[i] == SITE_INDEX_NONE ? SITE_NEW : exact[i] == SITE_INDEX_NONE ? SITE_MOVED : SITE_SAME,
			 to_old[i], i);
	for (size_t i = 0; i < a->nsites; i++)
		if (!taken[i])
			add_site(c, SITE_GONE, i, SITE_INDEX_NONE);
	if (c->nsites > 1)
		qsort(c->sites, c->nsites, sizeof(*c->sites), by_change);
}

static bool same_prices(const struct estimate *a, const struct estimate *b)
{
	if (!a || !b || !a->table || !b->table)
		return false;
	if (a->table == b->table)
		return true;
	if (a->table->nrows != b->table->nrows || strcmp(a->table->taken, b->table->taken) != 0)
		return false;
	for (size_t i = 0; i < a->table->nrows; i++)
		if (strcmp(a->table->rows[i].id, b->table->rows[i].id) != 0 ||
		    a->table->rows[i].cycles != b->table->rows[i].cycles)
			return false;
	return true;
}

void comparison_make(struct compare_side old_side, struct compare_side new_side, struct comparison *out)
{
	*out = (struct comparison){
		.old_side = old_side, .new_side = new_side,
		.same_prices = same_prices(old_side.estimate, new_side.estimate),
	};
	sum_side(out, &old_side, false, out->paths, &out->total);
	sum_side(out, &new_side, true, out->paths, &out->total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		finish(out, &out->paths[p]);
	finish(out, &out->total);
	compare_images(out);
	compare_sites(out);
}

void comparison_fini(struct comparison *c)
{
	free(c->images);
	free(c->sites);
	*c = (struct comparison){0};
}
