/* SPDX-License-Identifier: MIT */
/* Which code may be counted in place: the vDSO's function, and an int 0x80 site. */
#include "patch/form.h"
#include "stub/pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define PUSHES 0x51, 0x52, 0x55
#define BACK 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3
#define NOP3 0x0f, 0x1f, 0x00
#define NOPS5 0x90, 0x90, 0x90, 0x90, 0x90
#define NOPS8 NOPS5, 0x90, 0x90, 0x90

static void recognises_the_forms_of_fast_entries(void **state)
{
	static const struct {
		uint8_t code[FORM_MAX];
		size_t n;
		int rc;
		bool sysenter;
		unsigned pushes;
	} rows[] = {
		/* AMD, Intel, and the same moves written the other way round */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS8}, 21, 0, false, 0},
		{{PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, NOPS8}, 21, 0, true, 0},
		{{PUSHES, 0x8b, 0xe9, 0x0f, 0x05, BACK, NOPS8}, 21, 0, false, 0},
		{{PUSHES, 0x8b, 0xec, 0x0f, 0x34, BACK, NOPS8}, 21, 0, true, 0},
		/* longer fillers */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0x90, 0x8d, 0x76, 0x00, 0x8d, 0x74, 0x26, 0x00}, 21, 0, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc}, 21, 0, false, 0},
		/* Linux 7.3 on AMD, on Intel, and with no fast instruction */
		{{NOP3, PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0xcc, NOPS8}, 25, 0, false, 3},
		{{NOP3, PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, 0xcc, NOPS8}, 25, 0, true, 3},
		{{0xcd, 0x80, 0xc3, PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, 0xcc, NOPS8}, 25, -ENOTSUP, true, 0},
		/* a no-op of another length; cut short behind one */
		{{0x66, 0x90, PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0xcc, NOPS8}, 24, -ENOTSUP, false, 0},
		{{NOP3, PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK}, 15, -ENOTSUP, false, 0},
		{{NOP3}, 3, -ENOTSUP, false, 0},
		/* the wrong move for its instruction */
		{{PUSHES, 0x89, 0xe5, 0x0f, 0x05, BACK, NOPS8}, 21, -ENOTSUP, false, 0},
		/* pushes in another order; no pushes; no fast instruction */
		{{0x52, 0x51, 0x55, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS8}, 21, -ENOTSUP, false, 0},
		{{0xcd, 0x80, 0xc3, NOPS5, NOPS5, NOPS5}, 18, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x90, 0x90, BACK, NOPS8}, 21, -ENOTSUP, false, 0},
		/* other ways back */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80, 0x59, 0x5a, 0x5d, 0xc3, NOPS8}, 21, -ENOTSUP, false, 0},
		/* no room behind it, as a function follows; a seventh byte of room only; cut short */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0x58, 0xb8, 0x77, 0, 0, 0xcd, 0x80, 0x90}, 21, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS5, 0x90, 0x90, 0x55}, 21, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS5}, 18, -ENOTSUP, false, 0},
		{{PUSHES, 0x89}, 4, -ENOTSUP, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stub_form form = {0};
		const char *why = NULL;
		int rc = stub_recognise(rows[i].code, rows[i].n, &form, &why);

		if (rc != rows[i].rc)
			fail_msg("row %zu: %d, not %d (%s)", i, rc, rows[i].rc, why);
		if (rc == 0) {
			assert_int_equal(form.sysenter, rows[i].sysenter);
			assert_int_equal(form.pushes, rows[i].pushes);
			assert_int_equal(form.move, form.pushes + 3);
			assert_int_equal(form.insn, form.pushes + 5);
			assert_int_equal(form.int80, form.pushes + 7);
			assert_int_equal(form.landing_pad, form.pushes + 9);
			assert_int_equal(form.gap, form.pushes + 13);
		} else {
			assert_non_null(why);
		}
	}
}

static void tells_why_not(void **state)
{
	static const uint8_t linux7[] = {0xcd, 0x80, 0xc3, PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, 0xcc, NOPS5};
	static const uint8_t patched[] = {PUSHES, 0x0f, 0x1f, 0x40, 0x00, BACK, NOPS5};
	static const uint8_t unpatched[] = {PUSHES, 0x90, 0x90, 0x90, 0x90, BACK, NOPS5};
	static const uint8_t other[] = {0x51, 0x52, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS5};
	static const uint8_t fillers[] = {0x90, 0x90, 0x90};
	static const struct {
		const uint8_t *code;
		size_t n;
		const char *why;
	} rows[] = {
		{linux7, sizeof(linux7), "the vDSO enters by int 0x80 here"},
		{patched, sizeof(patched), "the vDSO enters by int 0x80 here"},
		{unpatched, sizeof(unpatched), "the vDSO enters by int 0x80 here"},
		{other, sizeof(other), "not known to be safe"},
		{fillers, sizeof(fillers), "not known to be safe"},
		{linux7, 1, "not known to be safe"},
		{linux7, 0, "not known to be safe"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct stub_form form;
		const char *why = NULL;

		assert_int_equal(stub_recognise(rows[i].code, rows[i].n, &form, &why), -ENOTSUP);
		if (!why || !strstr(why, rows[i].why))
			fail_msg("row %zu: %s", i, why);
	}
}

static void knows_a_mov_from_what_ends_like_one(void **state)
{
	static const struct {
		uint8_t before[6]; /* right in front of B8 */
		uint32_t imm, nr;
		bool plain;
	} rows[] = {
		{{NOPS5, 0x90}, 20, 20, true},
		{{0xbb, 1, 0, 0, 0, 0x90}, 4, 4, true},
		/* mov ebx, 1: its last byte and the mov read as add [eax + 4], bh, which would have faulted */
		{{0x90, 0xbb, 1, 0, 0, 0}, 4, 4, true},
		{{NOPS5, 0x90}, UINT32_MAX, UINT32_MAX, true},
		/* with a number that is an address, it might not have */
		{{0x90, 0xbb, 1, 0, 0, 0}, 0x08049000, 0x08049000, false},
		/* another number than the one it was called with: not this mov */
		{{NOPS5, 0x90}, 20, 21, false},
		/* lea edi, [eax + 4] */
		{{NOPS5, 0x8d}, 4, 4, false},
		/* mov dword [ebp - 0x48], 4 */
		{{0x90, 0x90, 0x90, 0x90, 0xc7, 0x45}, 4, 4, false},
		/* cmp dword [edi + 0x4b8], 0: B8 04 00 00 00 are its displacement and its immediate */
		{{0x90, 0x90, 0x90, 0x90, 0x83, 0xbf}, 4, 4, false},
		/* mov eax, [eax + edi * 4 + 4] */
		{{0x90, 0x90, 0x90, 0x90, 0x8b, 0x84}, 4, 4, false},
		/* a long nop */
		{{0x90, 0x90, 0x90, 0x90, 0x0f, 0x1f}, 4, 4, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t code[32];

		memset(code, 0x90, sizeof(code));
		memcpy(code + sizeof(code) - PATTERN_SIZE - 6, rows[i].before, 6);
		code[sizeof(code) - PATTERN_SIZE] = 0xb8;
		memcpy(code + sizeof(code) - PATTERN_SIZE + 1, &rows[i].imm, 4);
		memcpy(code + sizeof(code) - 2, "\xcd\x80", 2);
		if (stub_pattern(code, sizeof(code), rows[i].nr) != rows[i].plain)
			fail_msg("row %zu: should be %d", i, rows[i].plain);
		/* The same behind something else than an int 0x80, and with too little to look at. */
		assert_false(stub_pattern(code + sizeof(code) - 10, 10, rows[i].nr));
		code[sizeof(code) - 2] = 0x90;
		assert_false(stub_pattern(code, sizeof(code), rows[i].nr));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises_the_forms_of_fast_entries),
		cmocka_unit_test(tells_why_not),
		cmocka_unit_test(knows_a_mov_from_what_ends_like_one),
	};

	return cmocka_run_group_tests_name("forms", tests, NULL, NULL);
}
