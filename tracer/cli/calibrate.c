/* SPDX-License-Identifier: MIT */
/* The calibrate command: measure, keep, show; or only show a table. */
#include "calibrate/calibrate.h"

#include "base/cleanup.h"
#include "store/table.h"
#include "cli/command.h"
#include "cli/emit.h"
#include "cli/pricing.h"
#include "host/host.h"
#include "launch/spawn.h"
#include "report/calibration.h"

#include <errno.h>
#include <string.h>

static int measure(const struct config *cfg, struct cost_table *table, struct err *err)
{
	struct host host;

	host_read(&host);
	int r = pricing_measure(cfg, cfg->effort, &host, table, err);
	host_fini(&host);
	return r;
}

/* A table of getppid calls is for looking at: the kept one prices what entering costs. */
static void keep(const struct config *cfg, const struct cost_table *table)
{
	struct err err;

	if (cfg->call == CALL_NONE && cost_table_keep(table, &err) < 0)
		diag("%s", err.text);
}

static int show(const struct config *cfg, FILE *out, const struct cost_table *table, struct err *err)
{
	errno = 0;
	if (strcmp(cfg->format, "json") == 0) {
		cost_table_write(out, table);
	} else {
		struct report_style style = emit_style(cfg, out);
		struct cost_table skylake;

		cost_table_built_in(COST_TABLE_SKYLAKE, &skylake);
		calibration_text(out, table, table->built_in ? NULL : &skylake, &style);
		cost_table_fini(&skylake);
	}
	return emit_flush(out, cfg->output, err);
}

int calibrate_run(const struct config *cfg)
{
	struct cost_table table = {0};
	struct err err = {0};
	struct inherited in;
	int r = 0;

	inherited_set_aside(&in);
	if (strcmp(cfg->format, "text") != 0 && strcmp(cfg->format, "json") != 0) {
		diag("calibrate writes text or json, not %s", cfg->format);
		return EXIT_TROUBLE;
	}
	FILE *out = emit_open(cfg->output, stdout, &err);

	if (!out)
		r = err.code;
	else if (cfg->calibration)
		r = cost_table_load(cfg->calibration, &table, &err);
	else if ((r = measure(cfg, &table, &err)) == 0)
		keep(cfg, &table);
	if (r == 0)
		r = show(cfg, out, &table, &err);
	if (out && out != stdout && fclose(out) != 0 && r == 0)
		r = err_set(&err, -errno, "cannot write the report to %s: %s", cfg->output, strerror(errno));
	if (r < 0)
		diag("%s", err.text);
	cost_table_fini(&table);
	return r < 0 ? EXIT_TROUBLE : 0;
}
