/* SPDX-License-Identifier: MIT */
#include "store/trace.h"

#include "base/cleanup.h"
#include "base/json_stream.h"
#include "base/signame.h"
#include "model/fingerprint.h"
#include "model/scenario.h"
#include "model/needs_ia32.h"
#include "store/site.h"
#include "store/table.h"

#include <string.h>

static json_t *command(const struct trace *t)
{
	json_t *a = json_array();

	for (size_t i = 0; t->command && t->command[i]; i++)
		json_add(a, json_text(t->command[i]));
	return a;
}

static json_t *ending(const struct trace *t)
{
	char name[32];
	json_t *o = json_object();

	if (t->exit_kind == EXIT_CODE)
		json_put(o, "code", json_integer(t->exit_value));
	else if (t->exit_kind == EXIT_SIGNAL)
		json_put(o, "signal", json_text(signame(t->exit_value, name, sizeof(name))));
	return o;
}

static json_t *cpu(const struct trace *t)
{
	json_t *o = json_object();

	json_put(o, "user", json_figure(t->cpu_user));
	json_put(o, "system", json_figure(t->cpu_system));
	if (t->cpu_untraced > 0)
		json_put(o, "untraced", json_figure(t->cpu_untraced));
	return o;
}

static json_t *paths(const struct trace *t, const struct estimate *est)
{
	json_t *a = json_array();
	struct path_total total[ENTRY_PATHS];

	trace_path_totals(t, total);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		if (!total[p].sites)
			continue;
		json_t *o = json_object();

		json_put(o, "path", json_text(entry_path_info[p].id));
		json_put(o, "entries", json_count(total[p].entries));
		json_put(o, "sites", json_count(total[p].sites));
		json_put_cost(o, est ? &est->paths[p] : NULL);
		json_add(a, o);
	}
	return a;
}

/* Of this image, by path: what its rows in a table of programs say. */
struct image_paths {
	uint64_t entries[ENTRY_PATHS];
	uint64_t sites[ENTRY_PATHS];
};

static json_t *image_paths_json(const struct image_paths *p)
{
	json_t *a = json_array();

	for (unsigned i = 0; i < ENTRY_PATHS; i++) {
		if (!p->sites[i])
			continue;
		json_t *o = json_object();

		json_put(o, "path", json_text(entry_path_info[i].id));
		json_put(o, "entries", json_count(p->entries[i]));
		json_put(o, "sites", json_count(p->sites[i]));
		json_add(a, o);
	}
	return a;
}

static json_t *image_saved(const struct image_cost *c)
{
	json_t *o = json_object();

	for (unsigned i = 0; i < SCENARIOS; i++)
		json_put(o, scenario_info[i].id, json_priced(c->saved[i]));
	return o;
}

/* Where entries were wanted counted in the program: those that stopped all the same, and why. */
static void put_stops(json_t *o, const struct image *im)
{
	json_t *why = json_object();

	if (image_stops(im) == 0) {
		json_decref(why);
		return;
	}
	for (unsigned r = 0; r < STOP_REASONS; r++)
		if (im->stops[r])
			json_put(why, stop_reason_info[r].id, json_count(im->stops[r]));
	json_put(o, "stops", json_count(image_stops(im)));
	json_put(o, "stops_why", why);
	if (im->rerouted)
		json_put(o, "rerouted", json_count(im->rerouted));
}

static json_t *images(const struct trace *t, const struct estimate *est)
{
	json_t *a = json_array();
	auto_free struct image_paths *paths = xcalloc(t->nimages, sizeof(*paths));

	for (size_t i = 0; i < t->nsites; i++) {
		paths[t->sites[i].image].entries[t->sites[i].path] += t->sites[i].entries;
		paths[t->sites[i].image].sites[t->sites[i].path]++;
	}
	for (size_t i = 0; i < t->nimages; i++) {
		const struct image *im = &t->images[i];
		json_t *o = json_object();

		json_put(o, "exe", json_text(im->exe));
		json_put(o, "build_id", json_text(im->build_id));
		json_put(o, "abi", json_text(abi_name[im->abi]));
		json_put(o, "processes", json_count(im->processes));
		json_put(o, "threads", json_count(im->threads));
		json_put(o, "entries", json_count(im->entries));
		if (im->in_place || im->by_stops) {
			json_put(o, "in_place", json_count(im->in_place));
			json_put(o, "by_stops", im->by_stops ? json_text(im->by_stops) : json_null());
		}
		json_put(o, "counted", json_text(im->in_kernel ? "kernel" : im->in_place ? "inplace" : "stop"));
		json_put(o, "why", json_text(im->by_stops));
		put_stops(o, im);
		json_put(o, "paths", image_paths_json(&paths[i]));
		json_put(o, "added_cycles", est && est->images ? json_priced(est->images[i].added) : NULL);
		json_put(o, "saved_cycles", est && est->images ? image_saved(&est->images[i]) : NULL);
		json_add(a, o);
	}
	return a;
}

static json_t *modules(const struct trace *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->nmodules; i++) {
		json_t *o = json_object();

		json_put(o, "path", json_text(t->modules[i].path));
		json_put(o, "build_id", json_text(t->modules[i].build_id));
		json_add(a, o);
	}
	return a;
}

static json_t *blind_spots(const struct trace *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->nblind_spots; i++) {
		json_t *o = json_object();

		json_put(o, "kind", json_text(t->blind_spots[i].kind));
		json_put(o, "count", json_count(t->blind_spots[i].count));
		json_put(o, "note", json_text(t->blind_spots[i].note));
		json_add(a, o);
	}
	return a;
}

/* Images by their place in the list of images. */
static json_t *needs(const struct trace *t)
{
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < t->nimages; i++)
		if (image_needs_ia32(t, i))
			json_add(list, json_integer((json_int_t)i));
	json_put(o, "verdict", json_text(needs_ia32_name[trace_needs_ia32(t)]));
	json_put(o, "images", list);
	return o;
}

static json_t *estimate(const struct estimate *est)
{
	json_t *o = json_object(), *cal, *a;

	if (!est->have_table) {
		json_put(o, "calibration", NULL);
		json_put(o, "why_unpriced", json_text(est->why_no_table));
		return o;
	}
	json_put(o, "baseline", json_boolean(est->baseline));
	json_put(o, "cpu_seconds", json_figure(est->cpu_seconds));
	json_put(o, "cycles_per_second", json_figure(est->hz));
	cal = json_object();
	json_put(cal, "id", json_text(est->calibration));
	json_put(cal, "age_seconds", est->age_seconds < 0 ? NULL : json_figure(est->age_seconds));
	json_put(cal, "matches_host", json_boolean(est->matches_host));
	json_put(cal, "mismatch", json_text(est->mismatch));
	json_put(cal, "clock", json_text(est->clock));
	/* All of it, so that the trace has the same prices anywhere. */
	if (est->table) {
		json_put(cal, "built_in", json_boolean(est->table->built_in));
		cost_table_put(cal, est->table);
	}
	json_put(o, "calibration", cal);
	a = json_array();
	for (unsigned i = 0; i < SCENARIOS; i++) {
		const struct what_if *w = &est->what_if[i];
		json_t *s = json_object();

		json_put(s, "scenario", json_text(scenario_info[w->scenario].id));
		json_put(s, "saved_cycles", json_priced(w->saved_cycles));
		json_put(s, "ci95", json_interval(w->saved_cycles));
		json_put(s, "saved_seconds", json_priced(w->saved_seconds));
		json_put(s, "saved_seconds_ci95", json_interval(w->saved_seconds));
		json_put(s, "share_of_cpu", json_priced(w->share_of_cpu));
		json_put(s, "share_of_cpu_ci95", json_interval(w->share_of_cpu));
		json_put(s, "unpriced_entries", json_count(w->unpriced_entries));
		json_add(a, s);
	}
	json_put(o, "what_if", a);
	return o;
}

static json_t *tool(const struct trace *t)
{
	json_t *o = json_object();

	json_put(o, "name", json_text("entrytrace"));
	json_put(o, "version", json_text(t->tool));
	return o;
}

static json_t *pids(const struct trace *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->npids; i++)
		json_add(a, json_integer(t->pids[i]));
	return a;
}

/* Where several traces were made one. */
static json_t *merged(const struct trace *t)
{
	json_t *o = json_object(), *hosts = json_array();

	for (size_t i = 0; i < t->nhosts; i++)
		json_add(hosts, json_text(t->hosts[i]));
	json_put(o, "runs", json_count(t->runs));
	json_put(o, "hosts", hosts);
	return o;
}

/* Where a filter left only a part. */
static json_t *filtered(const struct trace *t)
{
	json_t *o = json_object();

	json_put(o, "by", json_text(t->shown));
	json_put(o, "entries_before", json_count(t->whole_entries));
	json_put(o, "sites_before", json_count(t->whole_sites));
	return o;
}

void trace_write(FILE *out, const struct trace *t, const struct estimate *est)
{
	struct json_out o;

	json_out_open(&o, out);
	json_out_put(&o, "schema", json_text("entrytrace-trace/1"));
	if (t->tool)
		json_out_put(&o, "tool", tool(t));
	if (t->started)
		json_out_put(&o, "started", json_text(t->started));
	if (t->host_name)
		json_out_put(&o, "host_name", json_text(t->host_name));
	if (t->runs)
		json_out_put(&o, "merged", merged(t));
	if (t->shown)
		json_out_put(&o, "filtered", filtered(t));
	json_out_put(&o, "command", command(t));
	if (t->npids)
		json_out_put(&o, "pids", pids(t));
	json_out_put(&o, "exit", t->exit_kind == EXIT_NONE ? NULL : ending(t));
	json_out_put(&o, "partial", json_text(t->partial));
	json_out_put(&o, "wall_seconds", json_figure(t->wall_seconds));
	json_out_put(&o, "cpu_seconds", cpu(t));
	json_out_put(&o, "host", fingerprint_json(&t->host));
	json_out_put(&o, "entries", json_count(t->entries));
	json_out_put(&o, "paths", paths(t, est));
	json_out_array(&o, "sites");
	for (size_t i = 0; i < t->nsites; i++)
		json_out_item(&o, site_json(&t->sites[i], est && est->sites ? &est->sites[i] : NULL));
	json_out_array_end(&o);
	json_out_put(&o, "images", images(t, est));
	json_out_put(&o, "modules", modules(t));
	json_out_put(&o, "needs_ia32", needs(t));
	json_out_put(&o, "blind_spots", blind_spots(t));
	json_out_put(&o, "estimate", est ? estimate(est) : NULL);
	json_out_close(&o);
}
