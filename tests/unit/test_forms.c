/* SPDX-License-Identifier: MIT */
/* Which forms of __kernel_vsyscall may be counted in place. */
#include "unit.h"

#include "patch/form.h"

#include <errno.h>
#include <string.h>

#define PUSHES 0x51, 0x52, 0x55
#define BACK 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3
#define NOP3 0x0f, 0x1f, 0x00
#define NOPS5 0x90, 0x90, 0x90, 0x90, 0x90
#define NOPS10 NOPS5, NOPS5

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
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS10}, 23, 0, false, 0},
		{{PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, NOPS10}, 23, 0, true, 0},
		{{PUSHES, 0x8b, 0xe9, 0x0f, 0x05, BACK, NOPS10}, 23, 0, false, 0},
		{{PUSHES, 0x8b, 0xec, 0x0f, 0x34, BACK, NOPS10}, 23, 0, true, 0},
		/* longer fillers */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0x90, 0x8d, 0x76, 0x00, 0x8d, 0x74, 0x26, 0x00, 0x66, 0x90},
		 23, 0, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc},
		 23, 0, false, 0},
		/* a filler that reaches beyond the room, as far as it is seen and where it is cut */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS5, 0x90, 0x90, 0x90, 0x90, 0x8d, 0x76, 0x00}, 25, 0, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS5, 0x90, 0x90, 0x90, 0x90, 0x8d, 0x76}, 24, -ENOTSUP, false, 0},
		/* Linux 7.3 on AMD, on Intel, and with no fast instruction */
		{{NOP3, PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0xcc, NOPS10}, 27, 0, false, 3},
		{{NOP3, PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, 0xcc, NOPS10}, 27, 0, true, 3},
		{{0xcd, 0x80, 0xc3, PUSHES, 0x89, 0xe5, 0x0f, 0x34, BACK, 0xcc, NOPS10}, 27, -ENOTSUP, true, 0},
		/* a no-op of another length; cut short behind one */
		{{0x66, 0x90, PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0xcc, NOPS10}, 26, -ENOTSUP, false, 0},
		{{NOP3, PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK}, 15, -ENOTSUP, false, 0},
		{{NOP3}, 3, -ENOTSUP, false, 0},
		/* the wrong move for its instruction */
		{{PUSHES, 0x89, 0xe5, 0x0f, 0x05, BACK, NOPS10}, 23, -ENOTSUP, false, 0},
		/* pushes in another order; no pushes; no fast instruction */
		{{0x52, 0x51, 0x55, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS10}, 23, -ENOTSUP, false, 0},
		{{0xcd, 0x80, 0xc3, NOPS5, NOPS5, NOPS5}, 18, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x90, 0x90, BACK, NOPS10}, 23, -ENOTSUP, false, 0},
		/* other ways back */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80, 0x59, 0x5a, 0x5d, 0xc3, NOPS10}, 23, -ENOTSUP, false, 0},
		/* no room behind it, as a function follows; nine bytes of room only; cut short */
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, 0x58, 0xb8, 0x77, 0, 0, 0xcd, 0x80, NOPS5}, 25, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS5, 0x90, 0x90, 0x90, 0x90, 0x55}, 23, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK, NOPS10}, 22, -ENOTSUP, false, 0},
		{{PUSHES, 0x89, 0xcd, 0x0f, 0x05, BACK}, 13, -ENOTSUP, false, 0},
		{{PUSHES, 0x89}, 4, -ENOTSUP, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct vsyscall_form form = {0};
		const char *why = NULL;
		int rc = vsyscall_recognise(rows[i].code, rows[i].n, &form, &why);

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
		struct vsyscall_form form;
		const char *why = NULL;

		assert_int_equal(vsyscall_recognise(rows[i].code, rows[i].n, &form, &why), -ENOTSUP);
		if (!why || !strstr(why, rows[i].why))
			fail_msg("row %zu: %s", i, why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recognises_the_forms_of_fast_entries),
		cmocka_unit_test(tells_why_not),
	};

	return cmocka_run_group_tests_name("forms", tests, NULL, NULL);
}
