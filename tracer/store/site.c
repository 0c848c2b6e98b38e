/* SPDX-License-Identifier: MIT */
#include "store/site.h"

#include "base/vec.h"
#include "store/stacks.h"

#include <stdint.h>
#include <stdio.h>

/* ---- writing ---- */

json_t *json_priced(struct priced p)
{
	return p.known ? json_figure(p.value) : json_null();
}

json_t *json_interval(struct priced p)
{
	if (!p.known)
		return json_null();
	json_t *a = json_array();

	json_add(a, json_figure(p.ci95.lo));
	json_add(a, json_figure(p.ci95.hi));
	return a;
}

void json_put_cost(json_t *o, const struct site_cost *c)
{
	json_put(o, "cycles", c ? json_priced(c->per_entry) : NULL);
	json_put(o, "ci95", c ? json_interval(c->per_entry) : NULL);
	json_put(o, "added_cycles_per_entry", c ? json_priced(c->added_per_entry) : NULL);
	json_put(o, "added_cycles", c ? json_priced(c->added) : NULL);
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

json_t *site_json(const struct site *s, const struct site_cost *cost)
{
	json_t *o = json_object();

	json_put(o, "path", json_text(entry_path_info[s->path].id));
	json_put(o, "image", json_integer(s->image));
	json_put(o, "module", json_text(s->module));
	json_put(o, "offset", json_hex(s->offset));
	json_put(o, "instruction", json_text(s->instruction));
	json_put(o, "entered_at", json_text(s->entered_at));
	json_put_function(o, s->function);
	json_put(o, "inlined_in", json_text(s->inlined_in));
	json_put(o, "source", json_text(s->source));
	json_put(o, "entries", json_count(s->entries));
	json_put_cost(o, cost);
	json_put(o, "syscalls", calls(s));
	/* Only where --stacks asked for them: most traces stay small. */
	if (s->nstacks)
		json_put(o, "stacks", json_stacks(s));
	return o;
}

/* ---- reading ---- */

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
		c->name = json_dup_text(r, o, at, "name");
		c->entries = json_get_count(r, o, at, "entries");
		if (__builtin_add_overflow(sum, c->entries, &sum))
			json_fault(r, "%s: the entries add up to more than 64 bits hold", at);
	}
	if (sum != s->entries)
		json_fault(r, "%s: its syscalls add up to %llu entries, not to %llu", where,
			   (unsigned long long)sum, (unsigned long long)s->entries);
}

void site_load(struct json_reader *r, const json_t *o, const char *where, struct site *s)
{
	s->path = entry_path_by_id(json_get_text(r, o, where, "path"));
	if (s->path == ENTRY_PATHS) {
		json_fault(r, "%s.path is no entry path that entrytrace knows", where);
		s->path = PATH_UNKNOWN;
	}
	s->image = (uint32_t)json_get_int(r, o, where, "image", 0, UINT32_MAX);
	s->module = xstrdup(json_get_text(r, o, where, "module"));
	s->offset = json_get_hex(r, o, where, "offset");
	s->instruction = json_dup_text(r, o, where, "instruction");
	s->entered_at = json_dup_text(r, o, where, "entered_at");
	s->function = json_load_function(r, o, where);
	s->inlined_in = json_dup_text(r, o, where, "inlined_in");
	s->source = json_dup_text(r, o, where, "source");
	s->entries = json_get_count(r, o, where, "entries");
	load_calls(r, o, where, s);
	json_load_stacks(r, o, where, s);
}
