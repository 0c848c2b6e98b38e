/* SPDX-License-Identifier: MIT */
/*
 * table FILE: what real programs cost under a tracer, from the rows that inside.sh wrote.
 *
 *   run WORKLOAD VARIANT ROUND STATUS CPU WALL same|differs REPORT
 *   about WORKLOAD TEXT
 *
 * Per workload and variant the median of the ratios to "alone" of the same round, worst
 * first; and from the report of the last variant the share of entries that were counted
 * by stops. Exit code: 0 every figure holds, 1 some do not, 2 the rows cannot be read.
 */
#include "base/vec.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RATIO_WANTED 1.15
#define SHARE_WANTED 0.05
#define VARIANTS_MAX 8

/* One variant of a workload; the arrays hold one figure per round. */
struct cost {
	double *cpu, *ratio;
	size_t rounds, nratios;
	unsigned differs; /* runs whose output or status was not that of the program alone */
	char report[512]; /* of the last run; "-" for none */
};

struct workload {
	char name[64], about[128];
	struct cost costs[VARIANTS_MAX];
	double worst; /* what the table is sorted by */
};

struct bench {
	struct workload *workloads;
	size_t nworkloads;
	char variants[VARIANTS_MAX][32]; /* in the order in which they ran; the first is alone */
	size_t nvariants;
	bool short_of; /* some figure does not hold */
};

enum known { SHARE_NONE, SHARE_UNKNOWN, SHARE_AT_LEAST, SHARE_EXACT };

struct share {
	enum known known;
	double by_stops; /* of all entries */
};

static struct workload *workload(struct bench *b, const char *name)
{
	struct workload *w;

	for (size_t i = 0; i < b->nworkloads; i++)
		if (strcmp(b->workloads[i].name, name) == 0)
			return &b->workloads[i];
	w = vec_push(b->workloads, b->nworkloads);
	snprintf(w->name, sizeof(w->name), "%s", name);
	return w;
}

/* The place of a variant; VARIANTS_MAX when there are too many. */
static size_t variant(struct bench *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->nvariants; i++)
		if (strcmp(b->variants[i], name) == 0)
			return i;
	if (i < VARIANTS_MAX)
		snprintf(b->variants[b->nvariants++], sizeof(b->variants[0]), "%s", name);
	return i;
}

static bool read_run(struct bench *b, const char *line)
{
	char name[64], of[32], output[16], report[512];
	double cpu, wall;
	struct workload *w;
	struct cost *c;
	int round, status;
	size_t v;

	if (sscanf(line, "run %63s %31s %d %d %lf %lf %15s %511s", name, of, &round, &status, &cpu, &wall, output,
		   report) != 8)
		return false;
	w = workload(b, name);
	v = variant(b, of);
	if (v == VARIANTS_MAX)
		return false;
	c = &w->costs[v];
	*vec_push(c->cpu, c->rounds) = cpu;
	/* The first variant is what the others of its round are compared with. */
	if (w->costs[0].rounds && w->costs[0].cpu[w->costs[0].rounds - 1] > 0)
		*vec_push(c->ratio, c->nratios) = cpu / w->costs[0].cpu[w->costs[0].rounds - 1];
	c->differs += strcmp(output, "same") != 0;
	snprintf(c->report, sizeof(c->report), "%s", report);
	return true;
}

static bool read_rows(struct bench *b, const char *file)
{
	char line[1024], name[64], about[128];
	FILE *f = fopen(file, "r");
	bool good = f != NULL;

	while (good && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "about %63s %127[^\n]", name, about) == 2)
			snprintf(workload(b, name)->about, sizeof(about), "%s", about);
		else
			good = read_run(b, line);
	}
	if (f)
		fclose(f);
	return good;
}

static double median(double *v, size_t n)
{
	gsl_sort(v, 1, n);
	return n ? gsl_stats_median_from_sorted_data(v, 1, n) : 0;
}

/*
 * The share of entries that were counted by a stop. A report whose images have no number
 * "stops" tells only which images were not counted in place at all: the share is at least
 * theirs.
 */
static struct share share_by_stops(const char *report)
{
	json_t *root = json_load_file(report, 0, NULL), *image;
	json_int_t entries = 0, stops = 0, at_least = 0;
	struct share s = {.known = SHARE_NONE};
	bool told = true;
	size_t i;

	json_array_foreach(json_object_get(root, "images"), i, image) {
		json_int_t of_image = json_integer_value(json_object_get(image, "entries"));
		const json_t *number = json_object_get(image, "stops");

		entries += of_image;
		told = told && json_is_integer(number);
		stops += json_integer_value(number);
		if (json_integer_value(json_object_get(image, "in_place")) == 0)
			at_least += of_image;
	}
	if (entries > 0) {
		s.known = told ? SHARE_EXACT : at_least * 100 > entries ? SHARE_AT_LEAST : SHARE_UNKNOWN;
		s.by_stops = (double)(told ? stops : at_least) / (double)entries;
	}
	json_decref(root);
	return s;
}

static const char *share_text(const struct share *s, char *text, size_t size)
{
	switch (s->known) {
	case SHARE_EXACT:
		snprintf(text, size, "%.3f", s->by_stops);
		return text;
	case SHARE_AT_LEAST:
		snprintf(text, size, ">= %.2f", s->by_stops);
		return text;
	case SHARE_UNKNOWN:
		return "?";
	case SHARE_NONE:
		break;
	}
	return "-";
}

/* Does the bar for real programs hold for this variant? */
static bool has_bar(const char *variant)
{
	return strcmp(variant, "alone") != 0 && strcmp(variant, "filter") != 0 && strcmp(variant, "stop") != 0;
}

static int worst_first(const void *a, const void *b)
{
	const struct workload *x = a, *y = b;

	return (x->worst < y->worst) - (x->worst > y->worst);
}

static void print_head(const struct bench *b)
{
	printf("  %-15s %8s", "", "alone s");
	for (size_t v = 1; v < b->nvariants; v++)
		printf(has_bar(b->variants[v]) ? " %9s %7s" : " %9s", b->variants[v], "wanted");
	printf(" %9s %7s  %-7s  %s\n", "by stops", "wanted", "output", "");
}

/* The ratio of a variant, and the bar beside it where there is one. */
static void print_ratio(struct bench *b, const char *variant, struct cost *c)
{
	double ratio = median(c->ratio, c->nratios);

	if (c->nratios)
		printf(" %9.2f", ratio);
	else
		printf(" %9s", "-");
	if (!has_bar(variant))
		return;
	printf(" %7.2f", RATIO_WANTED);
	b->short_of |= !c->nratios || ratio > RATIO_WANTED;
}

static void print_workload(struct bench *b, struct workload *w)
{
	const struct cost *last = &w->costs[b->nvariants - 1];
	struct share share = share_by_stops(last->report);
	unsigned differs = 0;
	char text[32];

	printf("  %-15s %8.2f", w->name, median(w->costs[0].cpu, w->costs[0].rounds));
	for (size_t v = 1; v < b->nvariants; v++) {
		print_ratio(b, b->variants[v], &w->costs[v]);
		differs += w->costs[v].differs;
	}
	differs += w->costs[0].differs;
	printf(" %9s %7.2f", share_text(&share, text, sizeof(text)), SHARE_WANTED);
	printf("  %-7s  %s\n", differs ? "DIFFERS" : "same", w->about);
	b->short_of |= differs || share.by_stops > SHARE_WANTED;
}

/* Where a way to count costs more than stopping at each entry, it had better not be used. */
static void print_dearer_than_stops(struct bench *b)
{
	size_t stop = variant(b, "stop");

	for (size_t i = 0; i < b->nworkloads && stop < VARIANTS_MAX; i++) {
		for (size_t v = 1; v < b->nvariants; v++) {
			const struct cost *c = &b->workloads[i].costs[v], *s = &b->workloads[i].costs[stop];
			double ratio, by_stops;

			if (!has_bar(b->variants[v]) || !c->nratios || !s->nratios)
				continue;
			ratio = median(c->ratio, c->nratios);
			by_stops = median(s->ratio, s->nratios);
			if (ratio <= by_stops)
				continue;
			printf("  %s: %s costs more than stopping at each entry: %.2f, wanted at most %.2f\n",
			       b->workloads[i].name, b->variants[v], ratio, by_stops);
			b->short_of = true;
		}
	}
}

static void sort_worst_first(struct bench *b)
{
	for (size_t i = 0; i < b->nworkloads; i++) {
		struct cost *last = &b->workloads[i].costs[b->nvariants - 1];

		b->workloads[i].worst = last->nratios ? median(last->ratio, last->nratios) : 0;
	}
	qsort(b->workloads, b->nworkloads, sizeof(*b->workloads), worst_first);
}

static void bench_free(struct bench *b)
{
	for (size_t i = 0; i < b->nworkloads; i++) {
		for (size_t v = 0; v < VARIANTS_MAX; v++) {
			free(b->workloads[i].costs[v].cpu);
			free(b->workloads[i].costs[v].ratio);
		}
	}
	free(b->workloads);
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	int result = 2;

	variant(&b, "alone");
	if (argc != 2 || !read_rows(&b, argv[1])) {
		fprintf(stderr, "table: %s\n", argc == 2 ? "these are no rows of a bench" : "usage: table FILE");
	} else {
		sort_worst_first(&b);
		print_head(&b);
		for (size_t i = 0; i < b.nworkloads; i++)
			print_workload(&b, &b.workloads[i]);
		print_dearer_than_stops(&b);
		result = b.short_of;
	}
	bench_free(&b);
	return result;
}
