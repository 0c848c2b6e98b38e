/* SPDX-License-Identifier: MIT */
/*
 * same JSON JSON: do two reports tell the same entries?
 *
 * Compared are the counts of each path, image, site (module and offset) and
 * syscall, and each image's processes and threads. Prints one line for each
 * difference, the first report's count first. Exit code: 0 the same, 1 not,
 * 2 unusable.
 */
#include "base/err.h"
#include "base/vec.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	char *what;
	uint64_t count;
};

struct rows {
	struct row *v;
	size_t n;
};

static _Noreturn void unusable(const char *file, const char *why)
{
	printf("%s: %s\n", file, why);
	exit(2);
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "-";
}

static uint64_t number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void add(struct rows *r, char *what, uint64_t count)
{
	*vec_push(r->v, r->n) = (struct row){what, count};
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->what, y->what);
}

/* Images of the same program are one; so are sites that differ in what only one report tells. */
static void merge(struct rows *r)
{
	size_t n = 0;

	if (r->n == 0)
		return;
	qsort(r->v, r->n, sizeof(*r->v), by_name);
	for (size_t i = 1; i < r->n; i++) {
		if (strcmp(r->v[n].what, r->v[i].what) == 0) {
			r->v[n].count += r->v[i].count;
			free(r->v[i].what);
		} else {
			r->v[++n] = r->v[i];
		}
	}
	r->n = n + 1;
}

static struct rows rows_of(const char *file)
{
	static const char *const of_image[] = {"processes", "threads", "entries"};
	json_error_t error;
	json_t *root = json_load_file(file, 0, &error);
	const json_t *images, *sites, *image, *site, *call;
	struct rows r = {NULL, 0};
	size_t i, j;

	if (!root)
		unusable(file, error.text);
	images = json_object_get(root, "images");
	sites = json_object_get(root, "sites");
	if (!json_is_array(images) || json_array_size(images) == 0 || !json_is_array(sites))
		unusable(file, "has no images and sites");
	json_array_foreach(images, i, image)
		for (j = 0; j < sizeof(of_image) / sizeof(of_image[0]); j++)
			add(&r, xasprintf("%s of %s (%s)", of_image[j], text(image, "exe"), text(image, "abi")),
			    number(image, of_image[j]));
	json_array_foreach(sites, i, site) {
		image = json_array_get(images, (size_t)number(site, "image"));
		json_array_foreach(json_object_get(site, "syscalls"), j, call)
			add(&r, xasprintf("%s in %s at %s+%s (%s): %s %" PRId64 " %s", text(site, "path"),
					  text(image, "exe"), text(site, "module"), text(site, "offset"),
					  text(site, "instruction"), text(call, "abi"),
					  (int64_t)number(call, "number"), text(call, "name")),
			    number(call, "entries"));
	}
	json_decref(root);
	merge(&r);
	return r;
}

int main(int argc, char **argv)
{
	struct rows a, b;
	unsigned differences = 0;
	size_t i = 0, j = 0;

	if (argc != 3)
		unusable("usage", "same JSON JSON");
	a = rows_of(argv[1]);
	b = rows_of(argv[2]);
	while (i < a.n || j < b.n) {
		int order = i == a.n ? 1 : j == b.n ? -1 : by_name(&a.v[i], &b.v[j]);
		const char *what = order <= 0 ? a.v[i].what : b.v[j].what;
		uint64_t in_a = order <= 0 ? a.v[i++].count : 0;
		uint64_t in_b = order >= 0 ? b.v[j++].count : 0;

		if (in_a == in_b)
			continue;
		printf("%s: %" PRIu64 " and %" PRIu64 "\n", what, in_a, in_b);
		differences++;
	}
	return differences != 0;
}
