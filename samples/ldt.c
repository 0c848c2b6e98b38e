/* SPDX-License-Identifier: MIT */
/*
 * Shows code in a segment of the LDT with a base: what the kernel reports as the
 * instruction pointer is an offset there, and no address. From it come int 0x80 and
 * calls of the vDSO, whose fast instruction comes back in the flat segment: so the
 * same page lies at that address, too. A second page does not: there is nothing, or,
 * with the word "locked", nothing that can be read. Who sees only the offset cannot
 * say which instruction it was: that is `unknown`.
 */
#include "support/sample.h"

#include <asm/ldt.h>
#include <linux/mman.h>

enum { PAGE = 4096, CODE = 2 /* of user_desc.contents */, WRITE_LDT = 0x11, IN_LDT = 4, RING3 = 3 };

struct far {
	unsigned long offset;
	unsigned short selector;
};

/* ldt.asm */
extern const unsigned char ldt_int80[], ldt_vdso[], ldt_end[];
long ldt_call(long nr, const struct far *to);
long ldt_jump(long nr, const struct far *to);
extern unsigned long ldt_sysinfo;
unsigned long ldt_sysinfo;

static unsigned long map_file(const struct sample *s, unsigned long at, unsigned pages, long fd)
{
	const long args[6] = {(long)at, (long)pages * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED | (at ? MAP_FIXED : 0), fd, 0};
	long got = sys1(__NR_mmap, args);

	if (got < 0 && got > -PAGE)
		sample_fail(s, "cannot map the code", got);
	return (unsigned long)got;
}

static long file_of_two(const struct sample *s)
{
	static unsigned char image[2 * PAGE];
	long fd = sys2(__NR_memfd_create, "ldt", 0);

	for (const unsigned char *p = ldt_int80; p < ldt_end; p++)
		image[p - ldt_int80] = image[PAGE + (p - ldt_int80)] = *p;
	if (sys3(__NR_write, fd, image, sizeof(image)) != sizeof(image))
		sample_fail(s, "no memory for a file", fd);
	return fd;
}

static unsigned short segment_at(const struct sample *s, unsigned long base)
{
	const struct user_desc d = {.entry_number = 1, .base_addr = base, .limit = 0xfffff, .seg_32bit = 1,
				    .contents = CODE, .limit_in_pages = 1};
	long got = sys3(__NR_modify_ldt, WRITE_LDT, &d, sizeof(d));

	if (got == -38)
		sample_skip(s, "this kernel has no modify_ldt");
	if (got != 0)
		sample_fail(s, "modify_ldt", got);
	return 1 << 3 | IN_LDT | RING3;
}

int sample_main(struct sample *s)
{
	long fd = file_of_two(s), parent = sys0(__NR_getppid), pid = sys0(__NR_getpid);
	unsigned long flat = map_file(s, 0, 2, fd), based = map_file(s, 0, 2, fd), vdso = (unsigned long)(ldt_vdso - ldt_int80);
	unsigned short selector = segment_at(s, based - flat);
	const struct far int80 = {flat, selector}, call = {flat + vdso, selector}, elsewhere = {flat + PAGE, selector};
	unsigned wrong = 0;

	/* Where the second page's offset leads in the flat segment there is nothing to see. */
	if (same_text(s->word, "locked"))
		sys3(__NR_mprotect, flat + PAGE, PAGE, PROT_NONE);
	else
		sys2(__NR_munmap, flat + PAGE, PAGE);
	ldt_sysinfo = s->sysinfo - (based - flat);
	for (unsigned i = 0; i < s->rounds; i++) {
		long (*way)(long nr, const struct far *to) = i % 2 ? ldt_call : ldt_jump;

		truth_add(PATH_UNKNOWN, ABI_I386, __NR_getppid);
		wrong += way(__NR_getppid, &int80) != parent;
		truth_add(PATH_UNKNOWN, ABI_I386, __NR_getpid);
		wrong += way(__NR_getpid, &elsewhere) != pid;
		if (!s->sysinfo)
			continue;
		/* Its int 0x80 is in the segment, too. */
		truth_add(s->vdso == PATH_VDSO_INT80 ? PATH_UNKNOWN : s->vdso, ABI_I386, __NR_getppid);
		wrong += way(__NR_getppid, &call) != parent;
		wrong += vdso_call(s, __NR_getppid, 0, 0, 0, 0) != parent;
	}
	return wrong != 0;
}
