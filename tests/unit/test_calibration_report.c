/* SPDX-License-Identifier: MIT */
/*
 * The calibration table for people, against tests/golden/calibration-*. To take
 * over a change that was meant: UPDATE_GOLDEN=1 ./test_calibration_report.
 */
#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "report/calibration.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROW(name, price, half, nanoseconds) \
	{.id = (char[]){name}, .cycles = (price), .ci95 = {(price) - (half), (price) + (half)}, \
	 .ns = (nanoseconds), .samples = 500, .dropped = 20}
/* The same, with a mean that is higher by a share. */
#define MEANT(name, price, half, nanoseconds, share) \
	{.id = (char[]){name}, .cycles = (price), .ci95 = {(price) - (half), (price) + (half)}, \
	 .has_mean = true, .mean_cycles = (price) * (1 + (share)), .mean_ci95 = {(price), (price) * (1 + 2 * (share))}, \
	 .ns = (nanoseconds), .samples = 500, .dropped = 20}
#define SKIPPED(name, why) {.id = (char[]){name}, .skipped = (char[]){why}}

static struct cost_row amd[] = {
	ROW("empty", 1.02, 0.01, 0.28), MEANT("syscall64", 277.3, 0.9, 77.6, 0.01), ROW("control", -0.3, 0.5, -0.1),
	ROW("vdso-syscall", 486, 3.6, 136.9), MEANT("int80", 15153, 475, 4193, 0.062), ROW("syscall32", 487, 4, 137),
	ROW("far-call", 489, 2, 137), ROW("mode-switch", 387, 2, 109), ROW("int80-64", 14955, 755, 4158),
	ROW("x32", 301, 1, 84.5), ROW("far-call-pair", 209, 14, 59), ROW("far-call-pair-32", 126, 1, 35.5),
	ROW("far-jump-pair", 109, 1, 30.6), MEANT("trap-ud2", 41745, 1104, 11707, 0.2), ROW("trap-int2e", 25840, 3186, 7198),
	SKIPPED("sysenter", "raises SIGILL here"), SKIPPED("vdso-sysenter", "the vDSO uses syscall here"),
	SKIPPED("restart", "priced as int80, the same instruction"),
};

/* What a hostile or an odd table can hold: control characters, no native row, several rows missing for one reason. */
static struct cost_row odd[] = {
	ROW("int80", 1e9, 1, 3e8), SKIPPED("far-call", "\033[2Jgone\nfishing"), SKIPPED("x32", "shut"),
	SKIPPED("empty", "shut"), SKIPPED("trap-ud2", "shut"), SKIPPED("sysenter", "\033[2Jgone\nfishing"),
};

static struct cost_row reference[] = {ROW("syscall64", 1209, 0, 302), ROW("int80", 1772, 0, 443)};

static char odd_note[] = "the TSC ran unsteadily\x1b";
static char pmu_clock[] = "pmu", tsc_clock[] = "tsc", no_call[] = "none";

static struct host_fact facts[] = {{(char[]){"cpu"}, (char[]){"AMD EPYC"}}, {(char[]){"kernel"}, (char[]){"6.18"}},
				   {(char[]){"hypervisor"}, (char[]){"KVM"}}};

static const struct {
	const char *file;
	struct report_style style;
	bool pmu, is_odd;
} cases[] = {
	{"calibration-50.txt", {.width = 50, .utf8 = true}, false, false},
	{"calibration-80.txt", {.width = 80, .utf8 = true}, false, false},
	{"calibration-132.txt", {.width = 132, .utf8 = true}, true, false},
	{"calibration-color.txt", {.width = 100, .utf8 = true, .color = true}, false, false},
	{"calibration-ascii.txt", {.width = 80, .utf8 = false}, false, false},
	{"calibration-odd.txt", {.width = 80, .utf8 = true}, false, true},
};

static char *render(size_t i)
{
	struct cost_table t = {
		.clock = cases[i].pmu ? pmu_clock : tsc_clock, .call = no_call,
		.core_hz = 3.57e9, .rows = amd, .nrows = sizeof(amd) / sizeof(*amd), .fingerprint = {facts, 3},
	};
	struct cost_table ref = {.rows = reference, .nrows = 2};
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	if (cases[i].is_odd) {
		t.rows = odd;
		t.nrows = sizeof(odd) / sizeof(*odd);
		t.note = odd_note;
	}
	for (size_t k = 0; k < t.nrows; k++) {
		t.rows[k].split = cases[i].pmu && !t.rows[k].skipped;
		t.rows[k].user_cycles = t.rows[k].cycles / 4;
		t.rows[k].kernel_cycles = t.rows[k].cycles * 3 / 4;
	}
	calibration_text(f, &t, &ref, &cases[i].style);
	fclose(f);
	return out;
}

static char *slurp(const char *path)
{
	auto_fclose FILE *f = fopen(path, "r");
	char *text = xcalloc(1, 1 << 16);

	if (f && fread(text, 1, (1 << 16) - 1, f) == 0)
		text[0] = '\0';
	return text;
}

static void looks_as_it_must(void **state)
{
	const char *srcdir = getenv("srcdir");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_free char *path = xasprintf("%s/tests/golden/%s", srcdir ? srcdir : ".", cases[i].file);
		auto_free char *out = render(i);

		if (getenv("UPDATE_GOLDEN")) {
			auto_fclose FILE *f = fopen(path, "w");

			assert_non_null(f);
			fputs(out, f);
		}
		auto_free char *golden = slurp(path);
		if (strcmp(out, golden) != 0)
			fail_msg("%s differs; it is now:\n%s", path, out);
	}
}

/* Whatever the width, no line is wider, and nothing steers the terminal. */
static void every_line_fits(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		auto_free char *out = render(i);

		if (cases[i].style.color)
			continue;
		assert_null(strchr(out, '\033'));
		for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
			if (text_width(line) > cases[i].style.width)
				fail_msg("%s: %zu columns: %s", cases[i].file, text_width(line), line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_as_it_must),
		cmocka_unit_test(every_line_fits),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
