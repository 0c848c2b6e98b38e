/* SPDX-License-Identifier: MIT */
#include "report/filter.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "model/fingerprint.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool filter_is_set(const struct filter *f)
{
	return f->programs || f->modules || f->paths || f->syscalls;
}

static bool listed(const char *list, const char *text)
{
	while (*list) {
		size_t n = strcspn(list, ",");
		auto_free char *glob = xasprintf("%.*s", (int)n, list);

		if (*glob && text && fnmatch(glob, text, 0) == 0)
			return true;
		list += n + (list[n] == ',');
	}
	return false;
}

static bool matches(const char *list, const char *text, const char *also)
{
	bool inverted;

	if (!list)
		return true;
	inverted = *list == '!';
	return (listed(list + inverted, text) || listed(list + inverted, also)) != inverted;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static char *copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static bool call_matches(const struct filter *f, const struct call_count *c)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRId64, c->nr);
	return matches(f->syscalls, c->name, number);
}

static void copy_stacks(struct site *to, const struct site *from)
{
	for (size_t i = 0; i < from->nstacks; i++) {
		const struct stack *s = &from->stacks[i];
		struct stack *new = vec_push(to->stacks, to->nstacks);

		*new = (struct stack){.entries = s->entries, .samples = s->samples, .end = s->end};
		for (size_t k = 0; k < s->nframes; k++) {
			struct frame *fr = vec_push(new->frames, new->nframes);

			*fr = s->frames[k];
			fr->module = copy(fr->module);
			fr->function = copy(fr->function);
			fr->source = copy(fr->source);
		}
	}
}

static void add_site(const struct site *s, const struct filter *f, uint32_t image, struct trace *out)
{
	struct site *to = vec_push(out->sites, out->nsites);

	*to = (struct site){
		.path = s->path, .image = image, .module = xstrdup(s->module), .offset = s->offset,
		.instruction = copy(s->instruction), .entered_at = copy(s->entered_at), .function = copy(s->function),
		.inlined_in = copy(s->inlined_in), .source = copy(s->source),
	};
	for (size_t i = 0; i < s->ncalls; i++) {
		if (!call_matches(f, &s->calls[i]))
			continue;
		*vec_push(to->calls, to->ncalls) = s->calls[i];
		to->calls[to->ncalls - 1].name = copy(s->calls[i].name);
		to->entries += s->calls[i].entries;
	}
	/* Which stacks made which of the calls is not known: they stay where all calls do. */
	if (to->entries == s->entries)
		copy_stacks(to, s);
	out->entries += to->entries;
}

static bool any_call(const struct site *s, const struct filter *f)
{
	for (size_t i = 0; i < s->ncalls; i++)
		if (call_matches(f, &s->calls[i]))
			return true;
	return !f->syscalls;
}

static void add_sites(const struct trace *t, const struct filter *f, struct trace *out, size_t *map)
{
	auto_free uint32_t *image = xcalloc(t->nimages + 1, sizeof(*image));

	memset(image, 0xff, t->nimages * sizeof(*image));
	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *s = &t->sites[i];
		const struct image *im = &t->images[s->image];

		if (!matches(f->programs, im->exe, last_part(im->exe)) || !matches(f->modules, s->module, last_part(s->module)) ||
		    !matches(f->paths, entry_path_info[s->path].id, NULL) || !any_call(s, f))
			continue;
		if (image[s->image] == UINT32_MAX) {
			struct image *to = vec_push(out->images, out->nimages);

			image[s->image] = (uint32_t)(out->nimages - 1);
			*to = *im;
			to->exe = xstrdup(im->exe);
			to->build_id = copy(im->build_id);
			to->by_stops = copy(im->by_stops);
			to->entries = 0;
		}
		map[out->nsites] = i;
		add_site(s, f, image[s->image], out);
		out->images[image[s->image]].entries += out->sites[out->nsites - 1].entries;
	}
}

static char *describe(const struct filter *f)
{
	return xasprintf("%s%s%s%s%s%s%s%s", f->programs ? " --program " : "", f->programs ? f->programs : "",
			 f->modules ? " --module " : "", f->modules ? f->modules : "", f->paths ? " --path " : "",
			 f->paths ? f->paths : "", f->syscalls ? " --syscall " : "", f->syscalls ? f->syscalls : "");
}

void trace_filter(const struct trace *t, const struct filter *f, struct trace *out, size_t *map)
{
	auto_free char *by = describe(f);
	size_t words = 0;

	*out = (struct trace){
		.tool = copy(t->tool), .started = copy(t->started), .host_name = copy(t->host_name), .runs = t->runs,
		.exit_kind = t->exit_kind, .exit_value = t->exit_value, .partial = copy(t->partial),
		.wall_seconds = t->wall_seconds, .cpu_user = t->cpu_user, .cpu_system = t->cpu_system,
		.cpu_untraced = t->cpu_untraced, .host = host_copy(&t->host), .shown = xstrdup(by + 1),
		.whole_entries = t->entries, .whole_sites = t->nsites,
	};
	while (t->command && t->command[words])
		words++;
	out->command = xcalloc(words + 1, sizeof(*out->command));
	for (size_t i = 0; i < words; i++)
		out->command[i] = xstrdup(t->command[i]);
	for (size_t i = 0; i < t->npids; i++)
		*vec_push(out->pids, out->npids) = t->pids[i];
	for (size_t i = 0; i < t->nhosts; i++)
		*vec_push(out->hosts, out->nhosts) = xstrdup(t->hosts[i]);
	for (size_t i = 0; i < t->nmodules; i++)
		*vec_push(out->modules, out->nmodules) =
			(struct module_id){xstrdup(t->modules[i].path), xstrdup(t->modules[i].build_id)};
	for (size_t i = 0; i < t->nblind_spots; i++)
		*vec_push(out->blind_spots, out->nblind_spots) = (struct blind_spot){
			xstrdup(t->blind_spots[i].kind), t->blind_spots[i].count, xstrdup(t->blind_spots[i].note)};
	add_sites(t, f, out, map);
}
