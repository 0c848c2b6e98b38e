/* SPDX-License-Identifier: MIT */
/*
 * compare JSON TRUTH: does entrytrace's report equal the program's own account?
 *
 * TRUTH holds lines "truth PATH ABI NR COUNT" and one "scope all|rows"; lines
 * that begin otherwise are the program's other output. Each row must be in the
 * report with that count, summed over sites; with scope all the report may
 * have no other. The report's own sums must agree with each other in any case.
 * Prints one line for each difference. Exit code: 0 equal, 1 not, 2 unusable.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct row {
	char path[24], abi[16];
	json_int_t nr;
	uint64_t told, seen; /* by the program, by entrytrace */
	bool claimed;
};

#define ROWS_MAX 1024

struct account {
	struct row rows[ROWS_MAX];
	size_t n;
	bool all;
	unsigned differences;
};

static _Noreturn void unusable(const char *file, const char *why)
{
	printf("%s: %s\n", file, why);
	exit(2);
}

static struct row *row(struct account *a, const char *path, const char *abi, json_int_t nr)
{
	struct row *r;

	for (r = a->rows; r < a->rows + a->n; r++)
		if (strcmp(r->path, path) == 0 && strcmp(r->abi, abi) == 0 && r->nr == nr)
			return r;
	if (a->n == ROWS_MAX)
		unusable("truth and report", "more rows than this program takes");
	a->n++;
	snprintf(r->path, sizeof(r->path), "%s", path);
	snprintf(r->abi, sizeof(r->abi), "%s", abi);
	r->nr = nr;
	return r;
}

static void read_truth(struct account *a, const char *file)
{
	char line[256], path[24], abi[16], scope[16] = "";
	FILE *f = fopen(file, "r");
	long long nr;
	uint64_t told;

	if (!f)
		unusable(file, "cannot be read");
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "truth %23s %15s %lld %" SCNu64, path, abi, &nr, &told) == 4) {
			struct row *r = row(a, path, abi, nr);

			r->told += told;
			r->claimed = true;
		} else {
			sscanf(line, "scope %15s", scope);
		}
	}
	fclose(f);
	a->all = strcmp(scope, "all") == 0;
	if (!a->all && strcmp(scope, "rows") != 0)
		unusable(file, "has no line \"scope all\" or \"scope rows\"");
}

static uint64_t sum(const json_t *array)
{
	uint64_t total = 0;
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
		total += (uint64_t)json_integer_value(json_object_get(item, "entries"));
	return total;
}

static void expect_sum(struct account *a, const char *what, uint64_t got, uint64_t entries)
{
	if (got == entries)
		return;
	printf("the sum over %s is %" PRIu64 ", the report's entries are %" PRIu64 "\n", what, got, entries);
	a->differences++;
}

static void read_report(struct account *a, const char *file)
{
	json_error_t error;
	json_t *root = json_load_file(file, 0, &error);
	const json_t *sites, *site, *calls, *call;
	uint64_t entries;
	size_t i, j;

	if (!root)
		unusable(file, error.text);
	sites = json_object_get(root, "sites");
	if (!json_is_integer(json_object_get(root, "entries")) || !json_is_array(sites))
		unusable(file, "has no entries and sites");
	entries = (uint64_t)json_integer_value(json_object_get(root, "entries"));
	expect_sum(a, "sites", sum(sites), entries);
	expect_sum(a, "paths", sum(json_object_get(root, "paths")), entries);
	expect_sum(a, "images", sum(json_object_get(root, "images")), entries);
	if (json_is_string(json_object_get(root, "partial"))) {
		printf("the report is partial: %s\n", json_string_value(json_object_get(root, "partial")));
		a->differences++;
	}
	json_array_foreach(sites, i, site) {
		const char *path = json_string_value(json_object_get(site, "path"));

		calls = json_object_get(site, "syscalls");
		expect_sum(a, "a site's calls", sum(calls),
			   (uint64_t)json_integer_value(json_object_get(site, "entries")));
		json_array_foreach(calls, j, call) {
			const char *abi = json_string_value(json_object_get(call, "abi"));

			row(a, path ? path : "?", abi ? abi : "?",
			    json_integer_value(json_object_get(call, "number")))
				->seen += (uint64_t)json_integer_value(json_object_get(call, "entries"));
		}
	}
	json_decref(root);
}

int main(int argc, char **argv)
{
	static struct account a;

	if (argc != 3)
		unusable("usage", "compare JSON TRUTH");
	read_truth(&a, argv[2]);
	read_report(&a, argv[1]);
	for (const struct row *r = a.rows; r < a.rows + a.n; r++) {
		if (r->seen == r->told || !(a.all || r->claimed))
			continue;
		printf("%s %s %" JSON_INTEGER_FORMAT ": the program made %" PRIu64 ", entrytrace saw %" PRIu64 "\n",
		       r->path, r->abi, r->nr, r->told, r->seen);
		a.differences++;
	}
	return a.differences != 0;
}
