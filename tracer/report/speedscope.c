/* SPDX-License-Identifier: MIT */
/*
 * Call stacks for speedscope (https://www.speedscope.app): a "sampled" profile,
 * each distinct stack being a sample of its weight. Frames are shared and
 * numbered; stacks go from the outermost frame to the innermost.
 */
#include "base/cleanup.h"
#include "base/json.h"
#include "report/formats.h"
#include "report/frame_text.h"

#include <string.h>
#include <uthash.h>

struct frame_number {
	char *key; /* name and source, which make a frame */
	json_int_t number;
	UT_hash_handle hh;
};

struct frame_table {
	struct frame_number *by_key;
	json_t *frames;
};

static json_int_t frame_number(struct frame_table *ft, const char *name, const char *source)
{
	auto_free char *key = xasprintf("%s\n%s", name, source ? source : "");
	struct frame_number *f;

	HASH_FIND_STR(ft->by_key, key, f);
	if (f)
		return f->number;
	f = xcalloc(1, sizeof(*f));
	f->key = steal_ptr(key);
	f->number = (json_int_t)json_array_size(ft->frames);
	HASH_ADD_KEYPTR(hh, ft->by_key, f->key, strlen(f->key), f);

	json_t *o = json_object();
	const char *colon = source ? strrchr(source, ':') : NULL;

	json_put(o, "name", json_text(name));
	if (colon) {
		auto_free char *file = xasprintf("%.*s", (int)(colon - source), source);

		json_put(o, "file", json_text(file));
		json_put(o, "line", json_integer(strtol(colon + 1, NULL, 10)));
	}
	json_add(ft->frames, o);
	return f->number;
}

static void frame_table_fini(struct frame_table *ft)
{
	struct frame_number *f, *next;

	HASH_ITER(hh, ft->by_key, f, next) {
		HASH_DEL(ft->by_key, f);
		free(f->key);
		free(f);
	}
}

static json_t *sample(struct frame_table *ft, const struct trace *t, const struct site *site,
		      const struct stack *s)
{
	json_t *a = json_array();
	const char *exe = t->images[site->image].exe, *base = strrchr(exe, '/');
	const char *cut = stack_cut_text(s);
	auto_free char *path = xasprintf("[%s]", entry_path_info[site->path].id);

	json_add(a, json_integer(frame_number(ft, base ? base + 1 : exe, NULL)));
	if (cut)
		json_add(a, json_integer(frame_number(ft, cut, NULL)));
	for (size_t i = s->nframes; i-- > 0;) {
		auto_free char *name = frame_text(&s->frames[i]);

		json_add(a, json_integer(frame_number(ft, name, s->frames[i].source)));
	}
	json_add(a, json_integer(frame_number(ft, path, NULL)));
	return a;
}

static json_t *profile(struct frame_table *ft, const struct trace *t, const struct estimate *est,
		       enum weight weight)
{
	json_t *o = json_object(), *samples = json_array(), *weights = json_array();
	uint64_t total = 0;

	for (size_t i = 0; i < t->nsites; i++) {
		for (size_t k = 0; k < t->sites[i].nstacks; k++) {
			const struct stack *s = &t->sites[i].stacks[k];
			uint64_t w = stack_weight(t, est, i, s, weight);

			if (!w)
				continue;
			json_add(samples, sample(ft, t, &t->sites[i], s));
			json_add(weights, json_count(w));
			total += w;
		}
	}
	json_put(o, "type", json_text("sampled"));
	json_put(o, "name", json_text(weight == WEIGHT_CYCLES ? "cycles of kernel entries" : "kernel entries"));
	json_put(o, "unit", json_text("none"));
	json_put(o, "startValue", json_integer(0));
	json_put(o, "endValue", json_count(total));
	json_put(o, "samples", samples);
	json_put(o, "weights", weights);
	return o;
}

static int write_speedscope(FILE *out, const struct trace *t, const struct estimate *est,
			    const struct report_style *style, struct err *err)
{
	struct frame_table ft = {.frames = json_array()};
	json_t *o = json_object(), *shared = json_object(), *profiles = json_array();
	int rc = stack_weights_check(t, est, style->weight, err);

	if (rc == 0) {
		json_add(profiles, profile(&ft, t, est, style->weight));
		json_put(o, "$schema", json_text("https://www.speedscope.app/file-format-schema.json"));
		json_put(o, "exporter", json_text("entrytrace"));
		json_put(o, "name", json_text(t->command && t->command[0] ? t->command[0] : "entrytrace"));
		json_put(o, "activeProfileIndex", json_integer(0));
		json_put(shared, "frames", json_incref(ft.frames));
		json_put(o, "shared", json_incref(shared));
		json_put(o, "profiles", json_incref(profiles));
		json_write(out, o);
	}
	json_decref(ft.frames);
	json_decref(shared);
	json_decref(profiles);
	json_decref(o);
	frame_table_fini(&ft);
	return rc;
}

const struct report_format report_speedscope = {
	.name = "speedscope",
	.what = "call stacks, for speedscope.app",
	.of_stacks = true,
	.write = write_speedscope,
};
