/* SPDX-License-Identifier: MIT */
#include "cli/pricing.h"

#include "calibrate/calibrate.h"
#include "store/table.h"
#include "estimate/estimate.h"
#include "host/host.h"
#include "model/fingerprint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- measuring, with a line that tells how far it is ---- */

static void show_progress(void *ctx, double done)
{
	(void)ctx;
	dprintf(STDERR_FILENO, "\r\033[Kentrytrace: measuring what kernel entries cost here: %.0f %%", done * 100);
}

int pricing_measure(const struct config *cfg, enum effort effort, const struct host *host,
		    struct cost_table *out, struct err *err)
{
	bool line = cfg->progress == PROGRESS_YES || (cfg->progress == PROGRESS_AUTO && isatty(STDERR_FILENO));
	struct calibrate_options opt = {
		.effort = effort,
		.getppid = cfg->command == CMD_CALIBRATE && cfg->call == CALL_GETPPID,
		.host = host,
		.progress = line ? show_progress : NULL,
	};
	int r = calibrate(&opt, out, err);

	if (line)
		dprintf(STDERR_FILENO, "\r\033[K");
	return r;
}

/* ---- which table ---- */

static int load_named(const struct config *cfg, struct pricing *p, struct err *err)
{
	struct err why;
	int r = cost_table_load(cfg->calibration, &p->table, &why);

	if (r < 0)
		return err_set(err, r, "no prices: %s; built in is " COST_TABLE_SKYLAKE, why.text);
	p->have = true;
	char *differs = p->table.built_in ? NULL : host_difference(&p->table.fingerprint, &p->host);

	if (differs)
		diag("%s is not of the machine that the trace is of: %s", cfg->calibration, differs);
	free(differs);
	return 0;
}

static void measure_now(const struct config *cfg, struct pricing *p)
{
	struct err err;

	if (pricing_measure(cfg, EFFORT_QUICK, &p->host, &p->table, &err) < 0) {
		diag("no prices: %s", err.text);
		p->why = xstrdup(err.text);
		return;
	}
	p->have = true;
	if (cost_table_keep(&p->table, &err) < 0)
		diag("%s", err.text);
}

/* The kept table of p->host, if any is wanted. Or why there is none. */
static int find_kept(const struct config *cfg, struct pricing *p, struct err *err)
{
	int r = 0;

	if (cfg->estimate) {
		r = cost_table_find(&p->host, &p->table, err);
		p->have = r == 0;
	}
	return r;
}

int pricing_open(const struct config *cfg, struct pricing *p, struct err *err)
{
	struct err why;

	*p = (struct pricing){.wanted = cfg->estimate};
	host_read(&p->host);
	if (cfg->estimate && cfg->calibration)
		return load_named(cfg, p, err);
	int r = find_kept(cfg, p, &why);

	if (r < 0 && r != -ENOENT)
		diag("%s; measuring anew", why.text);
	if (r < 0)
		measure_now(cfg, p);
	return 0;
}

int pricing_open_saved(const struct config *cfg, const struct trace *trace, struct pricing *p, struct err *err)
{
	struct err why;

	*p = (struct pricing){.host = host_copy(&trace->host), .wanted = cfg->estimate};
	if (cfg->estimate && cfg->calibration)
		return load_named(cfg, p, err);
	if (cfg->estimate && trace->prices) {
		p->have = true;
		p->of_trace = trace->prices;
		return 0;
	}
	int r = find_kept(cfg, p, &why);

	if (r == -ENOENT)
		p->why = xstrdup("the trace holds no prices, and no calibration of the machine that it is of is kept here: "
				 "calibrate there, or name a table with --calibration");
	else if (r < 0)
		p->why = xstrdup(why.text);
	return 0;
}

bool pricing_estimate(const struct pricing *p, const struct trace *trace, double baseline_cpu,
		      struct estimate *out)
{
	if (!p->wanted)
		return false;
	estimate_make(trace, p->of_trace ? p->of_trace : p->have ? &p->table : NULL, p->why, &p->host, baseline_cpu, out);
	out->of_trace = p->of_trace != NULL;
	return true;
}

void pricing_close(struct pricing *p)
{
	host_fini(&p->host);
	cost_table_fini(&p->table);
	free(p->why);
	*p = (struct pricing){0};
}
