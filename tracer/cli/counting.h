/* SPDX-License-Identifier: MIT */
#ifndef ET_CLI_COUNTING_H
#define ET_CLI_COUNTING_H

#include "filter/filter.h"
#include "model/config.h"

/* Which entries need no stop: what the user wants counted in the program, and what not at all. */
void counting_choose(const struct config *cfg, struct filter_pass *pass);

#endif
