/* SPDX-License-Identifier: MIT */
/*
 * Folded stacks, as flame-graph tools read them: a line per stack, its frames
 * from the outermost to the innermost, then its weight. The program's file
 * stands first, the entry path last.
 */
#include "base/cleanup.h"
#include "base/text.h"
#include "report/formats.h"
#include "report/frame_text.h"

#include <inttypes.h>
#include <string.h>

/* The separator and line ends must not come from a name. */
static void put_name(FILE *out, const char *name)
{
	auto_free char *plain = text_escape(name, true);

	for (char *p = plain; *p; p++)
		if (*p == ';')
			*p = ':';
	fputs(plain, out);
}

static char *folded_line(const struct trace *t, const struct site *site, const struct stack *s)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	const char *exe = t->images[site->image].exe, *base = strrchr(exe, '/');
	const char *cut = stack_cut_text(s);

	put_name(out, base ? base + 1 : exe);
	if (cut)
		fprintf(out, ";%s", cut);
	for (size_t i = s->nframes; i-- > 0;) {
		auto_free char *name = frame_text(&s->frames[i]);

		fputc(';', out);
		put_name(out, name);
	}
	fprintf(out, ";[%s]", entry_path_info[site->path].id);
	fclose(out);
	return line;
}

static int write_folded(FILE *out, const struct trace *t, const struct estimate *est,
			const struct report_style *style, struct err *err)
{
	struct weighed_line *lines = NULL;
	int rc = stack_weights_check(t, est, style->weight, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < t->nsites; i++) {
		const struct site *site = &t->sites[i];

		for (size_t k = 0; k < site->nstacks; k++) {
			uint64_t w = stack_weight(t, est, i, &site->stacks[k], style->weight);

			if (w)
				weighed_add(&lines, folded_line(t, site, &site->stacks[k]), w);
		}
	}
	weighed_sort(&lines);
	for (const struct weighed_line *l = lines; l; l = l->hh.next)
		fprintf(out, "%s %" PRIu64 "\n", l->text, l->weight);
	weighed_free(&lines);
	return 0;
}

const struct report_format report_folded = {
	.name = "folded",
	.what = "call stacks, a line each, for flame-graph tools",
	.of_stacks = true,
	.write = write_folded,
};
