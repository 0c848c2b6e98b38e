/* SPDX-License-Identifier: MIT */
/* Which entries the seccomp filter lets pass: run by an interpreter here, and by the kernel. */
#include "unit.h"

#include "filter/filter.h"
#include "syscalls/names.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET 0xf8123455u
#define ABOVE 0x7f0012345678ull /* 64-bit code */
#define BELOW 0xf7f01234ull     /* where 32-bit code can be */

enum { TRACE = SECCOMP_RET_TRACE | FILTER_STOP_DATA, STEPS_MAX = FILTER_MAX };

/* ---- the filter as a function ---- */

static uint32_t load(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*data));
	memcpy(&word, (const uint8_t *)data + offset, sizeof(word));
	return word;
}

static bool holds(uint16_t code, uint32_t a, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == k;
	case BPF_JGE:
		return a >= k;
	case BPF_JGT:
		return a > k;
	case BPF_JSET:
		return a & k;
	default:
		fail_msg("jump %#x", code);
		return false;
	}
}

/* What the filter answers; *steps are the instructions that it takes. */
static uint32_t answer(const struct filter_program *p, const struct seccomp_data *data, unsigned *steps)
{
	uint32_t a = 0;
	unsigned pc = 0;

	for (*steps = 1; *steps <= STEPS_MAX; ++*steps) {
		assert_true(pc < p->n);
		const struct sock_filter *i = &p->insn[pc++];

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			assert_int_equal(i->code, BPF_LD | BPF_W | BPF_ABS);
			a = load(data, i->k);
			break;
		case BPF_JMP:
			pc += holds(i->code, a, i->k) ? i->jt : i->jf;
			break;
		case BPF_RET:
			return i->k;
		default:
			fail_msg("instruction %u: %#x", pc - 1, i->code);
		}
	}
	fail_msg("it does not end");
	return 0;
}

struct row {
	struct filter_pass pass;
	uint32_t arch;
	int nr;
	uint64_t ip;
	uint64_t args[6];
	bool passes;
};

static void judge(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		struct seccomp_data data = {.nr = r->nr, .arch = r->arch, .instruction_pointer = r->ip};
		struct filter_program p;
		unsigned steps;
		uint32_t got;

		memcpy(data.args, r->args, sizeof(data.args));
		filter_build(&r->pass, &p);
		got = answer(&p, &data, &steps);
		if (got != (r->passes ? SECCOMP_RET_ALLOW : TRACE))
			fail_msg("row %zu: %#x", i, got);
	}
}

static void the_secret_passes(void **state)
{
	static const struct row rows[] = {
		{{SECRET, false}, AUDIT_ARCH_I386, 20, BELOW, {1, 2, 3, 4, 5, SECRET}, true},
		{{SECRET, false}, AUDIT_ARCH_I386, 20, BELOW, {1, 2, 3, 4, SECRET, 6}, true},
		{{SECRET, false}, AUDIT_ARCH_I386, -1, BELOW, {1, 2, 3, 4, SECRET, SECRET}, true},
		{{SECRET, false}, AUDIT_ARCH_I386, 20, BELOW, {1, 2, 3, 4, 5, 6}, false},
		{{SECRET, false}, AUDIT_ARCH_I386, 20, BELOW, {SECRET, SECRET, SECRET, SECRET, 5, 6}, false},
		{{SECRET, false}, AUDIT_ARCH_I386, 20, BELOW, {1, 2, 3, 4, SECRET - 1, SECRET + 1}, false},
		{{SECRET, false}, AUDIT_ARCH_I386, 20, BELOW, {1, 2, 3, 4, 0, ~(uint64_t)SECRET}, false},
		/* Only the i386 table. */
		{{SECRET, false}, AUDIT_ARCH_X86_64, 39, ABOVE, {1, 2, 3, 4, SECRET, SECRET}, false},
		{{SECRET, false}, AUDIT_ARCH_X86_64, 39, BELOW, {1, 2, 3, 4, SECRET, SECRET}, false},
		{{SECRET, false}, AUDIT_ARCH_X86_64, 39 | 0x40000000, ABOVE, {1, 2, 3, 4, SECRET, SECRET}, false},
		{{SECRET, false}, AUDIT_ARCH_ARM, 20, BELOW, {1, 2, 3, 4, SECRET, SECRET}, false},
		{{SECRET, true}, AUDIT_ARCH_ARM, 20, ABOVE, {1, 2, 3, 4, SECRET, SECRET}, false},
		/* From code of 64 bits, too, by int 0x80. */
		{{SECRET, true}, AUDIT_ARCH_I386, 20, ABOVE, {1, 2, 3, 4, 5, SECRET}, true},
		{{SECRET, true}, AUDIT_ARCH_I386, 20, ABOVE, {1, 2, 3, 4, 5, 6}, false},
	};

	(void)state;
	judge(rows, COUNT(rows));
}

/* Without a secret the word 0, which most calls have there, is none. */
static void no_secret_no_pass(void **state)
{
	static const struct row rows[] = {
		{{0, false}, AUDIT_ARCH_I386, 20, BELOW, {0}, false},
		{{0, true}, AUDIT_ARCH_I386, 20, BELOW, {0}, false},
		{{0, true}, AUDIT_ARCH_I386, 20, ABOVE, {0}, false},
		{{0, false}, AUDIT_ARCH_X86_64, 39, ABOVE, {0}, false},
		{{0, true}, AUDIT_ARCH_X86_64, 39, ABOVE, {0}, true},
	};

	(void)state;
	judge(rows, COUNT(rows));
}

static void native_calls_are_skipped(void **state)
{
	static const struct filter_pass passes[] = {{SECRET, true}, {0, true}};

	(void)state;
	for (size_t i = 0; i < COUNT(passes); i++) {
		const struct filter_pass p = passes[i];
		const struct row rows[] = {
			{p, AUDIT_ARCH_X86_64, 0, ABOVE, {0}, true},
			{p, AUDIT_ARCH_X86_64, 39, 0x100000000, {0}, true},
			{p, AUDIT_ARCH_X86_64, 39, 0xffffffffff600000, {0}, true},
			/* Below 4 GiB it can be 32-bit code's far call. */
			{p, AUDIT_ARCH_X86_64, 39, 0xffffffff, {0}, false},
			{p, AUDIT_ARCH_X86_64, 39, 0, {0}, false},
			/* x32, and numbers that are none */
			{p, AUDIT_ARCH_X86_64, 0x40000000, ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, 0x40000027, ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, -1, ABOVE, {0}, false},
			/* What the tracer has to know of whoever makes it */
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "clone3"), ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "seccomp"), ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "prctl"), ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "ptrace"), ABOVE, {0}, false},
			/* who makes tasks is to be heard, or its child's birth would be missed */
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "clone"), ABOVE, {SIGCHLD}, false},
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "fork"), ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "vfork"), ABOVE, {0}, false},
			{p, AUDIT_ARCH_X86_64, syscall_number(ABI_X86_64, "clone"), ABOVE, {CLONE_UNTRACED | SIGCHLD}, false},
			/* The same word as an argument of another call is nothing. */
			{p, AUDIT_ARCH_X86_64, 0, ABOVE, {CLONE_UNTRACED}, true},
		};

		judge(rows, COUNT(rows));
	}
}

/* Every counted entry pays for each instruction. */
static void a_counted_entry_costs_five_instructions(void **state)
{
	const struct seccomp_data data = {.nr = 20, .arch = AUDIT_ARCH_I386, .args = {[5] = SECRET}};

	(void)state;
	for (unsigned skip = 0; skip < 2; skip++) {
		struct filter_program p;
		unsigned steps;

		filter_build(&(struct filter_pass){SECRET, skip}, &p);
		assert_int_equal(answer(&p, &data, &steps), SECCOMP_RET_ALLOW);
		assert_int_equal(steps, 5);
	}
}

static void secrets_are_unlikely_words(void **state)
{
	uint32_t last = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		uint32_t secret = filter_new_secret();

		assert_int_equal(secret % 2, 1);
		/* Eight zeros from there lie in one page, for SIXTH_POINTER. */
		assert_true(secret % 4096 <= 4096 - 8);
		/* No mapping, no stack, no error, no small number. */
		assert_in_range(secret, 0xf8000000, 0xf8800000 - 1);
		assert_int_not_equal(secret, last);
		last = secret;
	}
}

/* ---- the same by the kernel ---- */

/* int 0x80 with the sixth and the fifth argument; from 64-bit code it enters by the i386 table, too. */
static long call32(int nr, uint32_t first, uint32_t fifth, uint32_t sixth)
{
	long result;

	__asm__ volatile("mov %%rbp, %%r12\n\tmov %k[sixth], %%ebp\n\tint $0x80\n\tmov %%r12, %%rbp"
			 : "=a"(result)
			 : "0"((long)nr), "b"((long)first), "c"(0l), "d"(0l), "S"(0l), "D"((long)fifth), [sixth] "r"(sixth)
			 : "memory", "cc", "r8", "r9", "r10", "r11", "r12");
	return (int)result;
}

static long call64(long nr)
{
	long result;

	__asm__ volatile("syscall" : "=a"(result) : "0"(nr) : "rcx", "r11", "memory");
	return result;
}

enum { NR_EXIT = 1, NR_GETPID = 20, NR_GETPID64 = 39, NR_PTRACE64 = 101 };

/* In a child under the filter. Returns what is wrong, as an exit status that its parent shows. */
static int try_filter(const struct filter_pass *pass)
{
	const long pid = getpid();

	if (filter_install(pass, NULL) != 0)
		return 2;
	/* TRACE without a tracer is ENOSYS (seccomp(2)). */
	if (call32(NR_GETPID, 0, 0, SECRET) != pid)
		return 3;
	if (call32(NR_GETPID, 0, SECRET, 0) != pid)
		return 4;
	if (call32(NR_GETPID, 0, 0, 0) != -ENOSYS)
		return 5;
	if (call32(NR_GETPID, SECRET, 0, SECRET + 1) != -ENOSYS)
		return 6;
	if (call64(NR_GETPID64) != (pass->skip_native ? pid : -ENOSYS))
		return 7;
	return call64(NR_PTRACE64) == -ENOSYS ? 0 : 8;
}

static int status_of(pid_t pid)
{
	int status;

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void the_kernel_agrees(void **state)
{
	(void)state;
	pid_t pid = fork();

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		_exit(call32(NR_GETPID, 0, 0, 0) != getpid());
	}
	if (status_of(pid) != 0) {
		print_message("# this kernel runs no 32-bit calls\n");
		skip();
	}
	for (unsigned skip_native = 0; skip_native < 2; skip_native++) {
		const struct filter_pass pass = {SECRET, skip_native};

		pid = fork();
		if (pid == 0)
			call32(NR_EXIT, (uint32_t)try_filter(&pass), 0, SECRET);
		assert_int_equal(status_of(pid), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_secret_passes),
		cmocka_unit_test(no_secret_no_pass),
		cmocka_unit_test(native_calls_are_skipped),
		cmocka_unit_test(a_counted_entry_costs_five_instructions),
		cmocka_unit_test(secrets_are_unlikely_words),
		cmocka_unit_test(the_kernel_agrees),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
