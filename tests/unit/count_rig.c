/* SPDX-License-Identifier: MIT */
#include "unit.h"

#include "count_rig.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USER_CS32 = 0x23, USER_DS = 0x2b };

/* CF PF AF ZF SF DF OF, of which the code may change none. */
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

static bool read_stack(void *ctx, uint32_t at, void *buf, size_t n)
{
	const struct rig_memory *m = ((struct rig *)ctx)->memory;
	uint32_t offset = at - rig_at(m->stack);

	if (offset >= sizeof(m->stack) || n > sizeof(m->stack) - offset)
		return false;
	memcpy(buf, m->stack + offset, n);
	return true;
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

/* ud2 in the place of syscall and sysenter; the int 0x80 becomes a jump to the second jump in the gap. */
static void write_vdso(struct rig *rig)
{
	static const uint8_t pad[] = {0x5d, 0x5a, 0x59, 0xc3}; /* pop ebp; pop edx; pop ecx; ret */
	const struct code_target *t = &rig->code.target;
	uint8_t *start = rig->memory->vdso + (t->vsyscall_at - rig_at(rig->memory->vdso));
	uint8_t *entry = start + (t->entry_at - t->vsyscall_at), *gap = start + (t->gap_at - t->vsyscall_at);

	code_short_jump(start, t->vsyscall_at, t->gap_at);
	memcpy(entry, "\x0f\x0b", 2);
	code_short_jump(entry + 2, t->entry_at + 2, t->gap_at + JUMP_SIZE);
	memcpy(entry + 4, pad, sizeof(pad));
	code_jump(gap, t->gap_at, rig->code.enter);
	code_jump(gap + JUMP_SIZE, t->gap_at + JUMP_SIZE, rig->code.restart);
}

const struct rig_form rig_forms[4] = {{false, 0}, {true, 0}, {false, 3}, {true, 3}};

void rig_init(struct rig *rig, const struct rig_form *form)
{
	struct rig_memory *m = mmap(NULL, sizeof(*m), PROT_READ | PROT_WRITE | PROT_EXEC,
				    MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	assert_ptr_not_equal(m, MAP_FAILED);
	const uint32_t start = rig_at(m->vdso) + 0x5e0, pushes = start + form->pushes;
	const struct code_target t = {
		.code_at = rig_at(m->code),
		.table_at = rig_at(m->table),
		.secret = 0xf8123455,
		.vsyscall_at = start,
		.pushes_at = pushes,
		.entry_at = pushes + 5,
		.landing_pad_at = pushes + 9,
		.gap_at = pushes + 13,
		.sysenter = form->sysenter,
	};

	*rig = (struct rig){.memory = m, .stack = {read_stack, rig}};
	assert_int_equal(code_build(m->code, &t, &rig->code), 0);
	write_vdso(rig);
	rig->pid = rig_child();
}

void rig_with_every_form(void (*test)(struct rig *rig))
{
	for (unsigned i = 0; i < COUNT(rig_forms); i++) {
		struct rig rig;

		rig_init(&rig, &rig_forms[i]);
		rig_needs_32bit_code(&rig);
		test(&rig);
		rig_fini(&rig);
	}
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
	/* pushfd shows single steps, which popfd then takes for the program's own (is_setting_trap_flag(), step.c). */
	regs->eflags &= ~0x100ul;
}

void rig_set_regs(pid_t pid, struct user_regs_struct *regs)
{
	assert_int_equal(ptrace(PTRACE_SETREGS, pid, NULL, regs), 0);
	rig_get_regs(pid, regs);
}

uint32_t rig_word(const struct rig *rig, uint32_t at, unsigned i)
{
	uint32_t word = 0;

	assert_true(read_stack((void *)(uintptr_t)rig, at + i * 4, &word, sizeof(word)));
	return word;
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
