/* SPDX-License-Identifier: MIT */
/* The report command: saved traces, rendered again. */
#include "cli/command.h"
#include "cli/emit.h"
#include "cli/gates.h"
#include "cli/saved.h"

#include <errno.h>
#include <string.h>

int report_run(const struct config *cfg)
{
	struct saved saved;
	struct err err = {0};
	int status = 0;
	int r = saved_open(cfg, cfg->operands, cfg->noperands, &saved, &err);

	if (r < 0) {
		diag("cannot show the saved trace: %s", err.text);
		return EXIT_TROUBLE;
	}
	FILE *out = emit_open(cfg->output, stdout, &err);

	r = out ? emit_report(cfg, out, &saved.trace, saved.priced ? &saved.estimate : NULL, &err) : err.code;
	if (out && out != stdout && fclose(out) != 0 && r == 0)
		r = err_set(&err, -errno, "cannot write the report to %s: %s", cfg->output, strerror(errno));
	if (r < 0)
		diag("%s", err.text);
	else
		status = gates_check(cfg, &saved.trace, saved.priced ? &saved.estimate : NULL, NULL);
	saved_close(&saved);
	return r < 0 ? EXIT_TROUBLE : status;
}
