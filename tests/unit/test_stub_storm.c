/* SPDX-License-Identifier: MIT */
/* The counting code at full speed, in two threads of execution, under signals. */
#include "unit.h"

#include "stub_rig.h"

#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#define PAD 0x5e9

enum { INT80_SIZE = 2 };

enum { CALLS = 15000000, NR = 20 };

/* mov esi, CALLS; again: mov eax, NR; CALL; dec esi; jnz again; int3. Returns the address behind CALL. */
static uint32_t write_loop(uint8_t *p, const uint8_t call[5])
{
	static const uint8_t head[] = {0xbe, CALLS & 0xff, CALLS >> 8 & 0xff, CALLS >> 16, 0, 0xb8, NR, 0, 0, 0};
	static const uint8_t tail[] = {0x4e, 0x75, (uint8_t)-13, 0xcc};

	memcpy(p, head, sizeof(head));
	memcpy(p + sizeof(head), call, 5);
	memcpy(p + sizeof(head) + 5, tail, sizeof(tail));
	return rig_at(p) + sizeof(head) + 5;
}

static void wait_stop(pid_t pid, int *sig)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	*sig = WSTOPSIG(status);
}

/* Undoes one stopped thread; for a site the entry then stops elsewhere, which *stops counts. */
static void undo_here(struct rig *rig, pid_t pid, bool site, uint64_t *stops)
{
	struct user_regs_struct regs;
	uint32_t slot = STUB_SLOTS;
	int undone;

	rig_get_regs(pid, &regs);
	if (site) {
		undone = (int)stub_site_undo(&rig->site_code, &regs);
		*stops += regs.rip == rig->site_code.back_at - INT80_SIZE && undone != STUB_NOT_HERE;
	} else {
		undone = stub_undo(&rig->code, &regs, &rig->stack, rig->memory->table, &slot);
	}
	assert_true(undone >= 0);
	if (undone == STUB_NOT_HERE)
		return;
	if (undone != STUB_UNDONE)
		stub_take_back(&rig->memory->table[slot], (enum stub_undo)undone);
	rig_set_regs(pid, &regs);
}

/*
 * Two children call as fast as they can, and are interrupted anywhere, until
 * both have made all their calls: the counter, close below a carry, has each once.
 */
static void storm(struct rig *rig, bool site, uint32_t loop_at, struct stub_slot *slot)
{
	pid_t pids[] = {rig->pid, rig_child()};
	struct user_regs_struct start[2], regs;
	const uint64_t first = 0xffffffff - CALLS;
	uint64_t stops = 0;
	bool running[] = {true, true};

	slot->count = first;
	rig_enter(rig, loop_at, 0, 0, &start[0]);
	start[0].rsp = rig_at(rig->memory->stack) + 0x800;
	start[1] = start[0];
	start[1].rsp += 0x1000;
	for (unsigned i = 0; i < 2; i++) {
		rig_get_regs(pids[i], &regs);
		start[i].fs_base = regs.fs_base;
		rig_set_regs(pids[i], &start[i]);
		assert_int_equal(ptrace(PTRACE_CONT, pids[i], NULL, NULL), 0);
	}
	for (unsigned turn = 0; running[0] || running[1]; turn++) {
		unsigned i = turn % 2;
		int sig;

		if (!running[i])
			continue;
		for (unsigned n = rig_random() % 200000; n; n--)
			__asm__ volatile("");
		assert_int_equal(kill(pids[i], SIGUSR1), 0);
		wait_stop(pids[i], &sig);
		running[i] = sig != SIGTRAP;
		if (!running[i])
			continue;
		assert_int_equal(sig, SIGUSR1);
		undo_here(rig, pids[i], site, &stops);
		assert_int_equal(ptrace(PTRACE_CONT, pids[i], NULL, NULL), 0);
	}
	assert_true(slot->count + stops == first + 2 * (uint64_t)CALLS);
	for (unsigned i = 0; i < 2; i++) {
		rig_get_regs(pids[i], &regs);
		assert_int_equal(regs.rax, NR);
		start[i].rax = regs.rax;
		start[i].rsi = 0;
		start[i].rip = regs.rip;
		start[i].eflags = regs.eflags;
		rig_assert_regs(&regs, &start[i], regs.rip);
	}
	kill(pids[1], SIGKILL);
	waitpid(pids[1], NULL, 0);
}

static void counts_calls_once_under_signals(void **state)
{
	static const uint8_t entry[] = {0x5d, 0x5a, 0x59, 0xc3}; /* pop ebp; pop edx; pop ecx; ret */

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct rig rig;
		uint8_t call[5] = {0xe8};

		rig_init(&rig, PAD, i);
		rig_needs_32bit_code(&rig);
		uint8_t *loop = rig.memory->driver;
		uint32_t rel = rig.code.target.vsyscall_at - (rig_at(loop) + 15);
		memcpy(call + 1, &rel, sizeof(rel));
		memcpy(rig.memory->vdso + STUB_PAGE + PAD - sizeof(entry), entry, sizeof(entry));
		int slot = stub_slot_insert(rig.memory->table, write_loop(loop, call), NR);
		assert_true(slot >= 0);
		storm(&rig, false, rig_at(loop), &rig.memory->table[slot]);
		rig_fini(&rig);
	}
}

static void counts_sites_once_under_signals(void **state)
{
	static const uint8_t nops[] = {0x90, 0x90}; /* for both int 0x80 */
	uint8_t call[5] = {0xe9};
	struct rig rig;

	(void)state;
	rig_init(&rig, PAD, false);
	rig_needs_32bit_code(&rig);
	uint8_t *loop = rig.memory->driver;
	rig.site_code.nr = NR;
	rig.site_code.back_at = rig_at(loop) + 17;
	assert_int_equal(stub_site_build(rig.memory->site, &rig.site_code), 0);
	uint32_t rel = rig.site_code.enter - (rig_at(loop) + 15);
	memcpy(call + 1, &rel, sizeof(rel));
	write_loop(loop, call);
	memmove(loop + 17, loop + 15, 4);
	memcpy(loop + 15, nops, sizeof(nops));
	loop[19] -= sizeof(nops);
	memcpy(rig.memory->site + PAD - sizeof(nops), nops, sizeof(nops));
	storm(&rig, true, rig_at(loop), &rig.memory->table[STUB_SLOTS]);
	rig_fini(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_calls_once_under_signals),
		cmocka_unit_test(counts_sites_once_under_signals),
	};

	return cmocka_run_group_tests_name("stub_storm", tests, NULL, NULL);
}
