/* SPDX-License-Identifier: MIT */
/*
 * Evidence from every kind of machine, assembled by hand: each path id and each
 * rule, on CPUs and kernels that this machine is not.
 */
#include "by_hand.h"

#include <string.h>

static struct evidence long_mode(enum abi arch, int64_t nr, bool image64, struct code_tail code)
{
	return (struct evidence){.arch = arch, .cs = 0x33, .ip = taddr(0x401010), .sp = taddr(0xffffd000),
				 .nr = nr, .image64 = image64, .code = code};
}

static void int80_in_32_bit_code(void **state)
{
	struct evidence ev = compat(0x8049012, &amd);

	(void)state;
	ev.code = (struct code_tail)TAIL(0xb8, 0x14, 0, 0, 0, 0xcd, 0x80);
	check("plain", &ev, (struct want){PATH_INT80, 0x8049010, "int 0x80", true});
	ev.vdso = none;
	check("a process without a vDSO", &ev, (struct want){PATH_INT80, 0x8049010, "int 0x80", true});
	ev.code = (struct code_tail)TAIL(0x90, 0x90);
	check("the code has changed meanwhile", &ev, (struct want){PATH_UNKNOWN, 0x8049012, "", false});
	ev.code = (struct code_tail)NO_BYTES;
	check("the code cannot be read", &ev, (struct want){PATH_UNKNOWN, 0x8049012, "", false});
	ev.cs = 0x07;
	ev.code = (struct code_tail)TAIL(0xcd, 0x80);
	check("a segment of the program's own", &ev, (struct want){PATH_UNKNOWN, 0x8049012, "", false});
}

static void vdso_calls(void **state)
{
	static const struct {
		const char *what;
		const struct vdso_facts *vdso;
		enum entry_path path;
	} machines[] = {
		{"AMD", &amd, PATH_VDSO_SYSCALL},
		{"Intel", &intel, PATH_VDSO_SYSENTER},
		{"no fast instruction, classic layout", &classic_int80, PATH_VDSO_INT80},
		{"no fast instruction, Linux 7.0 layout", &linux7_int80, PATH_VDSO_INT80},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(machines); i++) {
		struct evidence ev = landed(machines[i].vdso, 0x8049107, (struct code_tail)GS_CALL);

		check(machines[i].what, &ev,
		      (struct want){machines[i].path, 0x8049100, "call gs:[0x10]", true});
		ev.restart = true;
		check("restarted", &ev, (struct want){PATH_RESTART, 0x8049100, "call gs:[0x10]", true});
	}
}

static void other_ways_to_call_the_vdso(void **state)
{
	struct evidence ev = landed(&amd, 0x8049105, (struct code_tail)TAIL(0x90, 0x90, 0xff, 0xd6));
	uint32_t rel = (uint32_t)(VDSO_BASE + amd.vsyscall - 0x8049105u);
	struct code_tail direct = TAIL(0x90, 0xe8, (uint8_t)rel, (uint8_t)(rel >> 8), (uint8_t)(rel >> 16),
				       (uint8_t)(rel >> 24));

	(void)state;
	check("through a register", &ev, (struct want){PATH_VDSO_SYSCALL, 0x8049103, "call esi", true});
	ev.caller = direct;
	check("directly", &ev, (struct want){PATH_VDSO_SYSCALL, 0x8049100, NULL, true});
	ev.caller = (struct code_tail)TAIL(0xff, 0x15, 0x00, 0xa0, 0x04, 0x08);
	check("through a pointer", &ev, (struct want){PATH_VDSO_SYSCALL, 0x80490ff, NULL, true});
	ev.caller = (struct code_tail)TAIL(0xe9, 0x00, 0x00, 0x00, 0x00);
	check("by a jump with a pushed return address", &ev, (struct want){PATH_UNKNOWN, PAD(&amd), "", false});
	ev.caller = (struct code_tail)NO_BYTES;
	check("return address not mapped", &ev, (struct want){PATH_UNKNOWN, PAD(&amd), "", false});
}

static void raw_fast_instructions(void **state)
{
	struct evidence ev = landed(&intel, 0x8049102, (struct code_tail)TAIL(0x89, 0xe5, 0x0f, 0x34));

	(void)state;
	check("sysenter", &ev, (struct want){PATH_SYSENTER, 0x8049100, "sysenter", true});
	ev.restart = true;
	check("sysenter, restarted by the vDSO's int 0x80", &ev,
	      (struct want){PATH_RESTART, 0x8049100, "sysenter", true});
	ev = landed(&amd, 0x8049102, (struct code_tail)TAIL(0x89, 0xcd, 0x0f, 0x05));
	check("syscall", &ev, (struct want){PATH_SYSCALL32, 0x8049100, "syscall", true});
	/* call [0x050f1234]: its address ends in the bytes of a syscall. Both readings stand. */
	ev.caller = (struct code_tail)TAIL(0xff, 0x15, 0x34, 0x12, 0x0f, 0x05);
	check("two readings", &ev, (struct want){PATH_UNKNOWN, PAD(&amd), "", false});
}

/* Where the vDSO does without fast instructions, and has a pad of its own for those of others. */
static void two_landing_pads(void **state)
{
	const uint32_t fast_pad = VDSO_BASE + (uint32_t)linux7_int80.fast_pad;
	struct evidence ev = landed(&linux7_int80, 0x8049102, (struct code_tail)TAIL(0x89, 0xe5, 0x0f, 0x34));

	(void)state;
	ev.code = (struct code_tail)TAIL(0xcd, 0x80);
	check("no sysenter comes to the vDSO's own pad", &ev,
	      (struct want){PATH_VDSO_INT80, PAD(&linux7_int80) - 2, "int 0x80", true});
	ev.ret = taddr(0);
	ev.caller = (struct code_tail)NO_BYTES;
	check("a stack that is not there", &ev,
	      (struct want){PATH_VDSO_INT80, PAD(&linux7_int80) - 2, "int 0x80", true});

	ev = landed(&linux7_int80, 0x8049102, (struct code_tail)TAIL(0x89, 0xe5, 0x0f, 0x34));
	ev.ip = taddr(fast_pad);
	ev.code = (struct code_tail)TAIL(0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80);
	check("sysenter", &ev, (struct want){PATH_SYSENTER, 0x8049100, "sysenter", true});
	ev.restart = true;
	check("restarted by the int 0x80 there", &ev, (struct want){PATH_RESTART, 0x8049100, "sysenter", true});
	ev.restart = false;
	ev.caller = (struct code_tail)TAIL(0x89, 0xcd, 0x0f, 0x05);
	check("syscall", &ev, (struct want){PATH_SYSCALL32, 0x8049100, "syscall", true});
	ev.caller = (struct code_tail)GS_CALL;
	check("no call of the vDSO comes to the fast pad", &ev, (struct want){PATH_UNKNOWN, fast_pad, "", false});
}

static void the_vdsos_own_int80(void **state)
{
	struct evidence ev = compat(VDSO_BASE + 0x5f9, &amd);

	(void)state;
	ev.code = (struct code_tail)TAIL(0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80);
	check("__kernel_sigreturn", &ev, (struct want){PATH_VDSO_INT80, VDSO_BASE + 0x5f7, "int 0x80", true});
	ev.vdso = intel;
	ev.code = (struct code_tail)TAIL(0xb8, 0xad, 0, 0, 0, 0x3e, 0xcd, 0x80);
	check("inlined with a prefix, Linux 7.0", &ev,
	      (struct want){PATH_VDSO_INT80, VDSO_BASE + 0x5f7, NULL, true});
}

static void sixty_four_bit_code(void **state)
{
	struct code_tail syscall = TAIL(0xb8, 0x27, 0, 0, 0, 0x0f, 0x05);
	struct code_tail int80 = TAIL(0xb8, 0x14, 0, 0, 0, 0xcd, 0x80);
	struct evidence ev = long_mode(ABI_X86_64, 39, true, syscall);

	(void)state;
	check("a native image", &ev, (struct want){PATH_SYSCALL64, 0x40100e, "syscall", true});
	ev.nr = 0x40000027;
	check("x32", &ev, (struct want){PATH_X32, 0x40100e, "syscall", true});
	ev.nr = -1;
	check("-1 has bit 30 too, and is no x32 number", &ev,
	      (struct want){PATH_SYSCALL64, 0x40100e, "syscall", true});
	ev = long_mode(ABI_X86_64, 39, false, syscall);
	check("a 32-bit image", &ev, (struct want){PATH_MODE_SWITCH, 0x40100e, "syscall", true});
	ev = long_mode(ABI_I386, 20, true, int80);
	check("int 0x80 in a 64-bit image", &ev, (struct want){PATH_INT80_64, 0x40100e, "int 0x80", true});
	ev = long_mode(ABI_I386, 20, false, int80);
	check("int 0x80 in 64-bit code of a 32-bit image", &ev,
	      (struct want){PATH_INT80_64, 0x40100e, "int 0x80", true});
	ev.code = syscall;
	check("i386 table by a 64-bit syscall cannot be", &ev, (struct want){PATH_UNKNOWN, 0x401010, "", false});
	ev = long_mode(ABI_X86_64, 39, true, (struct code_tail)TAIL(0xc3));
	check("the emulated vsyscall page", &ev, (struct want){PATH_UNKNOWN, 0x401010, "", false});
}

/* call 0x33:0x401004, where push rbx; mov eax, 39; syscall stands. */
static struct evidence thunk(uint32_t depth)
{
	struct evidence ev = long_mode(ABI_X86_64, 39, false,
				       (struct code_tail)TAIL(0xcc, 0xcc, 0x53, 0xb8, 0x27, 0, 0, 0, 0x0f, 0x05));

	ev.has_far = true;
	ev.far_ret = taddr(0x8049107);
	ev.far_depth = depth;
	ev.far_caller = (struct code_tail)TAIL(0x9a, 0x08, 0x10, 0x40, 0x00, 0x33, 0x00);
	return ev;
}

static void far_call_thunks(void **state)
{
	struct evidence ev = thunk(8);

	(void)state;
	check("proven", &ev, (struct want){PATH_FAR_CALL, 0x8049100, NULL, true});
	ev.image64 = true;
	check("in a 64-bit host", &ev, (struct want){PATH_FAR_CALL, 0x8049100, NULL, true});
	ev = thunk(0x40);
	check("a slot left over from an earlier call", &ev,
	      (struct want){PATH_MODE_SWITCH, 0x40100e, "syscall", true});
	ev = thunk(8);
	ev.far_caller.b[5] = 0x23;
	check("the far call goes to 32-bit code", &ev,
	      (struct want){PATH_MODE_SWITCH, 0x40100e, "syscall", true});
	ev = thunk(8);
	ev.far_caller = (struct code_tail)TAIL(0x90, 0xff, 0x1d, 0x00, 0xa0, 0x04, 0x08);
	check("through memory: likely, not proven", &ev, (struct want){PATH_FAR_CALL, 0x8049101, NULL, false});
	ev = thunk(8);
	ev.far_caller = (struct code_tail)TAIL(0xff, 0x15, 0x00, 0xa0, 0x04, 0x08);
	check("a near call ends there", &ev, (struct want){PATH_MODE_SWITCH, 0x40100e, "syscall", true});
	ev = thunk(8);
	ev.far_caller.b[1] = 0x00;
	ev.far_caller.b[2] = 0x20;
	check("the thunk calls on: likely, not proven", &ev, (struct want){PATH_FAR_CALL, 0x8049100, NULL, false});
}

/* What the kernel would never report together must not crash, and never be more than unknown. */
static void nonsense_is_unknown(void **state)
{
	struct evidence ev;
	uint8_t *raw = (uint8_t *)&ev;

	(void)state;
	for (unsigned seed = 1; seed < 20000; seed++) {
		uint32_t x = seed * 2654435761u;

		for (size_t i = 0; i < sizeof(ev); i++) {
			x ^= x << 13, x ^= x >> 17, x ^= x << 5;
			raw[i] = (uint8_t)x;
		}
		ev.arch = x & 1 ? ABI_I386 : ABI_X86_64;
		ev.image64 = x >> 1 & 1;
		ev.restart = x >> 2 & 1;
		ev.has_far = x >> 3 & 1;
		ev.cs = x >> 4 & 1 ? 0x33 : 0x23;
		ev.vdso.insn = (enum vdso_insn)(x >> 5 & 3);
		ev.code.n %= CODE_TAIL_MAX + 1;
		ev.caller.n %= CODE_TAIL_MAX + 1;
		ev.far_caller.n %= CODE_TAIL_MAX + 1;
		assert_true(classify(&ev).path < ENTRY_PATHS);
		ev.code.n = ev.caller.n = 0;
		assert_int_equal(classify(&ev).path, PATH_UNKNOWN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(int80_in_32_bit_code),
		cmocka_unit_test(vdso_calls),
		cmocka_unit_test(other_ways_to_call_the_vdso),
		cmocka_unit_test(raw_fast_instructions),
		cmocka_unit_test(two_landing_pads),
		cmocka_unit_test(the_vdsos_own_int80),
		cmocka_unit_test(sixty_four_bit_code),
		cmocka_unit_test(far_call_thunks),
		cmocka_unit_test(nonsense_is_unknown),
	};

	return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
