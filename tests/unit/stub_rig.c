/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "stub_rig.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USER_CS32 = 0x23, USER_DS = 0x2b };

/* CF PF AF ZF SF DF OF, of which the stub may change none. */
#define FLAGS 0xcd5u

uint32_t rig_at(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

uint32_t rig_random(void)
{
	static uint64_t x = 0x9e3779b97f4a7c15;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 16);
}

static size_t read_stack(void *ctx, uint32_t at, void *buf, size_t n)
{
	const struct rig_memory *m = ((struct rig *)ctx)->memory;
	uint32_t offset = at - rig_at(m->stack);

	if (offset >= sizeof(m->stack) || n > sizeof(m->stack) - offset)
		return 0;
	memcpy(buf, m->stack + offset, n);
	return n;
}

pid_t rig_child(void)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
			raise(SIGSTOP);
		_exit(1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL), 0);
	return pid;
}

static void jump(uint8_t *from, uint32_t to)
{
	uint32_t rel = to - rig_at(from) - 5;

	from[0] = 0xe9;
	memcpy(from + 1, &rel, sizeof(rel));
}

void rig_init(struct rig *rig, uint16_t pad_offset, bool sysenter)
{
	static const uint8_t entry[] = {0x0f, 0x0b, 0xeb, 0x02}; /* ud2 for syscall; jmp to the second jmp */
	struct rig_memory *m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE | PROT_EXEC,
				    MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	assert_ptr_not_equal(m, MAP_FAILED);
	uint8_t *pad = m->vdso + STUB_PAGE + pad_offset, *site = m->driver + 0x800;
	struct stub_target t = {
		.page_at = rig_at(m->code),
		.table_at = rig_at(m->table),
		.entry_insn_at = rig_at(pad - 4),
		.vsyscall_at = rig_at(pad - 9),
		.landing_pad_at = rig_at(pad),
		.padding_jump_at = rig_at(pad + 2),
		.sysenter = sysenter,
		.pad_offset = pad_offset,
	};

	*rig = (struct rig){
		.memory = m,
		.stack = {read_stack, rig},
		.site_code = {
			.page_at = rig_at(m->site),
			.slot_at = rig_at(&m->table[STUB_SLOTS]),
			.nr = rig_random(),
			.back_at = rig_at(site + 7),
			.pad_offset = pad_offset,
		},
	};
	assert_int_equal(stub_code_build(m->code, &t, &rig->code), 0);
	assert_int_equal(stub_site_build(m->site, &rig->site_code), 0);
	memcpy(pad - 4, entry, sizeof(entry));
	jump(pad - 9, rig->code.enter);
	jump(pad + 2, rig->code.restart_at);
	jump(site, rig->site_code.enter);
	site[5] = 0xcd;
	site[6] = 0x80;
	rig->pid = rig_child();
}

void rig_fini(struct rig *rig)
{
	assert_int_equal(kill(rig->pid, SIGKILL), 0);
	assert_int_equal(waitpid(rig->pid, NULL, 0), rig->pid);
	munmap(rig->memory, sizeof(*rig->memory));
}

void rig_needs_32bit_code(struct rig *rig)
{
	struct user_regs_struct before, regs;
	uint8_t *nop = rig->memory->driver;
	int status;

	*nop = 0x90;
	rig_get_regs(rig->pid, &before);
	rig_enter(rig, rig_at(nop), 0, 0, &regs);
	assert_int_equal(ptrace(PTRACE_SINGLESTEP, rig->pid, NULL, NULL), 0);
	assert_int_equal(waitpid(rig->pid, &status, 0), rig->pid);
	assert_true(WIFSTOPPED(status));
	rig_set_regs(rig->pid, &before);
	if (WSTOPSIG(status) == SIGTRAP)
		return;
	rig_fini(rig);
	print_message("# this machine runs no 32-bit code\n");
	skip();
}

void rig_get_regs(pid_t pid, struct user_regs_struct *regs)
{
	assert_int_equal(ptrace(PTRACE_GETREGS, pid, NULL, regs), 0);
}

void rig_set_regs(pid_t pid, const struct user_regs_struct *regs)
{
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, regs), 0);
}

void rig_enter(struct rig *rig, uint32_t ip, uint32_t eax, uint32_t ret, struct user_regs_struct *regs)
{
	uint8_t *stack = rig->memory->stack;
	uint32_t top = 64 + rig_random() % (RIG_STACK_SIZE - 128); /* odd addresses, too */

	for (unsigned i = 0; i < RIG_STACK_SIZE; i++)
		stack[i] = (uint8_t)rig_random();
	memcpy(stack + top, &ret, sizeof(ret));
	rig_get_regs(rig->pid, regs);
	regs->rip = ip;
	regs->rax = eax;
	regs->rbx = rig_random();
	regs->rcx = rig_random();
	regs->rdx = rig_random();
	regs->rsi = rig_random();
	regs->rdi = rig_random();
	regs->rbp = rig_random();
	regs->rsp = rig_at(stack + top);
	regs->eflags = 0x202 | (rig_random() & FLAGS);
	regs->cs = USER_CS32;
	regs->ds = regs->es = regs->ss = USER_DS;
	regs->orig_rax = -1ul;
	rig_set_regs(rig->pid, regs);
	rig_get_regs(rig->pid, regs);
}

void rig_step(struct rig *rig, struct user_regs_struct *regs)
{
	int status;

	assert_int_equal(ptrace(PTRACE_SINGLESTEP, rig->pid, NULL, NULL), 0);
	assert_int_equal(waitpid(rig->pid, &status, 0), rig->pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(WSTOPSIG(status), SIGTRAP);
	rig_get_regs(rig->pid, regs);
}

void rig_assert_regs(const struct user_regs_struct *a, const struct user_regs_struct *b, uint64_t ip)
{
	const unsigned long long *x = (const void *)a, *y = (const void *)b;

	for (size_t i = 0; i < sizeof(*a) / sizeof(*x); i++)
		if (x[i] != y[i])
			fail_msg("word %zu of the registers: %#llx, not %#llx, from ip %#llx", i, x[i], y[i],
				 (unsigned long long)ip);
}
