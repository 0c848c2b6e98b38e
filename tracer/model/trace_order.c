/* SPDX-License-Identifier: MIT */
#include "model/trace.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define BY(a, b) ((a) < (b) ? -1 : (a) > (b))

/* NULL comes first. */
static int by_text(const char *a, const char *b)
{
	return !a || !b ? BY(a != NULL, b != NULL) : strcmp(a, b);
}

static int by_image(const void *pa, const void *pb, void *arg)
{
	const struct image *images = arg;
	const struct image *a = &images[*(const uint32_t *)pa], *b = &images[*(const uint32_t *)pb];
	int r = strcmp(a->exe, b->exe);

	return r ? r : (r = BY(a->abi, b->abi)) ? r : by_text(a->build_id, b->build_id);
}

static int by_call(const void *pa, const void *pb)
{
	const struct call_count *a = pa, *b = pb;
	int r = BY(a->abi, b->abi);

	return r ? r : BY(a->nr, b->nr);
}

static int by_frame(const struct frame *a, const struct frame *b)
{
	int r = by_text(a->module, b->module);

	return r ? r : (r = BY(a->offset, b->offset)) ? r : (r = by_text(a->function, b->function)) ? r : BY(a->kind, b->kind);
}

static int by_stack(const void *pa, const void *pb)
{
	const struct stack *a = pa, *b = pb;
	int r = BY(b->entries, a->entries);

	for (size_t i = 0; !r && i < a->nframes && i < b->nframes; i++)
		r = by_frame(&a->frames[i], &b->frames[i]);
	return r ? r : (r = BY(a->nframes, b->nframes)) ? r : BY(a->end, b->end);
}

static int by_site(const void *pa, const void *pb)
{
	const struct site *a = pa, *b = pb;
	int r = BY(a->image, b->image);

	if (!r)
		r = BY(a->path, b->path);
	if (!r)
		r = strcmp(a->module, b->module);
	if (!r)
		r = BY(a->offset, b->offset);
	/* Two files of one name: all else being equal, the order makes no difference to a reader. */
	if (!r)
		r = by_text(a->entered_at, b->entered_at);
	if (!r)
		r = by_text(a->instruction, b->instruction);
	return r ? r : BY(b->entries, a->entries);
}

static int by_module(const void *pa, const void *pb)
{
	const struct module_id *a = pa, *b = pb;
	int r = strcmp(a->path, b->path);

	return r ? r : strcmp(a->build_id, b->build_id);
}

static int by_kind(const void *pa, const void *pb)
{
	const struct blind_spot *a = pa, *b = pb;
	int r = strcmp(a->kind, b->kind);

	return r ? r : strcmp(a->note, b->note);
}

/* qsort() wants an array even for no members. */
static void sort(void *base, size_t n, size_t size, int compare(const void *, const void *))
{
	if (n > 1)
		qsort(base, n, size, compare);
}

/* Moves the images, and tells the sites their new numbers. */
static void sort_images(struct trace *t)
{
	auto_free uint32_t *old = xcalloc(t->nimages, sizeof(*old)); /* by new number */
	auto_free uint32_t *new = xcalloc(t->nimages, sizeof(*new)); /* by old number */
	struct image *sorted = xcalloc(t->nimages, sizeof(*sorted));

	for (uint32_t i = 0; i < t->nimages; i++)
		old[i] = i;
	if (t->nimages > 1)
		qsort_r(old, t->nimages, sizeof(*old), by_image, t->images);
	for (uint32_t i = 0; i < t->nimages; i++) {
		sorted[i] = t->images[old[i]];
		new[old[i]] = i;
	}
	for (size_t i = 0; i < t->nsites; i++)
		t->sites[i].image = new[t->sites[i].image];
	free(t->images);
	t->images = sorted;
}

void trace_sort(struct trace *t)
{
	if (t->nimages)
		sort_images(t);
	for (size_t i = 0; i < t->nsites; i++) {
		sort(t->sites[i].calls, t->sites[i].ncalls, sizeof(*t->sites[i].calls), by_call);
		sort(t->sites[i].stacks, t->sites[i].nstacks, sizeof(*t->sites[i].stacks), by_stack);
	}
	sort(t->sites, t->nsites, sizeof(*t->sites), by_site);
	sort(t->modules, t->nmodules, sizeof(*t->modules), by_module);
	sort(t->blind_spots, t->nblind_spots, sizeof(*t->blind_spots), by_kind);
}
