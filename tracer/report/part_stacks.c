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

/* One line from the innermost frame outwards; a guessed frame has a question mark. */
static char *chain(const struct stack *s, bool utf8)
{
	const char *cut = stack_cut_text(s);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < s->nframes; i++) {
		auto_free char *name = frame_text(&s->frames[i]);
		auto_free char *shown = text_escape(s->frames[i].kind == FRAME_FAR_CALL && !utf8
							    ? "[far call 64-32]" : name, utf8);

		fprintf(f, "%s%s%s", i ? (utf8 ? " ← " : " <- ") : "", shown,
			s->frames[i].guessed ? "?" : "");
	}
	if (cut)
		fprintf(f, "%s%s", s->nframes ? " " : "", cut);
	fclose(f);
	return text;
}

void part_stacks(struct parts *x, struct table *t, const struct site *site)
{
	struct weighed_line *lines = NULL;
	uint64_t rest = site->entries;
	size_t shown = 0;

	/* Stacks that differ only in where they pass through a function look the same here. */
	for (size_t i = 0; i < site->nstacks; i++)
		weighed_add(&lines, chain(&site->stacks[i], x->style->utf8), site->stacks[i].entries);
	weighed_sort(&lines);
	for (const struct weighed_line *l = lines; l && shown < STACKS_SHOWN; l = l->hh.next, shown++) {
		table_detail(t, INK_PLAIN, num_share(l->weight, site->entries).s, l->text);
		rest -= l->weight;
		x->guessed |= strchr(l->text, '?') != NULL;
	}
	if (HASH_COUNT(lines) > shown) {
		auto_free char *more = xasprintf("%s other stack%s, %s of the entries",
						 num_count(HASH_COUNT(lines) - shown).s,
						 plural(HASH_COUNT(lines) - shown), num_share(rest, site->entries).s);

		table_detail(t, INK_DIM, NULL, more);
	}
	weighed_free(&lines);
}
