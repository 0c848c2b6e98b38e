/* SPDX-License-Identifier: MIT */
/*
 * The doorway to Jansson: making values that cannot fail, and reading ones that
 * a stranger wrote. A reader keeps its first fault; after it all reads return
 * zeroes, so that a loader reads on and looks once at its end.
 */
#ifndef ET_BASE_JSON_H
#define ET_BASE_JSON_H

#include "base/err.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- making ---- */

/* A string, with bytes that are no UTF-8 spelt out as \xNN; NULL gives null. */
json_t *json_text(const char *s);
/* "0x1f" */
json_t *json_hex(uint64_t v);
/* A count; null if it is beyond what JSON integers carry here (2^63). */
json_t *json_count(uint64_t v);
/* A real; null if it is not finite. */
json_t *json_figure(double v);
/* Sets and takes over value, which may be NULL for null; running out of memory ends the process. */
void json_put(json_t *object, const char *key, json_t *value);
void json_add(json_t *array, json_t *value);

/* Writes root, indented, and a newline. Write errors stay on out. */
void json_write(FILE *out, const json_t *root);
/* The same on one line. */
void json_write_line(FILE *out, const json_t *root);

/* ---- reading ---- */

struct json_reader {
	const char *name;   /* of the file, for the error */
	struct err *err;    /* may be NULL */
	bool failed;
};

/*
 * Parses text, size bytes; returns NULL with the fault in r->err. The root is
 * to be freed by json_decref().
 */
json_t *json_parse(struct json_reader *r, const char *text, size_t size);

/* Notes a fault in "NAME: WHAT" form, unless one is noted already. */
void json_fault(struct json_reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * Members of an object. where names the object in errors ("sites[3]"). The
 * plain ones fault when the member is missing or of another type; the opt_ ones
 * allow it to be missing or null.
 */
uint64_t json_get_count(struct json_reader *r, const json_t *o, const char *where, const char *key);
int64_t json_get_int(struct json_reader *r, const json_t *o, const char *where, const char *key,
		     int64_t min, int64_t max);
double json_get_figure(struct json_reader *r, const json_t *o, const char *where, const char *key);
uint64_t json_get_hex(struct json_reader *r, const json_t *o, const char *where, const char *key);
/* Borrowed from o; "" after a fault. */
const char *json_get_text(struct json_reader *r, const json_t *o, const char *where, const char *key);
const char *json_opt_text(struct json_reader *r, const json_t *o, const char *where, const char *key);
/* A copy that the caller frees; NULL when the member is missing or null, or after a fault. */
char *json_dup_text(struct json_reader *r, const json_t *o, const char *where, const char *key);
/* Borrowed; NULL after a fault (which json_array_size() and json_object_get() put up with). */
const json_t *json_get_array(struct json_reader *r, const json_t *o, const char *where, const char *key);
const json_t *json_get_object(struct json_reader *r, const json_t *o, const char *where, const char *key);

#endif
