/* SPDX-License-Identifier: MIT */
/*
 * Shows programs that change the vDSO under their own feet, after many calls of it:
 *
 *   dropped    its pages are dropped with MADV_DONTNEED: the kernel's bytes are back
 *   moved      it is moved to another address, again and again
 *   unmapped   it is not there any more
 *   written    it is made writable, and a byte of it is written, as debuggers do
 */
#include "support/codes.h"
#include "support/regions.h"
#include "support/signals.h"

#include <linux/mman.h>

enum { HOT = 300, FEW = 20, RESTORER = 0x04000000 };

static long parent;
static volatile unsigned handled;
static unsigned wrong;

static void calls(const struct sample *s, unsigned n)
{
	while (n--)
		wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
}

static void int80_calls(unsigned n)
{
	while (n--)
		wrong += sys0(__NR_getppid) != parent;
}

static struct region vdso_now(const struct sample *s, long maps)
{
	static struct regions all;

	regions_read(s, maps, &all);
	for (unsigned i = 0; i < all.n; i++)
		if (s->sysinfo >= all.all[i].from && s->sysinfo < all.all[i].to)
			return all.all[i];
	sample_fail(s, "no vDSO in the maps", (long)s->sysinfo);
}

static unsigned long sum(const struct region *r)
{
	unsigned long hash = 0;

	for (const unsigned char *p = (const unsigned char *)r->from; p < (const unsigned char *)r->to; p++)
		hash = hash * 31 + *p;
	return hash;
}

static void on_signal(int sig)
{
	(void)sig;
	handled++;
	truth_add(PATH_VDSO_INT80, ABI_I386, __NR_sigreturn);
}

static void dropped(const struct sample *s, struct region r, unsigned long fresh)
{
	wrong += sys3(__NR_madvise, r.from, r.to - r.from, MADV_DONTNEED) != 0;
	/* Before any call of it. */
	wrong += sum(&r) != fresh;
	calls(s, FEW);
}

static void moved(struct sample *s, struct region r, long pid)
{
	unsigned long bytes = r.to - r.from;
	/* Where it goes to is where a mapping would come to lie. */
	long to = codes_mmap(0, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long got = sys5(__NR_mremap, r.from, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);

	if (got != to)
		sample_skip(s, "this kernel does not let the vDSO be moved");
	s->sysinfo += (unsigned long)to - r.from;
	calls(s, FEW);
	handled = 0;
	sys2(__NR_kill, pid, SIGUSR1);
	wrong += handled != 1;
}

static void written(const struct sample *s, struct region r)
{
	volatile unsigned char *last = (unsigned char *)r.to - 1;

	if (sys3(__NR_mprotect, r.from, r.to - r.from, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
		sample_fail(s, "mprotect of the vDSO", 0);
	*last = (unsigned char)(*last + 1);
	calls(s, FEW);
	sys3(__NR_mprotect, r.from, r.to - r.from, PROT_READ | PROT_EXEC);
	calls(s, FEW);
}

static void unmapped(const struct sample *s, struct region r)
{
	if (sys2(__NR_munmap, r.from, r.to - r.from) != 0)
		sample_fail(s, "munmap of the vDSO", 0);
	int80_calls(HOT);
	/* Something else comes to lie there. */
	wrong += codes_mmap(r.from, r.to - r.from, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) !=
		 (long)r.from;
	int80_calls(FEW);
}

int sample_main(struct sample *s)
{
	unsigned long fresh;
	struct region r;
	long maps, pid, child;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	maps = regions_open(s);
	r = vdso_now(s, maps);
	fresh = sum(&r);
	parent = sys0(__NR_getppid);
	pid = sys0(__NR_getpid);
	signal_handle(s, SIGUSR1, (void *)on_signal, 0);
	if (same_text(s->word, "unmapped")) {
		truth_share(s);
		for (unsigned i = 0; i < s->rounds; i++) {
			child = sys0(__NR_fork);
			if (child == 0) {
				parent = pid;
				calls(s, HOT);
				unmapped(s, r);
				sample_exit(wrong != 0);
			}
			wrong += sample_wait(child) != 0;
		}
		return wrong != 0;
	}
	for (unsigned i = 0; i < s->rounds; i++) {
		calls(s, HOT);
		r = vdso_now(s, maps);
		if (same_text(s->word, "moved"))
			moved(s, r, pid);
		else if (same_text(s->word, "written"))
			written(s, r);
		else
			dropped(s, r, fresh);
	}
	return wrong != 0;
}
