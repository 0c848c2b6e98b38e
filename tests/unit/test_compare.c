/* SPDX-License-Identifier: MIT */
/* Two traces beside each other, against tests/golden/compare*; and the conditions of --fail-if. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "fake_trace.h"
#include "report/compare.h"
#include "report/gate.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <string.h>

/* The small trace after a change: its library was rebuilt, one site went and one came. */
static struct trace changed(void)
{
	struct trace t = fake_trace_small();
	struct site *s;

	t.sites[0].entries = t.sites[0].calls[0].entries = 1000;
	free(t.sites[2].module);
	t.sites[2].module = xstrdup("/usr/lib/i386-linux-gnu/libc.so.6");
	t.sites[2].offset = 0xe9000;
	*vec_push(t.modules, t.nmodules) =
		(struct module_id){xstrdup("/usr/lib/i386-linux-gnu/libc.so.6"), xstrdup("bbbb")};
	free(t.sites[1].function);
	t.sites[1].function = xstrdup("__munmap+0x10");
	t.sites[1].offset = 0x1d999;
	s = vec_push(t.sites, t.nsites);
	s->path = PATH_FAR_CALL;
	s->module = xstrdup("/home/me/thunk.so");
	s->offset = 0x10;
	s->entries = 40;
	*vec_push(s->calls, s->ncalls) = (struct call_count){ABI_X86_64, 39, xstrdup("getpid"), 40};
	t.entries = t.images[0].entries = 0;
	for (size_t i = 0; i < t.nsites; i++)
		t.images[0].entries += t.sites[i].entries;
	t.entries = t.images[0].entries;
	return t;
}

struct pair {
	struct trace a, b;
	struct estimate ea, eb;
	struct comparison c;
};

static void open_pair(struct pair *p, bool priced)
{
	p->a = fake_trace_small();
	*vec_push(p->a.modules, p->a.nmodules) =
		(struct module_id){xstrdup("/usr/lib/i386-linux-gnu/libc.so.6"), xstrdup("aaaa")};
	p->b = changed();
	p->ea = fake_estimate(&p->a);
	p->eb = fake_estimate(&p->b);
	comparison_make((struct compare_side){"old.json", &p->a, priced ? &p->ea : NULL},
			(struct compare_side){"new.json", &p->b, priced ? &p->eb : NULL}, &p->c);
}

static void close_pair(struct pair *p)
{
	comparison_fini(&p->c);
	fake_estimate_fini(&p->ea);
	fake_estimate_fini(&p->eb);
	trace_fini(&p->a);
	trace_fini(&p->b);
}

static void sites_line_up(void **state)
{
	struct pair p;

	(void)state;
	open_pair(&p, true);
	assert_int_equal(p.c.count[SITE_SAME], 1);  /* the program's own: no build ids, so by its path */
	assert_int_equal(p.c.count[SITE_MOVED], 1); /* __write+0x21 of a rebuilt library */
	assert_int_equal(p.c.count[SITE_NEW], 2);
	assert_int_equal(p.c.count[SITE_GONE], 1);
	assert_int_equal(p.c.total.old_entries, p.a.entries);
	assert_int_equal(p.c.total.new_entries, p.b.entries);
	/* What changed most comes first. */
	assert_int_equal(p.c.sites[0].status, SITE_SAME);
	assert_int_equal(delta_trend(&p.c.sites[0].delta), TREND_LESS);
	close_pair(&p);
}

/* Twice the same trace with one table: nothing changed, and nothing is said to be unclear. */
static void same_is_same(void **state)
{
	struct trace t = fake_trace_big();
	struct estimate e = fake_estimate(&t);
	struct cost_table table = {.taken = (char *)(uintptr_t)""};
	struct comparison c;

	(void)state;
	e.table = &table;
	comparison_make((struct compare_side){"a", &t, &e}, (struct compare_side){"b", &t, &e}, &c);
	assert_true(c.same_prices);
	assert_int_equal(c.count[SITE_SAME], t.nsites);
	for (size_t i = 0; i < c.nsites; i++)
		assert_int_equal(delta_trend(&c.sites[i].delta), TREND_SAME);
	comparison_fini(&c);
	fake_estimate_fini(&e);
	trace_fini(&t);
}

static void looks_as_recorded(void **state)
{
	static const struct {
		const char *file, *format;
		unsigned width;
		bool priced;
	} rows[] = {
		{"compare-80.txt", "text", 80, true},   {"compare-60.txt", "text", 60, true},
		{"compare-140.txt", "text", 140, true}, {"compare-unpriced.txt", "text", 80, false},
		{"compare.json", "json", 80, true},     {"compare.csv", "csv", 80, true},
		{"compare.folded", "folded", 80, false},
	};
	const char *srcdir = getenv("srcdir");

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct report_style style = {.top = 10, .width = rows[i].width, .utf8 = true};
		auto_free char *path = xasprintf("%s/tests/golden/%s", srcdir ? srcdir : ".", rows[i].file);
		char *got = NULL, *want = NULL;
		size_t size, room = 0;
		struct pair p;
		FILE *f = open_memstream(&got, &size);

		open_pair(&p, rows[i].priced);
		for (size_t k = 0; k < ncompare_formats; k++)
			if (strcmp(compare_formats[k]->name, rows[i].format) == 0)
				compare_formats[k]->write(f, &p.c, &style);
		fclose(f);
		close_pair(&p);
		if (getenv("UPDATE_GOLDEN")) {
			f = fopen(path, "w");
			assert_non_null(f);
			fputs(got, f);
			assert_int_equal(fclose(f), 0);
		}
		f = fopen(path, "r");
		assert_non_null(f);
		assert_true(getdelim(&want, &room, '\0', f) > 0);
		fclose(f);
		assert_string_equal(got, want);
		free(got);
		free(want);
	}
}

static void conditions(void **state)
{
	enum { NO, YES, BAD, UNTOLD };
	static const struct {
		const char *text;
		int alone, compared; /* of the new trace alone; of both */
	} rows[] = {
		{"entries>0", YES, YES}, {"entries>1M", NO, NO}, {"int80.entries>0", YES, YES}, {"int80.entries>=1030", YES, YES},
		{"int80.entries==1030", YES, YES}, {"int80.entries!=1030", NO, NO}, {"int80.entries<1k", NO, NO},
		{"far-call.sites<=1", YES, YES}, {"sites>4", NO, NO}, {"programs>0", YES, YES}, {"blind_spots>0", NO, NO},
		{"x32.entries>0", NO, NO}, {"added_cycles>1M", YES, YES}, {"int80.added_cycles>1G", NO, NO},
		{"share_of_cpu>0.001%", YES, YES}, {"share_of_cpu>99%", NO, NO},
		{"entries>+0", BAD, NO}, {"entries<-5%", BAD, YES}, {"far-call.entries>+5%", BAD, YES},
		{"added_cycles>+5%", BAD, NO}, {"added_cycles<-1G", BAD, YES}, {"new_sites>0", BAD, YES}, {"gone_sites>1", BAD, NO},
		{"entries", BAD, BAD}, {"entries>", BAD, BAD}, {"entries>x", BAD, BAD}, {"entries>5%", BAD, BAD},
		{"int81.entries>0", BAD, BAD}, {"int80.programs>0", BAD, BAD}, {"entris>0", BAD, BAD}, {">0", BAD, BAD},
		{"entries>0x10", BAD, BAD}, {"entries>nan", BAD, BAD}, {"entries>1e999", BAD, BAD}, {"entries>5kk", BAD, BAD},
		{"", BAD, BAD}, {"entries=0", BAD, BAD},
	};
	struct pair p;

	(void)state;
	open_pair(&p, true);
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (int both = 0; both < 2; both++) {
			auto_free char *why = NULL;
			struct err err = {0};
			int want = both ? rows[i].compared : rows[i].alone;
			int r = gate_holds(rows[i].text, &p.b, &p.eb, both ? &p.c : NULL, &why, &err);

			if ((want == BAD) != (r == -EINVAL) || (want == YES) != (r == 1) || (r == 1) != (why != NULL))
				fail_msg("%s, %s: %d, %s%s", rows[i].text, both ? "of both" : "alone", r, why ? why : "", err.text);
			if (gate_check(rows[i].text, both, NULL) != (want == BAD ? -EINVAL : 0))
				fail_msg("%s, %s", rows[i].text, both ? "of both" : "alone");
			assert_null(strchr(err.text, '\n'));
		}
	}
	auto_free char *why = NULL;
	struct err err = {0};

	/* Without prices it is not for a gate to pass. */
	assert_int_equal(gate_holds("added_cycles>0", &p.b, NULL, NULL, &why, &err), -ENODATA);
	assert_int_equal(gate_holds("int80.entries>=1030", &p.b, NULL, NULL, &why, &err), 1);
	assert_string_equal(why, "int80.entries is 1030");
	close_pair(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sites_line_up),
		cmocka_unit_test(same_is_same),
		cmocka_unit_test(looks_as_recorded),
		cmocka_unit_test(conditions),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
