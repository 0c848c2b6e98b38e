/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "decode/insn.h"

#include <errno.h>

#define BYTES(...) .n = sizeof((uint8_t[]){__VA_ARGS__}), .b = {__VA_ARGS__}

static const struct backwards {
	const char *what;
	size_t n;
	uint8_t b[INSN_MAX];
	enum cpu_mode mode;
	enum insn_kind kind;
	unsigned len; /* 0: not found */
	const char *text;
} backwards[] = {
	{"int 0x80", BYTES(0x90, 0x90, 0xcd, 0x80), CPU_MODE_32, INSN_INT80, 2, "int 0x80"},
	{"another interrupt", BYTES(0x90, 0xcd, 0x2e), CPU_MODE_32, INSN_INT80, 0, NULL},
	{"f2 ends a mov and is no prefix", BYTES(0x89, 0xf2, 0xcd, 0x80), CPU_MODE_32, INSN_INT80, 2, "int 0x80"},
	{"sysenter", BYTES(0x89, 0xe5, 0x0f, 0x34), CPU_MODE_32, INSN_SYSENTER, 2, "sysenter"},
	{"syscall", BYTES(0x0f, 0x05), CPU_MODE_64, INSN_SYSCALL, 2, "syscall"},
	{"syscall with REX", BYTES(0x90, 0x48, 0x0f, 0x05), CPU_MODE_64, INSN_SYSCALL, 2, "syscall"},
	{"48 is dec eax in 32-bit code", BYTES(0x90, 0x48, 0x0f, 0x05), CPU_MODE_32, INSN_SYSCALL, 2, "syscall"},
	{"glibc's vDSO call", BYTES(0x90, 0x65, 0xff, 0x15, 0x10, 0, 0, 0), CPU_MODE_32, INSN_CALL, 7,
	 "call gs:[0x10]"},
	{"call through a register", BYTES(0x90, 0x90, 0x90, 0xff, 0xd0), CPU_MODE_32, INSN_CALL, 2, "call eax"},
	{"far call, immediate", BYTES(0x9a, 0x10, 0x90, 0x04, 0x08, 0x33, 0x00), CPU_MODE_32, INSN_FAR_CALL, 7,
	 NULL},
	{"far call through memory", BYTES(0x90, 0xff, 0x1d, 0x10, 0x90, 0x04, 0x08), CPU_MODE_32,
	 INSN_FAR_CALL, 6, NULL},
	{"a near call is no far call", BYTES(0x90, 0xff, 0x15, 0x10, 0x90, 0x04, 0x08), CPU_MODE_32,
	 INSN_FAR_CALL, 0, NULL},
	{"no far call with an immediate in 64-bit code", BYTES(0x9a, 0x10, 0x90, 0x04, 0x08, 0x33, 0x00),
	 CPU_MODE_64, INSN_FAR_CALL, 0, NULL},
	{"one byte is not enough", BYTES(0x80), CPU_MODE_32, INSN_INT80, 0, NULL},
};

static void finds_instructions_backwards(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(backwards); i++) {
		const struct backwards *c = &backwards[i];
		struct insn got;
		int rc = insn_ending_at(c->b, c->n, c->mode, taddr(0x1000), c->kind, &got);

		if (rc != (c->len ? 0 : -ENOENT) || (c->len && got.len != c->len))
			fail_msg("%s: rc %d, length %u instead of %u", c->what, rc, rc ? 0 : got.len, c->len);
		if (c->text)
			assert_string_equal(got.text, c->text);
	}
}

static void finds_nothing_in_no_bytes(void **state)
{
	struct insn got;

	(void)state;
	assert_int_equal(insn_ending_at(NULL, 0, CPU_MODE_32, taddr(0), INSN_INT80, &got), -ENOENT);
}

static const struct effect {
	const char *what;
	size_t n;
	uint8_t b[INSN_MAX];
	enum cpu_mode mode;
	bool known;
	int delta;
} effects[] = {
	{"push ebp", BYTES(0x55), CPU_MODE_32, true, -4},
	{"push rbp", BYTES(0x55), CPU_MODE_64, true, -8},
	{"push imm8", BYTES(0x6a, 0x01), CPU_MODE_64, true, -8},
	{"push imm32", BYTES(0x68, 1, 0, 0, 0), CPU_MODE_32, true, -4},
	{"pop ecx", BYTES(0x59), CPU_MODE_32, true, 4},
	{"pop esp", BYTES(0x5c), CPU_MODE_32, false, 0},
	{"sub rsp, 0x28", BYTES(0x48, 0x83, 0xec, 0x28), CPU_MODE_64, true, -0x28},
	{"add esp, 8", BYTES(0x83, 0xc4, 0x08), CPU_MODE_32, true, 8},
	{"mov esp, ebp", BYTES(0x89, 0xec), CPU_MODE_32, false, 0},
	{"mov ebp, esp", BYTES(0x89, 0xe5), CPU_MODE_32, true, 0},
	{"xchg rax, rsp", BYTES(0x48, 0x94), CPU_MODE_64, false, 0},
	{"leave", BYTES(0xc9), CPU_MODE_64, false, 0},
	{"mov eax, 1", BYTES(0xb8, 1, 0, 0, 0), CPU_MODE_64, true, 0},
	{"syscall", BYTES(0x0f, 0x05), CPU_MODE_64, true, 0},
};

static void knows_what_the_stack_pointer_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(effects); i++) {
		const struct effect *c = &effects[i];
		struct insn got;

		assert_int_equal(insn_decode(c->b, c->n, c->mode, taddr(0), &got), 0);
		if (got.stack_known != c->known || (c->known && got.stack_delta != c->delta))
			fail_msg("%s: known %d, delta %d", c->what, got.stack_known, got.stack_delta);
	}
}

static const struct leads {
	const char *what;
	size_t n;
	uint8_t b[INSN_MAX];
	enum insn_kind kind;
	uint64_t target, pointer; /* 0: not known */
} leads[] = {
	{"jmp back", BYTES(0xe9, 0xfb, 0x8f, 0xfb, 0xf7), INSN_JMP, 0x1000, 0},
	{"jmp back across zero", BYTES(0xe9, 0xfb, 0xff, 0xff, 0xe7), INSN_JMP, 0xf0048000, 0},
	{"call far ahead", BYTES(0xe8, 0xfb, 0x7f, 0xfb, 0x77), INSN_CALL, 0x80000000, 0},
	{"jz", BYTES(0x74, 0x06), INSN_JCC, 0x8048008, 0},
	{"jnz, far away", BYTES(0x0f, 0x85, 0x00, 0x01, 0, 0), INSN_JCC, 0x8048106, 0},
	{"jecxz", BYTES(0xe3, 0x06), INSN_JCC, 0x8048008, 0},
	{"loop", BYTES(0xe2, 0xfe), INSN_JCC, 0x8048000, 0},
	{"jmp [0x804c000]", BYTES(0xff, 0x25, 0x00, 0xc0, 0x04, 0x08), INSN_JMP, 0, 0x804c000},
	{"call [0xf7fc4000]", BYTES(0xff, 0x15, 0x00, 0x40, 0xfc, 0xf7), INSN_CALL, 0, 0xf7fc4000},
	{"jmp gs:[0x10]", BYTES(0x65, 0xff, 0x25, 0x10, 0, 0, 0), INSN_JMP, 0, 0},
	{"jmp [ebx+0xc]", BYTES(0xff, 0xa3, 0x0c, 0, 0, 0), INSN_JMP, 0, 0},
	{"jmp [eax*4+0x804c000]", BYTES(0xff, 0x24, 0x85, 0x00, 0xc0, 0x04, 0x08), INSN_JMP, 0, 0},
	{"jmp eax", BYTES(0xff, 0xe0), INSN_JMP, 0, 0},
	{"jmp far [0x804c000]", BYTES(0xff, 0x2d, 0x00, 0xc0, 0x04, 0x08), INSN_OTHER, 0, 0},
};

static void knows_where_jumps_lead(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(leads); i++) {
		const struct leads *c = &leads[i];
		struct insn got;

		assert_int_equal(insn_skim(c->b, c->n, CPU_MODE_32, taddr(0x8048000), &got), 0);
		if (got.kind != c->kind || got.len != c->n || got.target_known != (c->target != 0) ||
		    got.pointer_known != (c->pointer != 0))
			fail_msg("%s: kind %d, length %u, target known %d, pointer known %d", c->what,
				 got.kind, got.len, got.target_known, got.pointer_known);
		assert_int_equal(got.target.v, c->target);
		assert_int_equal(got.pointer.v, c->pointer);
		assert_string_equal(got.text, "");
	}
}

static void computes_targets(void **state)
{
	static const uint8_t call[] = {0xe8, 0xfb, 0xff, 0xff, 0xff}; /* to itself */
	static const uint8_t far[] = {0x9a, 0x10, 0x90, 0x04, 0x08, 0x33, 0x00};
	struct insn got;

	(void)state;
	assert_int_equal(insn_decode(call, sizeof(call), CPU_MODE_32, taddr(0x8049000), &got), 0);
	assert_true(got.target_known);
	assert_int_equal(got.target.v, 0x8049000);
	assert_int_equal(insn_decode(far, sizeof(far), CPU_MODE_32, taddr(0), &got), 0);
	assert_int_equal(got.target.v, 0x8049010);
	assert_int_equal(got.selector, 0x33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_instructions_backwards),
		cmocka_unit_test(finds_nothing_in_no_bytes),
		cmocka_unit_test(knows_what_the_stack_pointer_does),
		cmocka_unit_test(knows_where_jumps_lead),
		cmocka_unit_test(computes_targets),
	};

	return cmocka_run_group_tests_name("insn", tests, NULL, NULL);
}
