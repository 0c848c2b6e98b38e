/* SPDX-License-Identifier: MIT */
#include "cli/gates.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "report/gate.h"

int gates_check(const struct config *cfg, const struct trace *trace, const struct estimate *estimate,
		const struct comparison *compare)
{
	int status = 0;

	for (size_t i = 0; i < cfg->nfail_if; i++) {
		struct err err = {0};
		auto_free char *why = NULL;
		int r = gate_holds(cfg->fail_if[i], trace, estimate, compare, &why, &err);

		if (r > 0)
			diag("--fail-if %s: %s", cfg->fail_if[i], why);
		else if (r < 0)
			diag("--fail-if: %s", err.text);
		if (r < 0)
			status = EXIT_TROUBLE;
		else if (r > 0 && !status)
			status = EXIT_GATE;
	}
	return status;
}
