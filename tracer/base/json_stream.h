/* SPDX-License-Identifier: MIT */
/*
 * JSON objects too large to be held whole: written and read member by member,
 * and their long arrays item by item. Each piece is Jansson's; only what stands
 * between the pieces is handled here.
 */
#ifndef ET_BASE_JSON_STREAM_H
#define ET_BASE_JSON_STREAM_H

#include "base/json.h"

#include <stdio.h>

/* ---- writing: the result is what json_write() would make of the whole ---- */

struct json_out {
	FILE *out;
	bool members, items; /* one was written already */
};

void json_out_open(struct json_out *o, FILE *out);
/* Takes value over, which may be NULL for null. */
void json_out_put(struct json_out *o, const char *key, json_t *value);
/* An array as the next member: items follow, then its end. */
void json_out_array(struct json_out *o, const char *key);
void json_out_item(struct json_out *o, json_t *value);
void json_out_array_end(struct json_out *o);
void json_out_close(struct json_out *o);

/* ---- reading ---- */

struct json_in {
	struct json_reader *r; /* keeps the first fault */
	FILE *f;
	unsigned line;
	char *key;             /* of the current member */
	char **seen;           /* keys so far */
	size_t nseen;
	char *text;            /* of the piece that was read last */
	size_t size, room;
};

/* f stays the caller's. A fault is noted where it holds no object. */
void json_in_open(struct json_in *in, FILE *f, struct json_reader *r);
/* The key of the next member, whose value is to be read next; NULL at the end, or after a fault. */
const char *json_in_next(struct json_in *in);
/* The value, to be freed with json_decref(); NULL after a fault. */
json_t *json_in_value(struct json_in *in);
/*
 * The value as an array, item by item: *first is to be true at the first call.
 * NULL behind the last one, or after a fault.
 */
json_t *json_in_item(struct json_in *in, bool *first);
/* Only blanks may follow the object. Frees what in holds. */
void json_in_close(struct json_in *in);

#endif
