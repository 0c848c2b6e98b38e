/* SPDX-License-Identifier: MIT */
#include "scan/result.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "scan/packages.h"
#include "scan/verdict.h"

#include <stdlib.h>
#include <string.h>

void scan_result_add(struct scan_result *r, struct scan_file *f)
{
	r->code_bytes += f->code_bytes;
	*vec_push(r->files, r->nfiles) = *f;
	*f = (struct scan_file){0};
}

bool scan_is_program(const struct scan_file *f)
{
	switch (f->kind) {
	case SCAN_ELF:
		return f->type == ELF_TYPE_EXECUTABLE || f->type == ELF_TYPE_PIE;
	case SCAN_PE:
	case SCAN_SCRIPT:
		return true;
	case SCAN_ARCHIVE:
	case SCAN_UNREAD:
	case SCAN_KINDS:
		break;
	}
	return false;
}

/* Worst first; of the same verdict programs, then what is started by something, then by name. */
static int by_worst(const void *a, const void *b)
{
	const struct scan_file *x = a, *y = b;
	int by_name;

	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	if ((x->nstarted_by > 0) != (y->nstarted_by > 0))
		return x->nstarted_by ? -1 : 1;
	if (scan_is_program(x) != scan_is_program(y))
		return scan_is_program(x) ? -1 : 1;
	by_name = strcmp(x->path, y->path);
	if (by_name || !x->member || !y->member)
		return by_name ? by_name : (x->member != NULL) - (y->member != NULL);
	return strcmp(x->member, y->member);
}

static void count(struct scan_result *r)
{
	for (size_t i = 0; i < r->nfiles; i++) {
		r->of_verdict[r->files[i].verdict]++;
		if (scan_is_program(&r->files[i]))
			r->programs[r->files[i].verdict]++;
	}
}

/* --- packages --- */

static int by_package(const void *a, const void *b)
{
	const struct scan_file *const *x = a, *const *y = b;
	int c = strcmp((*x)->package, (*y)->package);

	return c ? c : (*x)->verdict == (*y)->verdict ? 0 : (*x)->verdict < (*y)->verdict ? -1 : 1;
}

static int by_worst_group(const void *a, const void *b)
{
	const struct scan_group *x = a, *y = b;

	if (x->verdict != y->verdict)
		return x->verdict < y->verdict ? -1 : 1;
	return strcmp(x->name, y->name);
}

static void group(struct scan_result *r)
{
	auto_free const struct scan_file **list = xcalloc(r->nfiles + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < r->nfiles; i++)
		if (r->files[i].package)
			list[n++] = &r->files[i];
	if (n)
		qsort(list, n, sizeof(*list), by_package);
	for (size_t i = 0; i < n; i++) {
		struct scan_group *g = r->npackages ? &r->packages[r->npackages - 1] : NULL;

		if (!g || strcmp(g->name, list[i]->package) != 0) {
			g = vec_push(r->packages, r->npackages);
			g->name = xstrdup(list[i]->package);
			g->verdict = list[i]->verdict;
			g->why = xasprintf("%s %s", list[i]->path, list[i]->why ? list[i]->why : "");
		}
		g->files++;
		g->yes += list[i]->verdict == NEEDS_YES;
		g->unknown += list[i]->verdict == NEEDS_UNKNOWN;
	}
	if (r->npackages)
		qsort(r->packages, r->npackages, sizeof(*r->packages), by_worst_group);
}

/* What was looked at for others has said what it had to. */
static void drop_aside(struct scan_result *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nfiles; i++) {
		if (!r->files[i].aside)
			r->files[n++] = r->files[i];
		else {
			r->code_bytes -= r->files[i].code_bytes;
			scan_file_fini(&r->files[i]);
		}
	}
	r->nfiles = n;
}

void scan_conclude(struct scan_result *r)
{
	for (size_t i = 0; i < r->nfiles; i++)
		verdict_of_file(&r->files[i]);
	verdicts_by_libraries(r->files, r->nfiles);
	verdicts_by_interpreters(r->files, r->nfiles);
	drop_aside(r);
	packages_find(r->files, r->nfiles, "");
	if (r->nfiles)
		qsort(r->files, r->nfiles, sizeof(*r->files), by_worst);
	count(r);
	group(r);
}

void scan_result_fini(struct scan_result *r)
{
	for (size_t i = 0; i < r->nfiles; i++)
		scan_file_fini(&r->files[i]);
	free(r->files);
	for (size_t i = 0; i < r->npackages; i++) {
		free(r->packages[i].name);
		free(r->packages[i].why);
	}
	free(r->packages);
	for (size_t i = 0; i < r->nunseen; i++) {
		free(r->unseen[i].module);
		free(r->unseen[i].path_id);
	}
	free(r->unseen);
	free(r->partial);
	*r = (struct scan_result){0};
}
