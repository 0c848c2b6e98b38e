/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "stub/inject.h"
#include "stub/internal.h"
#include "tracee/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3 */
#endif

/* Of the i386 table. */
enum { NR_CLOSE = 6, NR_MPROTECT = 125, NR_MMAP2 = 192, NR_MADVISE = 219, NR_MEMFD_CREATE = 356 };

/* At e_ident's padding: the end of an empty string, for a name. */
enum { VDSO_EMPTY_STRING = 9 };

int stub_poke(pid_t tid, uint64_t at, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	while (n) {
		uint64_t word_at = at & ~(uint64_t)7;
		size_t skip = at - word_at, take = 8 - skip < n ? 8 - skip : n;
		long word;

		if (tracee_read(tid, taddr(word_at), &word, sizeof(word)) != sizeof(word))
			return -EFAULT;
		memcpy((uint8_t *)&word + skip, from, take);
		if (ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)word_at, word) != 0)
			return -errno;
		at += take;
		from += take;
		n -= take;
	}
	return 0;
}

void stub_jump(uint8_t out[5], uint64_t from, uint64_t to)
{
	uint32_t rel = (uint32_t)(to - (from + 5));

	out[0] = 0xe9;
	memcpy(out + 1, &rel, sizeof(rel));
}

/* A memory file made in the task, and opened here. Its descriptor there, or a negative errno. */
static int memory_file(struct injection *in, uint32_t name, size_t size, int *here)
{
	uint32_t args[6] = {name, MFD_CLOEXEC | MFD_EXEC};
	int32_t fd;
	char path[64];
	int rc = inject_call(in, NR_MEMFD_CREATE, args, &fd);

	/* Kernels before 6.3 do not know the second flag, and need it not. */
	if (rc == 0 && fd == -EINVAL) {
		args[1] = MFD_CLOEXEC;
		rc = inject_call(in, NR_MEMFD_CREATE, args, &fd);
	}
	if (rc < 0 || fd < 0)
		return rc < 0 ? rc : fd;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)in->tid, (int)fd);
	*here = open(path, O_RDWR | O_CLOEXEC);
	if (*here < 0 || ftruncate(*here, (off_t)size) != 0) {
		rc = -errno;
		args[0] = (uint32_t)fd;
		inject_call(in, NR_CLOSE, args, &fd);
		return rc;
	}
	return fd;
}

static int call(struct injection *in, int nr, const uint32_t args[6], uint32_t *value)
{
	int32_t result;
	int rc = inject_call(in, nr, args, &result);

	if (rc < 0)
		return rc;
	*value = (uint32_t)result;
	return (uint32_t)result > (uint32_t)-4096 ? result : 0;
}

/* Where memory goes: exactly there, or if that is free, or anywhere. */
struct place {
	uint32_t at;
	bool fixed;
};

/*
 * Below the stack the kernel leaves 128 MiB free or the stack's limit, whichever
 * is more, before it places mappings from there downwards (arch/x86/mm/mmap.c,
 * mmap_base). What lies in that gap, out of the stack's reach, moves no mapping
 * of the program's to another address.
 */
static struct place in_the_gap(const struct injection *in)
{
	const uint32_t reach = 96u << 20, most = 64u << 20;
	uint32_t sp = (uint32_t)in->before.rsp;
	struct rlimit stack;

	if (prlimit(in->tid, RLIMIT_STACK, NULL, &stack) != 0 || stack.rlim_cur > most || sp < reach)
		return (struct place){0, false};
	return (struct place){(sp - reach) & ~(STUB_PAGE - 1), false};
}

/*
 * Maps size bytes of a new memory file, shared, there and here. Core files of
 * the program are not to have it.
 */
static int map_both(struct injection *in, uint32_t name, struct place place, size_t size, uint32_t *there,
		    void **here)
{
	auto_close int file = -1;
	int fd = memory_file(in, name, size, &file), rc;
	uint32_t ignored;

	if (fd < 0)
		return fd;
	/* Here first: nothing may be counted there that is not seen. */
	*here = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	rc = *here == MAP_FAILED ? -errno : 0;
	if (rc == 0)
		rc = call(in, NR_MMAP2,
			  (const uint32_t[6]){place.at, (uint32_t)size, PROT_READ | PROT_WRITE,
					      MAP_SHARED | (place.fixed ? MAP_FIXED : 0), (uint32_t)fd, 0},
			  there);
	if (rc == 0)
		call(in, NR_MADVISE, (const uint32_t[6]){*there, (uint32_t)size, MADV_DONTDUMP}, &ignored);
	if (rc != 0 && *here != MAP_FAILED)
		munmap(*here, size);
	if (rc != 0)
		*here = NULL;
	if (rc != -ESRCH)
		call(in, NR_CLOSE, (const uint32_t[6]){(uint32_t)fd}, &ignored);
	return rc;
}

/* The vDSO's function: restarts first, then calls; each write leaves it whole. */
static int divert(const struct pages *p, pid_t tid)
{
	uint64_t start = p->code.target.vsyscall_at;
	uint8_t far[5], near[2] = {0xeb, (uint8_t)(p->form.gap - p->form.landing_pad)};
	int rc;

	stub_jump(far, start + p->form.gap, p->code.restart_at);
	rc = stub_poke(tid, start + p->form.gap, far, sizeof(far));
	if (rc == 0)
		rc = stub_poke(tid, start + p->form.int80, near, sizeof(near));
	stub_jump(far, start, p->code.enter);
	if (rc == 0)
		rc = stub_poke(tid, start, far, sizeof(far));
	return rc;
}

static int restore(const struct pages *p, pid_t tid)
{
	return stub_poke(tid, p->code.target.vsyscall_at, p->before, p->form.gap + 5);
}

int stub_lift(struct stub_image *im, pid_t tid)
{
	int rc = stub_unpatch(im, tid, 0, UINT64_MAX);

	return rc ? rc : restore(im->pages, tid);
}

/* Is there an int 0x80 in the vDSO with the landing pad's page offset behind it, and not at the landing pad? */
static bool passes_elsewhere(const struct vdso_memo *vdso, uint64_t landing_pad)
{
	for (uint64_t at = landing_pad % STUB_PAGE; at <= vdso->n; at += STUB_PAGE)
		if (at >= 2 && at != landing_pad && vdso->image[at - 2] == 0xcd && vdso->image[at - 1] == 0x80)
			return true;
	return false;
}

/* What is there and what it takes, before anything is touched. */
static int examine(pid_t tid, struct space *space, const struct filter_pass *pass, struct pages *p,
		   const char **why)
{
	uint64_t start, pad;
	size_t n;

	space_find_vdso(space, tid);
	start = space->vdso_base.v + space->vdso.vsyscall;
	pad = space->vdso_base.v + space->vdso.landing_pad;
	*why = "it has no 32-bit vDSO with a fast system call";
	if (space->vdso.insn != VDSO_INSN_SYSCALL && space->vdso.insn != VDSO_INSN_SYSENTER)
		return -ENOTSUP;
	n = tracee_read(tid, taddr(start), p->before, sizeof(p->before));
	if (stub_recognise(p->before, n, &p->form, why) != 0)
		return -ENOTSUP;
	*why = "its vDSO is not where the filter expects one";
	if (space->vdso.landing_pad != space->vdso.vsyscall + p->form.landing_pad ||
	    space->vdso.ret_offset != 12 || (pad & 0xfff) != pass->offset || pad < pass->from)
		return -ENOTSUP;
	*why = "its vDSO has another int 0x80 that the filter would let pass";
	if (passes_elsewhere(space->vdso_memo, space->vdso.landing_pad))
		return -ENOTSUP;
	p->name = (uint32_t)space->vdso_base.v + VDSO_EMPTY_STRING;
	p->code.target = (struct stub_target){
		.entry_insn_at = (uint32_t)start + p->form.insn,
		.vsyscall_at = (uint32_t)start,
		.landing_pad_at = (uint32_t)pad,
		.padding_jump_at = (uint32_t)start + p->form.gap,
		.sysenter = p->form.sysenter,
		.pad_offset = pass->offset,
	};
	return 0;
}

static int plant(pid_t tid, struct stub_image *im)
{
	struct pages *p = im->pages;
	struct injection in;
	struct stub_target target = p->code.target;
	uint32_t ignored;
	void *map = NULL;
	int rc = inject_begin(&in, tid, target.landing_pad_at - 2);

	if (rc < 0)
		return rc;
	rc = map_both(&in, p->name, in_the_gap(&in), CODE_SIZE + TABLE_SIZE, &p->at, &map);
	if (rc == 0) {
		/* One mapping here becomes two, which end apart. */
		p->map = map;
		stub_set_counters(im, p->map + CODE_SIZE);
		target.page_at = p->at;
		target.table_at = p->at + CODE_SIZE;
		rc = stub_code_build(p->map, &target, &p->code);
	}
	if (rc == 0)
		rc = call(&in, NR_MPROTECT, (const uint32_t[6]){p->at, CODE_SIZE, PROT_READ | PROT_EXEC},
			  &ignored);
	if (rc == 0 && divert(p, tid) != 0) {
		restore(p, tid);
		rc = -EPERM;
	}
	if (inject_end(&in) != 0 && rc == 0)
		rc = -ESRCH;
	return rc;
}

struct stub_image *stub_plant(pid_t tid, struct space *space, const struct filter_pass *pass,
			      const char **why)
{
	struct stub_image *im = xcalloc(1, sizeof(*im));
	int rc;

	im->pages = xcalloc(1, sizeof(*im->pages));
	im->pages->refs = 1;
	rc = inject_leave_exec(tid);
	if (rc == 0)
		rc = examine(tid, space, pass, im->pages, why);
	if (rc == 0) {
		*why = "no memory could be mapped into it";
		rc = plant(tid, im);
	}
	if (rc == 0)
		return im;
	if (rc == -ESRCH)
		*why = NULL;
	stub_free(im);
	return NULL;
}

int stub_own_table(struct stub_image *im, pid_t tid)
{
	const struct pages *p = im->pages;
	struct injection in;
	uint32_t at;
	void *map = NULL;
	int rc = inject_begin(&in, tid, p->code.inject_at);

	if (rc == 0) {
		rc = map_both(&in, p->name, (struct place){p->code.target.table_at, true}, TABLE_SIZE, &at, &map);
		inject_end(&in);
	}
	if (map)
		stub_set_counters(im, map);
	return rc;
}
