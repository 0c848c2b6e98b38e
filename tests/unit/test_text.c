/* SPDX-License-Identifier: MIT */
/* Hostile text made printable, and figures for people. */
#include "base/cleanup.h"
#include "base/json.h"
#include "base/signame.h"
#include "base/text.h"
#include "report/number.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void escapes(void **state)
{
	static const struct {
		const char *in, *utf8, *ascii;
	} rows[] = {
		{"plain/path-1.so", "plain/path-1.so", "plain/path-1.so"},
		{"a\nb\tc\rd", "a\\nb\\tc\\rd", "a\\nb\\tc\\rd"},
		{"\033[2J\177", "\\x1b[2J\\x7f", "\\x1b[2J\\x7f"},
		{"h\u00f6st", "h\u00f6st", "h\\xc3\\xb6st"},
		{"\xc2\x9b" "2J", "\\x9b2J", "\\xc2\\x9b2J"},
		{"\u202egpj", "\\u202egpj", "\\xe2\\x80\\xaegpj"},
		{"\u200b\ufeff", "\\u200b\\ufeff", "\\xe2\\x80\\x8b\\xef\\xbb\\xbf"},
		{"\xff\xc3", "\\xff\\xc3", "\\xff\\xc3"},
		{"\xc0\xaf", "\\xc0\\xaf", "\\xc0\\xaf"},             /* an overlong slash */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\xed\\xa0\\x80"}, /* half a surrogate pair */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\xf4\\x90\\x80\\x80"},
		{NULL, "", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_free char *utf8 = text_escape(rows[i].in, true);
		auto_free char *ascii = text_escape(rows[i].in, false);

		assert_string_equal(utf8, rows[i].utf8);
		assert_string_equal(ascii, rows[i].ascii);
	}
	auto_free char *valid = text_valid("a\n\033\xff\u202e");
	assert_string_equal(valid, "a\n\033\\xff\u202e");
}

/* JSON holds the very same text, but nothing that a terminal would act on. */
static void json_is_tame(void **state)
{
	static const char text[] = "a\x1b[31m\x7f\xc2\x9b" "31m\u202eevil\u2066\U000e0041\u00e4\u6f22\n\"";
	json_t *o = json_object(), *back;
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);
	struct json_reader r = {.name = "x"};

	(void)state;
	json_put(o, "text", json_text(text));
	json_write(f, o);
	fclose(f);
	json_decref(o);
	for (const char *p = out; *p;) {
		unsigned c;
		size_t n = text_decode(p, &c);

		assert_true(n > 0 && (c == '\n' || !text_unruly(c)));
		p += n;
	}
	assert_non_null(strstr(out, "\\u009B31m\\u202Eevil\\u2066\\uDB40\\uDC41\u00e4\u6f22"));
	back = json_parse(&r, out, size);
	assert_string_equal(json_get_text(&r, back, "", "text"), text);
	json_decref(back);
	free(out);
}

static void shortens(void **state)
{
	static const struct {
		const char *in;
		size_t width, tail;
		bool utf8;
		const char *out;
	} rows[] = {
		{"abcdef", 6, 0, true, "abcdef"},
		{"abcdefg", 6, 0, true, "ab\u2026efg"},
		{"abcdefgh", 6, 0, false, "a...gh"},
		{"/usr/lib/libc.so.6+0x12", 14, 10, true, "/us\u2026.so.6+0x12"},
		{"\u00e4\u00f6\u00fc\u00df\u00e9", 3, 0, true, "\u00e4\u2026\u00e9"},
		{"\u6f22\u5b57\u6f22\u5b57", 5, 0, true, "\u6f22\u2026\u5b57"},
		{"abc", 1, 0, true, "a"},
		{"abc", 0, 0, true, ""},
		{"abcdef", 4, 99, true, "\u2026def"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_free char *out = text_shorten(rows[i].in, rows[i].width, rows[i].tail, rows[i].utf8);

		assert_string_equal(out, rows[i].out);
		assert_true(text_width(out) <= rows[i].width);
	}
}

static struct priced value(double v, double half)
{
	return (struct priced){true, v, {v - half, v + half}};
}

static void figures(void **state)
{
	const struct glyphs *g = &glyphs_ascii;
	const struct priced unknown = {0};

	(void)state;
	assert_string_equal(num_count(0).s, "0");
	assert_string_equal(num_count(999).s, "999");
	assert_string_equal(num_count(1000).s, "1,000");
	assert_string_equal(num_count(UINT64_MAX).s, "18,446,744,073,709,551,615");

	assert_string_equal(num_share(0, 10).s, "0.0 %");
	assert_string_equal(num_share(1, 100000).s, "<0.1 %");
	assert_string_equal(num_share(99999, 100000).s, ">99.9 %");
	assert_string_equal(num_share(10, 10).s, "100.0 %");
	assert_string_equal(num_share(0, 0).s, "0.0 %");

	assert_string_equal(num_seconds(0, g).s, "0 s");
	assert_string_equal(num_seconds(0.0000123, g).s, "12.3 us");
	assert_string_equal(num_seconds(0.9999, g).s, "1.00 s");
	assert_string_equal(num_seconds(14.256, g).s, "14.3 s");
	assert_string_equal(num_seconds(125.2, g).s, "2 min 05 s");
	assert_string_equal(num_seconds(7500, g).s, "2 h 05 min");

	assert_string_equal(num_cycles(value(1772.3, 4.6), g).s, "1,772 +/- 5");
	assert_string_equal(num_cycles(value(17412.7, 96.2), g).s, "17,413 +/- 97");
	assert_string_equal(num_cycles(value(220, 0), g).s, "220");
	assert_string_equal(num_cycles(value(-12.34, 1.2), g).s, "-12.3 +/- 1.2");
	assert_string_equal(num_cycles(value(0, 0), g).s, "0");
	assert_string_equal(num_cycles(unknown, g).s, "?");
	assert_string_equal(num_cycles(value(NAN, 0), g).s, "?");
	assert_string_equal(num_cycles(value(INFINITY, 0), g).s, "?");
	assert_string_equal(num_cycles(value(1e200, 0), g).s, "?");

	assert_string_equal(num_cycles_si(value(15.34e9, 93e6), g).s, "15.34 +/- 0.10 G");
	assert_string_equal(num_time(value(4.2385, 0.026), g).s, "4.24 +/- 0.03 s");
	assert_string_equal(num_time(value(0.0042385, 0.0026), g).s, "4 +/- 3 ms");
	assert_string_equal(num_time(value(0, 0), g).s, "0 us");
	assert_string_equal(num_si(value(12.75e6, 1e5), g).s, "12.8 M");
	assert_string_equal(num_percent(value(0.4083, 0.1), g).s, "40.8 %");

	assert_string_equal(num_age(0).s, "0 seconds");
	assert_string_equal(num_age(60).s, "60 seconds");
	assert_string_equal(num_age(11000).s, "3 hours");
	assert_string_equal(num_age(86400 * 12).s, "12 days");
}

static void signals_have_names(void **state)
{
	char s[32];

	(void)state;
	for (int sig = 1; sig <= SIGRTMAX; sig++) {
		/* 32 and 33 belong to the C library. */
		if (sig == 32 || sig == 33)
			continue;
		assert_int_equal(signame_find(signame(sig, s, sizeof(s))), sig);
	}
	assert_string_equal(signame(SIGSEGV, s, sizeof(s)), "SIGSEGV");
	assert_int_equal(signame_find("SIGNOT"), 0);
	assert_int_equal(signame_find(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(json_is_tame),
		cmocka_unit_test(shortens),
		cmocka_unit_test(figures),
		cmocka_unit_test(signals_have_names),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
