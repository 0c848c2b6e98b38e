/* SPDX-License-Identifier: MIT */
/* The text report's call stacks: the heaviest ones, under their site. */
#include "report/text.h"

#include "base/cleanup.h"
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

void text_stacks(struct text *x, const struct site *site, size_t indent)
{
	struct page *p = &x->page;
	struct weighed_line *lines = NULL;
	uint64_t rest = site->entries;
	size_t shown = 0;

	/* Stacks that differ only in where they pass through a function look the same here. */
	for (size_t i = 0; i < site->nstacks; i++)
		weighed_add(&lines, chain(&site->stacks[i], p->style->utf8), site->stacks[i].entries);
	weighed_sort(&lines);
	for (const struct weighed_line *l = lines; l && shown < STACKS_SHOWN; l = l->hh.next, shown++) {
		struct num share = num_share(l->weight, site->entries);
		size_t width = strlen(">99.9 %") + 2;

		page_blank(p, indent + (width - 2 - text_width(share.s)));
		page_put(p, INK_CYAN, share.s);
		page_blank(p, 2);
		page_wrap(p, INK_PLAIN, indent + width, indent + width, l->text);
		rest -= l->weight;
		x->guessed |= strchr(l->text, '?') != NULL;
	}
	if (HASH_COUNT(lines) > shown) {
		auto_free char *more = xasprintf("%s other stack%s, %s of the entries",
						 num_count(HASH_COUNT(lines) - shown).s,
						 HASH_COUNT(lines) - shown == 1 ? "" : "s",
						 num_share(rest, site->entries).s);

		page_wrap(p, INK_DIM, 0, indent, more);
	}
	weighed_free(&lines);
}
