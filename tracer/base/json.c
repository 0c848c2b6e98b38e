/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *need(json_t *v)
{
	if (!v) {
		diag("out of memory");
		_exit(125);
	}
	return v;
}

json_t *json_text(const char *s)
{
	if (!s)
		return json_null();
	auto_free char *valid = text_valid(s);

	return need(json_string(valid));
}

json_t *json_hex(uint64_t v)
{
	char s[20];

	snprintf(s, sizeof(s), "0x%llx", (unsigned long long)v);
	return need(json_string(s));
}

json_t *json_count(uint64_t v)
{
	return v > INT64_MAX ? json_null() : need(json_integer((json_int_t)v));
}

json_t *json_figure(double v)
{
	return isfinite(v) ? need(json_real(v)) : json_null();
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value ? value : json_null()) != 0)
		need(NULL);
}

void json_add(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value ? value : json_null()) != 0)
		need(NULL);
}

/*
 * Jansson escapes what JSON wants escaped: U+0000 to U+001F. What else could
 * steer a terminal that the file is shown on, or reorder it, is in strings too,
 * and stands in them as \uXXXX, which says the same.
 */
static int put_piece(const char *piece, size_t n, void *ctx)
{
	FILE *out = ctx;

	for (size_t at = 0; at < n;) {
		char one[5] = {0};
		unsigned c = 0;
		size_t len;

		memcpy(one, piece + at, n - at < 4 ? n - at : 4);
		len = text_decode(one, &c);
		/* Line ends between values are Jansson's own. */
		if (len == 0 || c == '\n' || !text_unruly(c)) {
			len = len ? len : 1;
			fwrite(piece + at, 1, len, out);
		} else if (c > 0xffff) {
			fprintf(out, "\\u%04X\\u%04X", 0xd7c0 + (c >> 10), 0xdc00 + (c & 0x3ff));
		} else {
			fprintf(out, "\\u%04X", c);
		}
		at += len;
	}
	return ferror(out) ? -1 : 0;
}

void json_write(FILE *out, const json_t *root)
{
	/* Nine digits: a nanosecond in a second, a cycle in a billion. */
	json_dump_callback(root, put_piece, out, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	fputc('\n', out);
}

void json_write_line(FILE *out, const json_t *root)
{
	json_dumpf(root, out, JSON_COMPACT | JSON_REAL_PRECISION(9));
	fputc('\n', out);
}

void json_fault(struct json_reader *r, const char *fmt, ...)
{
	char what[256];
	va_list ap;

	if (r->failed)
		return;
	r->failed = true;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	auto_free char *clean = text_escape(what, true);
	auto_free char *name = text_escape(r->name, true);

	err_set(r->err, -EBADMSG, "%s: %s", name, clean);
}

json_t *json_parse(struct json_reader *r, const char *text, size_t size)
{
	json_error_t e;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &e);

	if (!root)
		json_fault(r, "line %d: not valid JSON: %s", e.line, e.text);
	return root;
}

/* The member, NULL with a fault noted if it is not there. */
static const json_t *member(struct json_reader *r, const json_t *o, const char *where, const char *key,
			    bool right_type(const json_t *), const char *type)
{
	const json_t *v = r->failed ? NULL : json_object_get(o, key);

	if (r->failed)
		return NULL;
	if (!v)
		json_fault(r, "%s%s%s is missing", where, *where ? "." : "", key);
	else if (!right_type(v))
		json_fault(r, "%s%s%s is not %s", where, *where ? "." : "", key, type);
	return r->failed ? NULL : v;
}

static bool is_integer(const json_t *v)
{
	return json_is_integer(v);
}

static bool is_count(const json_t *v)
{
	return json_is_integer(v) && json_integer_value(v) >= 0;
}

static bool is_number(const json_t *v)
{
	return json_is_number(v) && isfinite(json_number_value(v));
}

static bool is_text(const json_t *v)
{
	/* jansson refuses \u0000 unless asked, so that the length is strlen's. */
	return json_is_string(v);
}

static bool is_array(const json_t *v)
{
	return json_is_array(v);
}

static bool is_object(const json_t *v)
{
	return json_is_object(v);
}

uint64_t json_get_count(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const json_t *v = member(r, o, where, key, is_count, "a whole number");

	return v ? (uint64_t)json_integer_value(v) : 0;
}

int64_t json_get_int(struct json_reader *r, const json_t *o, const char *where, const char *key,
		     int64_t min, int64_t max)
{
	const json_t *v = member(r, o, where, key, is_integer, "a whole number");

	if (!v)
		return 0;
	if (json_integer_value(v) >= min && json_integer_value(v) <= max)
		return json_integer_value(v);
	json_fault(r, "%s%s%s is out of range", where, *where ? "." : "", key);
	return 0;
}

double json_get_figure(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const json_t *v = member(r, o, where, key, is_number, "a number");

	return v ? json_number_value(v) : 0;
}

uint64_t json_get_hex(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const char *s = json_get_text(r, o, where, key);
	char *end = NULL;

	if (r->failed)
		return 0;
	errno = 0;
	unsigned long long v = strtoull(s, &end, 16);
	if (strncmp(s, "0x", 2) != 0 || s[2] == '\0' || strspn(s + 2, "0123456789abcdef") != strlen(s + 2) ||
	    errno || *end) {
		json_fault(r, "%s%s%s is not a hex number such as \"0x1f\"", where, *where ? "." : "", key);
		return 0;
	}
	return v;
}

const char *json_get_text(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const json_t *v = member(r, o, where, key, is_text, "a string");

	return v ? json_string_value(v) : "";
}

const char *json_opt_text(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const json_t *v = r->failed ? NULL : json_object_get(o, key);

	return v && !json_is_null(v) ? json_get_text(r, o, where, key) : NULL;
}

char *json_dup_text(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const char *s = json_opt_text(r, o, where, key);

	return s ? xstrdup(s) : NULL;
}

const json_t *json_get_array(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	return member(r, o, where, key, is_array, "a list");
}

const json_t *json_get_object(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	return member(r, o, where, key, is_object, "an object");
}
