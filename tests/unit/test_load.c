/* SPDX-License-Identifier: MIT */
/* Saved traces: what was written comes back, what was tampered with is named. */
#include "base/cleanup.h"
#include "fake_trace.h"
#include "report/format.h"
#include "store/trace.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static char *as_json(const struct trace *t, size_t *size)
{
	static const struct report_style style = {.width = 80};
	char *out = NULL;
	FILE *f = open_memstream(&out, size);

	assert_int_equal(report_format_find("json")->write(f, t, NULL, &style, NULL), 0);
	fclose(f);
	return out;
}

static void comes_back_as_it_was(void **state)
{
	struct trace (*const make[])(void) = {fake_trace_small, fake_trace_big, fake_trace_empty};

	(void)state;
	for (size_t i = 0; i < sizeof(make) / sizeof(*make); i++) {
		struct trace t = make[i](), back;
		struct err err = {0};

		t.cpu_untraced = i ? 0 : 1.25;
		size_t size, again_size;
		auto_free char *first = as_json(&t, &size);

		if (trace_load(first, size, "kept.json", &back, &err) != 0)
			fail_msg("%s", err.text);
		auto_free char *again = as_json(&back, &again_size);
		assert_string_equal(first, again);
		assert_int_equal(t.nsites, back.nsites);
		assert_true(t.cpu_untraced == back.cpu_untraced);
		trace_fini(&back);
		trace_fini(&t);
	}
}

/* Replaces the first "from" in the small trace by "to" and expects the loader to say so. */
static void one_change_is_noticed(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{"entrytrace-trace/1", "entrytrace-trace/9", "schema is \"entrytrace-trace/9\""},
		{"\"schema\"", "\"scheme\"", "schema is missing"},
		{"\"command\": [", "\"command\": [7, ", "command[0] is not a string"},
		{"\"code\": 0", "\"code\": 300", "exit.code is out of range"},
		{"\"code\": 0", "\"signal\": \"SIGNOT\"", "exit.signal names no signal"},
		{"\"exit\": {", "\"exit\": 4, \"not\": {", "exit is not an object"},
		{"\"wall_seconds\": 14.256", "\"wall_seconds\": -1", "wall_seconds is no sensible time"},
		{"\"wall_seconds\": 14.256", "\"wall_seconds\": 1e300", "wall_seconds is no sensible time"},
		{"\"user\": 1.31", "\"user\": \"long\"", "cpu_seconds.user is not a number"},
		{"\"entries\": 1000182", "\"entries\": 1000183", "add up to 1000182, not to the total of 1000183"},
		{"\"entries\": 1000182", "\"entries\": -1", "entries is not a whole number"},
		{"\"entries\": 1000182", "\"entries\": 1000182.5", "entries is not a whole number"},
		{"\"entries\": 900030", "\"entries\": 900031", "int80 has 900031 entries here"},
		{"\"path\": \"int80\"", "\"path\": \"int81\"", "is no entry path"},
		{"\"number\": 64", "\"number\": \"64\"", "syscalls[0].number is not a whole number"},
		{"\"number\": 64", "\"number\": 99999999999999999999", "not valid JSON"},
		{"\"image\": 0", "\"image\": 1", "sites[0].image is not the index"},
		{"\"image\": 0", "\"image\": -1", "sites[0].image is out of range"},
		{"\"offset\": \"0x1a3f\"", "\"offset\": \"1a3f\"", "sites[0].offset is not a hex number"},
		{"\"offset\": \"0x1a3f\"", "\"offset\": \"0x\"", "sites[0].offset is not a hex number"},
		{"\"offset\": \"0x1a3f\"", "\"offset\": \"0x11111111111111111\"", "sites[0].offset is not a hex"},
		{"\"abi\": \"i386\"", "\"abi\": \"arm\"", "abi is no ABI"},
		{"\"module\": \"/home/me/loop32\"", "\"module\": null", "sites[0].module is not a string"},
		{"\"images\": [", "\"images\": 3, \"more\": [", "images is not a list"},
		{"\"paths\": [", "\"paths\": [], \"more\": [", "paths: int80 is missing or there twice"},
		{"\"command\"", "\"exit\": null, \"command\"", "duplicate"},
		{"\"getppid\"", "\"get\xff\xfeppid\"", "not valid JSON"},
		{"\"getppid\"", "\"get\\u0000ppid\"", "not valid JSON"},
	};
	struct trace t = fake_trace_small();
	size_t size;
	auto_free char *good = as_json(&t, &size);

	(void)state;
	trace_fini(&t);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err err = {0};
		char *at = strstr(good, rows[i].from);

		assert_non_null(at);
		auto_free char *bad = xasprintf("%.*s%s%s", (int)(at - good), good, rows[i].to,
						at + strlen(rows[i].from));
		assert_int_equal(trace_load(bad, strlen(bad), "kept.json", &t, &err), -EBADMSG);
		if (!strstr(err.text, rows[i].says) || strncmp(err.text, "kept.json: ", 11) != 0)
			fail_msg("%s instead of %s: %s", rows[i].to, rows[i].from, err.text);
		assert_null(strchr(err.text, '\n'));
		assert_null(t.sites);
	}
}

/* Cut off anywhere, also between two bytes of a character, it is refused and nothing leaks. */
static void cut_off_is_refused(void **state)
{
	struct trace t = fake_trace_big(), back;
	size_t size;
	auto_free char *good = as_json(&t, &size);

	(void)state;
	trace_fini(&t);
	for (size_t n = 0; n + 2 < size; n += n < 200 ? 1 : 37) {
		/* Its own allocation, so that a read behind the end is one that the sanitizer sees. */
		auto_free char *part = xcalloc(n, 1);
		struct err err = {0};

		memcpy(part, good, n);
		assert_int_equal(trace_load(part, n, "cut.json", &back, &err), -EBADMSG);
		assert_true(err.text[0]);
	}
}

static void sums_that_overflow_are_refused(void **state)
{
	static const char text[] =
		"{\"schema\":\"entrytrace-trace/1\",\"command\":[],\"wall_seconds\":0,\"cpu_seconds\":{\"user\":0,"
		"\"system\":0},\"entries\":0,\"paths\":[],\"sites\":[],\"blind_spots\":[],\"images\":["
		"{\"exe\":\"a\",\"abi\":\"i386\",\"processes\":1,\"threads\":1,\"entries\":9223372036854775807},"
		"{\"exe\":\"b\",\"abi\":\"i386\",\"processes\":1,\"threads\":1,\"entries\":9223372036854775807},"
		"{\"exe\":\"c\",\"abi\":\"i386\",\"processes\":1,\"threads\":1,\"entries\":2}]}";
	struct trace t;
	struct err err = {0};

	(void)state;
	assert_int_equal(trace_load(text, strlen(text), "big.json", &t, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "64 bits"));
}

static void files_are_read(void **state)
{
	struct trace t;
	struct err err = {0};
	const char *srcdir = getenv("srcdir");
	auto_free char *path = xasprintf("%s/tests/golden/big-counts.json", srcdir ? srcdir : ".");

	(void)state;
	assert_int_equal(trace_load_file(path, &t, &err), 0);
	assert_int_equal(t.exit_kind, EXIT_SIGNAL);
	assert_int_equal(t.exit_value, 11);
	trace_fini(&t);
	assert_int_equal(trace_load_file("/nonexistent/kept.json", &t, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/kept.json: No such file or directory");
	assert_int_equal(trace_load_file("/", &t, &err), -EISDIR);
	assert_int_equal(trace_load_file("/dev/null", &t, &err), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(one_change_is_noticed),
		cmocka_unit_test(cut_off_is_refused),
		cmocka_unit_test(sums_that_overflow_are_refused),
		cmocka_unit_test(files_are_read),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
