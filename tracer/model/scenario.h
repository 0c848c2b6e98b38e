/* SPDX-License-Identifier: MIT */
/* What the scenarios of an estimate are called. */
#ifndef ET_MODEL_SCENARIO_H
#define ET_MODEL_SCENARIO_H

#include "model/cost.h"

struct scenario_info {
	const char *id;      /* stable, in the JSON */
	const char *meaning; /* a few words for people */
};

extern const struct scenario_info scenario_info[SCENARIOS];

#endif
