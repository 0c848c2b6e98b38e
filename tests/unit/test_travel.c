/* SPDX-License-Identifier: MIT */
/* Traces on their way to other machines and other versions: old files, prices kept, many made one, very many sites. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/json_stream.h"
#include "base/vec.h"
#include "elf/build_id.h"
#include "estimate/estimate.h"
#include "estimate/join.h"
#include "fake_trace.h"
#include "report/filter.h"
#include "report/merge.h"
#include "store/table.h"
#include "store/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char *as_json(const struct trace *t, const struct estimate *est, size_t *size)
{
	char *out = NULL;
	FILE *f = open_memstream(&out, size);

	trace_write(f, t, est);
	fclose(f);
	return out;
}

/* Files of versions before the keys of today: the same traces come out of them. */
static void older_files_are_read(void **state)
{
	static const struct {
		const char *file;
		struct trace (*make)(void);
	} rows[] = {
		{"small-priced.json", fake_trace_small}, {"big-counts.json", fake_trace_big},
		{"stacks.json", fake_trace_stacks},
	};
	const char *srcdir = getenv("srcdir");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *path = xasprintf("%s/tests/golden/older/%s", srcdir ? srcdir : ".", rows[i].file);
		struct trace want = rows[i].make(), got;
		struct err err = {0};
		size_t size;

		if (trace_load_file(path, &got, &err) != 0)
			fail_msg("%s", err.text);
		/* They came later. */
		for (size_t k = 0; k < want.nimages; k++) {
			memset(want.images[k].stops, 0, sizeof(want.images[k].stops));
			want.images[k].rerouted = 0;
		}
		auto_free char *a = as_json(&want, NULL, &size);
		auto_free char *b = as_json(&got, NULL, &size);

		assert_string_equal(a, b);
		assert_null(got.prices);
		trace_fini(&got);
		trace_fini(&want);
	}
}

static void prices_come_along(void **state)
{
	struct trace t = fake_trace_small(), back;
	struct cost_table table;
	struct estimate est, again;
	struct err err = {0};
	size_t size;

	(void)state;
	t.tool = xstrdup("0.2.0");
	t.started = xstrdup("2026-11-28T10:00:00Z");
	t.host_name = xstrdup("left");
	*vec_push(t.pids, t.npids) = 17;
	*vec_push(t.modules, t.nmodules) = (struct module_id){xstrdup("/home/me/loop32"), xstrdup("abcd")};
	t.images[0].build_id = xstrdup("abcd");
	assert_int_equal(cost_table_built_in(COST_TABLE_SKYLAKE, &table), 0);
	table.built_in = false;
	estimate_make(&t, &table, NULL, &t.host, -1, &est);
	auto_free char *text = as_json(&t, &est, &size);

	if (trace_load(text, size, "kept.json", &back, &err) != 0)
		fail_msg("%s", err.text);
	assert_non_null(back.prices);
	assert_int_equal(back.prices->nrows, table.nrows);
	assert_string_equal(back.host_name, "left");
	assert_int_equal(back.pids[0], 17);
	assert_string_equal(trace_build_id(&back, "/home/me/loop32"), "abcd");
	estimate_make(&back, back.prices, NULL, &back.host, -1, &again);
	/* Priced with what it holds, it is the same file again. */
	auto_free char *second = as_json(&back, &again, &size);
	assert_string_equal(text, second);
	estimate_fini(&est);
	estimate_fini(&again);
	cost_table_fini(&table);
	trace_fini(&back);
	trace_fini(&t);
}

/* A price row that was tampered with is named, as in a table's own file. */
static void bad_prices_are_refused(void **state)
{
	struct trace t = fake_trace_small(), back;
	struct cost_table table;
	struct estimate est;
	size_t size;

	(void)state;
	cost_table_built_in(COST_TABLE_SKYLAKE, &table);
	estimate_make(&t, &table, NULL, &t.host, -1, &est);
	auto_free char *text = as_json(&t, &est, &size);
	auto_free char *bad = xstrdup(text);
	struct err err = {0};

	memcpy(strstr(strstr(bad, "\"rows\""), "\"cycles\": 1"), "\"cycles\": -", 11);
	assert_int_equal(trace_load(bad, size, "kept.json", &back, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "rows[0].cycles"));
	estimate_fini(&est);
	cost_table_fini(&table);
	trace_fini(&t);
}

static void several_are_one(void **state)
{
	struct trace a = fake_trace_small(), b = fake_trace_small(), sum;
	const struct trace *const both[] = {&a, &b};

	(void)state;
	a.host_name = xstrdup("left");
	b.host_name = xstrdup("right");
	free(b.sites[0].module);
	b.sites[0].module = xstrdup("/home/me/other");
	trace_merge(both, 2, &sum);
	assert_int_equal(sum.entries, a.entries + b.entries);
	assert_int_equal(sum.nimages, 1);
	assert_int_equal(sum.images[0].entries, sum.entries);
	assert_int_equal(sum.images[0].processes, 2);
	assert_int_equal(sum.nsites, a.nsites + 1);
	assert_int_equal(sum.nhosts, 2);
	assert_int_equal(sum.runs, 2);
	assert_string_equal(sum.command[1], "900000");
	for (size_t i = 0; i < sum.nsites; i++) {
		uint64_t calls = 0;

		for (size_t k = 0; k < sum.sites[i].ncalls; k++)
			calls += sum.sites[i].calls[k].entries;
		assert_int_equal(calls, sum.sites[i].entries);
	}
	/* It can be kept and merged again. */
	size_t size;
	auto_free char *text = as_json(&sum, NULL, &size);
	struct trace back, four;
	struct err err = {0};

	if (trace_load(text, size, "sum.json", &back, &err) != 0)
		fail_msg("%s", err.text);
	const struct trace *const sums[] = {&sum, &back};
	trace_merge(sums, 2, &four);
	assert_int_equal(four.runs, 4);
	assert_int_equal(four.nhosts, 2);
	trace_fini(&back);
	trace_fini(&four);
	trace_fini(&sum);
	trace_fini(&a);
	trace_fini(&b);
}

/* Stacks go on adding up to their site's entries, also where one trace has none. */
static void merged_stacks_add_up(void **state)
{
	struct trace a = fake_trace_stacks(), b = fake_trace_stacks(), sum, back;
	struct err err = {0};
	size_t size;

	(void)state;
	for (size_t i = 0; i < b.nsites; i++) {
		for (size_t k = 0; k < b.sites[i].nstacks; k++)
			stack_fini(&b.sites[i].stacks[k]);
		b.sites[i].nstacks = 0;
	}
	for (unsigned order = 0; order < 2; order++) {
		const struct trace *const both[] = {order ? &b : &a, order ? &a : &b};

		trace_merge(both, 2, &sum);
		auto_free char *text = as_json(&sum, NULL, &size);
		if (trace_load(text, size, "sum.json", &back, &err) != 0)
			fail_msg("%s", err.text);
		trace_fini(&back);
		trace_fini(&sum);
	}
	trace_fini(&a);
	trace_fini(&b);
}

/* Errors of two tables are independent: they add as squares; the costs add up. */
static void joined_estimates_add_up(void **state)
{
	struct trace a = fake_trace_small(), b = fake_trace_small(), sum;
	const struct trace *const both[] = {&a, &b};
	struct estimate ea = fake_estimate(&a), eb = fake_estimate(&b), joined;
	const struct join_part parts[] = {{&a, &ea}, {&b, &eb}};

	(void)state;
	trace_merge(both, 2, &sum);
	estimate_join(parts, 2, &sum, &joined);
	const struct site_cost *one = &ea.paths[PATH_INT80], *two = &joined.paths[PATH_INT80];

	assert_true(joined.have_table);
	assert_true(fabs(two->added.value - 2 * one->added.value) < 1);
	assert_true(fabs((two->added.ci95.hi - two->added.value) -
			 M_SQRT2 * (one->added.ci95.hi - one->added.value)) < 1);
	assert_true(fabs(two->per_entry.value - one->per_entry.value) < 1e-6);
	double sites = 0, paths = 0;

	for (size_t i = 0; i < sum.nsites; i++)
		sites += joined.sites[i].added.value;
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		paths += joined.paths[p].added.known ? joined.paths[p].added.value : 0;
	assert_true(fabs(sites - paths) < 1e-6 * paths);
	fake_estimate_fini(&ea);
	fake_estimate_fini(&eb);
	estimate_fini(&joined);
	trace_fini(&sum);
	trace_fini(&a);
	trace_fini(&b);
}

/* What came first while tracing is chance: it does not show. */
static void order_is_stable(void **state)
{
	struct trace a = fake_trace_big(), b = fake_trace_big();
	size_t size;

	(void)state;
	for (size_t i = 0; i < b.nsites / 2; i++) {
		struct site s = b.sites[i];

		b.sites[i] = b.sites[b.nsites - 1 - i];
		b.sites[b.nsites - 1 - i] = s;
	}
	struct image im = b.images[0];

	b.images[0] = b.images[3];
	b.images[3] = im;
	for (size_t i = 0; i < b.nsites; i++)
		b.sites[i].image = b.sites[i].image == 0 ? 3 : b.sites[i].image == 3 ? 0 : b.sites[i].image;
	trace_sort(&a);
	trace_sort(&b);
	auto_free char *first = as_json(&a, NULL, &size);
	auto_free char *second = as_json(&b, NULL, &size);
	assert_string_equal(first, second);
	trace_fini(&a);
	trace_fini(&b);
}

/* Kept and read back in pieces: what it takes stays near what the sites themselves take. */
static void a_million_sites(void **state)
{
	/* More than fits into what a version before could hold; ET_SITES=1000000 is the figure. */
	const char *wanted = getenv("ET_SITES");
	const size_t SITES = wanted ? strtoul(wanted, NULL, 10) : 150000;
	struct trace t = fake_trace_empty(), back;
	char path[] = "/tmp/entrytrace-million.XXXXXX";
	int fd = mkstemp(path);
	struct err err = {0};

	(void)state;
	assert_true(fd >= 0);
	unlink(path);
	*vec_push(t.images, t.nimages) = (struct image){.exe = xstrdup("/a"), .abi = ABI_I386, .entries = SITES};
	t.entries = SITES;
	for (size_t i = 0; i < SITES; i++) {
		struct site *s = vec_push(t.sites, t.nsites);

		s->path = PATH_INT80;
		s->module = xstrdup("/a");
		s->offset = 3 * i;
		s->entries = 1;
		*vec_push(s->calls, s->ncalls) = (struct call_count){ABI_I386, 20, xstrdup("getpid"), 1};
	}
	FILE *f = fdopen(fd, "w+");

	trace_write(f, &t, NULL);
	assert_int_equal(fflush(f), 0);
	trace_fini(&t);
	auto_free char *again = xasprintf("/proc/self/fd/%d", fd);
	if (trace_load_file(again, &back, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(back.nsites, SITES);
	assert_int_equal(back.sites[SITES - 1].offset, 3ull * (SITES - 1));
	trace_fini(&back);
	fclose(f);
	struct rusage ru;

	getrusage(RUSAGE_SELF, &ru);
	print_message("# %zu sites: %ld MB at most\n", SITES, ru.ru_maxrss / 1024);
	/* The file has some 400 MB; as one JSON value it would take a multiple. Sanitizers take their own. */
#ifndef __SANITIZE_ADDRESS__
	assert_true(ru.ru_maxrss < 1024l * 1024);
#endif
}

static void pieces_of_json(void **state)
{
	static const struct {
		const char *text, *says; /* NULL: it is right */
	} rows[] = {
		{"{}", NULL},
		{" {\"a\":1 , \"b\" : [ ] }\n", NULL},
		{"{\"list\":[1,{\"x\":[\"]\\\\\\\"\"]},\"a,b\"],\"c\":\"}\"}", NULL},
		{"", "ends too early"}, {"[]", "holds no JSON object"}, {"x", "no object begins"},
		{"{\"a\":1,}", "unexpected '}'"}, {"{,\"a\":1}", "unexpected ','"}, {"{\"a\" 1}", "unexpected '1'"},
		{"{\"a\":1 \"b\":2}", "not valid JSON"}, {"{\"a\":1} x", "more follows"}, {"{\"a\":[1,2}", "not valid JSON"},
		{"{\"a\":tru}", "not valid JSON"}, {"{\"a\":1,\"a\":2}", "duplicate"}, {"{\"a\":\"x", "not valid JSON"},
		{"{\"list\":[1,]}", "unexpected ']'"}, {"{\"list\":[1 2]}", "not valid JSON"}, {"{\"list\":[,1]}", "not valid JSON"},
		{"{\"list\":[1", "not valid JSON"}, {"{\"list\":7}", "list is not a list"}, {"{\"a\":\n\n?}", "line 3"},
		{"{\"list\":[{} {}]}", "unexpected '{'"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct err err = {0};
		struct json_reader r = {.name = "x", .err = &err};
		struct json_in in;
		size_t n = strlen(rows[i].text);
		FILE *f = fmemopen((void *)(uintptr_t)(n ? rows[i].text : " "), n ? n : 1, "r");
		const char *key;

		json_in_open(&in, f, &r);
		while ((key = json_in_next(&in))) {
			bool first = true;
			json_t *v;

			if (strcmp(key, "list") != 0)
				json_decref(json_in_value(&in));
			else
				while ((v = json_in_item(&in, &first)))
					json_decref(v);
		}
		json_in_close(&in);
		fclose(f);
		if (r.failed != (rows[i].says != NULL) || (rows[i].says && !strstr(err.text, rows[i].says)))
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

static void build_ids(void **state)
{
	int fd = open("/proc/self/exe", O_RDONLY);
	auto_free char *id = elf_build_id(fd);

	(void)state;
	close(fd);
	/* Debian's compilers ask for SHA-1 ones. */
	if (id)
		assert_true(strspn(id, "0123456789abcdef") == strlen(id) && strlen(id) % 2 == 0);
	fd = open("/dev/null", O_RDONLY);
	assert_null(elf_build_id(fd));
	close(fd);
}

/* What a filter and its opposite leave adds up to all, by every kind of glob; counts stay exact. */
static void filters_part_a_trace(void **state)
{
	static const struct {
		struct filter is, is_not;
	} rows[] = {
		{{.paths = "int80,far-*"}, {.paths = "!int80,far-*"}},
		{{.programs = "wc"}, {.programs = "!wc"}},
		{{.programs = "/opt/*"}, {.programs = "!/opt/*"}},
		{{.modules = "libc.so.6"}, {.modules = "!libc.so.6"}},
		{{.syscalls = "read,4"}, {.syscalls = "!read,4"}},
		{{.syscalls = "no-such-call"}, {.syscalls = "!no-such-call"}},
	};
	struct trace all = fake_trace_big();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct trace a, b, back;
		size_t *map = xcalloc(all.nsites, sizeof(*map)), size;
		struct err err = {0};

		trace_filter(&all, &rows[i].is, &a, map);
		for (size_t k = 0; k < a.nsites; k++)
			assert_string_equal(a.sites[k].module, all.sites[map[k]].module);
		trace_filter(&all, &rows[i].is_not, &b, map);
		assert_int_equal(a.entries + b.entries, all.entries);
		assert_int_equal(a.whole_entries, all.entries);
		assert_true(b.entries > 0);
		/* What is left is a trace of its own: it can be kept. */
		auto_free char *text = as_json(&b, NULL, &size);
		if (trace_load(text, size, "part.json", &back, &err) != 0)
			fail_msg("%s", err.text);
		assert_string_equal(back.shown, b.shown);
		trace_fini(&a);
		trace_fini(&b);
		trace_fini(&back);
		free(map);
	}
	trace_fini(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_files_are_read),
		cmocka_unit_test(prices_come_along),
		cmocka_unit_test(bad_prices_are_refused),
		cmocka_unit_test(several_are_one),
		cmocka_unit_test(merged_stacks_add_up),
		cmocka_unit_test(joined_estimates_add_up),
		cmocka_unit_test(order_is_stable),
		cmocka_unit_test(filters_part_a_trace),
		cmocka_unit_test(pieces_of_json),
		cmocka_unit_test(build_ids),
		cmocka_unit_test(a_million_sites),
	};

	return cmocka_run_group_tests_name("travel", tests, NULL, NULL);
}
