/* SPDX-License-Identifier: MIT */
/* A site as JSON, written and read back; and prices, which paths have as well. */
#ifndef ET_STORE_SITE_H
#define ET_STORE_SITE_H

#include "base/json.h"
#include "model/cost.h"
#include "model/trace.h"

/* null where it is not known */
json_t *json_priced(struct priced p);
/* [lo, hi] */
json_t *json_interval(struct priced p);
/* "cycles", "ci95", "added_cycles_per_entry" and "added_cycles"; cost may be NULL. */
void json_put_cost(json_t *o, const struct site_cost *cost);

/* cost may be NULL: then there are no prices. */
json_t *site_json(const struct site *s, const struct site_cost *cost);
/* Fills s, which is zeroed; its image is not checked. Faults stay in r. */
void site_load(struct json_reader *r, const json_t *o, const char *where, struct site *s);

#endif
