/* SPDX-License-Identifier: MIT */
/*
 * Each report as it must look, against tests/golden/. To take over a change
 * that was meant: UPDATE_GOLDEN=1 ./test_report, and look at the difference.
 */
#include "base/cleanup.h"
#include "fake_trace.h"
#include "report/format.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum pricing { NO_ESTIMATE, UNPRICED, PRICED, OTHER_MACHINE, BASELINE };

struct golden {
	const char *file;
	struct trace (*make)(void);
	enum pricing pricing;
	const char *format;
	struct report_style style;
};

static const struct golden cases[] = {
	{"small-counts.txt", fake_trace_small, NO_ESTIMATE, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"small-unpriced.txt", fake_trace_small, UNPRICED, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"small-priced-80.txt", fake_trace_small, PRICED, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"small-priced-132.txt", fake_trace_small, PRICED, "text", {.top = 10, .width = 132, .utf8 = true}},
	{"small-priced-color.txt", fake_trace_small, PRICED, "text", {.top = 10, .width = 80, .color = true, .utf8 = true}},
	{"small-priced-ascii.txt", fake_trace_small, BASELINE, "text", {.top = 10, .width = 80}},
	{"big-counts-80.txt", fake_trace_big, NO_ESTIMATE, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"big-priced-80.txt", fake_trace_big, PRICED, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"big-priced-160.txt", fake_trace_big, OTHER_MACHINE, "text", {.top = 10, .width = 160, .utf8 = true}},
	{"big-top-2-ascii.txt", fake_trace_big, PRICED, "text", {.top = 2, .width = 80}},
	{"empty.txt", fake_trace_empty, PRICED, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"native-80.txt", fake_trace_native, PRICED, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"small-counts.json", fake_trace_small, NO_ESTIMATE, "json", {.top = 10, .width = 80, .utf8 = true}},
	{"small-unpriced.json", fake_trace_small, UNPRICED, "json", {.top = 10, .width = 80, .utf8 = true}},
	{"small-priced.json", fake_trace_small, PRICED, "json", {.top = 10, .width = 80, .utf8 = true}},
	{"big-counts.json", fake_trace_big, NO_ESTIMATE, "json", {.top = 10, .width = 80, .utf8 = true}},
	{"empty.json", fake_trace_empty, NO_ESTIMATE, "json", {.top = 10, .width = 80, .utf8 = true}},
	{"big-priced.csv", fake_trace_big, PRICED, "csv", {.top = 10, .width = 80, .utf8 = true}},
	{"stacks-80.txt", fake_trace_stacks, PRICED, "text", {.top = 10, .width = 80, .utf8 = true}},
	{"stacks-ascii.txt", fake_trace_stacks, NO_ESTIMATE, "text", {.top = 10, .width = 100}},
	{"stacks.json", fake_trace_stacks, NO_ESTIMATE, "json", {.top = 10, .width = 80, .utf8 = true}},
	{"stacks.folded", fake_trace_stacks, NO_ESTIMATE, "folded", {.top = 10, .width = 80, .utf8 = true}},
	{"stacks-cycles.folded", fake_trace_stacks, PRICED, "folded", {.top = 10, .width = 80, .utf8 = true, .weight = WEIGHT_CYCLES}},
	{"stacks.speedscope", fake_trace_stacks, NO_ESTIMATE, "speedscope", {.top = 10, .width = 80, .utf8 = true}},
	{"stacks-frames-80.txt", fake_trace_stacks, PRICED, "text", {.top = 10, .width = 80, .utf8 = true, .frames = 3}},
	{"stacks-tree-100.txt", fake_trace_stacks, NO_ESTIMATE, "text", {.top = 10, .width = 100, .utf8 = true, .frames = 8, .tree = true}},
	{"big-columns-120.txt", fake_trace_big, PRICED, "text",
	 {.top = 10, .width = 120, .utf8 = true, .columns = "path,each,calls,site,program", .sort = SORT_NAME}},
	{"big-entries-first.txt", fake_trace_big, PRICED, "text", {.top = 3, .width = 100, .utf8 = true, .sort = SORT_ENTRIES}},
	{"big-summary.txt", fake_trace_big, PRICED, "text", {.top = 10, .width = 80, .utf8 = true, .brief = true}},
	{"big-priced-60.txt", fake_trace_big, PRICED, "text", {.top = 10, .width = 60, .utf8 = true}},
	{"big-uncut.txt", fake_trace_big, PRICED, "text", {.top = 10, .width = 80, .utf8 = true, .uncut = true}},
	{"small-priced.html", fake_trace_small, PRICED, "html", {.top = 10, .width = 80}},
	{"big-counts.html", fake_trace_big, NO_ESTIMATE, "html", {.top = 10, .width = 80}},
	{"stacks.html", fake_trace_stacks, PRICED, "html", {.top = 10, .width = 80}},
	{"empty.html", fake_trace_empty, NO_ESTIMATE, "html", {.top = 10, .width = 80}},
	{"big.openmetrics", fake_trace_big, PRICED, "openmetrics", {.top = 10, .width = 80}},
	{"stacks.callgrind", fake_trace_stacks, PRICED, "callgrind", {.top = 10, .width = 80}},
	{"big.callgrind", fake_trace_big, NO_ESTIMATE, "callgrind", {.top = 10, .width = 80}},
	{"small-counts.csv", fake_trace_small, NO_ESTIMATE, "csv", {.top = 10, .width = 80, .utf8 = true}},
};

#define CASES (sizeof(cases) / sizeof(*cases))

static char *render(const struct golden *c)
{
	struct trace t = c->make();
	struct estimate e = fake_estimate(&t);
	struct err err = {0};
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	if (c->pricing == UNPRICED) {
		e.have_table = false;
		e.why_no_table = xstrdup("perf events and the TSC are both denied to this process.");
	} else if (c->pricing == OTHER_MACHINE) {
		e.matches_host = false;
		free(e.calibration);
		e.calibration = xstrdup("skylake-i7-6700k-linux-6.5");
		e.mismatch = xstrdup("cpu is another");
		e.age_seconds = -1;
	}
	e.baseline = c->pricing == BASELINE;
	assert_int_equal(report_format_find(c->format)->write(f, &t, c->pricing == NO_ESTIMATE ? NULL : &e,
							      &c->style, &err), 0);
	fclose(f);
	fake_estimate_fini(&e);
	trace_fini(&t);
	return out;
}

static char *slurp(const char *path)
{
	auto_fclose FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!f || getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void looks_as_recorded(void **state)
{
	const struct golden *c = *state;
	const char *srcdir = getenv("srcdir");
	auto_free char *path = xasprintf("%s/tests/golden/%s", srcdir ? srcdir : ".", c->file);
	auto_free char *got = render(c);

	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(path, "w");

		assert_non_null(f);
		fputs(got, f);
		assert_int_equal(fclose(f), 0);
	}
	auto_free char *want = slurp(path);
	assert_non_null(want);
	assert_string_equal(got, want);
}

/* No line of the text report is wider than it was told to be. */
static void keeps_its_width(void **state)
{
	static const unsigned widths[] = {60, 72, 80, 81, 100, 120, 132, 200};

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct golden c = cases[i];

		if (strcmp(c.format, "text") != 0 || c.style.uncut)
			continue;
		c.style.color = false;
		for (size_t w = 0; w < sizeof(widths) / sizeof(*widths); w++) {
			/* Who asks for many columns gets them. */
			if (c.style.columns && widths[w] < 100)
				continue;
			c.style.width = widths[w];
			auto_free char *got = render(&c);

			for (char *line = got; *line;) {
				size_t bytes = strcspn(line, "\n"), columns = 0;

				for (size_t k = 0; k < bytes; k++)
					columns += ((unsigned char)line[k] & 0xc0) != 0x80;
				if (columns > widths[w])
					print_error("%s at %u: %.*s\n", c.file, widths[w], (int)bytes, line);
				assert_true(columns <= widths[w]);
				line += bytes + (line[bytes] == '\n');
			}
		}
	}
}

/* Whatever a program is called, it moves no cursor. */
static void hostile_names_are_spelt_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		if (cases[i].style.color || strcmp(cases[i].format, "json") == 0)
			continue;
		auto_free char *got = render(&cases[i]);

		for (const char *c = got; *c; c++)
			assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
		assert_null(strstr(got, "\u202e"));
	}
}

int main(void)
{
	struct CMUnitTest tests[CASES + 2] = {
		cmocka_unit_test(keeps_its_width),
		cmocka_unit_test(hostile_names_are_spelt_out),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	for (size_t i = 0; i < CASES; i++)
		tests[i + 2] = (struct CMUnitTest){cases[i].file, looks_as_recorded, NULL, NULL,
						   (void *)(uintptr_t)&cases[i]};
	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
