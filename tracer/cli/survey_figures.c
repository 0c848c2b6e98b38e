/* SPDX-License-Identifier: MIT */
#include "cli/survey_figures.h"

#include "estimate/estimate.h"

#include <stdlib.h>
#include <string.h>

void survey_prices(struct survey_figures *f, const struct pricing *pricing)
{
	struct site sites[ENTRY_PATHS];
	struct image image = {.exe = (char *)(uintptr_t)"", .abi = ABI_I386, .processes = 1, .threads = 1,
			      .entries = ENTRY_PATHS};
	struct trace one = {.entries = ENTRY_PATHS, .images = &image, .nimages = 1, .sites = sites,
			    .nsites = ENTRY_PATHS};
	struct estimate est;

	/* One entry of each path, priced as those of any trace are. */
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		sites[p] = (struct site){.path = (enum entry_path)p, .module = image.exe, .entries = 1};
	if (!pricing_estimate(pricing, &one, -1, &est))
		return;
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		f->added[p] = est.paths[p].added_per_entry;
	estimate_fini(&est);
}

static void make_room(struct survey_figures *f, size_t n)
{
	if (n <= f->n)
		return;
	f->programs = xrealloc(f->programs, n, sizeof(*f->programs));
	memset(f->programs + f->n, 0, (n - f->n) * sizeof(*f->programs));
	f->n = n;
}

void survey_look(struct survey_figures *f, const struct tally *tally, struct kernel_engine *engine, double elapsed)
{
	const struct tally_site *s, *next;
	double *cpu;

	make_room(f, tally->nimages);
	cpu = xcalloc(f->n + 1, sizeof(*cpu));
	kernel_cpu_of_images(engine, cpu, f->n);
	for (size_t i = 0; i < f->n; i++) {
		struct survey_program *p = &f->programs[i];

		memcpy(p->before, p->total, sizeof(p->before));
		memset(p->total, 0, sizeof(p->total));
		p->cpu_before = p->cpu_seconds;
		p->cpu_seconds += cpu[i];
	}
	free(cpu);
	HASH_ITER(hh, tally->sites, s, next)
		f->programs[s->site.image].total[s->site.path] += s->site.entries;
	f->seconds = elapsed - f->elapsed;
	f->elapsed = elapsed;
	f->lost = kernel_lost(engine);
}

void survey_figures_fini(struct survey_figures *f)
{
	free(f->programs);
	*f = (struct survey_figures){0};
}

uint64_t survey_fresh(const struct survey_program *p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ENTRY_PATHS; i++)
		n += p->total[i] - p->before[i];
	return n;
}

uint64_t survey_total(const struct survey_program *p)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < ENTRY_PATHS; i++)
		n += p->total[i];
	return n;
}

struct priced survey_added(const struct survey_figures *f, const struct survey_program *p)
{
	struct priced sum = {.known = true};

	for (unsigned i = 0; i < ENTRY_PATHS; i++) {
		double n = (double)(p->total[i] - p->before[i]);

		if (n <= 0)
			continue;
		sum.known &= f->added[i].known;
		sum.value += n * f->added[i].value;
	}
	return sum;
}

bool survey_needs_ia32(const struct image *image, const struct survey_program *p)
{
	static const enum entry_path by_64bit_table[] = {PATH_FAR_CALL, PATH_MODE_SWITCH, PATH_SYSCALL64, PATH_X32};
	uint64_t others = 0;

	for (size_t i = 0; i < sizeof(by_64bit_table) / sizeof(by_64bit_table[0]); i++)
		others += p->total[by_64bit_table[i]];
	return image->abi == ABI_I386 || survey_total(p) > others;
}
