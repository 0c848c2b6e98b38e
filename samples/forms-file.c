/* SPDX-License-Identifier: MIT */
/*
 * Calls on memory and files that use five and six arguments, each by the vDSO
 * and by int 0x80 in turn, with values that show an argument that did not
 * arrive; and all registers and flags come back. The sixth argument is ebp, or
 * the word where the vDSO has pushed it.
 */
#include "support/checked.h"

#include <linux/mman.h>
#include <linux/uio.h>

enum { HOT = 300, PAGE = 4096, PAGES = 8, ENOSYS_RESULT = -38, EPERM_RESULT = -1 };

#ifndef __NR_preadv2
#define __NR_preadv2 378
#define __NR_pwritev2 379
#endif

static struct way ways[2];
static const struct sample *sample;

static unsigned check(const char *what, long got, long wanted)
{
	return expect(sample, what, got, wanted);
}

/* Each page of the file begins with its number. */
static long numbered_file(const struct way *w, unsigned *wrong)
{
	static uint32_t page[PAGE / 4];
	long fd = checked2(w, __NR_memfd_create, "forms", 0);

	for (uint32_t i = 0; i < PAGES; i++) {
		page[0] = i + 1;
		*wrong += check("write", checked3(w, __NR_write, fd, page, PAGE), PAGE);
	}
	return fd;
}

static unsigned maps(const struct way *w, long fd)
{
	uint32_t *at, *other;
	unsigned wrong = 0;

	at = (uint32_t *)checked6(w, __NR_mmap2, 0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 3);
	wrong += check("mmap2, its offset", (long)at[0], 4) + check("its second page", (long)at[PAGE / 4], 5);
	other = (uint32_t *)checked6(w, __NR_mmap2, 0, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	wrong += check("mremap", checked5(w, __NR_mremap, at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, other),
		       (long)other);
	wrong += check("the moved page", (long)other[0], 4);
	/* It grows in place, or the kernel says that there is no room. */
	at = (uint32_t *)checked5(w, __NR_mremap, other, PAGE, 3 * PAGE, MREMAP_MAYMOVE, 0);
	wrong += check("the grown mapping", (long)at[PAGE / 4 * 2], 6);
	wrong += check("munmap", checked2(w, __NR_munmap, at, 3 * PAGE), 0);
	wrong += check("mmap2 that must fail", checked6(w, __NR_mmap2, 0, PAGE, PROT_READ, MAP_PRIVATE, fd + 100, 0), -9);
	return wrong;
}

static unsigned offsets(const struct way *w, long fd)
{
	uint32_t got = 0, put = 77;
	const struct iovec in = {&got, sizeof(got)}, out = {&put, sizeof(put)};
	unsigned wrong = 0;
	long n;

	wrong += check("pread64", checked5(w, __NR_pread64, fd, &got, 4, 5 * PAGE, 0), 4);
	wrong += check("what it read", (long)got, 6);
	/* Beyond 4 GiB: the upper half of the offset is an argument of its own. */
	wrong += check("pread64 far behind the end", checked5(w, __NR_pread64, fd, &got, 4, 5 * PAGE, 1), 0);
	wrong += check("pwrite64", checked5(w, __NR_pwrite64, fd, &put, 4, 5 * PAGE + 4, 0), 4);
	wrong += check("preadv", checked5(w, __NR_preadv, fd, &in, 1, 5 * PAGE + 4, 0), 4);
	wrong += check("what was written", (long)got, 77);
	got = 0;
	n = checked6(w, __NR_preadv2, fd, &in, 1, 6 * PAGE, 0, 0);
	wrong += n != ENOSYS_RESULT && check("preadv2", n, 4) + check("what it read", (long)got, 7);
	n = checked6(w, __NR_preadv2, fd, &in, 1, 6 * PAGE, 0, 0x40000000);
	wrong += n != ENOSYS_RESULT && check("preadv2 with flags that nobody knows", n, -95);
	n = checked6(w, __NR_pwritev2, fd, &out, 1, 6 * PAGE + 4, 0, 0);
	wrong += n != ENOSYS_RESULT && check("pwritev2", n, 4);
	wrong += check("fallocate", checked6(w, __NR_fallocate, fd, 0, 0, 0, PAGES * PAGE, 0), 0);
	wrong += check("fallocate of nothing", checked6(w, __NR_fallocate, fd, 0, 0, 0, 0, 0), -22);
	wrong += check("fadvise64_64", checked6(w, __NR_fadvise64_64, fd, 0, 0, PAGE, 0, 4), 0);
	wrong += check("fadvise64_64, bad advice", checked6(w, __NR_fadvise64_64, fd, 0, 0, PAGE, 0, 99), -22);
	wrong += check("sync_file_range, bad flags", checked6(w, __NR_sync_file_range, fd, 0, 0, PAGE, 0, 99), -22);
	return wrong;
}

static unsigned moves(const struct way *w, long fd, const int *pipe)
{
	long long from = 2 * PAGE;
	uint32_t got[2] = {0, 0}, mine[2] = {31, 32};
	const struct iovec local = {got, sizeof(got)}, remote = {mine, sizeof(mine)};
	unsigned wrong = 0;
	long n;

	wrong += check("splice", checked6(w, __NR_splice, fd, &from, pipe[1], 0, 8, 0), 8);
	wrong += check("the offset it leaves", (long)from, 2 * PAGE + 8);
	wrong += check("splice with flags that nobody knows", checked6(w, __NR_splice, fd, &from, pipe[1], 0, 8, 0x100), -22);
	wrong += check("read", checked3(w, __NR_read, pipe[0], got, 8), 8) + check("what was spliced", (long)got[0], 3);
	from = PAGE;
	n = checked6(w, __NR_copy_file_range, fd, &from, fd, 0, 4, 1);
	wrong += n != ENOSYS_RESULT && check("copy_file_range with a flag", n, -22);
	n = checked6(w, __NR_process_vm_readv, sys0(__NR_getpid), &local, 1, &remote, 1, 0);
	wrong += n != ENOSYS_RESULT && n != EPERM_RESULT &&
		 check("process_vm_readv", n, 8) + check("what it read", (long)got[1], 32);
	return wrong;
}

int sample_main(struct sample *s)
{
	unsigned wrong = 0, n = 0;
	int pipe[2];

	sample = s;
	if (s->sysinfo)
		ways[n++] = way_vdso(s);
	ways[n++] = way_int80();
	sys1(__NR_pipe, pipe);
	/* What is used much a tracer may have changed by then. */
	for (unsigned i = 0; i < HOT * n; i++)
		checked0(&ways[i % n], __NR_getppid);
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < n; k++) {
			long fd = numbered_file(&ways[k], &wrong);

			wrong += maps(&ways[k], fd);
			wrong += offsets(&ways[k], fd);
			wrong += moves(&ways[k], fd, pipe);
			wrong += check("close", checked1(&ways[k], __NR_close, fd), 0);
		}
	}
	return (wrong | check("a register or flag that changed", (long)checked_wrong, 0)) != 0;
}
