/* SPDX-License-Identifier: MIT */
/* The counting code at full speed, in two threads of execution, under signals. */
#include "unit.h"

#include "count_rig.h"

#include "syscalls/calls.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { CALLS = 1500000, NR_GETPID = 20, FUTEX_WAIT_BITSET = 9, TRAMPOLINE = 0x60 };

struct storm {
	const char *name;
	bool by_int80;
	uint8_t rule;
};

static const struct storm storms[] = {
	{"vDSO, sixth", false, FREE_SIXTH},
	{"vDSO, fifth", false, FREE_BY_FUTEX_OP},
	{"site, sixth", true, FREE_SIXTH},
	{"site, fifth", true, FREE_BY_FUTEX_OP},
	{"site, int 0x80", true, FREE_SIXTH_INT80},
};

/* A call, or a jump to what pushes its return address; returns that. */
static uint8_t *write_call(struct rig *rig, uint8_t *p, bool by_int80)
{
	uint8_t *trampoline = rig->memory->driver + TRAMPOLINE;
	uint32_t ret;

	if (!by_int80) {
		code_jump(p, rig_at(p), rig->code.target.vsyscall_at);
		*p = 0xe8;
		return p + JUMP_SIZE;
	}
	code_short_jump(p, rig_at(p), rig_at(trampoline));
	ret = rig_at(p) + SHORT_JUMP_SIZE;
	trampoline[0] = 0x68; /* push imm32 */
	memcpy(trampoline + 1, &ret, sizeof(ret));
	code_jump(trampoline + 5, rig_at(trampoline) + 5, rig->code.enter80);
	return p + SHORT_JUMP_SIZE;
}

/* mov esi, CALLS; again: mov eax, NR; the call; dec esi; jnz again; int3. Returns the address behind the call. */
static uint32_t write_loop(struct rig *rig, bool by_int80)
{
	static const uint8_t head[] = {0xbe, CALLS & 0xff, CALLS >> 8 & 0xff, CALLS >> 16, 0, 0xb8, NR_GETPID, 0, 0, 0};
	uint8_t *p = rig->memory->driver, *behind;

	memcpy(p, head, sizeof(head));
	behind = write_call(rig, p + sizeof(head), by_int80);
	memcpy(behind, (const uint8_t[]){0x4e, 0x75, (uint8_t)(p + 5 - (behind + 3)), 0xcc}, 4);
	return rig_at(behind);
}

static void wait_stop(pid_t pid, int *sig)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	*sig = WSTOPSIG(status);
}

/* As patch_undo() does it. */
static void undo_here(struct rig *rig, struct table *table, pid_t pid)
{
	struct user_regs_struct regs;
	struct undo u;

	rig_get_regs(pid, &regs);
	assert_int_equal(code_undo(&rig->code, &regs, &rig->stack, &u), 0);
	if (u.result == UNDO_NOTHING)
		return;
	if (u.nframe)
		memcpy(rig->memory->stack + (u.frame_at - rig_at(rig->memory->stack)), u.frame, u.nframe * sizeof(*u.frame));
	if (u.result == UNDO_COUNTED || u.result == UNDO_CARRY)
		table_take_back(table, u.ret, u.nr, u.result == UNDO_CARRY);
	rig_set_regs(pid, &regs);
}

static void add(void *ctx, void *counter, uint32_t nr, int64_t n)
{
	int64_t *sum = counter;

	assert_null(ctx);
	assert_int_equal(nr, NR_GETPID);
	*sum += n;
	assert_true(*sum >= 0);
}

static void start(struct rig *rig, pid_t pid, unsigned i, struct user_regs_struct *regs)
{
	struct user_regs_struct own;

	rig_get_regs(pid, &own);
	regs->fs_base = own.fs_base;
	regs->rsp = rig_at(rig->memory->stack) + 0x800 + i * 0x1000;
	rig_set_regs(pid, regs);
	assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
}

/* Interrupts it somewhere. False: it has made all its calls. */
static bool interrupt(struct rig *rig, struct table *table, pid_t pid)
{
	int sig;

	for (unsigned n = rig_random() % 100000; n; n--)
		__asm__ volatile("");
	assert_int_equal(kill(pid, SIGUSR1), 0);
	wait_stop(pid, &sig);
	if (sig == SIGTRAP)
		return false;
	assert_int_equal(sig, SIGUSR1);
	undo_here(rig, table, pid);
	assert_int_equal(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	return true;
}

static void check_end(pid_t pid, struct user_regs_struct *want)
{
	struct user_regs_struct regs;

	rig_get_regs(pid, &regs);
	want->rsi = 0;
	want->rax = regs.rax;
	want->rip = regs.rip;
	want->eflags = regs.eflags;
	want->orig_rax = regs.orig_rax;
	rig_assert_regs(&regs, want, regs.rip);
}

/*
 * Two children call as fast as they can, and are interrupted anywhere, until
 * both have made all their calls: the counter, close below a carry, has each once.
 */
static void storm(struct rig *rig, const struct storm *s)
{
	struct table *table = table_new(rig->memory->table);
	const uint32_t ret = write_loop(rig, s->by_int80);
	struct table_slot *slot = &rig->memory->table[table_hash(ret, NR_GETPID) / sizeof(*slot)];
	pid_t pids[] = {rig->pid, rig_child()};
	struct user_regs_struct regs[2];
	bool running[] = {true, true};
	int64_t sum = 0;

	assert_int_equal(table_insert(table, ret, NR_GETPID, s->rule, &sum), 0);
	slot->lo = 0xffffffff - CALLS;
	assert_int_equal(table_drain(table, add, NULL), 0);
	sum = 0;
	rig_enter(rig, rig_at(rig->memory->driver), 0, 0, &regs[0]);
	regs[0].rcx = FUTEX_WAIT_BITSET;
	regs[1] = regs[0];
	for (unsigned i = 0; i < 2; i++)
		start(rig, pids[i], i, &regs[i]);
	for (unsigned turn = 0; running[0] || running[1]; turn++) {
		if (running[turn % 2])
			running[turn % 2] = interrupt(rig, table, pids[turn % 2]);
		if (turn % 16 == 0)
			assert_int_equal(table_drain(table, add, NULL), 0);
	}
	assert_int_equal(table_drain(table, add, NULL), 0);
	if (sum != 2 * (int64_t)CALLS)
		fail_msg("%s: %lld calls counted, not %d", s->name, (long long)sum, 2 * CALLS);
	for (unsigned i = 0; i < 2; i++)
		check_end(pids[i], &regs[i]);
	kill(pids[1], SIGKILL);
	waitpid(pids[1], NULL, 0);
	table_free(table);
}

static void counts_calls_once_under_signals(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2 * COUNT(storms); i++) {
		struct rig rig;

		rig_init(&rig, &rig_forms[i % 2]);
		rig_needs_32bit_code(&rig);
		/* In the place of the entry instruction: over the int 0x80 to the landing pad. */
		const struct code_target *t = &rig.code.target;
		code_short_jump(rig.memory->vdso + (t->entry_at - rig_at(rig.memory->vdso)), t->entry_at, t->landing_pad_at);
		storm(&rig, &storms[i / 2]);
		rig_fini(&rig);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_calls_once_under_signals),
	};

	return cmocka_run_group_tests_name("count_storm", tests, NULL, NULL);
}
