/* SPDX-License-Identifier: MIT */
/* What --fail-if asked for, checked at the end. */
#ifndef ET_CLI_GATES_H
#define ET_CLI_GATES_H

#include "model/config.h"
#include "model/cost.h"
#include "model/trace.h"
#include "report/compare.h"

/*
 * Says on standard error, a line each, which conditions hold or cannot be told.
 * Returns 0 when none does, EXIT_GATE when one holds, EXIT_TROUBLE when one
 * cannot be told. compare is NULL where there is one trace only.
 */
int gates_check(const struct config *cfg, const struct trace *trace, const struct estimate *estimate,
		const struct comparison *compare);

#endif
