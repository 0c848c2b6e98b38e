/* SPDX-License-Identifier: MIT */
#include "calibrate/calibrate.h"

#include "base/cleanup.h"
#include "base/monotonic.h"
#include "base/vec.h"
#include "calibrate/analyse.h"
#include "calibrate/clock.h"
#include "calibrate/pmu.h"
#include "calibrate/rig.h"
#include "model/fingerprint.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Rounds of the clock chain: 15,000 cycles, so that a pair of stamps weighs less than 1 %. */
#define CHAIN_ROUNDS 80
/* Cycles at a chain's ends that are not its own: the call, and the branch behind the last round. */
#define CHAIN_ENDS 24.0
/*
 * A hypervisor moves its guest's CPUs between cores. Rows were seen to keep one
 * level throughout a run, all starts alike, and another one 0.5 % off in a run a
 * minute later: what a single run cannot see of itself, as a share.
 */
#define GUEST_MOVES 0.005

/*
 * How long one block may take, in seconds. It is the same for every effort: the
 * median of a skewed distribution depends on how many entries a block averages,
 * and a longer run must not measure another thing, only the same more often.
 */
#define BLOCK 80e-6

/* How long to measure, in seconds, and how many starts. */
static const struct plan {
	double seconds;
	unsigned starts;
	double at_most; /* on a busy machine, where undisturbed blocks are rare */
} plans[] = {
	[EFFORT_QUICK] = {0.35, 5, 1.0},
	[EFFORT_DEFAULT] = {1.4, 12, 1.8},
	[EFFORT_PRECISE] = {10, 40, 20},
};

/* Each start measures at least this often; all together so often, however slow the machine. */
#define LEAST_ROUNDS 2
#define LEAST_IN_ALL 12
#define SIZING_ROUNDS 4

/* On a busy machine the last start goes on until each row has so many pairs; looked at now and then. */
#define ENOUGH_PAIRS 24
#define LOOK_EVERY 8

/* Above this share of blocks lost to a shared core the reader is told. */
#define MUCH_SHARED 0.5

static double now(void)
{
	return (double)monotonic_ns() * 1e-9;
}

/* ---- what stands in the way ---- */

/* The number behind "KEY:" in /proc/self/status; 0 when it is not there. */
static long own_status(const char *key)
{
	auto_fclose FILE *f = fopen("/proc/self/status", "re");
	size_t len = strlen(key);
	char line[256];

	while (f && fgets(line, sizeof(line), f))
		if (strncmp(line, key, len) == 0 && line[len] == ':')
			return strtol(line + len + 1, NULL, 10);
	return 0;
}

/* Adds a sentence to the note of the table. */
static void note(struct cost_table *t, char *sentence)
{
	if (t->note && sentence) {
		char *both = xasprintf("%s; %s", t->note, sentence);

		free(t->note);
		free(sentence);
		t->note = both;
	} else if (sentence) {
		t->note = sentence;
	}
}

static void note_clock(struct cost_table *t, bool steady)
{
	auto_fclose FILE *f = fopen("/sys/devices/system/clocksource/clocksource0/available_clocksource", "re");
	char line[256] = "";

	if (f && fgets(line, sizeof(line), f) && clock_distrusted(line))
		note(t, xstrdup("the kernel does not trust this machine's TSC: the figures may be off"));
	else if (!steady)
		note(t, xstrdup("the TSC ran unsteadily against the kernel's clock: the figures may be off"));
}

/* ---- measuring ---- */

struct session {
	const struct calibrate_options *opt;
	const struct plan *plan;
	struct rig rig;
	struct measurement m;
	struct clock_point *points;
	size_t npoints;
	double began;
	char *trouble; /* with the PMU, a sentence for the note */
};

static void tell(const struct session *s)
{
	if (s->opt->progress)
		s->opt->progress(s->opt->ctx, fmin(1, (now() - s->began) / s->plan->seconds));
}

static void add_point(struct session *s)
{
	*vec_push(s->points, s->npoints) = clock_now();
}

static void add_round(struct session *s, unsigned group, const struct loop_block *blocks)
{
	struct measurement *m = &s->m;
	size_t groups = m->nrounds;

	*vec_push(m->group, groups) = group;
	/* One row of cells per round, grown as vec_push would. */
	if ((m->nrounds & (m->nrounds - 1)) == 0)
		m->cells = xrealloc(m->cells, (m->nrounds ? 2 * m->nrounds : 1) * m->nrows, sizeof(*m->cells));
	for (size_t i = 0; i < m->nrows; i++) {
		struct cell *c = &m->cells[m->nrounds * m->nrows + i];

		*c = (struct cell){0};
		c->n = blocks[i].n;
		c->fault = block_figure(&blocks[i], s->rig.opt.chain, m->pmu, &c->f);
	}
	m->nrounds++;
}

/*
 * Finds blocks of a suitable length for each row, in a few steps; and whether
 * the counters count. A group that cannot have them all the time is no use.
 */
static int size_blocks(struct session *s, bool *counts, struct err *err)
{
	auto_free struct loop_block *blocks = xcalloc(nrow_plan, sizeof(*blocks));
	struct clock_point a = clock_now();
	struct block_figures f;
	int r = 0;

	*counts = false;
	for (int i = 0; i < SIZING_ROUNDS && r == 0; i++) {
		struct clock_point b = clock_now();
		bool steady;
		double hz = clock_rate((struct clock_point[]){a, b}, 2, &steady);

		/* A coarse rate will do for the length of blocks: 2 GHz to begin with. */
		r = rig_round(&s->rig, BLOCK * (hz > 0 && i ? hz : 2e9), blocks, err);
		for (size_t k = 0; k < nrow_plan; k++)
			*counts |= s->m.pmu && block_figure(&blocks[k], s->rig.opt.chain, true, &f) == BLOCK_FINE;
	}
	return r;
}

/* Does every row that runs here have enough undisturbed pairs? */
static bool enough(struct session *s)
{
	analyse_shared(&s->m);
	for (size_t i = 0; i < nrow_plan; i++)
		if (s->rig.rows[i].usable &&
		    analyse_pairs(&s->m, i, row_plan[i].minus ? row_plan_find(row_plan[i].minus) : -1) < ENOUGH_PAIRS)
			return false;
	return true;
}

static int keep_round(struct session *s, unsigned start, struct loop_block *blocks, struct err *err)
{
	int r = rig_round(&s->rig, 0, blocks, err);

	if (r == 0)
		add_round(s, start, blocks);
	return r;
}

static int measure(struct session *s, struct err *err)
{
	auto_free struct loop_block *blocks = xcalloc(nrow_plan, sizeof(*blocks));
	bool counts;
	int r = size_blocks(s, &counts, err);

	if (s->m.pmu && !counts) {
		s->m.pmu = false;
		s->rig.opt.open_pmu = NULL;
		s->trouble = xstrdup("the performance counters do not count all the time: cycles are estimated "
				     "from the TSC");
	}
	add_point(s);
	for (unsigned start = 0; start < s->plan->starts && r == 0; start++) {
		double until = s->began + s->plan->seconds * (start + 1) / s->plan->starts;

		if (now() > s->began + s->plan->at_most && s->m.nrounds >= LEAST_IN_ALL)
			break;
		r = rig_restart(&s->rig, err);
		/* The first round meets cold caches and is not kept. */
		if (r == 0)
			r = rig_round(&s->rig, 0, blocks, err);
		for (unsigned k = 0; r == 0 && (k < LEAST_ROUNDS || now() < until); k++)
			r = keep_round(s, start, blocks, err);
		add_point(s);
		tell(s);
	}
	while (r == 0 && now() < s->began + s->plan->at_most && !enough(s))
		for (unsigned k = 0; r == 0 && k < LOOK_EVERY; k++)
			r = keep_round(s, s->plan->starts - 1, blocks, err);
	return r;
}

/* ---- the table ---- */

static struct cost_row *new_row(struct cost_table *t, const char *id)
{
	struct cost_row *row = vec_push(t->rows, t->nrows);

	row->id = xstrdup(id);
	return row;
}

static void skip_row(struct cost_table *t, const char *id, char *why)
{
	new_row(t, id)->skipped = why;
}

/* The vDSO's ways that this kernel did not choose, and a path that is another's instruction. */
static void add_unmeasured(struct cost_table *t, enum entry_path vdso)
{
	static const enum entry_path ways[] = {PATH_VDSO_SYSENTER, PATH_VDSO_SYSCALL, PATH_VDSO_INT80};

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (ways[i] == vdso)
			continue;
		skip_row(t, entry_path_info[ways[i]].id,
			 ways[i] == PATH_VDSO_INT80 ? xstrdup("priced as int80, the same instruction") :
			 vdso == PATH_UNKNOWN ? xstrdup("no vDSO entry was found") :
			 xasprintf("the vDSO uses %s here", entry_path_info[vdso].instruction));
	}
	skip_row(t, entry_path_info[PATH_RESTART].id, xstrdup("priced as int80, the same instruction"));
}

static void add_rows(const struct session *s, struct cost_table *t)
{
	for (size_t i = 0; i < nrow_plan; i++) {
		const struct row_plan *plan = &row_plan[i];
		bool vdso = strcmp(plan->name, "vdso") == 0;

		if (vdso && s->rig.vdso == PATH_UNKNOWN)
			continue;
		struct cost_row *row = new_row(t, vdso ? entry_path_info[s->rig.vdso].id : plan->name);

		if (s->rig.rows[i].usable)
			analyse_row(&s->m, i, plan->minus ? row_plan_find(plan->minus) : -1, row);
		else
			row->skipped = xstrdup(s->rig.rows[i].why);
		/* A door that costs nothing is a failed measurement, never a price. */
		if (!row->skipped && plan->minus && strcmp(plan->name, "control") != 0 && !(row->cycles > 0))
			row->skipped = xstrdup("its price was lost in the noise");
	}
	add_unmeasured(t, s->rig.vdso);
}

static void describe(const struct session *s, struct cost_table *t)
{
	char taken[40];
	time_t seconds = time(NULL);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(taken, sizeof(taken), "%Y-%m-%dT%H:%M:%SZ", &tm);
	t->name = xstrdup("this machine");
	t->taken = xstrdup(taken);
	t->clock = xstrdup(s->m.pmu ? "pmu" : "tsc");
	t->call = xstrdup(s->opt->getppid ? "getppid" : "none");
	t->tsc_hz = s->m.tsc_hz;
	t->core_hz = analyse_core_hz(&s->m);
	if (s->opt->host)
		t->fingerprint = host_copy(s->opt->host);
}

/* The relative error that all blocks of this run have in common. */
static double common_error(const struct session *s)
{
	const char *hypervisor = s->opt->host ? host_fact(s->opt->host, "hypervisor") : NULL;
	bool guest = hypervisor && strcmp(hypervisor, "none") != 0;

	return (s->m.pmu ? 0 : CHAIN_ENDS / (CHAIN_ROUNDS * LOOP_CHAIN_CYCLES)) + (guest ? GUEST_MOVES : 0);
}

/* The last CPU that we may use: interrupts tend to go to the first ones. */
static int choose_cpu(void)
{
	cpu_set_t set;
	int cpu = -1;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		for (int i = 0; i < CPU_SETSIZE; i++)
			if (CPU_ISSET((unsigned)i, &set))
				cpu = i;
	return cpu;
}

int calibrate(const struct calibrate_options *opt, struct cost_table *out, struct err *err)
{
	struct loops_options loops = {
		.cpu = choose_cpu(),
		.chain = CHAIN_ROUNDS,
		/* i386, x86-64, x32: a number that does not exist, or getppid. */
		.nr = {~0u, ~0u, 0x4000ffff},
		.open_pmu = opt->open_pmu ? opt->open_pmu : pmu_open,
		.ctx = opt->pmu_ctx,
	};
	struct session s = {.opt = opt, .plan = &plans[opt->effort], .began = now()};
	auto_free unsigned char *pool = xcalloc(nrow_plan, sizeof(*pool));
	int pmu;

	for (size_t i = 0; i < nrow_plan; i++)
		pool[i] = (unsigned char)row_plan[i].bits;
	*out = (struct cost_table){0};
	if (own_status("TracerPid"))
		return err_set(err, -EBUSY, "cannot calibrate: entrytrace itself is being traced");
	if (opt->getppid)
		memcpy(loops.nr, (uint32_t[]){64, 110, 0x4000006e}, sizeof(loops.nr));
	s.trouble = pmu_trouble(loops.open_pmu, loops.ctx, &pmu);
	if (!pmu)
		loops.open_pmu = NULL;

	struct err why;
	int r = rig_open(&s.rig, &loops, opt->host ? host_fact(opt->host, "vendor") : NULL, &why);
	s.m.nrows = nrow_plan;
	s.m.pool = pool;
	s.m.pmu = pmu;
	if (r == 0)
		r = measure(&s, &why);
	if (r == 0) {
		bool steady;

		s.m.scale_error = common_error(&s);
		s.m.tsc_hz = clock_rate(s.points, s.npoints, &steady);
		analyse_neighbours(&s.m);
		double shared = analyse_shared(&s.m);
		describe(&s, out);
		add_rows(&s, out);
		note(out, s.trouble);
		s.trouble = NULL;
		if (own_status("Seccomp"))
			note(out, xstrdup("measured under a seccomp filter: each price includes it"));
		note_clock(out, steady);
		if (shared > MUCH_SHARED)
			note(out, xasprintf("the core was shared with other work %.0f %% of the time: "
					    "better repeat it on a quieter machine", shared * 100));
	} else {
		err_set(err, r, "cannot calibrate: %s", why.text);
	}
	free(s.trouble);
	rig_close(&s.rig);
	free(s.points);
	free(s.m.cells);
	free(s.m.group);
	return r;
}
