/* SPDX-License-Identifier: MIT */
#include "base/json_stream.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "base/vec.h"

#include <errno.h>
#include <string.h>

/* As json_write() has them. */
#define FLAGS (JSON_INDENT(2) | JSON_REAL_PRECISION(9) | JSON_ENCODE_ANY)

/* Far above any real piece, or number of members; a bound on what a hostile file makes us hold. */
#define MAX_PIECE (64u << 20)
#define MAX_MEMBERS 256

/* ---- writing ---- */

static void put_value(FILE *out, json_t *value, unsigned indent)
{
	auto_free char *text = json_dumps(value, FLAGS);

	for (const char *c = text ? text : "null"; *c;) {
		size_t n = strcspn(c, "\n");

		fwrite(c, 1, n, out);
		c += n;
		/* Line feeds in strings are escaped: this one is between two values. */
		if (*c)
			fprintf(out, "\n%*s", (int)indent, ""), c++;
	}
	json_decref(value);
}

static void put_key(struct json_out *o, const char *key)
{
	fprintf(o->out, "%s\n  \"%s\": ", o->members ? "," : "", key);
	o->members = true;
}

void json_out_open(struct json_out *o, FILE *out)
{
	*o = (struct json_out){.out = out};
	fputc('{', out);
}

void json_out_put(struct json_out *o, const char *key, json_t *value)
{
	put_key(o, key);
	put_value(o->out, value ? value : json_null(), 2);
}

void json_out_array(struct json_out *o, const char *key)
{
	put_key(o, key);
	fputc('[', o->out);
	o->items = false;
}

void json_out_item(struct json_out *o, json_t *value)
{
	fprintf(o->out, "%s\n    ", o->items ? "," : "");
	put_value(o->out, value ? value : json_null(), 4);
	o->items = true;
}

void json_out_array_end(struct json_out *o)
{
	fputs(o->items ? "\n  ]" : "]", o->out);
}

void json_out_close(struct json_out *o)
{
	fputs(o->members ? "\n}\n" : "}\n", o->out);
}

/* ---- reading ---- */

static int next_char(struct json_in *in)
{
	int c = getc_unlocked(in->f);

	in->line += c == '\n';
	return c;
}

/* The next character that is no blank; -1 at the end. */
static int next_sign(struct json_in *in)
{
	int c;

	do
		c = next_char(in);
	while (c == ' ' || c == '\t' || c == '\n' || c == '\r');
	if (c == EOF && ferror(in->f))
		json_fault(in->r, "%s", strerror(errno ? errno : EIO));
	return c;
}

static void unexpected(struct json_in *in, int c)
{
	if (c == EOF)
		json_fault(in->r, "line %u: not valid JSON: the file ends too early", in->line);
	else
		json_fault(in->r, "line %u: not valid JSON: unexpected '%c'", in->line, c >= ' ' && c < 127 ? c : '?');
}

static bool keep(struct json_in *in, int c)
{
	if (in->size == in->room) {
		if (in->room >= MAX_PIECE) {
			json_fault(in->r, "line %u: a value is larger than any real one", in->line);
			return false;
		}
		in->room = in->room ? 2 * in->room : 4096;
		in->text = xrealloc(in->text, in->room, 1);
	}
	in->text[in->size++] = (char)c;
	return true;
}

/* The rest of a string, the opening quote of which was kept. False where it has no end. */
static bool keep_string(struct json_in *in)
{
	for (;;) {
		int c = next_char(in);

		if (c == EOF || !keep(in, c))
			return false;
		if (c == '"')
			return true;
		if (c == '\\' && ((c = next_char(in)) == EOF || !keep(in, c)))
			return false;
	}
}

/*
 * The text of one value that begins with c: as far as its brackets and quotes
 * reach. Whether it is right is for the parser to say.
 */
static void keep_value(struct json_in *in, int c)
{
	unsigned depth = 0;

	in->size = 0;
	for (;; c = next_char(in)) {
		bool closes = c == ']' || c == '}';

		if (c == EOF || (depth == 0 && (c == ',' || closes || c == ':'))) {
			if (c != EOF)
				ungetc(c, in->f);
			return;
		}
		if (!keep(in, c))
			return;
		if (c == '"' && !keep_string(in))
			return;
		depth += c == '[' || c == '{';
		depth -= closes;
		if (depth == 0 && (closes || c == '"'))
			return;
	}
}

/* The value that begins with c, parsed. */
static json_t *value_from(struct json_in *in, int c)
{
	unsigned line = in->line;
	json_error_t e;
	json_t *v;

	if (c == EOF) {
		unexpected(in, c);
		return NULL;
	}
	keep_value(in, c);
	if (in->r->failed)
		return NULL;
	v = json_loadb(in->text, in->size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &e);
	if (!v)
		json_fault(in->r, "line %u: not valid JSON: %s", line + (unsigned)e.line - 1, e.text);
	return v;
}

void json_in_open(struct json_in *in, FILE *f, struct json_reader *r)
{
	*in = (struct json_in){.f = f, .r = r, .line = 1};
	errno = 0;
	int c = next_sign(in);

	if (r->failed)
		return;
	if (c == EOF)
		unexpected(in, c);
	else if (c != '{')
		json_fault(r, c == '[' ? "it holds no JSON object" : "line %u: not valid JSON: no object begins there", in->line);
}

const char *json_in_next(struct json_in *in)
{
	if (in->r->failed)
		return NULL;
	int c = next_sign(in);

	if (c == '}')
		return NULL;
	if (in->nseen && c == ',')
		c = next_sign(in);
	else if (in->nseen)
		unexpected(in, c);
	if (c != '"')
		unexpected(in, c);
	if (in->r->failed)
		return NULL;
	json_t *key = value_from(in, c);

	if (!key)
		return NULL;
	in->key = xstrdup(json_string_value(key));
	json_decref(key);
	*vec_push(in->seen, in->nseen) = in->key;
	for (size_t i = 0; i + 1 < in->nseen; i++)
		if (strcmp(in->seen[i], in->key) == 0)
			json_fault(in->r, "line %u: not valid JSON: duplicate object key near '\"%.40s\"'", in->line, in->key);
	if (in->nseen > MAX_MEMBERS)
		json_fault(in->r, "line %u: there are more members than a trace has", in->line);
	if (!in->r->failed && (c = next_sign(in)) != ':')
		unexpected(in, c);
	return in->r->failed ? NULL : in->key;
}

json_t *json_in_value(struct json_in *in)
{
	return in->r->failed ? NULL : value_from(in, next_sign(in));
}

/* Behind a comma: no list ends there. */
static int item_begins(struct json_in *in)
{
	int c = next_sign(in);

	if (c == ']')
		unexpected(in, c);
	return c;
}

json_t *json_in_item(struct json_in *in, bool *first)
{
	int c;

	if (in->r->failed)
		return NULL;
	c = next_sign(in);
	if (*first && c != '[')
		json_fault(in->r, "%s is not a list", in->key);
	else if (*first)
		c = next_sign(in);
	else if (c == ',')
		c = item_begins(in);
	else if (c != ']')
		unexpected(in, c);
	*first = false;
	if (c == ']' || in->r->failed)
		return NULL;
	return value_from(in, c);
}

void json_in_close(struct json_in *in)
{
	int c;

	if (!in->r->failed && (c = next_sign(in)) != EOF)
		json_fault(in->r, "line %u: not valid JSON: more follows the end", in->line);
	for (size_t i = 0; i < in->nseen; i++)
		free(in->seen[i]);
	free(in->seen);
	free(in->text);
	*in = (struct json_in){0};
}
