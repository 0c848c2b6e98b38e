/* SPDX-License-Identifier: MIT */
#include "cli/survey_figures.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "report/number.h"

#include <stdlib.h>
#include <string.h>

/* Programs that are shown, unless --top says more. */
#define SHOWN 15u

struct ranked {
	size_t image;
	uint64_t fresh, total;
};

static int busiest_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->fresh != y->fresh)
		return x->fresh < y->fresh ? 1 : -1;
	return x->total < y->total ? 1 : x->total > y->total ? -1 : 0;
}

static struct ranked *rank(const struct survey_figures *f)
{
	struct ranked *r = xcalloc(f->n + 1, sizeof(*r));

	for (size_t i = 0; i < f->n; i++)
		r[i] = (struct ranked){i, survey_fresh(&f->programs[i]), survey_total(&f->programs[i])};
	qsort(r, f->n, sizeof(*r), busiest_first);
	return r;
}

static uint64_t a_second(const struct survey_figures *f, uint64_t n)
{
	return f->seconds > 0 ? (uint64_t)((double)n / f->seconds + 0.5) : 0;
}

/* "int80 1,204  vdso-sysenter 88" */
static char *rates(const struct survey_figures *f, const struct survey_program *p)
{
	char *text = NULL;
	size_t size = 0;
	FILE *m = open_memstream(&text, &size);

	for (unsigned i = 0; m && i < ENTRY_PATHS; i++)
		if (p->total[i] > p->before[i])
			fprintf(m, "%s%s %s", ftell(m) ? "  " : "", entry_path_info[i].id,
				num_count(a_second(f, p->total[i] - p->before[i])).s);
	if (m)
		fclose(m);
	return text ? text : xstrdup("");
}

static void row(FILE *out, const struct survey_figures *f, const struct image *image, const struct survey_program *p,
		const struct report_style *style)
{
	const struct glyphs *g = style->utf8 ? &glyphs_utf8 : &glyphs_ascii;
	struct priced added = survey_added(f, p);
	auto_free char *clean = text_escape(image->exe, style->utf8);
	auto_free char *name = text_shorten(clean, 36, 20, style->utf8);
	auto_free char *paths = rates(f, p);

	/* The C library pads bytes, not columns. */
	fprintf(out, "%s%*s %12s %10s %5.1f %%  %s\033[K\n", name, 36 - (int)text_width(name), "",
		num_count(a_second(f, survey_fresh(p))).s, num_si(added, g).s,
		f->seconds > 0 ? 100 * (p->cpu_seconds - p->cpu_before) / f->seconds : 0.0, paths);
}

void survey_live(FILE *out, const struct survey_figures *f, const struct tally *tally,
		 const struct report_style *style)
{
	auto_free struct ranked *r = rank(f);
	uint64_t fresh = 0;
	size_t shown = 0;

	for (size_t i = 0; i < f->n; i++)
		fresh += r[i].fresh;
	fprintf(out, "\033[H%s entries in 32-bit ways, %s a second%s%s; Ctrl-C ends the survey\033[K\n\033[K\n",
		num_count(tally->entries).s, num_count(a_second(f, fresh)).s, f->lost ? ", lost: " : "",
		f->lost ? num_count(f->lost).s : "");
	fprintf(out, "%-36s %12s %10s %7s  %s\033[K\n", "program", "entries/s", "added cyc", "CPU", "by path, a second");
	for (; shown < f->n && shown < SHOWN && r[shown].total; shown++)
		row(out, f, &tally->images[r[shown].image], &f->programs[r[shown].image], style);
	if (shown < f->n)
		fprintf(out, "  %zu more programs\033[K\n", f->n - shown);
	fputs("\033[J", out);
	fflush(out);
}
