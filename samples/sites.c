/* SPDX-License-Identifier: MIT */
/*
 * Shows int 0x80 in every form: those of sites.asm, and at the end of a page, over
 * two pages, and at the end of a mapping, where the return faults. All registers
 * come back, and flags where the code leaves them alone.
 *
 *   sites [--truth] [ROUNDS [threads]]     threads: four go through all at once
 */
#include "support/checked.h"
#include "support/signals.h"
#include "support/threads.h"

#include <linux/mman.h>

enum { FROM_CALLER = -1, NONE = -2, TWICE = -3, TIMES_AGAIN = 3, PAGE = 4096, THREADS = 4 };

/* Carry, parity, adjust, zero, sign, overflow. */
#define FLAGS 0x8d5u

struct site {
	const char *code;
	long nr;
	long changes_flags;
};

/* sites.asm */
extern const struct site sites_table[], sites_end[];

static struct sample *sample;
static long parent, pid;
static char *pages; /* see map_sites() */
static unsigned wrong;

static void fail(const char *what, long got, long wanted)
{
	__atomic_add_fetch(&wrong, expect(sample, what, got, wanted), __ATOMIC_RELAXED);
}

static void enter(const struct site *site)
{
	struct registers r = {__NR_getppid, 1, 2, 3, 4, 5, 6, FLAGS | 0x202};
	const struct registers was = r;

	if (site->nr == TWICE) {
		truth_add(PATH_INT80, ABI_I386, __NR_umask);
		r.bx = __NR_getppid;
	}
	if (site->nr != NONE)
		truth_add(PATH_INT80, ABI_I386, site->nr < 0 ? __NR_getppid : site->nr);
	checked_enter(&r, site->code);
	if (site->nr != NONE)
		fail("a site's call", (long)r.ax, site->nr == __NR_getpid ? pid : parent);
	fail("a site's registers", r.cx == was.cx && r.dx == was.dx && r.si == was.si && r.di == was.di && r.bp == was.bp,
	     1);
	if (!site->changes_flags)
		fail("a site's flags", (long)(r.flags & FLAGS), FLAGS);
}

/* Three times the same one: its code is "again" of sites.asm. */
static bool is_loop(const struct site *site)
{
	const unsigned char *code = (const unsigned char *)site->code;

	/* push ecx; push eax; mov ecx, 3 */
	return code[0] == 0x51 && code[1] == 0x50 && code[2] == 0xb9;
}

static void on_fault(int sig, siginfo_t *info, struct ucontext *uc)
{
	unsigned long *sp = (unsigned long *)uc->uc_mcontext.esp;

	(void)sig;
	fail("where the return faults", (long)info->si_addr, (long)(pages + 4 * PAGE));
	fail("with which instruction", (long)uc->uc_mcontext.eip, (long)(pages + 4 * PAGE));
	/* What the ret there would do. */
	uc->uc_mcontext.eip = *sp;
	uc->uc_mcontext.esp += 4;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_rt_sigreturn);
}

/* Page 0 ends in an entry, page 1 ends in half of one, page 3 ends in one and page 4 is not there. */
static void map_sites(struct sample *s)
{
	static const char entry[] = {(char)0xcd, (char)0x80, (char)0xc3};
	char *at = sample_map(5 * PAGE, PROT_READ | PROT_WRITE, -1, false);

	if (!at)
		sample_fail(s, "no memory", 0);
	for (unsigned i = 0; i < sizeof(entry); i++) {
		at[PAGE - 2 + i] = entry[i];
		at[2 * PAGE - 1 + i] = entry[i];
		if (i < 2)
			at[4 * PAGE - 2 + i] = entry[i];
	}
	sys3(__NR_mprotect, at, 4 * PAGE, PROT_READ | PROT_EXEC);
	sys2(__NR_munmap, at + 4 * PAGE, PAGE);
	pages = at;
}

static void enter_all(unsigned rounds)
{
	const struct site mapped[] = {
		{pages + PAGE - 2, FROM_CALLER, 0},
		{pages + 2 * PAGE - 1, FROM_CALLER, 0},
		{pages + 4 * PAGE - 2, FROM_CALLER, 0},
	};

	for (unsigned i = 0; i < rounds; i++) {
		for (const struct site *site = sites_table; site < sites_end; site++) {
			if (is_loop(site))
				truth_add_n(PATH_INT80, ABI_I386, __NR_getppid, TIMES_AGAIN - 1);
			enter(site);
		}
		for (unsigned k = 0; k < sizeof(mapped) / sizeof(mapped[0]); k++)
			enter(&mapped[k]);
	}
}

static void run(struct thread *self)
{
	(void)self;
	enter_all(sample->rounds);
}

int sample_main(struct sample *s)
{
	static struct thread threads[THREADS];
	bool several = same_text(s->word, "threads");

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO to return from signals");
	sample = s;
	parent = sys0(__NR_getppid);
	pid = sys0(__NR_getpid);
	sys1(__NR_umask, __NR_getppid);
	map_sites(s);
	signal_handle(s, SIGSEGV, (void *)on_fault, SA_SIGINFO | SA_NODEFER);
	for (unsigned i = 0; several && i < THREADS; i++)
		thread_start(s, &threads[i], run, s);
	if (!several)
		enter_all(s->rounds);
	for (unsigned i = 0; several && i < THREADS; i++)
		thread_join(&threads[i]);
	return wrong != 0;
}
