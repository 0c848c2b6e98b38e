/* SPDX-License-Identifier: MIT */
#include "estimate/estimate.h"

#include "base/err.h"
#include "model/fingerprint.h"

#include <math.h>
#include <string.h>

/* ---- prices of paths ---- */

/* The row that prices a path; NULL when the table has none for it. */
static const struct cost_row *row_of(const struct cost_table *t, enum entry_path path)
{
	const struct cost_row *row = cost_table_row(t, entry_path_info[path].id);

	if (row)
		return row;
	switch (path) {
	case PATH_VDSO_SYSENTER:
	case PATH_VDSO_SYSCALL:
		/* On the table's machine the same call goes by what the vDSO uses there. */
		return cost_table_vdso_row(t);
	case PATH_VDSO_INT80:
	case PATH_RESTART:
		return cost_table_row(t, entry_path_info[PATH_INT80].id);
	case PATH_X32:
		return cost_table_row(t, entry_path_info[PATH_SYSCALL64].id);
	case PATH_INT80:
	case PATH_SYSENTER:
	case PATH_SYSCALL32:
	case PATH_FAR_CALL:
	case PATH_MODE_SWITCH:
	case PATH_INT80_64:
	case PATH_SYSCALL64:
	case PATH_UNKNOWN:
	case ENTRY_PATHS:
		return NULL;
	}
	return NULL;
}

/* a - b as independent figures: the distances to the ends add as squares. */
static struct priced minus(const struct cost_row *a, const struct cost_row *b)
{
	if (!a || !b)
		return (struct priced){0};
	if (a == b)
		return (struct priced){.known = true};
	struct priced x = cost_row_price(a), y = cost_row_price(b);
	double d = x.value - y.value;
	double down = hypot(x.value - x.ci95.lo, y.ci95.hi - y.value);
	double up = hypot(x.ci95.hi - x.value, y.value - y.ci95.lo);

	return (struct priced){true, d, {d - down, d + up}};
}

static struct priced times(struct priced p, double k)
{
	p.value *= k;
	p.ci95 = k < 0 ? (struct interval){p.ci95.hi * k, p.ci95.lo * k} : (struct interval){p.ci95.lo * k, p.ci95.hi * k};
	return p;
}

static struct site_cost cost_of(const struct cost_table *t, enum entry_path path, uint64_t entries)
{
	const struct cost_row *row = row_of(t, path);
	struct site_cost c = {
		.per_entry = cost_row_price(row),
		.added_per_entry = minus(row, row_of(t, PATH_SYSCALL64)),
	};

	c.added = times(c.added_per_entry, (double)entries);
	c.total = times(c.per_entry, (double)entries);
	return c;
}

/* ---- what if ---- */

#define BIT(p) (1u << PATH_##p)

/* The ways of 32-bit code, of which a rebuilt program has none left. */
#define WAYS_32 (BIT(INT80) | BIT(VDSO_SYSENTER) | BIT(VDSO_SYSCALL) | BIT(VDSO_INT80) | BIT(RESTART) | \
		 BIT(SYSENTER) | BIT(SYSCALL32) | BIT(FAR_CALL) | BIT(MODE_SWITCH))

static const struct change {
	unsigned from;      /* which paths are replaced: bits */
	enum entry_path to; /* by which */
} change[SCENARIOS] = {
	[SCENARIO_NATIVE_64BIT] = {WAYS_32 | BIT(INT80_64), PATH_SYSCALL64},
	/* The vDSO's own int 0x80 belongs to the kernel: no rebuild moves it. */
	[SCENARIO_VDSO] = {BIT(INT80), PATH_VDSO_SYSENTER},
	[SCENARIO_FAR_CALL_THUNK] = {WAYS_32, PATH_FAR_CALL},
};

static struct priced zero(void)
{
	return (struct priced){.known = true};
}

/* At the clock that the core had while the row was measured. */
static double seconds_per_cycle(const struct cost_row *row)
{
	return row->ns * 1e-9 / row->cycles;
}

/*
 * The saving of replacing n[path] entries each: the sum of n * (from - to). The
 * errors of the paths are independent of each other; that of the one target is
 * shared by all, so it is added up before it is squared.
 */
static struct priced saving(const struct cost_table *t, const struct change *ch, const uint64_t n[ENTRY_PATHS],
			    bool seconds, uint64_t *unpriced)
{
	const struct cost_row *to = row_of(t, ch->to);
	double value = 0, down = 0, up = 0, moved = 0;

	*unpriced = n[PATH_UNKNOWN];
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		const struct cost_row *from = row_of(t, p);

		if (!(ch->from & 1u << p) || n[p] == 0)
			continue;
		if (!from || !to) {
			*unpriced += n[p];
			continue;
		}
		if (from == to)
			continue;
		struct priced x = times(cost_row_price(from), (double)n[p] * (seconds ? seconds_per_cycle(from) : 1));

		value += x.value;
		down = hypot(down, x.value - x.ci95.lo);
		up = hypot(up, x.ci95.hi - x.value);
		moved += (double)n[p];
	}
	if (moved > 0) {
		struct priced x = times(cost_row_price(to), moved * (seconds ? seconds_per_cycle(to) : 1));

		value -= x.value;
		down = hypot(down, x.ci95.hi - x.value);
		up = hypot(up, x.value - x.ci95.lo);
	}
	return (struct priced){true, value, {value - down, value + up}};
}

static struct what_if what_if(const struct cost_table *t, enum scenario s, const uint64_t n[ENTRY_PATHS],
			      const struct estimate *est)
{
	struct what_if w = {.scenario = s};
	uint64_t touched = 0, unpriced;

	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		if (change[s].from & 1u << p)
			touched += n[p];
	w.saved_cycles = saving(t, &change[s], n, false, &w.unpriced_entries);
	w.saved_seconds = saving(t, &change[s], n, true, &unpriced);
	/* When nothing that is to change has a price, the saving is not zero but unknown. */
	if (touched > 0 && w.unpriced_entries >= touched + n[PATH_UNKNOWN])
		w.saved_cycles = w.saved_seconds = (struct priced){0};
	if (touched == 0 && w.unpriced_entries == 0)
		w.saved_cycles = w.saved_seconds = zero();
	/* Seconds of another machine are no share of this one's. */
	if (w.saved_seconds.known && est->cpu_seconds > 0 && est->matches_host)
		w.share_of_cpu = times(w.saved_seconds, 1 / est->cpu_seconds);
	return w;
}

/* The programs: each has its own numbers of entries by path. */
static void image_costs(const struct trace *trace, const struct cost_table *t, struct estimate *out)
{
	uint64_t (*n)[ENTRY_PATHS] = xcalloc(trace->nimages + 1, sizeof(*n));

	for (size_t i = 0; i < trace->nsites; i++)
		n[trace->sites[i].image][trace->sites[i].path] += trace->sites[i].entries;
	for (size_t i = 0; i < trace->nimages; i++) {
		struct image_cost *c = &out->images[i];

		c->added = zero();
		for (unsigned p = 0; p < ENTRY_PATHS; p++) {
			struct priced one = n[i][p] ? cost_of(t, p, n[i][p]).added : zero();

			c->added.known &= one.known;
			c->added.value += one.value;
			c->added.ci95.lo += one.ci95.lo;
			c->added.ci95.hi += one.ci95.hi;
		}
		for (unsigned s = 0; s < SCENARIOS; s++)
			c->saved[s] = what_if(t, s, n[i], out).saved_cycles;
	}
	free(n);
}

/* ---- about the table ---- */

static void about_table(const struct cost_table *t, const struct host *host, struct estimate *out)
{
	out->have_table = true;
	out->table = t;
	out->calibration = xstrdup(t->name ? t->name : "");
	out->clock = xstrdup(t->clock ? t->clock : "tsc");
	out->age_seconds = t->age_seconds;
	out->hz = t->core_hz;
	if (t->built_in)
		out->mismatch = xasprintf("%s is a published reference, not of this machine", t->name);
	else
		out->mismatch = host_difference(&t->fingerprint, host);
	out->matches_host = !out->mismatch;
}

void estimate_make(const struct trace *trace, const struct cost_table *table, const char *why,
		   const struct host *host, double baseline_cpu, struct estimate *out)
{
	struct path_total total[ENTRY_PATHS];
	uint64_t n[ENTRY_PATHS];

	*out = (struct estimate){.age_seconds = -1};
	out->baseline = baseline_cpu >= 0;
	out->cpu_seconds = out->baseline ? baseline_cpu : trace->cpu_user + trace->cpu_system;
	out->sites = xcalloc(trace->nsites + 1, sizeof(*out->sites));
	out->images = xcalloc(trace->nimages + 1, sizeof(*out->images));
	for (unsigned s = 0; s < SCENARIOS; s++)
		out->what_if[s].scenario = s;
	if (!table) {
		out->why_no_table = xstrdup(why ? why : "there is no calibration");
		return;
	}
	about_table(table, host, out);
	trace_path_totals(trace, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		n[p] = total[p].entries;
		out->paths[p] = cost_of(table, p, n[p]);
	}
	for (size_t i = 0; i < trace->nsites; i++)
		out->sites[i] = cost_of(table, trace->sites[i].path, trace->sites[i].entries);
	for (unsigned s = 0; s < SCENARIOS; s++)
		out->what_if[s] = what_if(table, s, n, out);
	image_costs(trace, table, out);
}
