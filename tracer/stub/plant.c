/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "stub/blob.h"
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
enum { NR_CLOSE = 6, NR_MUNMAP = 91, NR_MPROTECT = 125, NR_MMAP2 = 192, NR_MADVISE = 219, NR_MEMFD_CREATE = 356 };

/* More than is ever overwritten at once. */
enum { POKE_MAX = FORM_MAX };

/* At e_ident's padding: the end of an empty string, for a name. */
enum { VDSO_EMPTY_STRING = 9 };

int stub_poke(pid_t tid, uint64_t at, const void *bytes, size_t n)
{
	const uint64_t from = at & ~(uint64_t)7;
	const size_t words = (size_t)(at + n - from + 7) / 8;
	long now[POKE_MAX / 8 + 2], then[POKE_MAX / 8 + 2];

	if (n > POKE_MAX || tracee_read(tid, taddr(from), now, words * 8) != words * 8)
		return -EFAULT;
	memcpy(then, now, words * 8);
	memcpy((uint8_t *)then + (at - from), bytes, n);
	for (size_t i = 0; i < words; i++)
		if (then[i] != now[i] && ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)(from + i * 8), then[i]) != 0)
			return -errno;
	return 0;
}

void stub_jump(uint8_t out[5], uint64_t from, uint64_t to)
{
	uint32_t rel = (uint32_t)(to - (from + 5));

	out[0] = 0xe9;
	memcpy(out + 1, &rel, sizeof(rel));
}

/* Linux 6.3 may forbid code in memory files that are made without the second flag; earlier ones do not know it. */
static uint32_t memory_file_flags(void)
{
	auto_close int fd = memfd_create("", MFD_CLOEXEC | MFD_EXEC);

	return fd < 0 ? MFD_CLOEXEC : MFD_CLOEXEC | MFD_EXEC;
}

/* Maps a memory file of the task's here, whole. NULL, with -ENOMEM in *rc, when it cannot be had. */
static void *map_here(pid_t tid, int32_t fd, size_t size, int *rc)
{
	auto_close int here = -1;
	char path[64];
	void *map;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)tid, (int)fd);
	here = open(path, O_RDWR | O_CLOEXEC);
	if (here >= 0 && ftruncate(here, (off_t)size) == 0) {
		map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, here, 0);
		if (map != MAP_FAILED)
			return map;
	}
	*rc = -ENOMEM;
	return NULL;
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

/*
 * Below the stack the kernel leaves 128 MiB free or the stack's limit, whichever
 * is more, before it places mappings from there downwards (arch/x86/mm/mmap.c,
 * mmap_base). What lies in that gap, out of the stack's reach, moves no mapping
 * of the program's to another address.
 */
static uint32_t in_the_gap(pid_t tid, uint32_t sp)
{
	const uint32_t reach = 96u << 20, most = 64u << 20;
	struct rlimit stack;

	if (prlimit(tid, RLIMIT_STACK, NULL, &stack) != 0 || stack.rlim_cur > most || sp < reach)
		return 0;
	return (sp - reach) & ~(STUB_PAGE - 1);
}

/* The bytes of the vDSO's function and behind it that are written at all. */
static size_t written(const struct pages *p)
{
	return p->form.gap + stub_blob()->chain_size;
}

/* jmp rel8, by offsets. */
static void brief_jump(uint8_t *code, size_t from, size_t to)
{
	code[from] = 0xeb;
	code[from + 1] = (uint8_t)(to - (from + 2));
}

/*
 * What the vDSO's function becomes: calls enter in one place, restarts in another.
 * The chain goes.
 */
static int divert(const struct stub_image *im, pid_t tid)
{
	static const uint8_t int80[2] = {0xcd, 0x80};
	const struct pages *p = im->pages;
	uint64_t start = p->code.target.vsyscall_at;
	uint8_t code[FORM_MAX];

	memcpy(code, p->before, sizeof(code));
	brief_jump(code, p->form.int80, p->form.gap);
	if (stub_planted(im)) {
		stub_jump(code + p->form.gap, start + p->form.gap, p->code.restart_at);
		stub_jump(code, start, p->code.enter);
	} else {
		brief_jump(code, p->form.move, p->form.gap + FORM_GAP / 2);
		for (unsigned at = p->form.gap; at < p->form.gap + FORM_GAP; at += FORM_GAP / 2) {
			memcpy(code + at, int80, sizeof(int80));
			brief_jump(code, at + sizeof(int80), p->form.landing_pad);
		}
	}
	return stub_poke(tid, start, code, written(p));
}

static int restore(const struct pages *p, pid_t tid)
{
	return stub_poke(tid, p->code.target.vsyscall_at, p->before, written(p));
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
	if (stub_recognise(p->before, n, &p->form, why) != 0 || n < written(p))
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

/* The vDSO's function as it was, for its own int 0x80, and behind it the chain. */
static int put_chain(const struct pages *p, pid_t tid)
{
	uint8_t code[FORM_MAX];

	memcpy(code, p->before, sizeof(code));
	memcpy(code + p->form.gap, stub_blob_at(stub_blob()->chain), stub_blob()->chain_size);
	return stub_poke(tid, p->code.target.vsyscall_at, code, written(p));
}

/* The calls that map the pages, and the one that waits until they are mapped here, too. */
enum { MEMFD, MMAP, MADVISE, MPROTECT, CLOSE, CALLS };

static int map_pages(struct injection *in, struct pages *p, void **map)
{
	const uint32_t size = CODE_SIZE + TABLE_SIZE;
	struct chain_call calls[CALLS] = {
		[MEMFD] = {NR_MEMFD_CREATE, {p->name, memory_file_flags()}, .to = {{MMAP, 4}, {CLOSE, 0}}},
		[MMAP] = {NR_MMAP2, {in_the_gap(in->tid, p->sp), size, PROT_READ | PROT_WRITE, MAP_SHARED},
			  .to = {{MADVISE, 0}, {MPROTECT, 0}}},
		/* Core files of the program are not to have it. */
		[MADVISE] = {NR_MADVISE, {0, size, MADV_DONTDUMP}},
		[MPROTECT] = {NR_MPROTECT, {0, CODE_SIZE, PROT_READ | PROT_EXEC}},
		[CLOSE] = {NR_CLOSE, {0}},
	};
	const uint32_t chain_at = p->code.target.vsyscall_at + p->form.gap;
	uint32_t ignored;
	int rc = put_chain(p, in->tid) == 0 ? inject_chain(in, chain_at, calls, CALLS) : -EPERM, end;

	if (rc < 0)
		return rc;
	p->at = (uint32_t)calls[MMAP].result;
	if (calls[MEMFD].result < 0)
		rc = calls[MEMFD].result;
	else if (p->at > (uint32_t)-4096)
		rc = calls[MMAP].result;
	else if (calls[MPROTECT].result < 0)
		rc = calls[MPROTECT].result;
	else
		*map = map_here(in->tid, calls[MEMFD].result, size, &rc);
	end = inject_chain_end(in);
	if (rc != 0 && end == 0 && p->at <= (uint32_t)-4096)
		call(in, NR_MUNMAP, (const uint32_t[6]){p->at, size}, &ignored);
	return rc ? rc : end;
}

/* All but the vDSO's function. */
static int build(struct injection *in, struct stub_image *im)
{
	struct pages *p = im->pages;
	struct stub_target target = p->code.target;
	void *map = NULL;
	int rc = map_pages(in, p, &map);

	target.page_at = p->at;
	target.table_at = p->at + CODE_SIZE;
	if (rc == 0)
		rc = stub_code_build(map, &target, &p->code);
	if (rc == 0) {
		/* One mapping here becomes two, which end apart. */
		p->map = map;
		stub_set_counters(im, p->map + CODE_SIZE);
	} else if (map) {
		munmap(map, CODE_SIZE + TABLE_SIZE);
	}
	return rc;
}

int stub_plant(struct stub_image *im, pid_t tid, uint32_t int80_at)
{
	const struct pages *p = im->pages;
	struct injection in;
	int rc = inject_begin(&in, tid, p->code.target.landing_pad_at - 2), diverted, again;

	if (rc < 0)
		return rc;
	rc = build(&in, im);
	diverted = divert(im, tid);
	if (!int80_at)
		int80_at = stub_planted(im) ? p->code.miss_ip - 2 : watched_call_at(p);
	again = inject_again(&in, int80_at);
	if (rc == 0)
		rc = diverted;
	return rc && again != -ESRCH ? rc : again;
}

struct stub_image *stub_watch(pid_t tid, struct space *space, const struct filter_pass *pass,
			      const char **why)
{
	struct stub_image *im = xcalloc(1, sizeof(*im));
	struct user_regs_struct regs;

	im->pages = xcalloc(1, sizeof(*im->pages));
	im->pages->refs = 1;
	if (examine(tid, space, pass, im->pages, why) == 0 && tracee_get_regs(tid, &regs) == 0) {
		im->pages->sp = (uint32_t)regs.rsp;
		*why = "its vDSO cannot be written to";
		if (divert(im, tid) == 0)
			return im;
		restore(im->pages, tid);
	}
	stub_free(im);
	return NULL;
}

/* A new memory file in the task's place of a table; mapped here first: nothing may be counted there that is not seen. */
static int map_table(struct injection *in, const struct pages *p, void **map)
{
	const uint32_t at = p->code.target.table_at;
	uint32_t fd, ignored;
	int rc = call(in, NR_MEMFD_CREATE, (const uint32_t[6]){p->name, memory_file_flags()}, &fd);

	if (rc != 0)
		return rc;
	*map = map_here(in->tid, (int32_t)fd, TABLE_SIZE, &rc);
	if (*map)
		rc = call(in, NR_MMAP2,
			  (const uint32_t[6]){at, TABLE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0},
			  &ignored);
	if (*map && rc == 0)
		call(in, NR_MADVISE, (const uint32_t[6]){at, TABLE_SIZE, MADV_DONTDUMP}, &ignored);
	if (rc != -ESRCH)
		call(in, NR_CLOSE, (const uint32_t[6]){fd}, &ignored);
	return rc;
}

int stub_own_table(struct stub_image *im, pid_t tid)
{
	struct injection in;
	void *map = NULL;
	int rc = inject_begin(&in, tid, im->pages->code.inject_at);

	if (rc == 0) {
		rc = map_table(&in, im->pages, &map);
		inject_end(&in);
	}
	if (rc == 0)
		stub_set_counters(im, map);
	else if (map)
		munmap(map, TABLE_SIZE);
	return rc;
}
