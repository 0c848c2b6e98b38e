/* SPDX-License-Identifier: MIT */
#include "cli/saved.h"

#include "base/cleanup.h"
#include "estimate/join.h"
#include "model/fingerprint.h"
#include "report/merge.h"
#include "store/trace.h"

#include <stdlib.h>
#include <string.h>

/* Traces that are priced with the same table. */
struct saved_part {
	struct trace trace;
	struct pricing pricing;
	struct estimate estimate;
	bool priced;
};

static double untraced(const struct trace *t)
{
	return t->cpu_untraced > 0 ? t->cpu_untraced : -1;
}

/* Would both get the same prices? */
static bool same_prices(const struct config *cfg, const struct trace *a, const struct trace *b)
{
	const struct cost_table *x = a->prices, *y = b->prices;

	if (!cfg->estimate || cfg->calibration)
		return true;
	if (x && y)
		return strcmp(x->taken, y->taken) == 0 && host_hash(&x->fingerprint) == host_hash(&y->fingerprint) &&
		       x->nrows == y->nrows && x->core_hz == y->core_hz;
	return !x && !y && host_hash(&a->host) == host_hash(&b->host);
}

/* Adds up those of all[] that belong with all[first], which are marked as done. */
static void add_part(const struct config *cfg, struct trace *all, bool *done, size_t n, size_t first, struct saved *s)
{
	struct saved_part *p = &s->parts[s->nparts++];
	auto_free const struct trace **same = xcalloc(n, sizeof(*same));
	size_t nsame = 0;

	for (size_t i = first; i < n; i++) {
		if (done[i] || !same_prices(cfg, &all[first], &all[i]))
			continue;
		done[i] = true;
		same[nsame++] = &all[i];
	}
	trace_merge(same, nsame, &p->trace);
	/* They all have the same one: the first is as good as any. */
	p->trace.prices = steal_ptr(all[first].prices);
}

static int price_part(const struct config *cfg, struct saved_part *p, struct err *err)
{
	int r = pricing_open_saved(cfg, &p->trace, &p->pricing, err);

	if (r == 0)
		p->priced = pricing_estimate(&p->pricing, &p->trace, untraced(&p->trace), &p->estimate);
	return r;
}

/* All there is, priced with one table. */
static int price_whole(const struct config *cfg, struct saved *s, struct err *err)
{
	int r = pricing_open_saved(cfg, &s->trace, &s->parts[0].pricing, err);

	if (r == 0)
		s->priced = pricing_estimate(&s->parts[0].pricing, &s->trace, untraced(&s->trace), &s->estimate);
	return r;
}

static int join(const struct config *cfg, struct saved *s, struct err *err)
{
	auto_free const struct trace **traces = xcalloc(s->nparts, sizeof(*traces));
	auto_free struct join_part *parts = xcalloc(s->nparts, sizeof(*parts));

	for (size_t i = 0; i < s->nparts; i++) {
		int r = price_part(cfg, &s->parts[i], err);

		if (r < 0)
			return r;
		traces[i] = &s->parts[i].trace;
		parts[i] = (struct join_part){&s->parts[i].trace, &s->parts[i].estimate};
	}
	trace_merge(traces, s->nparts, &s->trace);
	s->priced = s->parts[0].priced;
	if (s->priced)
		estimate_join(parts, s->nparts, &s->trace, &s->estimate);
	return 0;
}

static int merge_all(const struct config *cfg, struct trace *all, size_t n, struct saved *s, struct err *err)
{
	auto_free bool *done = xcalloc(n, sizeof(*done));

	s->parts = xcalloc(n, sizeof(*s->parts));
	for (size_t i = 0; i < n; i++)
		if (!done[i])
			add_part(cfg, all, done, n, i, s);
	if (s->nparts > 1)
		return join(cfg, s, err);
	s->trace = s->parts[0].trace;
	s->parts[0].trace = (struct trace){0};
	return price_whole(cfg, s, err);
}

int saved_open(const struct config *cfg, char *const files[], size_t n, struct saved *s, struct err *err)
{
	auto_free struct trace *all = xcalloc(n, sizeof(*all));
	int r = 0;

	*s = (struct saved){0};
	for (size_t i = 0; i < n && r == 0; i++)
		r = trace_load_file(files[i], &all[i], err);
	if (r == 0 && n > 1) {
		r = merge_all(cfg, all, n, s, err);
	} else if (r == 0) {
		s->parts = xcalloc(1, sizeof(*s->parts));
		s->nparts = 1;
		s->trace = all[0];
		all[0] = (struct trace){0};
		r = price_whole(cfg, s, err);
	}
	for (size_t i = 0; i < n; i++)
		trace_fini(&all[i]);
	if (r < 0)
		saved_close(s);
	return r;
}

void saved_close(struct saved *s)
{
	if (s->priced)
		estimate_fini(&s->estimate);
	for (size_t i = 0; i < s->nparts; i++) {
		if (s->parts[i].priced)
			estimate_fini(&s->parts[i].estimate);
		pricing_close(&s->parts[i].pricing);
		trace_fini(&s->parts[i].trace);
	}
	free(s->parts);
	trace_fini(&s->trace);
	*s = (struct saved){0};
}
