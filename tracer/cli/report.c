/* SPDX-License-Identifier: MIT */
/* The report command: a saved trace, rendered again. */
#include "cli/command.h"
#include "cli/emit.h"
#include "cli/pricing.h"
#include "store/trace.h"

#include <errno.h>
#include <string.h>

int report_run(const struct config *cfg)
{
	struct trace trace;
	struct err err = {0};
	int r = trace_load_file(cfg->operands[0], &trace, &err);

	if (r < 0) {
		diag("cannot show the saved trace: %s", err.text);
		return EXIT_TROUBLE;
	}
	/* The run's own prices are not kept: it is priced anew, for any machine that is asked for. */
	struct pricing pricing;
	struct estimate estimate;

	pricing_open_saved(cfg, &trace.host, &pricing);
	bool priced = pricing_estimate(&pricing, &trace, trace.cpu_untraced > 0 ? trace.cpu_untraced : -1,
				      &estimate);
	FILE *out = emit_open(cfg->output, stdout, &err);

	r = out ? emit_report(cfg, out, &trace, priced ? &estimate : NULL, &err) : err.code;
	if (out && out != stdout && fclose(out) != 0 && r == 0)
		r = err_set(&err, -errno, "cannot write the report to %s: %s", cfg->output, strerror(errno));
	if (r < 0)
		diag("%s", err.text);
	if (priced)
		estimate_fini(&estimate);
	pricing_close(&pricing);
	trace_fini(&trace);
	return r < 0 ? EXIT_TROUBLE : 0;
}
