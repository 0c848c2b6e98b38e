/* SPDX-License-Identifier: MIT */
#include "calibrate/analyse.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "calibrate/stats.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#define RESAMPLES 400

/* Turbo moves the clock of a whole round by less than this. */
#define NEIGHBOUR_TOLERANCE 0.05

/*
 * The canary of an unshared core is where this quantile of all lies, however
 * busy the machine is for most of the time; below it stray readings are few.
 * Sharing with one thread was seen to slow it down by two thirds, and noise to
 * move it by less than a tenth.
 */
#define UNSHARED_QUANTILE 0.05
#define SHARED_SLOWER 1.2
/* No interrupt handler takes so long: the hypervisor gave the CPU to somebody else. In seconds. */
#define HELD_UP 500e-6

/* With fewer pairs from an unshared core than this, shared ones count too. */
#define FEW_PAIRS 12

static const struct cell *cell_at(const struct measurement *m, size_t round, size_t row)
{
	return &m->cells[round * m->nrows + row];
}

void analyse_neighbours(struct measurement *m)
{
	auto_free double *rates = xcalloc(m->nrows, sizeof(*rates));

	for (size_t round = 0; round < m->nrounds; round++) {
		size_t n = 0;

		for (size_t row = 0; row < m->nrows; row++)
			if (cell_at(m, round, row)->fault == BLOCK_FINE)
				rates[n++] = cell_at(m, round, row)->f.rate;
		double median = stats_median(rates, n);

		for (size_t row = 0; row < m->nrows; row++) {
			struct cell *c = &m->cells[round * m->nrows + row];

			if (c->fault == BLOCK_FINE && fabs(c->f.rate - median) > NEIGHBOUR_TOLERANCE * median)
				c->fault = BLOCK_CLOCK;
		}
	}
}

static bool ran(const struct cell *c)
{
	return c->fault == BLOCK_FINE || c->fault == BLOCK_SHARED;
}

/* The slowest canary that an unshared core gives in the rows of one pool; 0 when nothing ran. */
static double canary_limit(const struct measurement *m, unsigned pool)
{
	auto_free double *canary = xcalloc(m->nrounds * m->nrows, sizeof(*canary));
	size_t n = 0;

	for (size_t i = 0; i < m->nrounds * m->nrows; i++)
		if (m->pool[i % m->nrows] == pool && ran(&m->cells[i]))
			canary[n++] = m->cells[i].f.canary;
	if (n == 0)
		return 0;
	gsl_sort(canary, 1, n);
	return gsl_stats_quantile_from_sorted_data(canary, 1, n, UNSHARED_QUANTILE) * SHARED_SLOWER;
}

double analyse_shared(struct measurement *m)
{
	size_t all = 0, shared = 0;

	for (unsigned pool = 0; pool < ANALYSE_POOLS; pool++) {
		double limit = canary_limit(m, pool);

		for (size_t i = 0; i < m->nrounds * m->nrows; i++) {
			struct cell *c = &m->cells[i];

			if (m->pool[i % m->nrows] != pool || !ran(c))
				continue;
			c->fault = c->f.canary > limit ? BLOCK_SHARED : BLOCK_FINE;
			shared += c->fault == BLOCK_SHARED;
			all++;
		}
	}
	return all ? (double)shared / (double)all : 0;
}

/* What is summarised of a pair of blocks. */
enum column { COLUMN_CYCLES, COLUMN_TICKS, COLUMN_USER, COLUMN_KERNEL, COLUMNS };

static double column_of(const struct block_figures *f, enum column c)
{
	const double v[COLUMNS] = {
		[COLUMN_CYCLES] = f->cycles,
		[COLUMN_TICKS] = f->ticks,
		[COLUMN_USER] = f->user,
		[COLUMN_KERNEL] = f->kernel,
	};
	return v[c];
}

static bool fit(const struct cell *c, bool shared_too)
{
	return c->fault == BLOCK_FINE || (shared_too && c->fault == BLOCK_SHARED);
}

static bool pair_fit(const struct measurement *m, size_t round, size_t row, int minus, bool shared_too)
{
	return fit(cell_at(m, round, row), shared_too) &&
	       (minus < 0 || fit(cell_at(m, round, (size_t)minus), shared_too));
}

size_t analyse_pairs(const struct measurement *m, size_t row, int minus)
{
	size_t n = 0;

	for (size_t round = 0; round < m->nrounds; round++)
		n += pair_fit(m, round, row, minus, false);
	return n;
}

/* The paired differences of one column; returns how many. */
static size_t differences(const struct measurement *m, size_t row, int minus, bool shared_too, enum column c,
			  double *x, unsigned *group)
{
	size_t n = 0;

	for (size_t round = 0; round < m->nrounds; round++) {
		const struct cell *a = cell_at(m, round, row);
		const struct cell *b = minus < 0 ? NULL : cell_at(m, round, (size_t)minus);

		if (!pair_fit(m, round, row, minus, shared_too))
			continue;
		group[n] = m->group[round];
		x[n++] = column_of(&a->f, c) - (b ? column_of(&b->f, c) : 0);
	}
	return n;
}

/* Blocks that agree with each other do not agree about what they all have wrong. */
static struct interval widened(struct interval iv, double value, double scale_error)
{
	return (struct interval){iv.lo - fabs(value) * scale_error, iv.hi + fabs(value) * scale_error};
}

/* ---- the mean ---- */

static bool own_time(const struct cell *c)
{
	return c->fault == BLOCK_FINE || c->fault == BLOCK_SHARED || c->fault == BLOCK_CLOCK;
}

/* What the blocks of a row have in common, and how long one of them takes. */
struct usual {
	double fixed;  /* ticks per iteration */
	double length; /* ticks of both loops */
};

static double length_of(const struct cell *c)
{
	return c->f.both * 3 * c->n;
}

static struct usual usual_of(const struct measurement *m, size_t row)
{
	auto_free double *fixed = xcalloc(m->nrounds, sizeof(*fixed));
	auto_free double *length = xcalloc(m->nrounds, sizeof(*length));
	size_t n = 0;

	for (size_t round = 0; round < m->nrounds; round++) {
		const struct cell *c = cell_at(m, round, row);

		if (!own_time(c))
			continue;
		fixed[n] = c->f.fixed;
		length[n++] = length_of(c);
	}
	return (struct usual){stats_median(fixed, n), stats_median(length, n)};
}

static bool fit_for_mean(const struct measurement *m, const struct cell *c, const struct usual *u)
{
	return own_time(c) && (!(m->tsc_hz > 0) || length_of(c) <= u->length + HELD_UP * m->tsc_hz);
}

/*
 * The mean over both loops of all blocks, fixed costs taken off. The slopes
 * would have the same mean, but where entries differ as much as they do with
 * interrupts in between its error would be three times as large.
 */
static void add_mean(const struct measurement *m, size_t row, int minus, struct cost_row *out)
{
	auto_free double *x = xcalloc(m->nrounds, sizeof(*x));
	auto_free unsigned *group = xcalloc(m->nrounds, sizeof(*group));
	struct usual own = usual_of(m, row), other = {0};
	struct summary s;
	size_t n = 0;

	if (minus >= 0)
		other = usual_of(m, (size_t)minus);
	for (size_t round = 0; round < m->nrounds; round++) {
		const struct cell *a = cell_at(m, round, row);
		const struct cell *b = minus < 0 ? NULL : cell_at(m, round, (size_t)minus);

		if (!fit_for_mean(m, a, &own) || (b && !fit_for_mean(m, b, &other)))
			continue;
		group[n] = m->group[round];
		x[n++] = a->f.both - own.fixed - (b ? b->f.both - other.fixed : 0);
	}
	if (stats_summary(STATISTIC_MEAN, x, group, n, RESAMPLES, &s) < 0 || !(s.value > 0))
		return;

	/* Time becomes cycles as it did for the median. */
	double rate = out->cycles / out->ticks;
	out->has_mean = true;
	out->mean_cycles = s.value * rate;
	out->mean_ci95 = widened((struct interval){s.ci95.lo * rate, s.ci95.hi * rate}, out->mean_cycles,
				 m->scale_error);
}

void analyse_row(const struct measurement *m, size_t row, int minus, struct cost_row *out)
{
	auto_free double *x = xcalloc(m->nrounds, sizeof(*x));
	auto_free unsigned *group = xcalloc(m->nrounds, sizeof(*group));
	struct summary s;

	/* A busier price is better than none. */
	bool shared_too = analyse_pairs(m, row, minus) < FEW_PAIRS;
	size_t n = differences(m, row, minus, shared_too, COLUMN_CYCLES, x, group);
	out->samples = n;
	out->dropped = m->nrounds - n;
	if (stats_summary(STATISTIC_MEDIAN, x, group, n, RESAMPLES, &s) < 0) {
		out->skipped = xasprintf("only %zu of %zu blocks ran undisturbed", n, m->nrounds);
		return;
	}
	out->cycles = s.value;
	out->ci95 = widened(s.ci95, s.value, m->scale_error);

	/* Each column's own median: the differences of two columns need not agree on a middle one. */
	out->ticks = stats_median(x, differences(m, row, minus, shared_too, COLUMN_TICKS, x, group));
	out->ns = m->tsc_hz > 0 ? out->ticks / m->tsc_hz * 1e9 : 0;
	if (out->ci95.lo > 0 && out->ticks > 0)
		add_mean(m, row, minus, out);
	out->split = m->pmu;
	if (m->pmu) {
		out->user_cycles = stats_median(x, differences(m, row, minus, shared_too, COLUMN_USER, x, group));
		out->kernel_cycles = stats_median(x, differences(m, row, minus, shared_too, COLUMN_KERNEL, x, group));
	}
}

double analyse_core_hz(const struct measurement *m)
{
	auto_free double *rates = xcalloc(m->nrounds * m->nrows, sizeof(*rates));
	size_t n = 0;

	for (size_t i = 0; i < m->nrounds * m->nrows; i++)
		if (m->cells[i].fault == BLOCK_FINE)
			rates[n++] = m->cells[i].f.rate;
	return n ? stats_median(rates, n) * m->tsc_hz : 0;
}
