/* SPDX-License-Identifier: MIT */
/*
 * What is behind a direct call: functions that go on into the vDSO, each in its
 * libc's or linker's way, and private copies of the vDSO's own.
 */
#include "by_hand.h"

#include "classify/callee.h"

/* call TARGET, and what stands there; more pieces as gather() would read them. */
static struct evidence called(const struct vdso_facts *vdso, uint32_t target, struct code_tail code)
{
	uint32_t rel = target - 0x8049105u;
	struct evidence ev = landed(vdso, 0x8049105,
				    (struct code_tail)TAIL(0x90, 0xe8, (uint8_t)rel, (uint8_t)(rel >> 8),
							   (uint8_t)(rel >> 16), (uint8_t)(rel >> 24)));

	ev.callee[0] = (struct code_from){taddr(target), code};
	return ev;
}

#define CALLEE 0x8050000u
#define COPY_AMD 0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05
#define COPY_INTEL 0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34
#define THE_CALL "call 0x8050000"

/* Behind a direct call that does not lead to the vDSO itself. */
static void direct_calls(void **state)
{
	static const struct {
		const char *what;
		const struct vdso_facts *vdso;
		struct code_tail code;
		struct want want;
	} rows[] = {
		{"a private copy, AMD", &amd, TAIL(COPY_AMD), {PATH_SYSCALL32, CALLEE + 5, "syscall", true}},
		{"a private copy, Intel", &intel, TAIL(COPY_INTEL, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
		 {PATH_SYSENTER, CALLEE + 5, "sysenter", true}},
		{"a private copy with a prefix", &amd, TAIL(0x51, 0x52, 0x55, 0x89, 0xcd, 0x3e, 0x0f, 0x05),
		 {PATH_SYSCALL32, CALLEE + 5, "syscall", true}},
		{"jmp gs:[0x10]", &intel, TAIL(0x65, 0xff, 0x25, 0x10, 0, 0, 0),
		 {PATH_VDSO_SYSENTER, 0x8049100, THE_CALL, true}},
		{"a linker's stub in a shared object", &amd, TAIL(0xf3, 0x0f, 0x1e, 0xfb, 0xff, 0xa3, 0x0c, 0, 0, 0),
		 {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, true}},
		{"jmp eax, no fast instruction", &classic_int80, TAIL(0xff, 0xe0),
		 {PATH_VDSO_INT80, 0x8049100, THE_CALL, true}},
		/* mov eax, [esp]; add; mov eax, [eax]; test; jz; push eax; mov eax, [esp+8]; ret */
		{"musl's", &amd,
		 TAIL(0x8b, 0x04, 0x24, 0x05, 0x10, 0x20, 0, 0, 0x8b, 0x00, 0x85, 0xc0, 0x74, 0x06, 0x50, 0x8b, 0x44,
		      0x24, 0x08, 0xc3, 0x8b, 0x44, 0x24, 0x04, 0xcd, 0x80, 0xc3),
		 {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, true}},
		{"a thunk against speculation", &amd,
		 TAIL(0xe8, 0x04, 0, 0, 0, 0xf3, 0x90, 0xeb, 0xfc, 0x89, 0x3c, 0x24, 0xc3),
		 {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, false}},
		{"its own frame, then the call gs:[0x10] of somebody else", &amd,
		 TAIL(0x53, 0x65, 0xff, 0x15, 0x10, 0, 0, 0, 0x5b, 0xc3),
		 {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, false}},
		{"unreadable", &amd, NO_BYTES, {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, false}},
		{"cut off", &amd, TAIL(0x51, 0x52, 0x55, 0x89), {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, false}},
		{"a copy behind a test, else the vDSO", &amd,
		 TAIL(0x85, 0xc0, 0x74, 0x07, COPY_AMD, 0x65, 0xff, 0x25, 0x10, 0, 0, 0),
		 {PATH_UNKNOWN, 0, "", false}},
		{"a copy behind a test, else int 0x80", &amd, TAIL(0x85, 0xc0, 0x74, 0x07, COPY_AMD, 0xcd, 0x80, 0xc3),
		 {PATH_SYSCALL32, CALLEE + 9, "syscall", true}},
		{"either of two copies", &amd, TAIL(0x85, 0xc0, 0x74, 0x07, COPY_AMD, COPY_AMD),
		 {PATH_SYSCALL32, 0x8049100, THE_CALL, false}},
		{"copies of both instructions", &intel, TAIL(0x85, 0xc0, 0x74, 0x07, COPY_AMD, COPY_INTEL),
		 {PATH_UNKNOWN, 0, "", false}},
		{"a copy behind a call that comes back", &amd, TAIL(0xe8, 0, 0x01, 0, 0, COPY_AMD),
		 {PATH_SYSCALL32, CALLEE + 10, "syscall", false}},
		{"a syscall with the return address elsewhere", &amd, TAIL(0x57, COPY_AMD),
		 {PATH_UNKNOWN, 0, "", false}},
		{"a sysenter elsewhere: ebp may say what esp does not", &intel, TAIL(0x57, COPY_INTEL),
		 {PATH_VDSO_SYSENTER, 0x8049100, THE_CALL, false}},
		{"another stack", &amd, TAIL(0x89, 0xcc, COPY_AMD), {PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, false}},
		{"it only returns", &amd, TAIL(0x31, 0xc0, 0xc3), {PATH_UNKNOWN, 0, "", false}},
		{"a circle", &amd, TAIL(0xeb, 0xfe), {PATH_UNKNOWN, 0, "", false}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct evidence ev = called(rows[i].vdso, CALLEE, rows[i].code);
		struct want want = rows[i].want;

		if (want.path == PATH_UNKNOWN)
			want.site = PAD(rows[i].vdso);
		check(rows[i].what, &ev, want);
	}
}

/* Code in several places. */
struct memory {
	const struct code_from *pieces;
	size_t n;
};

static void read_memory(const void *from, struct code_from *piece)
{
	const struct memory *m = from;

	for (size_t i = 0; i < m->n; i++)
		if (taddr_eq(m->pieces[i].at, piece->at))
			*piece = m->pieces[i];
}

static void complete(struct evidence *ev, const struct code_from *memory, size_t n)
{
	struct taddr target;

	assert_true(callee_called(ev, &target));
	callee_gather(ev, read_memory, &(struct memory){memory, n});
}

static void direct_calls_through_stubs(void **state)
{
	const uint32_t vsyscall = (uint32_t)(VDSO_BASE + amd.vsyscall);
	const struct code_from memory[] = {
		/* jmp [0x804c000]; there 0x8060000, where jmp 0x8070000 stands, where the copy is */
		{{0x8050000}, TAIL(0xff, 0x25, 0x00, 0xc0, 0x04, 0x08)},
		{{0x804c000}, TAIL(0x00, 0x00, 0x06, 0x08)},
		{{0x8060000}, TAIL(0xe9, 0xfb, 0xff, 0x00, 0x00)},
		{{0x8070000}, TAIL(COPY_AMD)},
		/* jmp [0x804c010]; there __kernel_vsyscall */
		{{0x8051000}, TAIL(0xff, 0x25, 0x10, 0xc0, 0x04, 0x08)},
		{{0x804c010}, TAIL((uint8_t)vsyscall, (uint8_t)(vsyscall >> 8), (uint8_t)(vsyscall >> 16), vsyscall >> 24)},
		/* jmp 0x8050000: one piece more than there is room for */
		{{0x8052000}, TAIL(0xe9, 0xfb, 0xdf, 0xff, 0xff)},
		/* the end of what could be read at once */
		{{0x8053000}, TAIL(0x51, 0x52, 0x55, 0x89)},
		{{0x8053003}, TAIL(0x89, 0xcd, 0x0f, 0x05)},
		/* around 4 GiB */
		{{0xfffff000}, TAIL(COPY_AMD)},
	};
	struct evidence ev = called(&amd, 0x8050000, (struct code_tail)NO_BYTES);

	(void)state;
	ev.callee[0].at = taddr(0);
	check("nothing on record, as recorded in former times", &ev,
	      (struct want){PATH_VDSO_SYSCALL, 0x8049100, THE_CALL, false});
	complete(&ev, memory, COUNT(memory));
	check("to a copy", &ev, (struct want){PATH_SYSCALL32, 0x8070005, "syscall", true});
	ev.restart = true;
	check("the copy's call comes back", &ev, (struct want){PATH_RESTART, 0x8070005, "syscall", true});
	ev = called(&amd, 0x8051000, (struct code_tail)NO_BYTES);
	ev.callee[0].at = taddr(0);
	complete(&ev, memory, COUNT(memory));
	check("to the vDSO", &ev, (struct want){PATH_VDSO_SYSCALL, 0x8049100, NULL, true});
	assert_int_equal(ev.callee[2].at.v, 0);
	ev = called(&amd, 0x8052000, (struct code_tail)NO_BYTES);
	ev.callee[0].at = taddr(0);
	complete(&ev, memory, COUNT(memory));
	check("further than is followed", &ev, (struct want){PATH_VDSO_SYSCALL, 0x8049100, NULL, false});
	ev = called(&amd, 0x8053000, (struct code_tail)NO_BYTES);
	ev.callee[0].at = taddr(0);
	complete(&ev, memory, COUNT(memory));
	check("in two parts", &ev, (struct want){PATH_SYSCALL32, 0x8053005, "syscall", true});
	/* push ecx; push edx; push ebp; jmp behind the vDSO's own; with one push more it cannot be */
	for (unsigned pushes = 3; pushes <= 4; pushes++) {
		uint32_t rel = vsyscall + 3 - (0x8054000 + pushes + 5);
		uint8_t jmp[] = {0xe9, (uint8_t)rel, (uint8_t)(rel >> 8), (uint8_t)(rel >> 16), (uint8_t)(rel >> 24)};
		struct code_tail code = TAIL(0x51, 0x52, 0x55, 0x50);

		memcpy(code.b + pushes, jmp, sizeof(jmp));
		code.n = (uint8_t)(pushes + sizeof(jmp));
		ev = called(&amd, 0x8054000, code);
		check("into the middle of the vDSO", &ev,
		      pushes == 3 ? (struct want){PATH_VDSO_SYSCALL, 0x8049100, NULL, true}
				  : (struct want){PATH_UNKNOWN, PAD(&amd), "", false});
	}
	ev = called(&amd, 0xf8050000, (struct code_tail)TAIL(COPY_AMD));
	ev.ret = taddr(0x18049105);
	ev.callee[0].at = taddr(0x8050000);
	check("forwards across 4 GiB", &ev, (struct want){PATH_SYSCALL32, 0x8050005, "syscall", true});
	ev = called(&amd, 0xfffff000, (struct code_tail)NO_BYTES);
	ev.callee[0].at = taddr(0);
	complete(&ev, memory, COUNT(memory));
	check("backwards across zero", &ev, (struct want){PATH_SYSCALL32, 0xfffff005, "syscall", true});
}

/* No code leads astray, and nothing is asked for twice. */
static void any_code_comes_to_an_end(void **state)
{
	uint32_t x = 2463534242u;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct evidence ev = called(&amd, CALLEE, (struct code_tail)NO_BYTES);
		struct taddr target;
		struct callee c;
		unsigned pieces;

		ev.callee[0].at = taddr(0);
		assert_true(callee_called(&ev, &target));
		for (pieces = 0; callee_follow(&ev, target, &c), c.lacks; pieces++) {
			struct code_tail *bytes = &ev.callee[pieces].bytes;

			assert_true(pieces < CALLEE_PIECES);
			for (unsigned i = 0; i < pieces; i++)
				assert_false(taddr_eq(ev.callee[i].at, c.lacking));
			ev.callee[pieces].at = c.lacking;
			bytes->n = (uint8_t)(round % (CODE_TAIL_MAX + 1));
			for (unsigned i = 0; i < bytes->n; i++) {
				x ^= x << 13, x ^= x >> 17, x ^= x << 5;
				/* Many jumps, so that pieces come together. */
				bytes->b[i] = x >> 29 ? (uint8_t)(x >> 8) : (uint8_t)(x >> 8 & 1 ? 0xeb : 0x74);
			}
		}
		assert_true(classify(&ev).path < ENTRY_PATHS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(direct_calls),
		cmocka_unit_test(direct_calls_through_stubs),
		cmocka_unit_test(any_code_comes_to_an_end),
	};

	return cmocka_run_group_tests_name("callee", tests, NULL, NULL);
}
