/* SPDX-License-Identifier: MIT */
/*
 * Calls __kernel_vsyscall with a stack that is not there, or nearly so, and says
 * what the fault's handler sees on its own stack: the signal, the address, where
 * the instruction stands in the vDSO, the stack pointer, and the other
 * registers. (Where the vDSO pushes nothing it is the return that faults, behind
 * the call.) A stack with room for exactly what the vDSO pushes must do. With
 * the word "die" it ends by such a fault, after some good calls.
 */
#include "support/signals.h"

#include <linux/mman.h>

enum { PAGE = 4096, OUTPUT = 1, ARITHMETIC = 0x8d5 /* of EFLAGS */ };

struct seen {
	unsigned long address, ip, sp, ax, bx, cx, dx, si, di, bp, flags, trap, error;
	int sig, code;
	bool faulted;
};

static volatile struct seen seen;

/* What the registers hold when the call is made: each its own. */
enum { IN_EBX = 0x1b1, IN_ESI = 0x1e4, IN_EDI = 0x1f5, IN_ECX = 0x1c2, IN_EDX = 0x1d3, IN_EBP = 0x1a6 };

/* For the assembly below. */
extern unsigned long crash_sp, crash_target;
extern const char crash_resumes[];
unsigned long crash_sp, crash_target;

static void on_fault(int sig, siginfo_t *info, struct ucontext *uc)
{
	struct sigcontext *r = &uc->uc_mcontext;

	seen = (struct seen){(unsigned long)info->si_addr, r->eip, r->esp, r->eax, r->ebx, r->ecx, r->edx,
			     r->esi, r->edi, r->ebp, r->eflags & ARITHMETIC, r->trapno, r->err,
			     sig, info->si_code, true};
	r->eip = (unsigned long)crash_resumes;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

/*
 * Enters __kernel_vsyscall as a call would, with the stack at sp, where the
 * return address lies if there is memory: by a jump, since a call's own push
 * would fault outside of the vDSO. The call behind it is never run; a return
 * address has one before it.
 */
static __attribute__((noinline)) long enter_on(unsigned long sysinfo, unsigned long sp, long nr)
{
	long ret;

	crash_target = sysinfo;
	__asm__ volatile("push %%ebx\n\tpush %%ebp\n\t"
			 "mov %%esp, crash_sp\n\t"
			 "mov %%ecx, %%esp\n\t"
			 "mov %[in_ebx], %%ebx\n\tmov %[in_ecx], %%ecx\n\tmov %[in_edx], %%edx\n\t"
			 "mov %[in_ebp], %%ebp\n\tcmp %%esp, %%esp\n\t"
			 "jmp *crash_target\n\t"
			 "call *crash_target\n"
			 ".globl crash_resumes\n"
			 "crash_resumes:\n\t"
			 "mov crash_sp, %%esp\n\tpop %%ebp\n\tpop %%ebx"
			 : "=a"(ret), "+c"(sp)
			 : "a"(nr), "S"(IN_ESI), "D"(IN_EDI), [in_ebx] "i"(IN_EBX),
			   [in_ecx] "i"(IN_ECX), [in_edx] "i"(IN_EDX), [in_ebp] "i"(IN_EBP)
			 : "edx", "memory", "cc");
	return ret;
}

struct line {
	char text[512];
	size_t at;
};

static void add(struct line *l, const char *name, unsigned long value)
{
	l->at = truth_text(l->text, sizeof(l->text), l->at, name);
	l->at = truth_number(l->text, sizeof(l->text), l->at, (long)value);
}

static void tell(const struct sample *s, unsigned long from, long room)
{
	struct line l = {.at = 0};

	add(&l, "stack at ", (unsigned long)room);
	if (seen.faulted) {
		add(&l, ": signal ", (unsigned long)seen.sig);
		add(&l, " code ", (unsigned long)seen.code);
		add(&l, " trap ", seen.trap);
		add(&l, " error ", seen.error);
		add(&l, " address ", seen.address - from);
		add(&l, " ip ", seen.ip - s->sysinfo);
		add(&l, " sp ", seen.sp - from);
		add(&l, " ax ", seen.ax);
		add(&l, " bx ", seen.bx);
		add(&l, " cx ", seen.cx);
		add(&l, " dx ", seen.dx);
		add(&l, " si ", seen.si);
		add(&l, " di ", seen.di);
		add(&l, " bp ", seen.bp);
		add(&l, " flags ", seen.flags);
	}
	l.at = truth_text(l.text, sizeof(l.text), l.at, "\n");
	sys3(__NR_write, OUTPUT, l.text, l.at);
}

/* Since Linux 7.0, where no fast instruction can be used: int 0x80; ret. */
static bool pushes_nothing(const struct sample *s)
{
	const unsigned char *code = (const unsigned char *)s->sysinfo;

	return code[0] == 0xcd && code[1] == 0x80;
}

static void good_calls(const struct sample *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
}

int sample_main(struct sample *s)
{
	/* Below the first page, at its beginning, and with room for one, two and three pushes. */
	static const int rooms[] = {-PAGE / 2, 0, 4, 8, 12, 64};
	static unsigned char handler_stack[16384];
	const stack_t own = {.ss_sp = handler_stack, .ss_size = sizeof(handler_stack)};
	long ppid, got;
	unsigned wrong = 0;
	char *pages = sample_map(2 * PAGE, PROT_READ | PROT_WRITE, -1, false);

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	if (!pages)
		sample_fail(s, "no memory", 0);
	sys2(__NR_munmap, pages, PAGE);
	pages += PAGE;
	if (same_text(s->word, "die")) {
		good_calls(s, s->rounds);
		/* Where nothing is pushed the call is made, and tells the same in each run. */
		enter_on(s->sysinfo, (unsigned long)pages + 4, __NR_getuid32);
	}
	/* Not before: what dies leaves the same core file in each run. */
	ppid = sys0(__NR_getppid);
	sys2(__NR_sigaltstack, &own, 0);
	signal_handle(s, SIGSEGV, (void *)on_fault, SA_SIGINFO | SA_ONSTACK);
	for (unsigned i = 0; i < s->rounds; i++) {
		int room = rooms[i % (sizeof(rooms) / sizeof(rooms[0]))];

		if (room >= 0)
			*(unsigned long *)(pages + room) = (unsigned long)crash_resumes;
		seen = (struct seen){.faulted = false};
		got = enter_on(s->sysinfo, (unsigned long)pages + (unsigned long)room, __NR_getppid);
		if (!seen.faulted || pushes_nothing(s))
			truth_add(s->vdso, ABI_I386, __NR_getppid);
		wrong += !seen.faulted && got != ppid;
		/* What the vDSO pushes has room from 12 bytes on. */
		wrong += room >= 12 && seen.faulted;
		tell(s, (unsigned long)pages, room);
		good_calls(s, 10);
	}
	return wrong != 0;
}
