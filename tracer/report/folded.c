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
