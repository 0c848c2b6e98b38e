/* SPDX-License-Identifier: MIT */
#include "store/loader.h"

#include "base/signame.h"
#include "base/vec.h"
#include "store/host.h"

#include <string.h>

void load_schema(struct loader *l, const json_t *v)
{
	const char *schema = json_string_value(v);

	if (!schema)
		json_fault(&l->r, "schema is not a string");
	else if (strcmp(schema, "entrytrace-trace/1") != 0)
		json_fault(&l->r, "it is not a trace that this version reads: schema is \"%.60s\", not "
			   "\"entrytrace-trace/1\"", schema);
}

void load_command(struct loader *l, const json_t *a)
{
	struct trace *t = l->t;
	size_t n = json_array_size(a);

	if (!json_is_array(a))
		json_fault(&l->r, "command is not a list");
	t->command = xcalloc(n + 1, sizeof(*t->command));
	for (size_t i = 0; i < n; i++) {
		const char *word = json_string_value(json_array_get(a, i));

		if (!word)
			json_fault(&l->r, "command[%zu] is not a string", i);
		t->command[i] = xstrdup(word ? word : "");
	}
}

void load_pids(struct loader *l, const json_t *a)
{
	if (!json_is_array(a))
		json_fault(&l->r, "pids is not a list");
	for (size_t i = 0; i < json_array_size(a); i++) {
		const json_t *v = json_array_get(a, i);

		if (!json_is_integer(v))
			json_fault(&l->r, "pids[%zu] is not a whole number", i);
		*vec_push(l->t->pids, l->t->npids) = json_integer_value(v);
	}
}

void load_merged(struct loader *l, const json_t *o)
{
	l->t->runs = json_get_count(&l->r, o, "merged", "runs");
	const json_t *a = json_get_array(&l->r, o, "merged", "hosts");

	for (size_t i = 0; i < json_array_size(a); i++) {
		const char *name = json_string_value(json_array_get(a, i));

		if (!name)
			json_fault(&l->r, "merged.hosts[%zu] is not a string", i);
		*vec_push(l->t->hosts, l->t->nhosts) = xstrdup(name ? name : "");
	}
}

void load_filtered(struct loader *l, const json_t *o)
{
	l->t->shown = xstrdup(json_get_text(&l->r, o, "filtered", "by"));
	l->t->whole_entries = json_get_count(&l->r, o, "filtered", "entries_before");
	l->t->whole_sites = json_get_count(&l->r, o, "filtered", "sites_before");
}

void load_tool(struct loader *l, const json_t *o)
{
	l->t->tool = json_dup_text(&l->r, o, "tool", "version");
}

/* The whole member is the text. */
static char *text_of(struct loader *l, const json_t *v)
{
	if (json_is_null(v))
		return NULL;
	if (!json_is_string(v)) {
		json_fault(&l->r, "%s is not a string", l->in.key);
		return NULL;
	}
	return xstrdup(json_string_value(v));
}

void load_started(struct loader *l, const json_t *v)
{
	l->t->started = text_of(l, v);
}

void load_host_name(struct loader *l, const json_t *v)
{
	l->t->host_name = text_of(l, v);
}

void load_partial(struct loader *l, const json_t *v)
{
	l->t->partial = text_of(l, v);
}

void load_ending(struct loader *l, const json_t *o)
{
	struct trace *t = l->t;

	if (json_is_null(o))
		return;
	if (!json_is_object(o))
		json_fault(&l->r, "exit is not an object");
	if (json_object_get(o, "signal")) {
		t->exit_kind = EXIT_SIGNAL;
		t->exit_value = signame_find(json_get_text(&l->r, o, "exit", "signal"));
		if (!t->exit_value)
			json_fault(&l->r, "exit.signal names no signal");
	} else {
		t->exit_kind = EXIT_CODE;
		t->exit_value = (int)json_get_int(&l->r, o, "exit", "code", 0, 255);
	}
}

static double seconds_of(struct loader *l, const json_t *v, const char *name)
{
	double s = json_number_value(v);

	if (!json_is_number(v))
		json_fault(&l->r, "%s is not a number", name);
	/* A trace of a hundred years is a mistake. */
	else if (!(s >= 0 && s < 4e9))
		json_fault(&l->r, "%s is no sensible time", name);
	return l->r.failed ? 0 : s;
}

void load_wall(struct loader *l, const json_t *v)
{
	l->t->wall_seconds = seconds_of(l, v, "wall_seconds");
}

void load_cpu(struct loader *l, const json_t *o)
{
	const json_t *untraced = json_object_get(o, "untraced");

	l->t->cpu_user = seconds_of(l, json_object_get(o, "user"), "cpu_seconds.user");
	l->t->cpu_system = seconds_of(l, json_object_get(o, "system"), "cpu_seconds.system");
	if (untraced)
		l->t->cpu_untraced = seconds_of(l, untraced, "cpu_seconds.untraced");
}

void load_host(struct loader *l, const json_t *o)
{
	if (!json_is_null(o))
		host_load(&l->r, o, "host", &l->t->host);
}

void load_entries(struct loader *l, const json_t *v)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		json_fault(&l->r, "entries is not a whole number");
	else
		l->t->entries = (uint64_t)json_integer_value(v);
}
