/* SPDX-License-Identifier: MIT */
/* A flame graph of plain boxes, which needs no script to be read. */
#include "report/html.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/frame_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Boxes that would be narrower than a hair, and deeper than a page, are left out. */
#define LEAST_PART 0.0008
#define DEEPEST 200

struct box {
	char *name; /* the key among its siblings */
	uint64_t weight;
	uint64_t by_path[ENTRY_PATHS];
	struct box *above; /* what it calls */
	UT_hash_handle hh;
};

static struct box *box_in(struct box **among, const char *name, uint64_t weight, enum entry_path path)
{
	struct box *b;

	HASH_FIND_STR(*among, name, b);
	if (!b) {
		b = xcalloc(1, sizeof(*b));
		b->name = text_escape(name, true);
		HASH_ADD_KEYPTR(hh, *among, b->name, strlen(b->name), b);
	}
	b->weight += weight;
	b->by_path[path] += weight;
	return b;
}

static void boxes_free(struct box **among)
{
	struct box *b, *next;

	HASH_ITER(hh, *among, b, next) {
		HASH_DEL(*among, b);
		boxes_free(&b->above);
		free(b->name);
		free(b);
	}
}

static int by_name(const struct box *a, const struct box *b)
{
	return strcmp(a->name, b->name);
}

static enum entry_path main_path(const struct box *b)
{
	unsigned most = 0;

	for (unsigned p = 1; p < ENTRY_PATHS; p++)
		if (b->by_path[p] > b->by_path[most])
			most = p;
	return most;
}

static unsigned depth_of(struct box *among, uint64_t all)
{
	unsigned deepest = 0;

	for (struct box *b = among; b; b = b->hh.next)
		if ((double)b->weight >= LEAST_PART * (double)all) {
			unsigned d = 1 + depth_of(b->above, all);

			deepest = d > deepest ? d : deepest;
		}
	return deepest;
}

static void put_boxes(FILE *out, struct box **among, uint64_t left, uint64_t all, unsigned level)
{
	HASH_SORT(*among, by_name);
	for (struct box *b = *among; b; b = b->hh.next) {
		double part = (double)b->weight / (double)all;

		if (part >= LEAST_PART && level < DEEPEST) {
			fputs("<a class=\"", out);
			html_path_class(out, main_path(b));
			fprintf(out, "\" style=\"left:%.3f%%;width:%.3f%%;--y:%u\" data-x=\"%.6f\" data-w=\"%.6f\" title=\"",
				100 * (double)left / (double)all, 100 * part, level, (double)left / (double)all, part);
			html_text(out, b->name);
			fprintf(out, ": %s entries, %s\">", num_count(b->weight).s, num_share(b->weight, all).s);
			html_text(out, b->name);
			fputs("</a>\n", out);
			put_boxes(out, &b->above, left, all, level + 1);
		}
		left += b->weight;
	}
}

static void add_stack(struct box **roots, const char *program, const struct site *site, const struct stack *s)
{
	auto_free char *path = xasprintf("[%s]", entry_path_info[site->path].id);
	const char *cut = stack_cut_text(s);
	struct box *b = box_in(roots, program, s->entries, site->path);

	if (cut)
		b = box_in(&b->above, cut, s->entries, site->path);
	for (size_t i = s->nframes; i-- > 0;) {
		auto_free char *name = frame_text(&s->frames[i]);

		b = box_in(&b->above, name, s->entries, site->path);
	}
	box_in(&b->above, path, s->entries, site->path);
}

static void add_bare(struct box **roots, const char *program, const struct site *site)
{
	auto_free char *path = xasprintf("[%s]", entry_path_info[site->path].id);
	auto_free char *offset = xasprintf("0x%" PRIx64, site->offset);
	const char *base = strrchr(site->module, '/');
	struct box *b = box_in(roots, program, site->entries, site->path);

	b = box_in(&b->above, base ? base + 1 : site->module, site->entries, site->path);
	b = box_in(&b->above, site->function ? site->function : offset, site->entries, site->path);
	box_in(&b->above, path, site->entries, site->path);
}

void html_flame(FILE *out, const struct trace *t)
{
	struct box *roots = NULL;
	uint64_t all = 0;
	bool stacks = false;

	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *s = &t->sites[i];
		const char *exe = t->images[s->image].exe, *base = strrchr(exe, '/');

		for (size_t k = 0; k < s->nstacks; k++)
			add_stack(&roots, base ? base + 1 : exe, s, &s->stacks[k]);
		if (!s->nstacks && s->entries)
			add_bare(&roots, base ? base + 1 : exe, s);
		stacks |= s->nstacks > 0;
		all += s->entries;
	}
	if (all) {
		unsigned depth = depth_of(roots, all);

		fprintf(out, "<section><h2>Flame graph</h2>\n<p class=\"dim\">%s; as wide as their entries, coloured by path. "
			"<span class=\"js\">Click a box to see it in full width, the lowest to go back.</span></p>\n"
			"<div class=\"flame\" style=\"--rows:%u\">\n",
			stacks ? "Call stacks from the program up to the entry" : "Programs, files and functions up to the entry "
			"(--stacks takes call stacks)", depth < DEEPEST ? depth : DEEPEST);
		put_boxes(out, &roots, 0, all, 0);
		fputs("</div></section>\n", out);
	}
	boxes_free(&roots);
}
