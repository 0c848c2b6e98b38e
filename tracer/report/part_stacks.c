/* SPDX-License-Identifier: MIT */
/* Call stacks: the heaviest ones, under their site. */
#include "report/parts.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/frame_text.h"

#include <string.h>

/* How many stacks of a site are shown. The other formats have all. */
#define STACKS_SHOWN 3
/* Outer frames that all stacks share are shown once, if there are more than these. */
#define FEWEST_FOLDED 2

/* The frame as the report names it; a guessed one has a question mark. The caller frees it. */
static char *shown_frame(const struct frame *f, bool utf8)
{
	auto_free char *name = frame_text(f);
	auto_free char *clean = text_escape(f->kind == FRAME_FAR_CALL && !utf8 ? "[far call 64-32]" : name, utf8);

	return xasprintf("%s%s", clean, f->guessed ? "?" : "");
}

/*
 * One line from the innermost frame outwards: frames first to last of all n,
 * and how many are left out between them and the outermost ones that are
 * folded.
 */
static char *chain(const struct stack *s, size_t n, size_t limit, bool utf8)
{
	const char *cut = stack_cut_text(s);
	const char *arrow = utf8 ? " ← " : " <- ";
	size_t shown = limit && limit < n ? limit - 1 : n;
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return xstrdup("");
	for (size_t i = 0; i < n; i++) {
		if (i == shown && n - 1 > shown)
			fprintf(f, "%s%zu" DOC_NBSP "more", arrow, n - 1 - shown);
		/* The innermost ones, and the one they all come from. */
		if (i >= shown && i + 1 < n)
			continue;
		auto_free char *name = shown_frame(&s->frames[i], utf8);

		fprintf(f, "%s%s", i ? arrow : "", name);
	}
	/* A cut is at the outer end. */
	if (cut && n == s->nframes)
		fprintf(f, "%s%s", n ? " " : "", cut);
	fclose(f);
	return text;
}

/* How many of the outermost frames all stacks of the site share, by the names that are shown. */
static size_t common_frames(const struct site *site, bool utf8)
{
	const struct stack *first = &site->stacks[0];
	size_t common = 0;

	for (bool all = true; all && common < first->nframes; common += all) {
		auto_free char *name = shown_frame(&first->frames[first->nframes - 1 - common], utf8);

		for (size_t i = 0; i < site->nstacks && all; i++) {
			const struct stack *s = &site->stacks[i];

			all = s->nframes > common + 1 && s->end == first->end;
			if (all) {
				auto_free char *other = shown_frame(&s->frames[s->nframes - 1 - common], utf8);

				all = strcmp(name, other) == 0;
			}
		}
	}
	return common;
}

void part_stacks(struct parts *x, struct table *t, const struct site *site)
{
	struct weighed_line *lines = NULL;
	uint64_t rest = site->entries;
	bool utf8 = x->style->utf8;
	/* One stack has nothing in common with others; two frames are as short as the line that says so. */
	size_t shown = 0, common = site->nstacks > 1 ? common_frames(site, utf8) : 0;

	if (common <= FEWEST_FOLDED)
		common = 0;
	/* Stacks that differ only in where they pass through a function look the same here. */
	for (size_t i = 0; i < site->nstacks; i++)
		weighed_add(&lines, chain(&site->stacks[i], site->stacks[i].nframes - common, x->style->frames, utf8),
			    site->stacks[i].entries);
	weighed_sort(&lines);
	/* What looked different in its outer frames alone is one line now: then there is nothing to fold. */
	for (const struct weighed_line *l = lines; l && shown < STACKS_SHOWN; l = l->hh.next, shown++) {
		table_detail(t, INK_PLAIN, num_share(l->weight, site->entries).s, l->text);
		rest -= l->weight;
		x->guessed |= strchr(l->text, '?') != NULL;
	}
	if (common) {
		struct stack outer = site->stacks[0];

		outer.frames += outer.nframes - common;
		outer.nframes = common;
		auto_free char *text = chain(&outer, common, x->style->frames, utf8);
		auto_free char *line = xasprintf("%s %s", utf8 ? "all ←" : "all <-", text);

		table_detail(t, INK_DIM, NULL, line);
		x->guessed |= strchr(text, '?') != NULL;
	}
	if (HASH_COUNT(lines) > shown) {
		auto_free char *more = xasprintf("%s other stack%s, %s of the entries",
						 num_count(HASH_COUNT(lines) - shown).s,
						 plural(HASH_COUNT(lines) - shown), num_share(rest, site->entries).s);

		table_detail(t, INK_DIM, NULL, more);
	}
	weighed_free(&lines);
}
