/* SPDX-License-Identifier: MIT */
#ifndef ET_CLI_SURVEY_SCOPE_H
#define ET_CLI_SURVEY_SCOPE_H

#include "base/err.h"
#include "kernel/engine.h"
#include "model/config.h"

/* Of whom the user wants to know: fills in opt's uid, control group and pattern. Returns 0 or a negative errno. */
int survey_scope(const struct config *cfg, struct kernel_options *opt, struct err *err);

#endif
