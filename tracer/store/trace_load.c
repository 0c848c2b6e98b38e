/* SPDX-License-Identifier: MIT */
#include "store/trace.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "base/vec.h"
#include "model/cost.h"
#include "store/loader.h"
#include "store/site.h"
#include "store/table.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Adds n to *sum, faulting where it overflows. */
static void add(struct json_reader *r, uint64_t *sum, uint64_t n, const char *where)
{
	if (__builtin_add_overflow(*sum, n, sum))
		json_fault(r, "%s: the entries add up to more than 64 bits hold", where);
}

/* Reasons that only a later version knows are left out. */
static void load_stops(struct json_reader *r, const json_t *o, const char *where, struct image *im)
{
	const json_t *why = json_object_get(o, "stops_why");

	if (!json_is_object(why))
		return;
	for (unsigned i = 0; i < STOP_REASONS; i++)
		if (json_object_get(why, stop_reason_info[i].id))
			im->stops[i] = json_get_count(r, why, where, stop_reason_info[i].id);
	if (json_object_get(o, "rerouted"))
		im->rerouted = json_get_count(r, o, where, "rerouted");
}

static void load_image(struct json_reader *r, const json_t *o, const char *where, struct trace *t)
{
	struct image *im = vec_push(t->images, t->nimages);
	bool older = json_object_get(o, "in_place") || json_object_get(o, "by_stops");

	im->exe = xstrdup(json_get_text(r, o, where, "exe"));
	im->build_id = json_dup_text(r, o, where, "build_id");
	im->abi = abi_by_name(json_get_text(r, o, where, "abi"));
	if (im->abi == ABIS) {
		json_fault(r, "%s.abi is no ABI that entrytrace knows", where);
		im->abi = ABI_I386;
	}
	im->processes = json_get_count(r, o, where, "processes");
	im->threads = json_get_count(r, o, where, "threads");
	im->entries = json_get_count(r, o, where, "entries");
	/* How it was counted has two pairs of names; neither is in the oldest files. */
	if (json_object_get(o, "in_place"))
		im->in_place = json_get_count(r, o, where, "in_place");
	else if (json_object_get(o, "counted") && !older)
		im->in_place = strcmp(json_get_text(r, o, where, "counted"), "inplace") == 0 ? im->processes : 0;
	if (json_object_get(o, "counted"))
		im->in_kernel = strcmp(json_get_text(r, o, where, "counted"), "kernel") == 0;
	im->by_stops = json_dup_text(r, o, where, older ? "by_stops" : "why");
	load_stops(r, o, where, im);
}

static void load_images(struct loader *l, const json_t *a)
{
	if (!json_is_array(a))
		json_fault(&l->r, "images is not a list");
	for (size_t i = 0; i < json_array_size(a) && !l->r.failed; i++) {
		char where[40];

		snprintf(where, sizeof(where), "images[%zu]", i);
		load_image(&l->r, json_array_get(a, i), where, l->t);
	}
}

static void load_modules(struct loader *l, const json_t *a)
{
	if (!json_is_array(a))
		json_fault(&l->r, "modules is not a list");
	for (size_t i = 0; i < json_array_size(a) && !l->r.failed; i++) {
		struct module_id *m = vec_push(l->t->modules, l->t->nmodules);
		char where[40];

		snprintf(where, sizeof(where), "modules[%zu]", i);
		m->path = xstrdup(json_get_text(&l->r, json_array_get(a, i), where, "path"));
		m->build_id = xstrdup(json_get_text(&l->r, json_array_get(a, i), where, "build_id"));
	}
}

/* There may be a million: never held all at once as JSON. */
static void load_sites(struct loader *l)
{
	bool first = true;
	json_t *o;

	for (size_t i = 0; (o = json_in_item(&l->in, &first)); i++) {
		char where[40];

		snprintf(where, sizeof(where), "sites[%zu]", i);
		site_load(&l->r, o, where, vec_push(l->t->sites, l->t->nsites));
		json_decref(o);
	}
}

static void load_paths(struct loader *l, const json_t *a)
{
	struct json_reader *r = &l->r;

	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *o = json_array_get(a, i);
		char where[40];

		snprintf(where, sizeof(where), "paths[%zu]", i);
		enum entry_path p = entry_path_by_id(json_get_text(r, o, where, "path"));
		uint64_t entries = json_get_count(r, o, where, "entries");

		if (p == ENTRY_PATHS)
			json_fault(r, "%s.path is no entry path that entrytrace knows", where);
		else if (l->paths_seen & 1u << p)
			json_fault(r, "paths: %s is missing or there twice", entry_path_info[p].id);
		else
			l->paths[p] = entries;
		l->paths_seen |= p == ENTRY_PATHS ? 0 : 1u << p;
	}
}

static void load_blind_spots(struct loader *l, const json_t *a)
{
	if (!json_is_array(a))
		json_fault(&l->r, "blind_spots is not a list");
	for (size_t i = 0; i < json_array_size(a) && !l->r.failed; i++) {
		const json_t *o = json_array_get(a, i);
		struct blind_spot *b = vec_push(l->t->blind_spots, l->t->nblind_spots);
		char where[40];

		snprintf(where, sizeof(where), "blind_spots[%zu]", i);
		b->kind = xstrdup(json_get_text(&l->r, o, where, "kind"));
		b->count = json_get_count(&l->r, o, where, "count");
		b->note = xstrdup(json_get_text(&l->r, o, where, "note"));
	}
}

/* Of the estimate only what it was made with; older files have no rows. */
static void load_estimate(struct loader *l, const json_t *o)
{
	const json_t *cal = json_object_get(o, "calibration");

	if (!json_object_get(cal, "rows"))
		return;
	struct cost_table *table = l->t->prices = xcalloc(1, sizeof(*table));

	table->name = json_dup_text(&l->r, cal, "estimate.calibration", "id");
	cost_table_from_json(&l->r, cal, table);
	table->built_in = json_is_true(json_object_get(cal, "built_in"));
	if (json_is_number(json_object_get(cal, "age_seconds")))
		table->age_seconds = json_number_value(json_object_get(cal, "age_seconds"));
}

static const struct {
	const char *key;
	bool needed;
	void (*load)(struct loader *l, const json_t *value);
} members[] = {
	{"schema", true, load_schema},
	{"command", true, load_command},
	{"wall_seconds", true, load_wall},
	{"cpu_seconds", true, load_cpu},
	{"entries", true, load_entries},
	{"paths", true, load_paths},
	{"images", true, load_images},
	{"blind_spots", true, load_blind_spots},
	{"exit", false, load_ending},
	{"partial", false, load_partial},
	{"host", false, load_host},
	{"tool", false, load_tool},
	{"started", false, load_started},
	{"host_name", false, load_host_name},
	{"merged", false, load_merged},
	{"pids", false, load_pids},
	{"filtered", false, load_filtered},
	{"modules", false, load_modules},
	{"estimate", false, load_estimate},
};

#define MEMBERS (sizeof(members) / sizeof(*members))
#define SITES_SEEN (1u << MEMBERS)

static void load_member(struct loader *l, const char *key)
{
	if (strcmp(key, "sites") == 0) {
		l->seen |= SITES_SEEN;
		load_sites(l);
		return;
	}
	json_t *value = json_in_value(&l->in);
	size_t m = 0;

	while (m < MEMBERS && strcmp(members[m].key, key) != 0)
		m++;
	if (value && m < MEMBERS)
		members[m].load(l, value);
	l->seen |= m < MEMBERS ? 1u << m : 0;
	json_decref(value);
}

/* The sums, all of which follow from the sites; a file that says otherwise was tampered with. */
static void check_sums(struct loader *l)
{
	struct path_total total[ENTRY_PATHS];
	const struct trace *t = l->t;
	uint64_t sites = 0, images = 0;

	for (size_t i = 0; i < t->nsites; i++) {
		add(&l->r, &sites, t->sites[i].entries, "sites");
		if (t->sites[i].image >= t->nimages)
			json_fault(&l->r, "sites[%zu].image is not the index of an image", i);
	}
	for (size_t i = 0; i < t->nimages; i++)
		add(&l->r, &images, t->images[i].entries, "images");
	if (images != t->entries)
		json_fault(&l->r, "the entries of all images add up to %llu, not to the total of %llu",
			   (unsigned long long)images, (unsigned long long)t->entries);
	if (sites != t->entries)
		json_fault(&l->r, "the entries of all sites add up to %llu, not to the total of %llu",
			   (unsigned long long)sites, (unsigned long long)t->entries);
	trace_path_totals(t, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		if (!(l->paths_seen & 1u << p) && total[p].entries)
			json_fault(&l->r, "paths: %s is missing or there twice", entry_path_info[p].id);
		if (l->paths[p] != total[p].entries)
			json_fault(&l->r, "paths: %s has %llu entries here, but %llu over its sites",
				   entry_path_info[p].id, (unsigned long long)l->paths[p],
				   (unsigned long long)total[p].entries);
	}
}

static void load(struct loader *l)
{
	const char *key = json_in_next(&l->in);

	for (; key; key = json_in_next(&l->in))
		load_member(l, key);
	for (size_t m = 0; m < MEMBERS; m++)
		if (members[m].needed && !(l->seen & 1u << m))
			json_fault(&l->r, "%s is missing", members[m].key);
	if (!(l->seen & SITES_SEEN))
		json_fault(&l->r, "sites is missing");
	if (!l->r.failed)
		check_sums(l);
}

static int load_stream(FILE *f, const char *name, struct trace *t, struct err *err)
{
	struct loader l = {.r = {.name = name, .err = err}, .t = t};

	*t = (struct trace){0};
	json_in_open(&l.in, f, &l.r);
	if (!l.r.failed)
		load(&l);
	json_in_close(&l.in);
	if (!l.r.failed)
		return 0;
	trace_fini(t);
	return -EBADMSG;
}

int trace_load(const char *buf, size_t size, const char *name, struct trace *t, struct err *err)
{
	/* fmemopen() takes no empty buffer: a blank is as little JSON. */
	auto_fclose FILE *f = fmemopen((void *)(uintptr_t)(size ? buf : " "), size ? size : 1, "r");

	*t = (struct trace){0};
	if (!f)
		return err_set(err, -errno, "%s: %s", name, strerror(errno));
	return load_stream(f, name, t, err);
}

int trace_load_file(const char *path, struct trace *t, struct err *err)
{
	auto_fclose FILE *f = file_open(path);
	struct stat st;
	int r = f && fstat(fileno(f), &st) == 0 ? 0 : -errno;

	*t = (struct trace){0};
	if (r == 0 && S_ISDIR(st.st_mode))
		r = -EISDIR;
	return r < 0 ? err_set(err, r, "%s: %s", path, strerror(-r)) : load_stream(f, path, t, err);
}
