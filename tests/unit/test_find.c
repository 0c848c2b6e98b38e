/* SPDX-License-Identifier: MIT */
/* Entry instructions in bytes: found wherever they stand, told apart, walked to, and reached. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "decode/find.h"
#include "decode/reach.h"
#include "decode/walk.h"

#include <stdlib.h>
#include <string.h>

#define BYTES(...) .n = sizeof((uint8_t[]){__VA_ARGS__}), .b = {__VA_ARGS__}

static const struct pattern {
	const char *what;
	size_t n;
	uint8_t b[32];
	enum cpu_mode mode;
	bool found;
	enum entry_form form;
	size_t at, len;
} patterns[] = {
	{"int 0x80", BYTES(0xcd, 0x80), CPU_MODE_32, true, FORM_INT80, 0, 2},
	{"int 0x80 in 64-bit code", BYTES(0x90, 0xcd, 0x80), CPU_MODE_64, true, FORM_INT80_64, 1, 2},
	{"int 0x2e", BYTES(0xcd, 0x2e), CPU_MODE_32, true, FORM_INT2E, 0, 2},
	{"int 3 of two bytes", BYTES(0xcd, 0x03), CPU_MODE_32, false, 0, 0, 0},
	{"sysenter", BYTES(0x0f, 0x34), CPU_MODE_32, true, FORM_SYSENTER, 0, 2},
	{"sysenter in 64-bit code", BYTES(0x0f, 0x34), CPU_MODE_64, true, FORM_SYSENTER, 0, 2},
	{"syscall", BYTES(0x0f, 0x05), CPU_MODE_32, true, FORM_SYSCALL32, 0, 2},
	{"syscall in 64-bit code is its own", BYTES(0x0f, 0x05), CPU_MODE_64, false, 0, 0, 0},
	{"call *%gs:0x10", BYTES(0x65, 0xff, 0x15, 0x10, 0, 0, 0), CPU_MODE_32, true, FORM_VDSO, 0, 7},
	{"jmp *%gs:0x10", BYTES(0x65, 0xff, 0x25, 0x10, 0, 0, 0), CPU_MODE_32, true, FORM_VDSO, 0, 7},
	{"mov %gs:0x10, %eax", BYTES(0x65, 0xa1, 0x10, 0, 0, 0), CPU_MODE_32, true, FORM_VDSO, 0, 6},
	{"mov %gs:0x10, %ebx", BYTES(0x65, 0x8b, 0x1d, 0x10, 0, 0, 0), CPU_MODE_32, true, FORM_VDSO, 0, 7},
	{"the stack protector's word", BYTES(0x65, 0xa1, 0x14, 0, 0, 0), CPU_MODE_32, false, 0, 0, 0},
	{"call *%gs:0x10 cut off", BYTES(0x65, 0xff, 0x15, 0x10, 0, 0), CPU_MODE_32, false, 0, 0, 0},
	{"call far 0x33:...", BYTES(0x9a, 0x10, 0x90, 0x04, 0x08, 0x33, 0), CPU_MODE_32, true, FORM_FAR_CALL, 0, 7},
	{"jmp far 0x33:...", BYTES(0xea, 0x10, 0x90, 0x04, 0x08, 0x33, 0), CPU_MODE_32, true, FORM_MODE_SWITCH, 0, 7},
	{"call far within 32 bits", BYTES(0x9a, 0x10, 0x90, 0x04, 0x08, 0x23, 0), CPU_MODE_32, false, 0, 0, 0},
	{"call far through memory", BYTES(0xff, 0x1d, 0x10, 0x90, 0x04, 0x08), CPU_MODE_32, true, FORM_FAR_CALL, 0, 6},
	{"jmp far through memory", BYTES(0xff, 0x2d, 0x10, 0x90, 0x04, 0x08), CPU_MODE_32, true, FORM_MODE_SWITCH, 0, 6},
	{"call far [abs] of 64-bit code", BYTES(0xff, 0x1c, 0x25, 0x10, 0x90, 0x04, 0x08), CPU_MODE_64, true,
	 FORM_FAR_CALL, 0, 7},
	{"push 0x33; call; add; retf", BYTES(0x6a, 0x33, 0xe8, 0, 0, 0, 0, 0x83, 0x04, 0x24, 0x05, 0xcb), CPU_MODE_32,
	 true, FORM_MODE_SWITCH, 11, 1},
	{"push 0x23; push rax; retfq", BYTES(0x6a, 0x23, 0x50, 0x48, 0xcb), CPU_MODE_64, true, FORM_MODE_SWITCH, 3, 2},
	{"push 0x33 and nothing far", BYTES(0x6a, 0x33, 0xe8, 0, 0, 0, 0, 0xc3), CPU_MODE_32, false, 0, 0, 0},
};

static void patterns_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		const struct pattern *p = &patterns[i];
		struct found f;
		size_t go_on = find_entry(p->b, p->n, 0, p->mode, &f);

		if ((go_on < p->n) != p->found)
			fail_msg("%s: %s", p->what, p->found ? "not found" : "found");
		if (p->found && (f.form != p->form || f.at != p->at || f.len != p->len))
			fail_msg("%s: form %u at %zu, %u bytes", p->what, f.form, f.at, f.len);
	}
}

/* Wherever blocks of any size may begin and end, and in a buffer that ends at its last byte. */
static void patterns_are_found_at_every_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(patterns); i++) {
		const struct pattern *p = &patterns[i];

		if (!p->found)
			continue;
		for (size_t before = 0; before < 200; before++)
			for (size_t behind = 0; behind < 2; behind++) {
				size_t n = before + p->n + 40 * behind;
				auto_free uint8_t *bytes = xcalloc(1, n);
				struct found f;

				memset(bytes, 0x90, n);
				memcpy(bytes + before, p->b, p->n);
				if (find_entry(bytes, n, 0, p->mode, &f) >= n || f.at != before + p->at)
					fail_msg("%s behind %zu bytes", p->what, before);
			}
	}
}

/* The same pairs as a search byte by byte, in noise that is full of them. */
static void noise_is_searched_whole(void **state)
{
	static const uint8_t alphabet[] = {0xcd, 0x80, 0x0f, 0x05, 0x34, 0x90, 0x2e, 0xc3};
	uint8_t bytes[4096];
	unsigned seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = alphabet[(seed = seed * 1103515245 + 12345) >> 16 & 7];
	for (unsigned mode = 0; mode < 2; mode++) {
		size_t at = 0, expected = 0, got = 0;
		struct found f;

		for (size_t i = 0; i + 1 < sizeof(bytes); i++)
			expected += (bytes[i] == 0xcd && (bytes[i + 1] == 0x80 || bytes[i + 1] == 0x2e)) ||
				    (bytes[i] == 0x0f && (bytes[i + 1] == 0x34 || (mode == CPU_MODE_32 && bytes[i + 1] == 5)));
		while ((at = find_entry(bytes, sizeof(bytes), at, (enum cpu_mode)mode, &f)) < sizeof(bytes))
			got++;
		assert_int_equal(got, expected);
	}
}

static const struct walk {
	const char *what;
	size_t n;
	uint8_t b[32];
	enum cpu_mode mode;
	size_t at;
	unsigned found;
	int64_t nr; /* -1: not known */
} walks[] = {
	{"mov eax, 20; int 0x80", BYTES(0xb8, 20, 0, 0, 0, 0xcd, 0x80), CPU_MODE_32, 5, WALK_BEGINS, 20},
	{"inside a mov", BYTES(0xb8, 0xcd, 0x80, 0, 0, 0xc3), CPU_MODE_32, 1, WALK_INSIDE, -1},
	{"prefixed", BYTES(0x66, 0x0f, 0x05), CPU_MODE_32, 1, WALK_BEGINS, -1},
	{"xor eax, eax; mov ebx, esi; int 0x80", BYTES(0x31, 0xc0, 0x89, 0xf3, 0xcd, 0x80), CPU_MODE_32, 4, WALK_BEGINS, 0},
	{"push 5; pop eax; int 0x80", BYTES(0x6a, 5, 0x58, 0xcd, 0x80), CPU_MODE_32, 3, WALK_BEGINS, 5},
	{"spoilt by a move", BYTES(0xb8, 20, 0, 0, 0, 0x89, 0xd8, 0xcd, 0x80), CPU_MODE_32, 7, WALK_BEGINS, -1},
	{"spoilt in part", BYTES(0xb8, 20, 0, 0, 0, 0xb0, 1, 0xcd, 0x80), CPU_MODE_32, 7, WALK_BEGINS, -1},
	{"spoilt by a call", BYTES(0xb8, 20, 0, 0, 0, 0xe8, 0, 0, 0, 0, 0xcd, 0x80), CPU_MODE_32, 10, WALK_BEGINS, -1},
	{"mov eax in 64-bit code", BYTES(0xb8, 1, 0, 0, 0, 0xcd, 0x80), CPU_MODE_64, 5, WALK_BEGINS, 1},
	{"behind what is no instruction", BYTES(0x0f, 0x04, 0xcd, 0x80), CPU_MODE_32, 2, WALK_LOST, -1},
};

static void walks_keep_in_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(walks); i++) {
		const struct walk *w = &walks[i];
		struct walk_place p = {.at = w->at};

		walk_code(w->b, w->n, w->mode, &p, 1);
		if (p.found != w->found || (p.nr_known ? (int64_t)p.nr : -1) != w->nr)
			fail_msg("%s: found %u, number %lld", w->what, p.found, p.nr_known ? (long long)p.nr : -1);
	}
}

/* 0: call 16; 5: jmp 32; 16: ret; 32: int 0x80; what lies between is a mov's. */
static void jumps_and_calls_are_followed(void **state)
{
	uint8_t code[64];
	struct reach *r;

	(void)state;
	memset(code, 0xb8, sizeof(code));
	memcpy(code, (uint8_t[]){0xe8, 11, 0, 0, 0, 0xe9, 22, 0, 0, 0}, 10);
	code[16] = 0xc3;
	memcpy(code + 32, (uint8_t[]){0xcd, 0x80, 0xb8, 0xcd, 0x80, 0, 0, 0xc3}, 8);
	memcpy(code + 48, (uint8_t[]){0xcd, 0x80, 0xc3}, 3);
	r = reach_new(code, sizeof(code), 0x8048000, CPU_MODE_32, 0);
	reach_from(r, 0x8048000);
	reach_maybe_from(r, 0x8048030);
	reach_from(r, 0x9000000);
	reach_run(r);
	assert_int_equal(reach_at(r, 32), REACHED);
	assert_int_equal(reach_at(r, 35), REACHED_INSIDE);
	assert_int_equal(reach_at(r, 48), REACHED_MAYBE);
	assert_int_equal(reach_at(r, 20), REACHED_NOT);
	assert_int_equal(reach_at(r, 16), REACHED);
	assert_true(reach_in_branch(r, 1));
	assert_false(reach_in_branch(r, 49));
	reach_free(r);
}

/* An address in a mov may be a function's; one of a table reads as nonsense. */
static void addresses_taken_are_only_maybe(void **state)
{
	uint8_t code[64];
	struct reach *r;

	(void)state;
	memset(code, 0x90, sizeof(code));
	memcpy(code, (uint8_t[]){0xb8, 0x20, 0x80, 0x04, 0x08, 0xbb, 0x30, 0x80, 0x04, 0x08, 0xc3}, 11);
	memcpy(code + 32, (uint8_t[]){0x89, 0xc3, 0xcd, 0x80, 0xc3}, 5);
	memcpy(code + 48, (uint8_t[]){0x00, 0x00, 0xcd, 0x80, 0xc3}, 5);
	r = reach_new(code, sizeof(code), 0x8048000, CPU_MODE_32, 0);
	reach_from(r, 0x8048000);
	reach_run(r);
	assert_int_equal(reach_at(r, 34), REACHED_MAYBE);
	assert_int_equal(reach_at(r, 50), REACHED_NOT);
	reach_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_are_told_apart),
		cmocka_unit_test(patterns_are_found_at_every_place),
		cmocka_unit_test(noise_is_searched_whole),
		cmocka_unit_test(walks_keep_in_step),
		cmocka_unit_test(jumps_and_calls_are_followed),
		cmocka_unit_test(addresses_taken_are_only_maybe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
