/* SPDX-License-Identifier: MIT */
#include "report/json_stacks.h"
#include "report/load.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/signame.h"
#include "base/vec.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Far above any real trace; a bound on what a hostile one makes us hold. */
#define MAX_FILE (64u << 20)

/* Adds n to *sum, faulting where it overflows. */
static void add(struct json_reader *r, uint64_t *sum, uint64_t n, const char *where)
{
	if (__builtin_add_overflow(*sum, n, sum))
		json_fault(r, "%s: the entries add up to more than 64 bits hold", where);
}

static void load_command(struct json_reader *r, const json_t *root, struct trace *t)
{
	const json_t *a = json_get_array(r, root, "", "command");
	size_t n = json_array_size(a);

	t->command = xcalloc(n + 1, sizeof(*t->command));
	for (size_t i = 0; i < n; i++) {
		const char *word = json_string_value(json_array_get(a, i));

		if (!word)
			json_fault(r, "command[%zu] is not a string", i);
		t->command[i] = xstrdup(word ? word : "");
	}
}

static void load_ending(struct json_reader *r, const json_t *root, struct trace *t)
{
	const json_t *o = json_object_get(root, "exit");

	t->exit_kind = EXIT_NONE;
	if (!o || json_is_null(o))
		return;
	o = json_get_object(r, root, "", "exit");
	if (json_object_get(o, "signal")) {
		t->exit_kind = EXIT_SIGNAL;
		t->exit_value = signame_find(json_get_text(r, o, "exit", "signal"));
		if (!t->exit_value)
			json_fault(r, "exit.signal names no signal");
	} else {
		t->exit_kind = EXIT_CODE;
		t->exit_value = (int)json_get_int(r, o, "exit", "code", 0, 255);
	}
}

static double seconds(struct json_reader *r, const json_t *o, const char *where, const char *key)
{
	double s = json_get_figure(r, o, where, key);

	/* A trace of a hundred years is a mistake. */
	if (!(s >= 0 && s < 4e9)) {
		json_fault(r, "%s%s%s is no sensible time", where, *where ? "." : "", key);
		return 0;
	}
	return s;
}

static void add_fact(struct host *h, const char *outer, const char *key, const char *value)
{
	struct host_fact *f = vec_push(h->facts, h->nfacts);

	f->key = outer ? xasprintf("%s.%s", outer, key) : xstrdup(key);
	f->value = xstrdup(value);
}

static void load_host(struct json_reader *r, const json_t *root, struct host *h)
{
	json_t *o = json_object_get(root, "host");
	const char *key, *inner;
	json_t *value, *v;

	if (!o || json_is_null(o))
		return;
	if (!json_is_object(o))
		json_fault(r, "host is not an object");
	json_object_foreach(o, key, value) {
		if (json_is_string(value)) {
			add_fact(h, NULL, key, json_string_value(value));
		} else if (json_is_object(value)) {
			json_object_foreach(value, inner, v)
				if (json_is_string(v))
					add_fact(h, key, inner, json_string_value(v));
		}
	}
}

static void load_images(struct json_reader *r, const json_t *root, struct trace *t)
{
	const json_t *a = json_get_array(r, root, "", "images");
	uint64_t sum = 0;

	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *o = json_array_get(a, i);
		struct image *im = vec_push(t->images, t->nimages);
		char where[40];

		snprintf(where, sizeof(where), "images[%zu]", i);
		im->exe = xstrdup(json_get_text(r, o, where, "exe"));
		im->abi = abi_by_name(json_get_text(r, o, where, "abi"));
		if (im->abi == ABIS) {
			json_fault(r, "%s.abi is no ABI that entrytrace knows", where);
			im->abi = ABI_I386;
		}
		im->processes = json_get_count(r, o, where, "processes");
		im->threads = json_get_count(r, o, where, "threads");
		im->entries = json_get_count(r, o, where, "entries");
		/* Not in traces that were counted by stops. */
		if (json_object_get(o, "in_place"))
			im->in_place = json_get_count(r, o, where, "in_place");
		im->in_kernel = json_is_true(json_object_get(o, "in_kernel"));
		if (json_is_string(json_object_get(o, "by_stops")))
			im->by_stops = xstrdup(json_get_text(r, o, where, "by_stops"));
		add(r, &sum, im->entries, "images");
	}
	if (sum != t->entries)
		json_fault(r, "the entries of all images add up to %llu, not to the total of %llu",
			   (unsigned long long)sum, (unsigned long long)t->entries);
}

static void load_calls(struct json_reader *r, const json_t *site, const char *where, struct site *s)
{
	const json_t *a = json_get_array(r, site, where, "syscalls");
	uint64_t sum = 0;

	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *o = json_array_get(a, i);
		struct call_count *c = vec_push(s->calls, s->ncalls);
		char at[80];

		snprintf(at, sizeof(at), "%s.syscalls[%zu]", where, i);
		c->abi = abi_by_name(json_get_text(r, o, at, "abi"));
		if (c->abi == ABIS) {
			json_fault(r, "%s.abi is no ABI that entrytrace knows", at);
			c->abi = ABI_I386;
		}
		c->nr = json_get_int(r, o, at, "number", INT64_MIN, INT64_MAX);
		const char *name = json_opt_text(r, o, at, "name");
		c->name = name ? xstrdup(name) : NULL;
		c->entries = json_get_count(r, o, at, "entries");
		add(r, &sum, c->entries, at);
	}
	if (sum != s->entries)
		json_fault(r, "%s: its syscalls add up to %llu entries, not to %llu", where,
			   (unsigned long long)sum, (unsigned long long)s->entries);
}

static char *opt_dup(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static void load_site(struct json_reader *r, const json_t *o, const char *where, struct trace *t)
{
	struct site *s = vec_push(t->sites, t->nsites);

	s->path = entry_path_by_id(json_get_text(r, o, where, "path"));
	if (s->path == ENTRY_PATHS) {
		json_fault(r, "%s.path is no entry path that entrytrace knows", where);
		s->path = PATH_UNKNOWN;
	}
	s->image = (uint32_t)json_get_int(r, o, where, "image", 0, UINT32_MAX);
	if (s->image >= t->nimages) {
		json_fault(r, "%s.image is not the index of an image", where);
		s->image = 0;
	}
	s->module = xstrdup(json_get_text(r, o, where, "module"));
	s->offset = json_get_hex(r, o, where, "offset");
	s->instruction = opt_dup(json_opt_text(r, o, where, "instruction"));
	s->entered_at = opt_dup(json_opt_text(r, o, where, "entered_at"));
	s->function = opt_dup(json_opt_text(r, o, where, "function"));
	s->inlined_in = opt_dup(json_opt_text(r, o, where, "inlined_in"));
	s->source = opt_dup(json_opt_text(r, o, where, "source"));
	s->entries = json_get_count(r, o, where, "entries");
	load_calls(r, o, where, s);
	json_load_stacks(r, o, where, s);
}

static void load_sites(struct json_reader *r, const json_t *root, struct trace *t)
{
	const json_t *a = json_get_array(r, root, "", "sites");
	uint64_t sum = 0;

	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		char where[40];

		snprintf(where, sizeof(where), "sites[%zu]", i);
		load_site(r, json_array_get(a, i), where, t);
		add(r, &sum, t->sites[i].entries, where);
	}
	if (sum != t->entries)
		json_fault(r, "the entries of all sites add up to %llu, not to the total of %llu",
			   (unsigned long long)sum, (unsigned long long)t->entries);
}

/* The paths follow from the sites; a file whose table says otherwise was tampered with. */
static void check_paths(struct json_reader *r, const json_t *root, const struct trace *t)
{
	const json_t *a = json_get_array(r, root, "", "paths");
	struct path_total total[ENTRY_PATHS];

	if (r->failed)
		return;
	trace_path_totals(t, total);
	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *o = json_array_get(a, i);
		char where[40];

		snprintf(where, sizeof(where), "paths[%zu]", i);
		enum entry_path p = entry_path_by_id(json_get_text(r, o, where, "path"));
		uint64_t entries = json_get_count(r, o, where, "entries");

		if (p == ENTRY_PATHS)
			json_fault(r, "%s.path is no entry path that entrytrace knows", where);
		else if (entries != total[p].entries)
			json_fault(r, "%s: %s has %llu entries here, but %llu over its sites", where,
				   entry_path_info[p].id, (unsigned long long)entries,
				   (unsigned long long)total[p].entries);
		else
			total[p].entries = 0;
	}
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		if (total[p].entries)
			json_fault(r, "paths: %s is missing or there twice", entry_path_info[p].id);
}

static void load_blind_spots(struct json_reader *r, const json_t *root, struct trace *t)
{
	const json_t *a = json_get_array(r, root, "", "blind_spots");

	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *o = json_array_get(a, i);
		struct blind_spot *b = vec_push(t->blind_spots, t->nblind_spots);
		char where[40];

		snprintf(where, sizeof(where), "blind_spots[%zu]", i);
		b->kind = xstrdup(json_get_text(r, o, where, "kind"));
		b->count = json_get_count(r, o, where, "count");
		b->note = xstrdup(json_get_text(r, o, where, "note"));
	}
}

static void load(struct json_reader *r, const json_t *root, struct trace *t)
{
	if (!json_is_object(root))
		json_fault(r, "it is not a saved trace: the file holds no JSON object");
	const char *schema = json_get_text(r, root, "", "schema");

	if (strcmp(schema, "entrytrace-trace/1") != 0)
		json_fault(r, "it is not a trace that this version reads: schema is \"%.60s\", not "
			   "\"entrytrace-trace/1\"", schema);
	if (r->failed)
		return;
	load_command(r, root, t);
	load_ending(r, root, t);
	t->partial = opt_dup(json_opt_text(r, root, "", "partial"));
	t->wall_seconds = seconds(r, root, "", "wall_seconds");
	const json_t *cpu = json_get_object(r, root, "", "cpu_seconds");
	t->cpu_user = seconds(r, cpu, "cpu_seconds", "user");
	t->cpu_system = seconds(r, cpu, "cpu_seconds", "system");
	if (json_object_get(cpu, "untraced"))
		t->cpu_untraced = seconds(r, cpu, "cpu_seconds", "untraced");
	load_host(r, root, &t->host);
	t->entries = json_get_count(r, root, "", "entries");
	load_images(r, root, t);
	load_sites(r, root, t);
	check_paths(r, root, t);
	load_blind_spots(r, root, t);
}

int trace_load(const char *buf, size_t size, const char *name, struct trace *t, struct err *err)
{
	struct json_reader r = {.name = name, .err = err};
	json_t *root = json_parse(&r, buf, size);

	*t = (struct trace){0};
	if (!r.failed)
		load(&r, root, t);
	json_decref(root);
	if (!r.failed)
		return 0;
	trace_fini(t);
	return -EBADMSG;
}

/* Reads all of f; returns a negative errno, -EFBIG beyond MAX_FILE. */
static int read_all(FILE *f, char **buf, size_t *size)
{
	size_t room = 0;

	*size = 0;
	while (!feof(f)) {
		if (*size == room) {
			room = room ? 2 * room : 1 << 16;
			*buf = xrealloc(*buf, room, 1);
		}
		*size += fread(*buf + *size, 1, room - *size, f);
		if (ferror(f))
			return errno ? -errno : -EIO;
		if (*size > MAX_FILE)
			return -EFBIG;
	}
	return 0;
}

int trace_load_file(const char *path, struct trace *t, struct err *err)
{
	auto_fclose FILE *f = fopen(path, "re");
	auto_free char *buf = NULL;
	size_t size = 0;

	*t = (struct trace){0};
	int r = f ? read_all(f, &buf, &size) : -errno;
	if (r < 0)
		return err_set(err, r, "%s: %s", path, strerror(-r));
	return trace_load(buf, size, path, t, err);
}
