/* SPDX-License-Identifier: MIT */
#include "store/table.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "base/json.h"
#include "base/vec.h"
#include "model/fingerprint.h"
#include "store/host.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define SCHEMA "entrytrace-calibration/1"

/* Tables are some ten kilobytes; these bound what a hostile one makes us hold. */
#define MAX_FILE (1u << 20)
#define MAX_ROWS 256

/* No entry takes a second's worth of cycles: beyond it a figure was made up. */
#define MOST_CYCLES 1e10

static double sane(struct json_reader *r, const json_t *o, const char *where, const char *key, double least)
{
	double v = json_get_figure(r, o, where, key);

	if (!r->failed && !(v >= least && v <= MOST_CYCLES))
		json_fault(r, "%s.%s is %g, which no measurement gives", where, key, v);
	return v;
}

static struct interval load_interval(struct json_reader *r, const json_t *o, const char *where, const char *key,
				     double value)
{
	const json_t *a = json_get_array(r, o, where, key);
	struct interval iv = {0};

	if (r->failed)
		return iv;
	if (json_array_size(a) != 2 || !json_is_number(json_array_get(a, 0)) || !json_is_number(json_array_get(a, 1))) {
		json_fault(r, "%s.%s is not a pair of numbers", where, key);
		return iv;
	}
	iv.lo = json_number_value(json_array_get(a, 0));
	iv.hi = json_number_value(json_array_get(a, 1));
	/* Nine digits are kept, so that the ends may fall together with the value. */
	double slack = 1e-6 * (fabs(value) + 1);
	if (!(iv.lo <= value + slack && value <= iv.hi + slack && fabs(iv.lo) <= MOST_CYCLES && iv.hi <= MOST_CYCLES))
		json_fault(r, "%s.%s does not hold its value", where, key);
	return iv;
}

static double optional(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return v && !json_is_null(v) ? json_get_figure(r, o, where, key) : 0;
}

static void load_row(struct json_reader *r, const json_t *o, const char *where, struct cost_table *t)
{
	const char *id = json_get_text(r, o, where, "id");
	const char *skipped = json_opt_text(r, o, where, "skipped");

	if (!r->failed && (*id == '\0' || cost_table_any_row(t, id))) {
		json_fault(r, "%s.id is %s", where, *id ? "there twice" : "empty");
		return;
	}
	struct cost_row *row = vec_push(t->rows, t->nrows);
	/* A difference of equals may be below zero, and an empty loop may cost nothing. */
	bool difference = strcmp(id, "control") == 0;
	bool loop = strncmp(id, "empty", 5) == 0;
	double least = difference ? -MOST_CYCLES : loop ? 0 : 1e-3;

	row->id = xstrdup(id);
	if (skipped) {
		row->skipped = xstrdup(skipped);
		return;
	}
	row->cycles = sane(r, o, where, "cycles", least);
	row->ci95 = load_interval(r, o, where, "ci95", row->cycles);
	row->ns = sane(r, o, where, "ns", difference ? least : 0);
	row->ticks = sane(r, o, where, "ticks", difference ? least : 0);
	row->samples = json_get_count(r, o, where, "samples");
	row->dropped = json_get_count(r, o, where, "dropped");
	if (json_object_get(o, "mean_cycles")) {
		row->has_mean = true;
		row->mean_cycles = sane(r, o, where, "mean_cycles", least);
		row->mean_ci95 = load_interval(r, o, where, "mean_ci95", row->mean_cycles);
	}
	if (json_object_get(o, "user_cycles")) {
		row->split = true;
		row->user_cycles = sane(r, o, where, "user_cycles", -MOST_CYCLES);
		row->kernel_cycles = sane(r, o, where, "kernel_cycles", -MOST_CYCLES);
	}
}

static void load_rows(struct json_reader *r, const json_t *root, struct cost_table *t)
{
	const json_t *a = json_get_array(r, root, "", "rows");

	if (!r->failed && (json_array_size(a) == 0 || json_array_size(a) > MAX_ROWS))
		json_fault(r, "rows has %zu members: 1 to %d make sense", json_array_size(a), MAX_ROWS);
	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		char where[40];

		snprintf(where, sizeof(where), "rows[%zu]", i);
		load_row(r, json_array_get(a, i), where, t);
	}
}

void cost_table_from_json(struct json_reader *r, const json_t *root, struct cost_table *t)
{
	t->age_seconds = -1;
	t->taken = xstrdup(json_get_text(r, root, "", "taken"));
	t->clock = xstrdup(json_get_text(r, root, "", "clock"));
	if (!r->failed && strcmp(t->clock, "pmu") != 0 && strcmp(t->clock, "tsc") != 0)
		json_fault(r, "clock is \"%s\", neither pmu nor tsc", t->clock);
	const char *call = json_opt_text(r, root, "", "call");
	t->call = xstrdup(call ? call : "none");
	t->note = json_dup_text(r, root, "", "note");
	t->core_hz = optional(r, root, "", "core_hz");
	t->tsc_hz = optional(r, root, "", "tsc_hz");
	if (!r->failed && !(t->core_hz >= 0 && t->core_hz < 1e12 && t->tsc_hz >= 0 && t->tsc_hz < 1e12))
		json_fault(r, "core_hz or tsc_hz is no clock that a computer has");
	if (json_get_object(r, root, "", "fingerprint"))
		host_load(r, json_object_get(root, "fingerprint"), "fingerprint", &t->fingerprint);
	load_rows(r, root, t);
}

static void load(struct json_reader *r, const json_t *root, struct cost_table *t)
{
	const char *schema;

	if (!json_is_object(root)) {
		json_fault(r, "not a calibration table");
		return;
	}
	schema = json_get_text(r, root, "", "schema");
	if (!r->failed && strcmp(schema, SCHEMA) != 0) {
		json_fault(r, "has schema \"%s\", and this entrytrace reads \"%s\": calibrate anew", schema, SCHEMA);
		return;
	}
	t->name = xstrdup(r->name);
	cost_table_from_json(r, root, t);
}

int cost_table_parse(const char *text, size_t size, const char *name, struct cost_table *out, struct err *err)
{
	struct json_reader r = {.name = name, .err = err};
	json_t *root = json_parse(&r, text, size);

	*out = (struct cost_table){0};
	if (!r.failed)
		load(&r, root, out);
	json_decref(root);
	if (!r.failed)
		return 0;
	cost_table_fini(out);
	return -EBADMSG;
}

static double age(const char *taken)
{
	struct tm tm = {0};
	const char *end = strptime(taken, "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end && *end == '\0' ? difftime(time(NULL), timegm(&tm)) : -1;
}

/* Closes f, which may be NULL with errno set. */
static int load_stream(FILE *file, const char *path, struct cost_table *out, struct err *err)
{
	auto_fclose FILE *f = file;
	auto_free char *text = NULL;
	struct stat st;

	*out = (struct cost_table){0};
	if (!f || fstat(fileno(f), &st) < 0)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(err, -EISDIR, "%s: %s", path, strerror(EISDIR));
	/* One byte more than allowed tells a file that is too large; it may be a pipe. */
	text = xcalloc(MAX_FILE + 1, 1);
	size_t n = fread(text, 1, MAX_FILE + 1, f);
	if (ferror(f))
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	if (n > MAX_FILE)
		return err_set(err, -EFBIG, "%s: too large for a calibration table", path);
	int r = cost_table_parse(text, n, path, out, err);
	if (r == 0)
		out->age_seconds = age(out->taken);
	return r;
}

int cost_table_load(const char *file_or_name, struct cost_table *out, struct err *err)
{
	if (cost_table_built_in(file_or_name, out) == 0)
		return 0;
	return load_stream(file_open(file_or_name), file_or_name, out, err);
}

int cost_table_find(const struct host *host, struct cost_table *out, struct err *err)
{
	auto_free char *path = cost_table_path(host);

	*out = (struct cost_table){0};
	if (!path)
		return err_set(err, -ENOENT, "there is no home to keep calibrations in");
	int r = load_stream(cost_table_open_kept(path), path, out, err);
	/* One that cannot be opened is as good as none; keeping the next one will tell why. */
	if (r < 0)
		return r == -EBADMSG || r == -EFBIG ? r : -ENOENT;
	auto_free char *differs = host_difference(&out->fingerprint, host);

	if (differs) {
		cost_table_fini(out);
		return err_set(err, -ESTALE, "%s is not of this machine: %s", path, differs);
	}
	return 0;
}
