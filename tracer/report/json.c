/* SPDX-License-Identifier: MIT */
/*
 * The whole trace as JSON: a stable interface, to which keys are only ever
 * added. report/load.c reads it back; schema "entrytrace-trace/1".
 */
#include "base/cleanup.h"
#include "base/json.h"
#include "base/signame.h"
#include "model/fingerprint.h"
#include "report/formats.h"
#include "report/json_stacks.h"
#include "report/scenario.h"

#include <string.h>

static json_t *known(struct priced p)
{
	return p.known ? json_figure(p.value) : json_null();
}

static json_t *known_interval(struct priced p)
{
	if (!p.known)
		return json_null();
	json_t *a = json_array();

	json_add(a, json_figure(p.ci95.lo));
	json_add(a, json_figure(p.ci95.hi));
	return a;
}

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

static void put_cost(json_t *o, const struct site_cost *c)
{
	json_put(o, "cycles", c ? known(c->per_entry) : NULL);
	json_put(o, "ci95", c ? known_interval(c->per_entry) : NULL);
	json_put(o, "added_cycles_per_entry", c ? known(c->added_per_entry) : NULL);
	json_put(o, "added_cycles", c ? known(c->added) : NULL);
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
		put_cost(o, est ? &est->paths[p] : NULL);
		json_add(a, o);
	}
	return a;
}

static json_t *calls(const struct site *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->ncalls; i++) {
		const struct call_count *c = &s->calls[i];
		json_t *o = json_object();

		json_put(o, "abi", json_text(abi_name[c->abi]));
		json_put(o, "number", json_integer(c->nr));
		json_put(o, "name", json_text(c->name));
		json_put(o, "entries", json_count(c->entries));
		json_add(a, o);
	}
	return a;
}

static json_t *sites(const struct trace *t, const struct estimate *est)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *s = &t->sites[i];
		json_t *o = json_object();

		json_put(o, "path", json_text(entry_path_info[s->path].id));
		json_put(o, "image", json_integer(s->image));
		json_put(o, "module", json_text(s->module));
		json_put(o, "offset", json_hex(s->offset));
		json_put(o, "instruction", json_text(s->instruction));
		json_put(o, "entered_at", json_text(s->entered_at));
		json_put(o, "function", json_text(s->function));
		json_put(o, "inlined_in", json_text(s->inlined_in));
		json_put(o, "source", json_text(s->source));
		json_put(o, "entries", json_count(s->entries));
		put_cost(o, est && est->sites ? &est->sites[i] : NULL);
		json_put(o, "syscalls", calls(s));
		/* Only where --stacks asked for them: most traces stay small. */
		if (s->nstacks)
			json_put(o, "stacks", json_stacks(s));
		json_add(a, o);
	}
	return a;
}

static json_t *images(const struct trace *t)
{
	json_t *a = json_array();

	for (size_t i = 0; i < t->nimages; i++) {
		const struct image *im = &t->images[i];
		json_t *o = json_object();

		json_put(o, "exe", json_text(im->exe));
		json_put(o, "abi", json_text(abi_name[im->abi]));
		json_put(o, "processes", json_count(im->processes));
		json_put(o, "threads", json_count(im->threads));
		json_put(o, "entries", json_count(im->entries));
		if (im->in_place || im->by_stops) {
			json_put(o, "in_place", json_count(im->in_place));
			json_put(o, "by_stops", im->by_stops ? json_text(im->by_stops) : json_null());
		}
		if (im->in_kernel)
			json_put(o, "in_kernel", json_true());
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
	json_put(o, "calibration", cal);
	a = json_array();
	for (unsigned i = 0; i < SCENARIOS; i++) {
		const struct what_if *w = &est->what_if[i];
		json_t *s = json_object();

		json_put(s, "scenario", json_text(scenario_info[w->scenario].id));
		json_put(s, "saved_cycles", known(w->saved_cycles));
		json_put(s, "ci95", known_interval(w->saved_cycles));
		json_put(s, "saved_seconds", known(w->saved_seconds));
		json_put(s, "saved_seconds_ci95", known_interval(w->saved_seconds));
		json_put(s, "share_of_cpu", known(w->share_of_cpu));
		json_put(s, "share_of_cpu_ci95", known_interval(w->share_of_cpu));
		json_put(s, "unpriced_entries", json_count(w->unpriced_entries));
		json_add(a, s);
	}
	json_put(o, "what_if", a);
	return o;
}

static int write_json(FILE *out, const struct trace *t, const struct estimate *est,
		      const struct report_style *style, struct err *err)
{
	(void)style, (void)err;
	json_t *o = json_object();

	json_put(o, "schema", json_text("entrytrace-trace/1"));
	json_put(o, "command", command(t));
	json_put(o, "exit", t->exit_kind == EXIT_NONE ? NULL : ending(t));
	json_put(o, "partial", json_text(t->partial));
	json_put(o, "wall_seconds", json_figure(t->wall_seconds));
	json_put(o, "cpu_seconds", cpu(t));
	json_put(o, "host", fingerprint_json(&t->host));
	json_put(o, "entries", json_count(t->entries));
	json_put(o, "paths", paths(t, est));
	json_put(o, "sites", sites(t, est));
	json_put(o, "images", images(t));
	json_put(o, "blind_spots", blind_spots(t));
	json_put(o, "estimate", est ? estimate(est) : NULL);
	json_write(out, o);
	json_decref(o);
	return 0;
}

const struct report_format report_json = {
	.name = "json",
	.what = "everything, for programs",
	.write = write_json,
};
