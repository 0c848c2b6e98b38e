/* SPDX-License-Identifier: MIT */
/* The "stacks" of a site in the JSON: [{entries, samples, end, frames [{kind, ...}]}]. */
#ifndef ET_STORE_STACKS_H
#define ET_STORE_STACKS_H

#include "base/json.h"
#include "model/trace.h"

json_t *json_stacks(const struct site *s);

/* Reads them back into s, whose entries are known. A site without the key has none. */
void json_load_stacks(struct json_reader *r, const json_t *site, const char *where, struct site *s);

#endif
