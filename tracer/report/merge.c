/* SPDX-License-Identifier: MIT */
#include "report/merge.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/fingerprint.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Which site, image and so on of the sum has a key. */
struct slot {
	char *key;
	size_t at;
	UT_hash_handle hh;
};

struct merger {
	struct trace *out;
	struct slot *images, *sites, *modules, *blind, *hosts;
};

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The slot of key, which is taken over; *at is where a new one goes. True when it is new. */
static bool slot(struct slot **slots, char *key, size_t *at)
{
	struct slot *s;

	HASH_FIND_STR(*slots, key, s);
	if (s) {
		*at = s->at;
		free(key);
		return false;
	}
	s = xcalloc(1, sizeof(*s));
	s->key = key;
	s->at = *at;
	HASH_ADD_KEYPTR(hh, *slots, s->key, strlen(s->key), s);
	return true;
}

static void slots_fini(struct slot **slots)
{
	struct slot *s, *next;

	HASH_ITER(hh, *slots, s, next) {
		HASH_DEL(*slots, s);
		free(s->key);
		free(s);
	}
}

static size_t add_image(struct merger *m, const struct image *im)
{
	size_t at = m->out->nimages;

	if (slot(&m->images, xasprintf("%d\n%s\n%s", (int)im->abi, im->exe, im->build_id ? im->build_id : ""), &at)) {
		struct image *new = vec_push(m->out->images, m->out->nimages);

		new->exe = xstrdup(im->exe);
		new->abi = im->abi;
		new->build_id = copy(im->build_id);
		new->in_kernel = im->in_kernel;
	}
	struct image *to = &m->out->images[at];

	to->processes += im->processes;
	to->threads += im->threads;
	to->entries += im->entries;
	to->in_place += im->in_place;
	to->in_kernel = to->in_kernel && im->in_kernel;
	to->rerouted += im->rerouted;
	for (unsigned r = 0; r < STOP_REASONS; r++)
		to->stops[r] += im->stops[r];
	if (!to->by_stops)
		to->by_stops = copy(im->by_stops);
	return at;
}

static void add_calls(struct site *to, const struct site *from)
{
	for (size_t i = 0; i < from->ncalls; i++) {
		const struct call_count *c = &from->calls[i];
		size_t k = 0;

		while (k < to->ncalls && (to->calls[k].abi != c->abi || to->calls[k].nr != c->nr))
			k++;
		if (k == to->ncalls)
			*vec_push(to->calls, to->ncalls) = (struct call_count){c->abi, c->nr, copy(c->name), 0};
		to->calls[k].entries += c->entries;
	}
}

static void add_stacks(struct site *to, const struct site *from)
{
	/* Weights must add up to the site's entries: entries of traces without stacks have none. */
	if (!from->nstacks && to->nstacks + from->entries > 0) {
		if (to->nstacks) {
			struct stack *none = vec_push(to->stacks, to->nstacks);

			none->end = STACK_NONE;
			none->entries = from->entries;
		}
		return;
	}
	if (!to->nstacks && to->entries) {
		struct stack *none = vec_push(to->stacks, to->nstacks);

		none->end = STACK_NONE;
		none->entries = to->entries;
	}
	for (size_t i = 0; i < from->nstacks; i++) {
		const struct stack *s = &from->stacks[i];
		struct stack *new = vec_push(to->stacks, to->nstacks);

		*new = (struct stack){.entries = s->entries, .samples = s->samples, .end = s->end};
		for (size_t k = 0; k < s->nframes; k++) {
			struct frame *f = vec_push(new->frames, new->nframes);

			*f = s->frames[k];
			f->module = copy(f->module);
			f->function = copy(f->function);
			f->source = copy(f->source);
		}
	}
}

static void add_site(struct merger *m, const struct trace *t, const struct site *s, size_t image)
{
	const char *build_id = trace_build_id(t, s->module);
	size_t at = m->out->nsites;
	char *key = xasprintf("%zu\n%d\n%s\n%s\n%" PRIx64 "\n%s", image, (int)s->path, s->module,
			      build_id ? build_id : "", s->offset, s->entered_at ? s->entered_at : "");

	if (slot(&m->sites, key, &at)) {
		struct site *new = vec_push(m->out->sites, m->out->nsites);

		new->path = s->path;
		new->image = (uint32_t)image;
		new->module = xstrdup(s->module);
		new->offset = s->offset;
		new->instruction = copy(s->instruction);
		new->entered_at = copy(s->entered_at);
		new->function = copy(s->function);
		new->inlined_in = copy(s->inlined_in);
		new->source = copy(s->source);
	}
	add_calls(&m->out->sites[at], s);
	add_stacks(&m->out->sites[at], s);
	m->out->sites[at].entries += s->entries;
	m->out->entries += s->entries;
}

static void add_lists(struct merger *m, const struct trace *t)
{
	auto_free size_t *image = xcalloc(t->nimages + 1, sizeof(*image));

	for (size_t i = 0; i < t->nimages; i++)
		image[i] = add_image(m, &t->images[i]);
	for (size_t i = 0; i < t->nsites; i++)
		add_site(m, t, &t->sites[i], image[t->sites[i].image]);
	for (size_t i = 0; i < t->nmodules; i++) {
		size_t at = m->out->nmodules;

		if (slot(&m->modules, xasprintf("%s\n%s", t->modules[i].path, t->modules[i].build_id), &at))
			*vec_push(m->out->modules, m->out->nmodules) = (struct module_id){
				xstrdup(t->modules[i].path), xstrdup(t->modules[i].build_id)};
	}
	for (size_t i = 0; i < t->nblind_spots; i++) {
		const struct blind_spot *b = &t->blind_spots[i];
		size_t at = m->out->nblind_spots;

		if (slot(&m->blind, xasprintf("%s\n%s", b->kind, b->note), &at))
			*vec_push(m->out->blind_spots, m->out->nblind_spots) = (struct blind_spot){
				xstrdup(b->kind), 0, xstrdup(b->note)};
		m->out->blind_spots[at].count += b->count;
	}
}

static void add_host(struct merger *m, const char *name)
{
	size_t at = m->out->nhosts;

	if (slot(&m->hosts, xstrdup(name), &at))
		*vec_push(m->out->hosts, m->out->nhosts) = xstrdup(name);
}

/* Older traces do not name their host: one with the same facts is taken for the same. */
static void add_hosts(struct merger *m, const struct trace *t)
{
	auto_free char *unnamed = xasprintf("unnamed host %08" PRIx64, host_hash(&t->host) & 0xffffffff);

	for (size_t i = 0; i < t->nhosts; i++)
		add_host(m, t->hosts[i]);
	if (!t->nhosts)
		add_host(m, t->host_name ? t->host_name : unnamed);
}

/* What of the hosts is the same everywhere. */
static struct host common_host(const struct trace *const from[], size_t n)
{
	struct host h = {0};

	for (size_t i = 0; i < from[0]->host.nfacts; i++) {
		const struct host_fact *f = &from[0]->host.facts[i];
		bool all = true;

		for (size_t k = 1; k < n && all; k++)
			all = same(host_fact(&from[k]->host, f->key), f->value);
		if (all)
			*vec_push(h.facts, h.nfacts) = (struct host_fact){xstrdup(f->key), xstrdup(f->value)};
	}
	return h;
}

static bool same_command(const struct trace *a, const struct trace *b)
{
	size_t i = 0;

	while (a->command[i] && same(a->command[i], b->command[i]))
		i++;
	return !a->command[i] && !b->command[i];
}

static void add_times(struct trace *out, const struct trace *const from[], size_t n)
{
	bool untraced = true;

	for (size_t i = 0; i < n; i++) {
		out->wall_seconds += from[i]->wall_seconds;
		out->cpu_user += from[i]->cpu_user;
		out->cpu_system += from[i]->cpu_system;
		out->cpu_untraced += from[i]->cpu_untraced;
		untraced &= from[i]->cpu_untraced > 0;
	}
	if (!untraced)
		out->cpu_untraced = 0;
}

static void add_endings(struct trace *out, const struct trace *const from[], size_t n)
{
	const char *partial = NULL;
	size_t cut = 0;

	out->exit_kind = from[0]->exit_kind;
	out->exit_value = from[0]->exit_value;
	for (size_t i = 0; i < n; i++) {
		if (from[i]->exit_kind != out->exit_kind || from[i]->exit_value != out->exit_value)
			out->exit_kind = EXIT_NONE, out->exit_value = 0;
		cut += from[i]->partial != NULL;
		partial = partial ? partial : from[i]->partial;
		out->runs += from[i]->runs ? from[i]->runs : 1;
		if (!out->started || (from[i]->started && strcmp(from[i]->started, out->started) < 0)) {
			free(out->started);
			out->started = copy(from[i]->started);
		}
	}
	if (cut)
		out->partial = xasprintf("%zu of %zu traces: %s", cut, n, partial);
}

void trace_merge(const struct trace *const from[], size_t n, struct trace *out)
{
	struct merger m = {.out = out};
	bool one_command = true;
	size_t words = 0;

	*out = (struct trace){0};
	for (size_t i = 0; i < n; i++) {
		add_lists(&m, from[i]);
		add_hosts(&m, from[i]);
		one_command &= same_command(from[0], from[i]);
	}
	while (one_command && from[0]->command[words])
		words++;
	out->command = xcalloc(words + 1, sizeof(*out->command));
	for (size_t i = 0; i < words; i++)
		out->command[i] = xstrdup(from[0]->command[i]);
	out->tool = copy(from[0]->tool);
	out->host = common_host(from, n);
	add_times(out, from, n);
	add_endings(out, from, n);
	slots_fini(&m.images);
	slots_fini(&m.sites);
	slots_fini(&m.modules);
	slots_fini(&m.blind);
	slots_fini(&m.hosts);
	trace_sort(out);
}
