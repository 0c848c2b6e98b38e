/* SPDX-License-Identifier: MIT */
/*
 * Shows code that changes through its file: a page is mapped executable, shared and
 * private, and writable elsewhere. It is written before it is mapped executable,
 * afterwards through the other mapping, and by write(2). What runs is what stands
 * there then; each code makes its entry by another path.
 */
#include "support/codes.h"

#include <linux/mman.h>

enum { PAGE = 4096, BETWEEN = 5 };

static void write_file(const struct sample *s, long fd, const struct code *c)
{
	if (sys5(__NR_pwrite64, fd, c->from, c->end - c->from, 0, 0) != c->end - c->from)
		sample_fail(s, "cannot write the file", fd);
}

int sample_main(struct sample *s)
{
	const struct codes codes = codes_here(s);
	long fd = sys2(__NR_memfd_create, "code", 0), parent = sys0(__NR_getppid);
	unsigned char *writable;
	unsigned wrong = 0;

	sys2(__NR_ftruncate, fd, PAGE);
	writable = sample_map(PAGE, PROT_READ | PROT_WRITE, (int)fd, false);
	if (fd < 0 || !writable)
		sample_fail(s, "no shared memory", fd);
	for (unsigned i = 0; i < s->rounds; i++) {
		const struct code *first = &codes.all[i % codes.n], *code = first;
		/* A private mapping shows what is written to the file, too, until it is written itself. */
		int flags = i / codes.n % 2 ? MAP_SHARED : MAP_PRIVATE;
		long at;

		code_copy(first, writable);
		at = codes_mmap(0, PAGE, PROT_READ | PROT_EXEC, flags, fd, 0);
		for (unsigned k = 0; k < 2 * codes.n; k++) {
			for (unsigned n = 0; n < BETWEEN; n++) {
				wrong += code_run(code, (const void *)at) != parent;
				if (s->sysinfo)
					vdso_call(s, __NR_getppid, 0, 0, 0, 0);
			}
			code = &codes.all[(i + k + 1) % codes.n];
			if (k % 2)
				code_copy(code, writable);
			else
				write_file(s, fd, code);
		}
		sys2(__NR_munmap, at, PAGE);
	}
	return wrong != 0;
}
