/* SPDX-License-Identifier: MIT */
/*
 * Shows code that changes under the tracer's eyes: the same bytes of one page
 * are int 0x80 at one moment, a far call to 64-bit code at the next, a call of
 * the vDSO after that. The page is rewritten in place while writable and
 * executable, then with mprotect between, then replaced by another mapping at
 * the same address, by mmap and by mremap. An old decode must never be used.
 */
#include "support/sample.h"

#include <linux/mman.h>

#define PAGE 4096

enum { NR64_GETPID = 39 };

typedef long (*code_fn)(long nr);

/* jit.asm: code that is copied to the page, and the 64-bit thunk behind the far call. */
extern const unsigned char code_int80[], code_int80_end[];
extern const unsigned char code_far_call[], code_far_call_end[];
extern const unsigned char code_vdso[], code_vdso_end[];
/* code_vdso calls through this word. */
unsigned long jit_sysinfo;

static void put(unsigned char *page, const unsigned char *code, const unsigned char *end)
{
	volatile unsigned char *to = page;

	while (code < end)
		*to++ = *code++;
}

static unsigned failures;

static void run_int80(unsigned char *page, long pid)
{
	truth_add(PATH_INT80, ABI_I386, __NR_getpid);
	failures += ((code_fn)(void *)page)(__NR_getpid) != pid;
}

static void run_far_call(unsigned char *page, long pid)
{
	truth_add(PATH_FAR_CALL, ABI_X86_64, NR64_GETPID);
	failures += ((code_fn)(void *)page)(NR64_GETPID) != pid;
}

static void run_vdso(const struct sample *s, unsigned char *page, long pid)
{
	truth_add(s->vdso, ABI_I386, __NR_getpid);
	failures += ((code_fn)(void *)page)(__NR_getpid) != pid;
}

/* A page at a fixed place: over what is there. */
static unsigned char *map_over(unsigned char *at, int prot)
{
	const long args[6] = {(long)at, PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0};

	return (unsigned char *)sys1(__NR_mmap, args);
}

int sample_main(struct sample *s)
{
	const int rwx = PROT_READ | PROT_WRITE | PROT_EXEC;
	unsigned char *page = sample_map(PAGE, rwx, -1, false);
	long pid = sys0(__NR_getpid);

	if (!page)
		sample_skip(s, "this system maps no page both writable and executable");
	jit_sysinfo = s->sysinfo;
	for (unsigned i = 0; i < s->rounds; i++) {
		/* rewritten in place: nothing tells the tracer */
		put(page, code_int80, code_int80_end);
		run_int80(page, pid);
		put(page, code_far_call, code_far_call_end);
		run_far_call(page, pid);
		if (s->sysinfo) {
			put(page, code_vdso, code_vdso_end);
			run_vdso(s, page, pid);
		}
		if (i % 16)
			continue;

		/* writable and executable by turns */
		sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_WRITE);
		put(page, code_int80, code_int80_end);
		sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
		run_int80(page, pid);

		/* another mapping at the same address */
		sys2(__NR_munmap, page, PAGE);
		if (map_over(page, rwx) != page)
			sample_fail(s, "cannot map the page again", 0);
		put(page, code_far_call, code_far_call_end);
		run_far_call(page, pid);

		/* a page written elsewhere, then moved here */
		unsigned char *other = sample_map(PAGE, rwx, -1, false);

		put(other, code_int80, code_int80_end);
		sys5(__NR_mremap, other, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, page);
		run_int80(page, pid);
	}
	return failures != 0;
}
