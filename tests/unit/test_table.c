/* SPDX-License-Identifier: MIT */
/* Calibration files: what was written comes back; what is broken, altered or another machine's is named. */
#include "base/cleanup.h"
#include "base/err.h"
#include "store/table.h"
#include "model/fingerprint.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct cost_table a_table(void)
{
	const struct cost_row rows[] = {
		{.id = (char[]){"syscall64"}, .cycles = 277.5, .ci95 = {276, 279}, .ns = 77.6, .ticks = 201.5,
		 .samples = 120, .dropped = 7, .split = true, .user_cycles = 70, .kernel_cycles = 207.5},
		{.id = (char[]){"int80"}, .cycles = 15153, .ci95 = {14700, 15600}, .ns = 4193, .ticks = 10900,
		 .has_mean = true, .mean_cycles = 16250, .mean_ci95 = {15700, 17100},
		 .samples = 118, .dropped = 9},
		{.id = (char[]){"sysenter"}, .skipped = (char[]){"raises SIGILL here"}},
		{.id = (char[]){"control"}, .cycles = -0.4, .ci95 = {-1, 0.5}, .ns = -0.1, .ticks = -0.3, .samples = 99},
	};
	struct cost_table t = {
		.name = xstrdup("this machine"), .taken = xstrdup("2026-11-23T23:59:59Z"), .clock = xstrdup("pmu"),
		.call = xstrdup("none"), .note = xstrdup("a note"), .core_hz = 3.6e9, .tsc_hz = 2.6e9,
	};

	t.nrows = sizeof(rows) / sizeof(*rows);
	t.rows = xcalloc(t.nrows, sizeof(*t.rows));
	memcpy(t.rows, rows, sizeof(rows));
	for (size_t i = 0; i < t.nrows; i++) {
		t.rows[i].id = xstrdup(rows[i].id);
		t.rows[i].skipped = rows[i].skipped ? xstrdup(rows[i].skipped) : NULL;
	}
	struct host_fact facts[] = {{(char[]){"cpu"}, (char[]){"A CPU"}}, {(char[]){"kernel"}, (char[]){"6.1"}},
				    {(char[]){"mitigations.meltdown"}, (char[]){"Mitigation: PTI"}}};
	t.fingerprint = host_copy(&(struct host){facts, 3});
	return t;
}

/* Not inlined: GCC 12 sees a dangling pointer where open_memstream() fills one in. */
static __attribute__((noinline)) char *as_json(const struct cost_table *t)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	cost_table_write(f, t);
	fclose(f);
	return text;
}

static void comes_back_as_it_was(void **state)
{
	struct cost_table t = a_table(), back;
	auto_free char *text = as_json(&t);
	struct err err = {0};

	(void)state;
	if (cost_table_parse(text, strlen(text), "this machine", &back, &err) < 0)
		fail_msg("%s", err.text);
	auto_free char *again = as_json(&back);
	assert_string_equal(text, again);
	assert_null(host_difference(&t.fingerprint, &back.fingerprint));
	assert_true(back.rows[1].cycles == 15153 && back.rows[1].ci95.hi == 15600);
	assert_true(back.rows[0].split && !back.rows[1].split);
	assert_true(back.rows[1].has_mean && back.rows[1].mean_cycles == 16250 && back.rows[1].mean_ci95.lo == 15700);
	/* Older files have no means. */
	assert_false(back.rows[0].has_mean);
	assert_null(cost_table_row(&back, "sysenter"));
	assert_string_equal(cost_table_any_row(&back, "sysenter")->skipped, "raises SIGILL here");
	assert_null(cost_table_any_row(&back, "x32"));
	cost_table_fini(&t);
	cost_table_fini(&back);
}

static char *replaced(const char *text, const char *from, const char *to)
{
	const char *found = strstr(text, from);

	if (!found)
		fail_msg("the table has no %s", from);
	size_t at = (size_t)(found - text);
	return xasprintf("%.*s%s%s", (int)at, text, to, text + at + strlen(from));
}

static void one_change_is_noticed(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{"entrytrace-calibration/1", "entrytrace-calibration/0", "has schema \"entrytrace-calibration/0\""},
		{"\"schema\"", "\"scheme\"", "schema is missing"},
		{"\"clock\": \"pmu\"", "\"clock\": \"sundial\"", "clock is \"sundial\""},
		{"15153.0", "-15153.0", "rows[1].cycles is -15153"},
		{"15153.0", "NaN", "not valid JSON"},
		{"15153.0", "1e400", "not valid JSON"},
		{"15153.0", "1e300", "rows[1].cycles is 1e+300"},
		{"15153.0", "0", "rows[1].cycles is 0"},
		{"15153.0", "\"much\"", "rows[1].cycles is not a number"},
		{"15153.0", "9000.0", "rows[1].ci95 does not hold its value"},
		{"14700.0", "\"low\"", "rows[1].ci95 is not a pair of numbers"},
		{"4193.0", "-1", "rows[1].ns is -1"},
		{"16250.0", "0", "rows[1].mean_cycles is 0"},
		{"16250.0", "17200.0", "rows[1].mean_ci95 does not hold its value"},
		{"\"mean_ci95\"", "\"mean\"", "rows[1].mean_ci95 is missing"},
		{"\"samples\": 120", "\"samples\": -120", "rows[0].samples is not a whole number"},
		{"\"id\": \"int80\"", "\"id\": \"syscall64\"", "rows[1].id is there twice"},
		{"\"id\": \"int80\"", "\"id\": \"\"", "rows[1].id is empty"},
		{"\"rows\": [", "\"rows\": 7, \"more\": [", "rows is not a list"},
		{"\"rows\": [", "\"rows\": [], \"more\": [", "rows has 0 members"},
		{"\"fingerprint\": {", "\"fingerprint\": 1, \"more\": {", "fingerprint is not an object"},
		{"\"cpu\": \"A CPU\"", "\"cpu\": 486", "fingerprint.cpu is not a string"},
		{"\"core_hz\": 3.6e9", "\"core_hz\": -1", "core_hz or tsc_hz"},
	};
	struct cost_table t = a_table();
	auto_free char *text = as_json(&t);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_free char *bad = replaced(text, rows[i].from, rows[i].to);
		struct cost_table out;
		struct err err = {0};

		assert_int_equal(cost_table_parse(bad, strlen(bad), "t.json", &out, &err), -EBADMSG);
		if (strncmp(err.text, "t.json: ", 8) != 0 || !strstr(err.text, rows[i].says))
			fail_msg("%s -> %s: says \"%s\"", rows[i].from, rows[i].to, err.text);
		assert_null(strchr(err.text, '\n'));
		assert_int_equal(out.nrows, 0);
	}
	cost_table_fini(&t);
}

static void a_cut_file_is_noticed_wherever_it_is_cut(void **state)
{
	struct cost_table t = a_table();
	auto_free char *text = as_json(&t);
	struct err err;

	(void)state;
	for (size_t n = 0; n + 2 < strlen(text); n++) {
		struct cost_table out;
		/* At the very end of its memory, so that a read beyond it is seen. */
		auto_free char *part = n ? memcpy(xcalloc(n, 1), text, n) : NULL;

		assert_int_equal(cost_table_parse(part ? part : "", n, "t.json", &out, &err), -EBADMSG);
	}
	cost_table_fini(&t);
}

static void files_that_are_none(void **state)
{
	struct cost_table out;
	struct err err = {0};

	(void)state;
	assert_int_equal(cost_table_load("/nonexistent/t.json", &out, &err), -ENOENT);
	assert_string_equal(err.text, "/nonexistent/t.json: No such file or directory");
	assert_int_equal(cost_table_load("/", &out, &err), -EISDIR);
	assert_int_equal(cost_table_load("/dev/zero", &out, &err), -EFBIG);
	assert_int_equal(cost_table_load("/dev/null", &out, &err), -EBADMSG);
}

static void the_reference_is_built_in(void **state)
{
	struct cost_table t;

	(void)state;
	assert_int_equal(cost_table_load("skylake-i7-6700k-linux-6.5", &t, NULL), 0);
	assert_true(t.built_in);
	assert_true(cost_table_row(&t, "syscall64")->cycles == 1209);
	assert_true(cost_table_row(&t, "int80")->cycles == 1772);
	assert_true(cost_table_row(&t, "far-call")->cycles == 1439);
	assert_true(cost_table_row(&t, "far-call-pair")->cycles == 220);
	assert_true(cost_table_vdso_row(&t)->cycles == 1305);
	cost_table_fini(&t);
	assert_int_equal(cost_table_built_in("skylake", &t), -ENOENT);
}

/* ---- the kept file, in a state folder of the test's own ---- */

static int make_home(void **state)
{
	char *dir = xstrdup("/tmp/entrytrace-test-XXXXXX");

	assert_non_null(mkdtemp(dir));
	setenv("XDG_STATE_HOME", dir, 1);
	*state = dir;
	return 0;
}

static int remove_home(void **state)
{
	auto_free char *dir = *state, *all = xasprintf("chmod -R u+w %s; rm -rf %s", dir, dir);

	return system(all);
}

static void is_kept_and_found(void **state)
{
	struct cost_table t = a_table(), back;
	struct err err = {0};
	struct stat st;

	(void)state;
	assert_int_equal(cost_table_find(&t.fingerprint, &back, &err), -ENOENT);
	assert_int_equal(cost_table_keep(&t, &err), 0);
	assert_int_equal(cost_table_find(&t.fingerprint, &back, &err), 0);
	assert_true(back.age_seconds > -86400 * 366 * 10.0);
	cost_table_fini(&back);
	auto_free char *path = cost_table_path(&t.fingerprint);
	assert_int_equal(stat(path, &st), 0);

	/* Another kernel is another machine: there is no table for it, and it gets a file of its own. */
	free(t.fingerprint.facts[1].value);
	t.fingerprint.facts[1].value = xstrdup("6.12");
	assert_int_equal(cost_table_find(&t.fingerprint, &back, &err), -ENOENT);

	/* A table that was copied to where this machine's belongs is not used silently. */
	auto_free char *other = cost_table_path(&t.fingerprint);
	assert_int_equal(rename(path, other), 0);
	assert_int_equal(cost_table_find(&t.fingerprint, &back, &err), -ESTALE);
	assert_non_null(strstr(err.text, "kernel is \"6.1\" there and \"6.12\" here"));
	cost_table_fini(&t);
}

static void a_folder_that_cannot_be_written_is_named(void **state)
{
	struct cost_table t = a_table();
	struct err err = {0};

	(void)state;
	setenv("XDG_STATE_HOME", "/proc/nowhere", 1);
	assert_true(cost_table_keep(&t, &err) < 0);
	assert_int_equal(strncmp(err.text, "the calibration is not kept: /proc/nowhere/entrytrace/calibration-", 66), 0);
	/* A path that is not absolute is to be ignored: the home's own is used. */
	setenv("XDG_STATE_HOME", "relative", 1);
	setenv("HOME", "/home/x", 1);
	auto_free char *path = cost_table_path(&t.fingerprint);
	assert_int_equal(strncmp(path, "/home/x/.local/state/entrytrace/calibration-", 44), 0);
	cost_table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(one_change_is_noticed),
		cmocka_unit_test(a_cut_file_is_noticed_wherever_it_is_cut),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(the_reference_is_built_in),
		cmocka_unit_test_setup_teardown(is_kept_and_found, make_home, remove_home),
		cmocka_unit_test_setup_teardown(a_folder_that_cannot_be_written_is_named, make_home, remove_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
