/* SPDX-License-Identifier: MIT */
/* Are two sets of facts about a host those of the same machine, set up the same way? Pure. */
#ifndef ET_MODEL_FINGERPRINT_H
#define ET_MODEL_FINGERPRINT_H

#include "base/json.h"
#include "model/trace.h"

#include <stdint.h>

/*
 * NULL when both have the same facts; else one clause that names the first
 * difference and how many more there are, which the caller frees.
 */
char *host_difference(const struct host *there, const struct host *here);

/* A number that equal hosts share (64-bit FNV-1a of the facts, in any order). */
uint64_t host_hash(const struct host *host);

/* A copy of its own. */
struct host host_copy(const struct host *host);

/* As traces and calibration tables hold it: a dot in a key opens an object, "mitigations.retbleed". */
json_t *fingerprint_json(const struct host *host);

#endif
