/* SPDX-License-Identifier: MIT */
#include "scan/join.h"

#include "base/err.h"
#include "base/vec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool is_same_path(const struct scan_file *f, const char *module)
{
	char real[PATH_MAX];

	return !f->member && (strcmp(f->path, module) == 0 || (realpath(f->path, real) && strcmp(real, module) == 0));
}

static bool is_file_of(const struct scan_file *f, const struct ran_site *s)
{
	if (f->kind != SCAN_ELF)
		return false;
	if (s->build_id && f->build_id)
		return strcmp(f->build_id, s->build_id) == 0;
	return is_same_path(f, s->module);
}

static bool add_to_file(struct scan_file *f, const struct ran_site *s)
{
	for (size_t i = 0; i < f->nsites; i++)
		if (f->sites[i].vaddr == s->offset) {
			f->sites[i].ran += s->entries;
			return true;
		}
	return false;
}

static void add_unseen(struct scan_result *r, const struct ran_site *s, bool scanned)
{
	for (size_t i = 0; i < r->nunseen; i++) {
		struct scan_unseen *u = &r->unseen[i];

		if (u->offset == s->offset && strcmp(u->module, s->module) == 0 && strcmp(u->path_id, s->path_id) == 0) {
			u->entries += s->entries;
			return;
		}
	}
	*vec_push(r->unseen, r->nunseen) = (struct scan_unseen){
		.module = xstrdup(s->module),
		.offset = s->offset,
		.entries = s->entries,
		.path_id = xstrdup(s->path_id),
		.scanned = scanned,
	};
}

static int by_entries(const void *a, const void *b)
{
	const struct scan_unseen *x = a, *y = b;

	return x->entries == y->entries ? 0 : x->entries > y->entries ? -1 : 1;
}

void scan_join(struct scan_result *r, const struct ran_site *sites, size_t n)
{
	size_t last = SIZE_MAX; /* sites of a module come together, mostly */

	r->has_traces = true;
	for (size_t k = 0; k < n; k++) {
		const struct ran_site *s = &sites[k];
		bool scanned = false, found = false;

		if (strcmp(s->module, "[vdso]") == 0)
			continue;
		if (last < r->nfiles && is_file_of(&r->files[last], s))
			scanned = true, found = add_to_file(&r->files[last], s);
		for (size_t i = 0; i < r->nfiles && !scanned; i++) {
			if (!is_file_of(&r->files[i], s))
				continue;
			scanned = true;
			found = add_to_file(&r->files[i], s);
			last = i;
		}
		/* Native calls of 64-bit code are no business of this scan. */
		if (!found && strcmp(s->path_id, "syscall64") != 0)
			add_unseen(r, s, scanned);
	}
	if (r->nunseen)
		qsort(r->unseen, r->nunseen, sizeof(*r->unseen), by_entries);
}
