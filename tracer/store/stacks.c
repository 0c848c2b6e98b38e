/* SPDX-License-Identifier: MIT */
#include "store/stacks.h"

#include "base/cleanup.h"
#include "base/vec.h"

#include <stdio.h>

void json_put_function(json_t *o, const char *function)
{
	uint64_t offset = 0;
	size_t n = function ? function_name(function, &offset) : 0;

	if (!function || !function[n]) {
		json_put(o, "function", json_text(function));
		json_put(o, "function_offset", NULL);
		return;
	}
	auto_free char *name = xasprintf("%.*s", (int)n, function);

	json_put(o, "function", json_text(name));
	json_put(o, "function_offset", json_hex(offset));
}

char *json_load_function(struct json_reader *r, const json_t *o, const char *where)
{
	char *name = json_dup_text(r, o, where, "function");

	if (!name || !json_opt_text(r, o, where, "function_offset"))
		return name;
	uint64_t offset = json_get_hex(r, o, where, "function_offset");
	char *both = xasprintf("%s+0x%llx", name, (unsigned long long)offset);

	free(name);
	return both;
}

static json_t *frames(const struct stack *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->nframes; i++) {
		const struct frame *f = &s->frames[i];
		json_t *o = json_object();

		json_put(o, "kind", json_text(frame_kind_name[f->kind]));
		json_put(o, "guessed", json_boolean(f->guessed));
		json_put(o, "inlined", json_boolean(f->inlined));
		json_put(o, "module", json_text(f->module));
		json_put(o, "offset", json_hex(f->offset));
		json_put_function(o, f->function);
		json_put(o, "source", json_text(f->source));
		json_add(a, o);
	}
	return a;
}

json_t *json_stacks(const struct site *s)
{
	json_t *a = json_array();

	for (size_t i = 0; i < s->nstacks; i++) {
		json_t *o = json_object();

		json_put(o, "entries", json_count(s->stacks[i].entries));
		json_put(o, "samples", json_count(s->stacks[i].samples));
		json_put(o, "end", json_text(stack_end_name[s->stacks[i].end]));
		json_put(o, "frames", frames(&s->stacks[i]));
		json_add(a, o);
	}
	return a;
}

static void load_frames(struct json_reader *r, const json_t *o, const char *where, struct stack *s)
{
	const json_t *a = json_get_array(r, o, where, "frames");

	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *from = json_array_get(a, i);
		struct frame *f = vec_push(s->frames, s->nframes);
		char at[120];

		snprintf(at, sizeof(at), "%s.frames[%zu]", where, i);
		f->kind = frame_kind_by_name(json_get_text(r, from, at, "kind"));
		if (f->kind == FRAME_KINDS) {
			json_fault(r, "%s.kind is no kind of frame that entrytrace knows", at);
			f->kind = FRAME_CALL;
		}
		f->guessed = json_is_true(json_object_get(from, "guessed"));
		f->inlined = json_is_true(json_object_get(from, "inlined"));
		f->module = json_dup_text(r, from, at, "module");
		f->offset = json_get_hex(r, from, at, "offset");
		f->function = json_load_function(r, from, at);
		f->source = json_dup_text(r, from, at, "source");
	}
}

void json_load_stacks(struct json_reader *r, const json_t *site, const char *where, struct site *s)
{
	const json_t *a = json_object_get(site, "stacks");
	uint64_t sum = 0;

	if (!a || json_is_null(a))
		return;
	a = json_get_array(r, site, where, "stacks");
	for (size_t i = 0; i < json_array_size(a) && !r->failed; i++) {
		const json_t *o = json_array_get(a, i);
		struct stack *to = vec_push(s->stacks, s->nstacks);
		char at[80];

		snprintf(at, sizeof(at), "%s.stacks[%zu]", where, i);
		to->entries = json_get_count(r, o, at, "entries");
		to->samples = json_get_count(r, o, at, "samples");
		to->end = stack_end_by_name(json_get_text(r, o, at, "end"));
		if (to->end == STACK_ENDS) {
			json_fault(r, "%s.end is no end of a stack that entrytrace knows", at);
			to->end = STACK_NONE;
		}
		load_frames(r, o, at, to);
		if (__builtin_add_overflow(sum, to->entries, &sum))
			json_fault(r, "%s: the entries add up to more than there can be", at);
	}
	if (s->nstacks && sum != s->entries)
		json_fault(r, "%s: its stacks add up to %llu entries, not to %llu", where,
			   (unsigned long long)sum, (unsigned long long)s->entries);
}
