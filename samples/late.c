/* SPDX-License-Identifier: MIT */
/*
 * Shows code that comes late: after many calls through the vDSO a mapping with
 * an entry instruction of its own becomes executable, each round in another
 * way. The instruction is a raw syscall or sysenter, whichever this CPU runs in
 * 32-bit code, or an int 0x80 whose return address has the page offset of the
 * vDSO's landing pad: the kernel reports for each what it reports for the vDSO.
 * With the word "threads" others call the vDSO all the while.
 */
#include "support/signals.h"
#include "support/threads.h"

#include <cpuid.h>
#include <linux/mman.h>

enum { PAGE = 4096, BEFORE = 500, AFTER = 100 };

typedef long (*code_fn)(long nr);

/* late.asm: position-independent; the second of each is where its entry instruction stands. */
extern const unsigned char late_syscall[], late_syscall_insn[], late_syscall_end[];
extern const unsigned char late_sysenter[], late_sysenter_insn[], late_sysenter_end[];
extern const unsigned char late_int80[], late_int80_insn[], late_int80_end[];

struct code {
	const unsigned char *from, *insn, *end;
	enum entry_path path;
};

static const struct code syscall32 = {late_syscall, late_syscall_insn, late_syscall_end, PATH_SYSCALL32};
static const struct code sysenter = {late_sysenter, late_sysenter_insn, late_sysenter_end, PATH_SYSENTER};
static const struct code int80 = {late_int80, late_int80_insn, late_int80_end, PATH_INT80};

static void copy(unsigned char *to, const unsigned char *from, const unsigned char *end)
{
	while (from < end)
		*to++ = *from++;
}

static long map_pages(unsigned pages, int prot, int flags, long fd)
{
	const long args[6] = {0, (long)pages * PAGE, prot, flags, fd, 0};

	return sys1(__NR_mmap, args);
}

static long file_with(const struct sample *s, const unsigned char *page)
{
	long fd = sys2(__NR_memfd_create, "late", 0);

	if (fd < 0 || sys3(__NR_write, fd, page, 2 * PAGE) != 2 * PAGE)
		sample_fail(s, "no memory for a file", fd);
	return fd;
}

/* How two pages with code in them come to be. */
enum way { BY_MPROTECT, BY_FILE, BY_SHARED_FILE, IN_HALVES, BY_MREMAP, WAYS };

/* image is what the pages shall hold. */
static unsigned char *come(const struct sample *s, enum way way, const unsigned char *image)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
	long at, fd, other;

	switch (way) {
	case BY_FILE:
	case BY_SHARED_FILE:
		fd = file_with(s, image);
		at = map_pages(2, PROT_READ | PROT_EXEC, way == BY_FILE ? MAP_PRIVATE : MAP_SHARED, fd);
		sys1(__NR_close, fd);
		return (unsigned char *)at;
	default:
		at = map_pages(2, PROT_READ | PROT_WRITE, anonymous, -1);
		copy((unsigned char *)at, image, image + 2 * PAGE);
		break;
	}
	if (way == IN_HALVES) {
		/* An instruction may lie over the border: none of the two calls shows all of it. */
		sys3(__NR_mprotect, at + PAGE, PAGE, PROT_READ | PROT_EXEC);
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
		sys3(__NR_mprotect, at, PAGE, PROT_READ | PROT_EXEC);
		return (unsigned char *)at;
	}
	if (way == BY_MREMAP) {
		other = map_pages(2, PROT_READ | PROT_WRITE, anonymous, -1);
		sys5(__NR_mremap, at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other);
		at = other;
	}
	sys3(__NR_mprotect, at, 2 * PAGE, PROT_READ | PROT_EXEC);
	return (unsigned char *)at;
}

static bool amd(void)
{
	const unsigned hygon_ebx = 0x6f677948; /* "Hygo" */
	unsigned max, b, c, d;

	return __get_cpuid(0, &max, &b, &c, &d) && (b == signature_AMD_ebx || b == hygon_ebx);
}

static void calls(const struct sample *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		vdso_call(s, __NR_getppid, 0, 0, 0, 0);
}

static volatile bool enough;

static void others(struct thread *self)
{
	while (!enough) {
		calls(self->argument, 1);
		for (volatile unsigned i = 0; i < 2000; i++)
			continue;
	}
}

int sample_main(struct sample *s)
{
	static struct thread threads[3];
	static unsigned char image[2 * PAGE];
	unsigned long pad = truth_landing_pad(s->sysinfo);
	const struct code *code = same_text(s->word, "int80") ? &int80 : amd() ? &syscall32 : &sysenter;
	unsigned wrong = 0, nthreads = same_text(s->word, "threads") ? 3 : 0;

	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	truth_share(s);
	for (unsigned i = 0; i < s->rounds; i++) {
		enum way way = (enum way)(i % WAYS);
		/* int 0x80 right before the landing pad's offset, the raw ones over the border of the pages. */
		unsigned long insn = code == &int80 ? (pad - 2) % PAGE : PAGE - 1;
		unsigned long begin;
		long child;
		unsigned char *page;

		while (insn < (unsigned long)(code->insn - code->from))
			insn += PAGE;
		begin = insn - (unsigned long)(code->insn - code->from);
		copy(image + begin, code->from, code->end);
		/* In a process of its own: a tracer may have given up counting in place for this one. */
		child = sys0(__NR_fork);
		if (child != 0) {
			wrong += sample_wait(child) != 0;
			continue;
		}
		for (unsigned k = 0; k < nthreads; k++)
			thread_start(s, &threads[k], others, s);
		calls(s, nthreads ? BEFORE / 8 : BEFORE);
		page = come(s, way, image);
		for (unsigned k = 0; k < 5; k++) {
			truth_add(code->path, ABI_I386, __NR_getpgrp);
			((code_fn)(void *)(page + begin))(__NR_getpgrp);
			calls(s, 3);
		}
		calls(s, AFTER);
		enough = true;
		for (unsigned k = 0; k < nthreads; k++)
			thread_join(&threads[k]);
		sample_exit(0);
	}
	return wrong != 0;
}
