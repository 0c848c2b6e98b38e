/* SPDX-License-Identifier: MIT */
/* Functions, and the "stacks" of a site in the JSON: [{entries, samples, end, frames [{kind, ...}]}]. */
#ifndef ET_STORE_STACKS_H
#define ET_STORE_STACKS_H

#include "base/json.h"
#include "model/trace.h"

/*
 * "function" and "function_offset": the name, and the distance from its start
 * where only a symbol is known, of "name+0x1c". Older files have both in one.
 */
void json_put_function(json_t *o, const char *function);
/* In one again; the caller frees it. NULL when unknown. */
char *json_load_function(struct json_reader *r, const json_t *o, const char *where);

json_t *json_stacks(const struct site *s);

/* Reads them back into s, whose entries are known. A site without the key has none. */
void json_load_stacks(struct json_reader *r, const json_t *site, const char *where, struct site *s);

#endif
