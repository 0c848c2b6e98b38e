/* SPDX-License-Identifier: MIT */
/* The compare command: two saved traces beside each other. */
#include "cli/command.h"
#include "cli/emit.h"
#include "cli/gates.h"
#include "cli/saved.h"
#include "report/compare.h"

#include <errno.h>
#include <string.h>

static struct compare_side side_of(const char *name, const struct saved *s)
{
	return (struct compare_side){name, &s->trace, s->priced ? &s->estimate : NULL};
}

static const struct compare_format *find_format(const char *name)
{
	for (size_t i = 0; i < ncompare_formats; i++)
		if (strcmp(compare_formats[i]->name, name) == 0)
			return compare_formats[i];
	return compare_formats[0];
}

static int show(const struct config *cfg, const struct comparison *c, struct err *err)
{
	FILE *out = emit_open(cfg->output, stdout, err);

	if (!out)
		return err->code;
	struct report_style style = emit_style(cfg, out);

	errno = 0;
	find_format(cfg->format)->write(out, c, &style);
	int r = emit_flush(out, cfg->output, err);

	if (out != stdout && fclose(out) != 0 && r == 0)
		r = err_set(err, -errno, "cannot write the report to %s: %s", cfg->output, strerror(errno));
	return r;
}

int compare_run(const struct config *cfg)
{
	struct saved old_side = {0}, new_side = {0};
	struct err err = {0};
	int status = 0;
	int r = saved_open(cfg, cfg->operands, 1, &old_side, &err);

	if (r == 0)
		r = saved_open(cfg, cfg->operands + 1, 1, &new_side, &err);
	if (r == 0) {
		struct comparison c;

		comparison_make(side_of(cfg->operands[0], &old_side), side_of(cfg->operands[1], &new_side), &c);
		r = show(cfg, &c, &err);
		if (r == 0)
			status = gates_check(cfg, &new_side.trace, new_side.priced ? &new_side.estimate : NULL, &c);
		comparison_fini(&c);
	}
	if (r < 0)
		diag("cannot compare: %s", err.text);
	saved_close(&old_side);
	saved_close(&new_side);
	return r < 0 ? EXIT_TROUBLE : status;
}
