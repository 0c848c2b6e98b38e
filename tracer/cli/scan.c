/* SPDX-License-Identifier: MIT */
/* The scan command: who needs 32-bit support, told from files. */
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/command.h"
#include "scan/scan.h"

#include <inttypes.h>

int scan_run(const struct config *cfg)
{
	struct scan_order order = {.paths = cfg->operands, .npaths = cfg->noperands};
	struct scan_result r;
	struct err err = {0};

	if (scan(&order, &r, &err) < 0) {
		diag("%s", err.text);
		return EXIT_TROUBLE;
	}
	for (size_t i = 0; i < r.nfiles; i++)
		if (r.files[i].verdict != NEEDS_NO)
		printf("%s %s%s%s: %s\n", scan_verdict_name[r.files[i].verdict], r.files[i].path,
		       r.files[i].member ? "!" : "", r.files[i].member ? r.files[i].member : "", r.files[i].why);
	printf("%lu files, %lu read, %lu bytes of code\n", r.counts.files, r.counts.read, r.code_bytes);
	scan_result_fini(&r);
	return 0;
}
