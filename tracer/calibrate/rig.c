/* SPDX-License-Identifier: MIT */
#include "calibrate/rig.h"

#include "base/cleanup.h"

#include <errno.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <x86intrin.h>

#define MAX_ERRNO 4095
#define LEAST_N 2
#define MOST_N 100000

/* Iterations before the clock starts, so that caches and predictors know the loop. */
static uint32_t warm_up(uint32_t n)
{
	return n / 4 + 1;
}

static void give_up(struct rig_row *row, char *why)
{
	if (row->usable || !row->why) {
		free(row->why);
		row->why = why;
	} else {
		free(why);
	}
	row->usable = false;
}

static char *death(int r, int sig)
{
	if (r == -ETIMEDOUT)
		return xstrdup("does not come back");
	if (sig)
		return xasprintf("raises SIG%s here", sigabbrev_np(sig) ? sigabbrev_np(sig) : "?");
	return xstrdup("ends the program that runs it");
}

/* Does the last answer of a block look like that of a system call of this kind? */
static bool answers(const struct rig *rig, int32_t answer)
{
	bool real = (int32_t)rig->opt.nr[0] >= 0;

	/* A filter of a container may choose another errno than ENOSYS. */
	return real ? answer >= 0 : answer < 0 && answer >= -MAX_ERRNO;
}

static int start(struct rig *rig, enum loops_bits bits, struct err *err)
{
	int r = loops_start(&rig->program[bits], bits, &rig->opt, err);

	rig->running[bits] = r == 0;
	return r;
}

static void stop(struct rig *rig, enum loops_bits bits)
{
	if (rig->running[bits])
		loops_stop(&rig->program[bits]);
	rig->running[bits] = false;
}

/* ---- which rows run ---- */

/* Runs one row a few times; a row that kills the program costs it a new start. */
static int try_row(struct rig *rig, size_t i, struct err *err)
{
	const struct row_plan *plan = &row_plan[i];
	struct rig_row *row = &rig->rows[i];
	struct loops *l = &rig->program[plan->bits];
	int sig, r;

	row->index = loops_row(l, plan->name);
	if (row->index < 0)
		return err_set(err, -ENOENT, "the loop program has no row %s", plan->name);
	l->page->blocks[0] = (struct loop_block){.row = (uint32_t)row->index, .n = 1, .warm = 1};
	r = loops_run(l, 1, &sig);
	if (r < 0) {
		give_up(row, death(r, sig));
		stop(rig, plan->bits);
		return start(rig, plan->bits, err);
	}
	int32_t answer = l->page->blocks[0].answer;
	if (plan->enters && !answers(rig, answer))
		give_up(row, xasprintf("the kernel answers %d", answer));
	return 0;
}

static int try_rows(struct rig *rig, const char *vendor, struct err *err)
{
	for (size_t i = 0; i < nrow_plan; i++) {
		const struct row_plan *plan = &row_plan[i];
		struct rig_row *row = &rig->rows[i];
		const struct loops *l = &rig->program[plan->bits];
		bool vdso = strcmp(plan->name, "vdso") == 0;

		row->usable = true;
		if (rig->no_program[plan->bits])
			give_up(row, xstrdup(rig->no_program[plan->bits]));
		else if (plan->not_on && vendor && strcmp(plan->not_on, vendor) == 0)
			give_up(row, xstrdup(plan->why_not));
		else if (vdso && !l->page->vdso_call)
			give_up(row, xstrdup("the kernel gives 32-bit programs no vDSO"));
		if (!row->usable)
			continue;
		if (vdso)
			rig->vdso = loops_vdso_path(l->page);
		int r = try_row(rig, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int rig_open(struct rig *rig, const struct loops_options *opt, const char *vendor, struct err *err)
{
	unsigned failures = 0;
	struct err why;
	int r = 0;

	*rig = (struct rig){.opt = *opt, .vdso = PATH_UNKNOWN};
	rig->rows = xcalloc(nrow_plan, sizeof(*rig->rows));
	rig->rng = gsl_rng_alloc(gsl_rng_taus2);
	if (!rig->rng)
		return err_set(err, -ENOMEM, "out of memory");
	gsl_rng_set(rig->rng, (unsigned long)__rdtsc());
	for (unsigned bits = 0; bits < LOOPS_PROGRAMS; bits++) {
		r = start(rig, bits, &why);
		if (r < 0) {
			rig->no_program[bits] = xstrdup(why.text);
			failures++;
		}
	}
	r = failures == LOOPS_PROGRAMS ? err_set(err, r, "%s", why.text) : try_rows(rig, vendor, err);
	if (r < 0)
		rig_close(rig);
	return r;
}

void rig_close(struct rig *rig)
{
	for (unsigned bits = 0; bits < LOOPS_PROGRAMS; bits++) {
		stop(rig, bits);
		free(rig->no_program[bits]);
	}
	for (size_t i = 0; rig->rows && i < nrow_plan; i++)
		free(rig->rows[i].why);
	free(rig->rows);
	if (rig->rng)
		gsl_rng_free(rig->rng);
	*rig = (struct rig){0};
}

int rig_restart(struct rig *rig, struct err *err)
{
	int r = 0;

	for (unsigned bits = 0; bits < LOOPS_PROGRAMS && r == 0; bits++) {
		stop(rig, bits);
		if (!rig->no_program[bits])
			r = start(rig, bits, err);
	}
	return r;
}

/* ---- a round ---- */

/* A block takes warm + n + 2n iterations. */
static void resize(struct rig_row *row, const struct loop_block *b, double block_ticks)
{
	double each = (double)(int64_t)(b->stamp[STAMP_2N_END] - b->stamp[STAMP_2N]) / (2.0 * b->n);
	double n = each > 0 ? block_ticks / (3.25 * each) : MOST_N;

	/*
	 * The first block is all overhead: approach in steps, and upwards only. One
	 * that was disturbed would make all others short, and a short block has
	 * another median where entries differ much.
	 */
	n = fmin(n, 64.0 * b->n);
	row->n = (uint32_t)fmax(fmax(LEAST_N, row->n), fmin(MOST_N, n));
}

/* The usable rows of one program, shuffled; returns how many. */
static size_t order(struct rig *rig, enum loops_bits bits, size_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < nrow_plan; i++)
		if (row_plan[i].bits == bits && rig->rows[i].usable)
			out[n++] = i;
	if (n)
		gsl_ran_shuffle(rig->rng, out, n, sizeof(*out));
	return n;
}

static int run_program(struct rig *rig, enum loops_bits bits, double block_ticks, struct loop_block *blocks,
		       struct err *err)
{
	struct loops *l = &rig->program[bits];
	auto_free size_t *rows = xcalloc(nrow_plan, sizeof(*rows));
	size_t n = order(rig, bits, rows);
	int sig, r;

	if (n == 0 || !rig->running[bits])
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct rig_row *row = &rig->rows[rows[i]];

		row->n = row->n ? row->n : LEAST_N;
		l->page->blocks[i] = (struct loop_block){
			.row = (uint32_t)row->index, .n = row->n, .warm = warm_up(row->n),
		};
	}
	r = loops_run(l, (uint32_t)n, &sig);
	if (r < 0) {
		size_t done = l->page->done < n ? l->page->done : n - 1;

		/* It ran before: once may be somebody else's doing. */
		if (++rig->rows[rows[done]].deaths > 1)
			give_up(&rig->rows[rows[done]], death(r, sig));
		stop(rig, bits);
		return start(rig, bits, err);
	}
	for (size_t i = 0; i < n; i++) {
		blocks[rows[i]] = l->page->blocks[i];
		if (block_ticks > 0)
			resize(&rig->rows[rows[i]], &l->page->blocks[i], block_ticks);
	}
	return 0;
}

int rig_round(struct rig *rig, double block_ticks, struct loop_block *blocks, struct err *err)
{
	enum loops_bits first = gsl_rng_uniform_int(rig->rng, LOOPS_PROGRAMS) ? LOOPS_64 : LOOPS_32;

	memset(blocks, 0, nrow_plan * sizeof(*blocks));
	int r = run_program(rig, first, block_ticks, blocks, err);
	return r < 0 ? r : run_program(rig, first == LOOPS_32 ? LOOPS_64 : LOOPS_32, block_ticks, blocks, err);
}
