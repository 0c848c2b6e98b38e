/* SPDX-License-Identifier: MIT */
#ifndef ET_CLI_COUNTING_H
#define ET_CLI_COUNTING_H

#include "launch/filter.h"
#include "model/config.h"

/*
 * Which entries need no stop on this machine, if the user wants any counted in
 * place. Starts a small 32-bit program to look at its vDSO. Where pass stays
 * off though it was wanted, returns why, a clause for people; else NULL.
 */
const char *counting_choose(const struct config *cfg, struct filter_pass *pass);

#endif
