/* SPDX-License-Identifier: MIT */
/*
 * A known call tree: main, trunk, branch, twig, leaf, and below them the way
 * into the kernel that the argument names. Each way makes a call of its own
 * ROUNDS times, so that all stacks of a run are the same but for libc's own.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { ROUNDS = 200 };

/* How deep enter_deep() and enter_rest() go; a second argument changes it. */
static int depth = 200;

#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

/* Behind every call something is left to do, so that none becomes a jump. */
static volatile int sink;
#define AFTER() (sink++)

NOINLINE static void enter_int80(void)
{
	int r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(SYS_getppid) : "memory");
	AFTER();
}

NOINLINE static void enter_vdso(void)
{
	int r;

	__asm__ volatile("call *%%gs:0x10" : "=a"(r) : "a"(SYS_getppid) : "memory");
	AFTER();
}

/* What __kernel_vsyscall is where no fast instruction is used, from Linux 7.0 on: nothing is pushed. */
void nopush_vsyscall(void);
__asm__(".pushsection .text\n"
	".globl nopush_vsyscall\n"
	".type nopush_vsyscall, @function\n"
	"nopush_vsyscall:\n"
	".cfi_startproc\n"
	"	int $0x80\n"
	"	ret\n"
	".cfi_endproc\n"
	".size nopush_vsyscall, . - nopush_vsyscall\n"
	".popsection\n");

NOINLINE static void enter_nopush(void)
{
	int r;
	void (*way)(void) = nopush_vsyscall;

	__asm__ volatile("call *%1" : "=a"(r) : "r"(way), "a"(SYS_getppid) : "memory");
	AFTER();
}

/*
 * 64-bit code that a far call leads to. The first one tells its frame: the
 * return address is what the far call pushed, selector above eip. Registers
 * are numbered as on x86-64: rbx 3, rsp 7, the return address 16.
 */
void thunk_cfi(void);
void thunk_bare(void);
__asm__(".pushsection .text\n"
	".code64\n"
	".globl thunk_cfi\n"
	".type thunk_cfi, @function\n"
	"thunk_cfi:\n"
	".cfi_startproc simple\n"
	".cfi_return_column 16\n"
	".cfi_def_cfa 7, 8\n"
	".cfi_offset 16, -8\n"
	"	push %rbx\n"
	".cfi_adjust_cfa_offset 8\n"
	".cfi_offset 3, -16\n"
	"	syscall\n"
	"	pop %rbx\n"
	".cfi_adjust_cfa_offset -8\n"
	".cfi_restore 3\n"
	"	lretl\n"
	".cfi_endproc\n"
	".size thunk_cfi, . - thunk_cfi\n"
	".globl thunk_bare\n"
	".type thunk_bare, @function\n"
	"thunk_bare:\n"
	"	push %rbx\n"
	"	push $0\n"
	"	syscall\n"
	"	pop %rbx\n"
	"	pop %rbx\n"
	"	lretl\n"
	".size thunk_bare, . - thunk_bare\n"
	".code32\n"
	".popsection\n");

static void far_call(void (*thunk)(void))
{
	struct {
		uint32_t offset;
		uint16_t selector;
	} __attribute__((packed)) to = {(uint32_t)(uintptr_t)thunk, 0x33};
	int r = 110; /* getppid of the 64-bit table */

	/* No operand in a register that the far call's own pushes would move: "to" by its address. */
	__asm__ volatile("lcall *(%1)" : "+a"(r) : "d"(&to), "m"(to) : "ecx", "memory");
}

NOINLINE static void enter_far_cfi(void)
{
	far_call(thunk_cfi);
	AFTER();
}

NOINLINE static void enter_far_bare(void)
{
	far_call(thunk_bare);
	AFTER();
}

static void on_sigill(int sig, siginfo_t *si, void *uc)
{
	(void)sig, (void)si;
	enter_int80();
	((ucontext_t *)uc)->uc_mcontext.gregs[REG_EIP] += 2; /* behind ud2 */
}

NOINLINE static void enter_signal(void)
{
	__asm__ volatile("ud2");
	AFTER();
}

NOINLINE static void dive(int left, void (*enter)(void))
{
	if (left > 1)
		dive(left - 1, enter);
	else
		enter();
	AFTER();
}

NOINLINE static void enter_deep(void)
{
	dive(depth, enter_int80);
	AFTER();
}

/* Stays in the kernel, to be looked at. */
NOINLINE static void rest(void)
{
	int r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(SYS_pause) : "memory");
	AFTER();
}

NOINLINE static void enter_rest(void)
{
	dive(depth, rest);
	AFTER();
}

static void (*way_in)(void);

NOINLINE static void leaf(void)
{
	way_in();
	AFTER();
}

NOINLINE static void twig(char *room)
{
	memset(room, 0, 16);
	leaf();
	AFTER();
}

NOINLINE static void branch(int n)
{
	/* A frame whose size is known only here. */
	char *room = __builtin_alloca((size_t)(16 + n % 64));

	twig(room);
	AFTER();
}

NOINLINE static void trunk(int n)
{
	branch(n);
	AFTER();
}

static void *thread_main(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++)
		trunk(i);
	return NULL;
}

static const struct {
	const char *name;
	void (*enter)(void);
} ways[] = {
	{"int80", enter_int80},       {"vdso", enter_vdso},         {"nopush", enter_nopush},
	{"far-cfi", enter_far_cfi},   {"far-bare", enter_far_bare}, {"signal", enter_signal},
	{"deep", enter_deep},         {"thread", enter_int80},      {"rest", enter_rest},
};

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_sigaction = on_sigill, .sa_flags = SA_SIGINFO};
	const char *name = argc > 1 ? argv[1] : "int80";
	pthread_t thread;

	if (argc > 2)
		depth = atoi(argv[2]);
	sigaction(SIGILL, &sa, NULL);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (strcmp(ways[i].name, name) == 0)
			way_in = ways[i].enter;
	if (!way_in)
		return 2;
	if (strcmp(name, "thread") == 0)
		return pthread_create(&thread, NULL, thread_main, NULL) || pthread_join(thread, NULL);
	for (int i = 0; i < ROUNDS; i++)
		trunk(i);
	return 0;
}
