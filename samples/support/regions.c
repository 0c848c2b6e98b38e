/* SPDX-License-Identifier: MIT */
#include "support/regions.h"

#include <elf.h>
#include <linux/fcntl.h>

#ifdef __x86_64__
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#endif

extern const char __executable_start[], end[];

static const char *hex(const char *p, unsigned long *out)
{
	*out = 0;
	for (; (*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'f'); p++)
		*out = *out << 4 | (unsigned long)(*p <= '9' ? *p - '0' : *p - 'a' + 10);
	return p;
}

long regions_open(const struct sample *s)
{
	long fd = sys2(__NR_open, "/proc/self/maps", O_RDONLY);

	if (fd < 0)
		sample_fail(s, "no /proc/self/maps", fd);
	return fd;
}

/* FROM-TO rwxp OFFSET MAJOR:MINOR INODE NAME */
static const char *parse(const char *p, struct region *r)
{
	unsigned long skipped;

	p = hex(p, &r->from) + 1;
	p = hex(p, &r->to) + 1;
	r->readable = p[0] == 'r';
	r->writable = p[1] == 'w';
	r->executable = p[2] == 'x';
	r->shared = p[3] == 's';
	p = hex(p + 5, &skipped) + 1;
	p = hex(p, &skipped) + 1;
	p = hex(p, &skipped) + 1;
	r->file = *p != '0';
	r->named = r->vdso = false;
	for (; *p && *p != '\n'; p++) {
		r->named |= *p == '[';
		r->vdso |= p[0] == '[' && p[1] == 'v';
	}
	return *p ? p + 1 : p;
}

void regions_read(const struct sample *s, long fd, struct regions *out)
{
	static char text[32768];
	long got, all = 0;
	const char *p = text;

	sys3(__NR_lseek, fd, 0, 0);
	while ((got = sys3(__NR_read, fd, text + all, (long)sizeof(text) - 1 - all)) > 0)
		all += got;
	if (got < 0)
		sample_fail(s, "cannot read /proc/self/maps", got);
	text[all] = '\0';
	for (out->n = 0; *p && out->n < REGIONS_MAX; out->n++)
		p = parse(p, &out->all[out->n]);
}

bool region_foreign(const struct region *r)
{
	return !r->named && (r->from >= (unsigned long)end || r->to <= (unsigned long)__executable_start);
}

unsigned long own_file_offset(const void *at)
{
	/* The file's own headers lie where its first segment does. */
	const elf_header *e = (const elf_header *)__executable_start;
	const elf_segment *ph = (const elf_segment *)(__executable_start + e->e_phoff);
	unsigned long address = (unsigned long)at;

	for (unsigned i = 0; i < e->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD && address - ph[i].p_vaddr < ph[i].p_filesz)
			return address - ph[i].p_vaddr + ph[i].p_offset;
	return 0;
}
