/* SPDX-License-Identifier: MIT */
/*
 * Shows code pages that a program drops with MADV_DONTNEED: what was written to
 * them, by whomever, is gone, and the file's bytes are back. It drops a page that it
 * has written itself, one whose sites have made many calls, and all its own code.
 */
#include "support/codes.h"
#include "support/regions.h"

#include <linux/fcntl.h>
#include <linux/mman.h>

enum { PAGE = 4096, HOT = 300 };

/* dropped.asm */
extern const unsigned char dropped_page[], dropped_int80[], dropped_number[], dropped_vdso[], dropped_end[];
extern const char __executable_start[], etext[];

static const struct sample *sample;
static unsigned char *page;
static long parent, pid;
static unsigned wrong;

static void call(const unsigned char *code, enum entry_path path, long nr, long wanted)
{
	long got;

	truth_add(path, ABI_I386, nr);
	__asm__ volatile("call *%[at]"
			 : "=a"(got)
			 : "c"(sample->sysinfo), [at] "r"(page + (code - dropped_page))
			 : "memory", "cc");
	wrong += got != wanted;
}

static void calls(unsigned n, long nr, long wanted)
{
	while (n--) {
		call(dropped_int80, PATH_INT80, nr, wanted);
		if (sample->sysinfo)
			call(dropped_vdso, sample->vdso, __NR_getppid, parent);
	}
}

static void drop(void)
{
	if (sys3(__NR_madvise, page, PAGE, MADV_DONTNEED) != 0)
		sample_fail(sample, "madvise", 0);
	/* The file is the program's own: the page lies elsewhere in memory, too. */
	for (unsigned i = 0; i < PAGE; i++)
		wrong += page[i] != dropped_page[i];
}

int sample_main(struct sample *s)
{
	long fd = sys2(__NR_open, "/proc/self/exe", O_RDONLY);
	unsigned long text = (unsigned long)__executable_start, bytes = ((unsigned long)etext - text + PAGE - 1) & ~(PAGE - 1ul);

	sample = s;
	page = (unsigned char *)codes_mmap(0, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, own_file_offset(dropped_page) / PAGE);
	parent = sys0(__NR_getppid);
	pid = sys0(__NR_getpid);
	for (unsigned i = 0; i < s->rounds; i++) {
		calls(HOT, __NR_getppid, parent);
		drop();
		calls(3, __NR_getppid, parent);
		/* The program's own hand: it makes another call of it. */
		sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC);
		*(volatile long *)(page + (dropped_number - dropped_page)) = __NR_getpid;
		calls(3, __NR_getpid, pid);
		if (i % 2)
			sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
		drop();
		calls(3, __NR_getppid, parent);
		sys3(__NR_mprotect, page, PAGE, PROT_READ | PROT_EXEC);
		wrong += sys3(__NR_madvise, text, bytes, MADV_DONTNEED) != 0;
	}
	return wrong != 0;
}
