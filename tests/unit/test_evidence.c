/* SPDX-License-Identifier: MIT */
/*
 * Judges recorded evidence again: tests/unit/evidence/MACHINE.txt, each
 * made with "entrytrace run --record-evidence" on a machine of one vendor, of
 * samples whose own account of their entries agreed with the verdicts (see
 * tests/vm/samples.test). So every machine tests every vendor's rules.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "classify/classify.h"
#include "classify/record.h"

#include <errno.h>
#include <glob.h>
#include <string.h>

static FILE *text_file(const char *text)
{
	FILE *f = tmpfile();

	assert_non_null(f);
	fputs(text, f);
	rewind(f);
	return f;
}

static void judge_file(void **state)
{
	const char *path = *state;
	auto_fclose FILE *in = fopen(path, "r");
	struct evidence ev;
	struct verdict recorded;
	struct err err = {0};
	unsigned line = 0, records = 0;
	int rc;

	if (!in)
		fail_msg("cannot open %s: %s", path, strerror(errno));
	while ((rc = evidence_read(in, &line, &ev, &recorded, &err)) > 0) {
		struct verdict now = classify(&ev);

		records++;
		if (now.path != recorded.path || !taddr_eq(now.site, recorded.site) ||
		    !taddr_eq(now.entered, recorded.entered))
			fail_msg("%s: the record that ends at line %u was %s at 0x%llx, is now %s at 0x%llx (%s)",
				 path, line, entry_path_info[recorded.path].id,
				 (unsigned long long)recorded.site.v, entry_path_info[now.path].id,
				 (unsigned long long)now.site.v, now.why);
	}
	if (rc < 0)
		fail_msg("%s: %s", path, err.text);
	assert_true(records > 0);
}

/* A path that no fixture holds would go untested without anybody noticing. */
static void every_path_is_recorded(void **state)
{
	const glob_t *files = *state;
	bool seen[ENTRY_PATHS] = {[PATH_UNKNOWN] = true};
	struct evidence ev;
	struct verdict v;

	for (size_t i = 0; i < files->gl_pathc; i++) {
		auto_fclose FILE *in = fopen(files->gl_pathv[i], "r");
		unsigned line = 0;

		assert_non_null(in);
		while (evidence_read(in, &line, &ev, &v, NULL) > 0)
			seen[v.path] = true;
	}
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		if (!seen[p])
			fail_msg("no fixture holds an entry by %s", entry_path_info[p].id);
}

static void round_trip(void **state)
{
	static const struct evidence ev = {
		.arch = ABI_X86_64, .cs = 0x33, .ip = {UINT64_MAX}, .sp = {0xffffd000}, .nr = -1,
		.image64 = true, .restart = true, .vdso_base = {0xf7f00000},
		.vdso = {.size = 0x2000, .insn = VDSO_INSN_SYSENTER, .vsyscall = 0x570,
			 .landing_pad = 0x579, .ret_offset = 12},
		.code = {.n = 3, .b = {0xcd, 0x80, 0x00}}, .ret = {1}, .caller = {.n = 1, .b = {0xff}},
		.callee = {{{4}, {.n = 0}}, {{5}, {.n = 1, .b = {0xfe}}}, {{6}, {.n = 2, .b = {1, 2}}},
			   {{UINT32_MAX}, {.n = CODE_TAIL_MAX, .b = {0x51}}}},
		.has_far = true, .far_depth = UINT32_MAX, .far_ret = {0x8049000},
		.far_caller = {.n = CODE_TAIL_MAX, .b = {0x9a}},
	};
	static const struct verdict verdict = {.path = PATH_X32, .site = {2}, .entered = {3}};
	struct evidence got;
	struct verdict got_verdict;
	auto_fclose FILE *f = tmpfile();
	unsigned line = 0;

	(void)state;
	assert_non_null(f);
	evidence_write(f, &ev, &verdict);
	evidence_write(f, &(struct evidence){0}, &(struct verdict){0});
	rewind(f);
	memset(&got, 0xff, sizeof(got));
	assert_int_equal(evidence_read(f, &line, &got, &got_verdict, NULL), 1);
	/* Field by field: padding is nobody's business. */
	assert_int_equal(got.arch, ev.arch);
	assert_int_equal(got.cs, ev.cs);
	assert_true(taddr_eq(got.ip, ev.ip) && taddr_eq(got.sp, ev.sp) && got.nr == ev.nr);
	assert_true(got.image64 && got.restart && got.has_far);
	assert_true(taddr_eq(got.vdso_base, ev.vdso_base) && got.vdso.size == ev.vdso.size);
	assert_int_equal(got.vdso.insn, ev.vdso.insn);
	assert_int_equal(got.vdso.vsyscall, ev.vdso.vsyscall);
	assert_int_equal(got.vdso.landing_pad, ev.vdso.landing_pad);
	assert_int_equal(got.vdso.ret_offset, ev.vdso.ret_offset);
	assert_memory_equal(&got.code, &ev.code, sizeof(ev.code));
	assert_memory_equal(&got.caller, &ev.caller, sizeof(ev.caller));
	for (unsigned i = 0; i < CALLEE_PIECES; i++) {
		assert_true(taddr_eq(got.callee[i].at, ev.callee[i].at));
		assert_memory_equal(&got.callee[i].bytes, &ev.callee[i].bytes, sizeof(ev.callee[i].bytes));
	}
	assert_memory_equal(&got.far_caller, &ev.far_caller, sizeof(ev.far_caller));
	assert_true(taddr_eq(got.ret, ev.ret) && taddr_eq(got.far_ret, ev.far_ret));
	assert_true(got.far_depth == ev.far_depth);
	assert_int_equal(got_verdict.path, PATH_X32);
	assert_true(got_verdict.site.v == 2 && got_verdict.entered.v == 3);
	assert_int_equal(evidence_read(f, &line, &got, &got_verdict, NULL), 1);
	assert_true(got.ip.v == 0 && got.code.n == 0);
	assert_int_equal(evidence_read(f, &line, &got, &got_verdict, NULL), 0);
}

static void malformed_lines_are_named(void **state)
{
	static const char *const bad[] = {
		"path nonsense\n", "nonsense 1\n",      "cs 0x10000\n", "ip\n",         "ip 1x\n",
		"code 0\n",        "code 0g\n",         "image64 2\n",  "nr 1 2\n",     "arch arm\n",
		"vdso.insn ud2\n", "ip 0x1ffffffffffffffff\n",
	};
	struct evidence ev;
	struct verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_free char *text = xasprintf("# a comment\npath int80\n%s", bad[i]);
		auto_fclose FILE *f = text_file(text);
		struct err err = {0};
		unsigned line = 0;

		if (evidence_read(f, &line, &ev, &v, &err) != -EINVAL)
			fail_msg("taken for good: %s", bad[i]);
		assert_non_null(strstr(err.text, "line 3"));
	}
}

int main(void)
{
	const char *srcdir = getenv("srcdir");
	auto_free char *pattern = xasprintf("%s/tests/unit/evidence/*.txt", srcdir ? srcdir : ".");
	struct CMUnitTest *tests;
	size_t n = 0;
	glob_t files;
	int failed;

	if (glob(pattern, 0, NULL, &files) != 0)
		files.gl_pathc = 0;
	tests = xcalloc(files.gl_pathc + 3, sizeof(*tests));
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(round_trip);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(malformed_lines_are_named);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test_prestate(every_path_is_recorded, &files);
	for (size_t i = 0; i < files.gl_pathc; i++)
		tests[n++] = (struct CMUnitTest){.name = files.gl_pathv[i] + strlen(pattern) - strlen("*.txt"),
						 .test_func = judge_file,
						 .initial_state = files.gl_pathv[i]};
	failed = _cmocka_run_group_tests("evidence", tests, n, NULL, NULL);
	free(tests);
	if (files.gl_pathc)
		globfree(&files);
	return failed;
}
