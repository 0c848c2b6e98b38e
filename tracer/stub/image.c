/* SPDX-License-Identifier: MIT */
#include "stub/image.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "stub/form.h"
#include "stub/inject.h"
#include "stub/pattern.h"
#include "tracee/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3 */
#endif

/* Of the i386 table. */
enum { NR_CLOSE = 6, NR_MPROTECT = 125, NR_MMAP2 = 192, NR_MEMFD_CREATE = 356 };

enum {
	PAGE = 4096,
	CODE_PAGES = 1 + STUB_SITES, /* the vDSO's stub, and one for each patched site */
	CODE_SIZE = CODE_PAGES * PAGE,
	TABLE_SIZE = (STUB_TABLE_SIZE + PAGE - 1) / PAGE * PAGE,
};

/* At e_ident's padding: the end of an empty string, for a name. */
enum { VDSO_EMPTY_STRING = 9 };

/* The code, which address spaces that fork made share. */
struct pages {
	unsigned refs;
	uint8_t *map; /* the tracer's view, writable */
	uint32_t at;  /* theirs */
	uint32_t name; /* of memory files: an empty string in the vDSO */
	struct stub_code code;
	struct stub_form form;
	uint8_t before[FORM_MAX]; /* __kernel_vsyscall as it was */
	struct stub_site site[STUB_SITES];
	void *site_counter[STUB_SITES];
	bool site_patched[STUB_SITES];
	unsigned nsites;
};

struct key {
	struct stub_slot *slot;
	uint32_t ret, nr;
	void *counter;
	uint64_t drained;
	bool armed;
};

/* A table as the tracer sees it. */
struct counters {
	unsigned refs;
	struct stub_slot *slot;
};

struct stub_image {
	struct pages *pages;
	struct counters *counters; /* NULL: none yet */
	struct stub_slot *table;   /* counters->slot */
	bool shared;               /* another image drains them */
	struct key *keys;
	size_t nkeys;
	uint64_t site_drained[STUB_SITES];
};

static void pages_unref(struct pages *p)
{
	if (!p || --p->refs)
		return;
	if (p->map)
		munmap(p->map, CODE_SIZE);
	free(p);
}

static void set_counters(struct stub_image *im, struct counters *c)
{
	c->refs++;
	im->counters = c;
	im->table = c->slot;
}

static void new_counters(struct stub_image *im, void *map)
{
	struct counters *c = xcalloc(1, sizeof(*c));

	c->slot = map;
	set_counters(im, c);
}

static void counters_unref(struct counters *c)
{
	if (!c || --c->refs)
		return;
	munmap(c->slot, TABLE_SIZE);
	free(c);
}

void stub_free(struct stub_image *im)
{
	if (!im)
		return;
	counters_unref(im->counters);
	pages_unref(im->pages);
	free(im->keys);
	free(im);
}

/* ---- planting ---- */

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

/* Maps size bytes of a new memory file, shared, at at (0: anywhere), there and here. */
static int map_both(struct injection *in, uint32_t name, uint32_t at, size_t size, uint32_t *there,
		    void **here)
{
	auto_close int file = -1;
	int fd = memory_file(in, name, size, &file), rc;
	uint32_t ignored;

	if (fd < 0)
		return fd;
	rc = call(in, NR_MMAP2,
		  (const uint32_t[6]){at, (uint32_t)size, PROT_READ | PROT_WRITE,
				      MAP_SHARED | (at ? MAP_FIXED : 0), (uint32_t)fd, 0},
		  there);
	if (rc == 0) {
		*here = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
		if (*here == MAP_FAILED) {
			*here = NULL;
			rc = -errno;
		}
	}
	if (rc != -ESRCH)
		call(in, NR_CLOSE, (const uint32_t[6]){(uint32_t)fd}, &ignored);
	return rc;
}

/* Overwrites code, whatever its protection. */
static int poke(pid_t tid, uint64_t at, const void *bytes, size_t n)
{
	uint64_t word_at = at & ~(uint64_t)7;
	uint8_t words[24];
	size_t span = ((at - word_at + n) + 7) / 8 * 8;

	if (span > sizeof(words) || tracee_read(tid, taddr(word_at), words, span) != span)
		return -EFAULT;
	memcpy(words + (at - word_at), bytes, n);
	for (size_t i = 0; i < span; i += 8) {
		long word;

		memcpy(&word, words + i, sizeof(word));
		if (ptrace(PTRACE_POKEDATA, tid, (void *)(uintptr_t)(word_at + i), word) != 0)
			return -errno;
	}
	return 0;
}

static void jump(uint8_t out[5], uint64_t from, uint64_t to)
{
	uint32_t rel = (uint32_t)(to - (from + 5));

	out[0] = 0xe9;
	memcpy(out + 1, &rel, sizeof(rel));
}

/* The vDSO's function: restarts first, then calls; each write leaves it whole. */
static int divert(const struct pages *p, pid_t tid)
{
	uint64_t start = p->code.target.vsyscall_at;
	uint8_t far[5], near[2] = {0xeb, (uint8_t)(p->form.gap - (FORM_INT80 + 2))};
	int rc;

	jump(far, start + p->form.gap, p->code.restart_at);
	rc = poke(tid, start + p->form.gap, far, sizeof(far));
	if (rc == 0)
		rc = poke(tid, start + FORM_INT80, near, sizeof(near));
	jump(far, start, p->code.enter);
	if (rc == 0)
		rc = poke(tid, start, far, sizeof(far));
	return rc;
}

static int restore(const struct pages *p, pid_t tid)
{
	return poke(tid, p->code.target.vsyscall_at, p->before, p->form.gap + 5);
}

int stub_lift(const struct stub_image *im, pid_t tid)
{
	return restore(im->pages, tid);
}

/* Is there an int 0x80 in the vDSO with the landing pad's page offset behind it, and not at the landing pad? */
static bool passes_elsewhere(const struct vdso_memo *vdso, uint64_t landing_pad)
{
	for (uint64_t at = landing_pad % PAGE; at <= vdso->n; at += PAGE)
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
	if (space->vdso.landing_pad != space->vdso.vsyscall + FORM_LANDING_PAD ||
	    space->vdso.ret_offset != 12 || (pad & 0xfff) != pass->offset || pad < pass->from)
		return -ENOTSUP;
	*why = "its vDSO has another int 0x80 that the filter would let pass";
	if (passes_elsewhere(space->vdso_memo, space->vdso.landing_pad))
		return -ENOTSUP;
	p->name = (uint32_t)space->vdso_base.v + VDSO_EMPTY_STRING;
	p->code.target = (struct stub_target){
		.entry_insn_at = (uint32_t)start + FORM_INSN,
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
	rc = map_both(&in, p->name, 0, CODE_SIZE + TABLE_SIZE, &p->at, &map);
	if (rc == 0) {
		/* One mapping here becomes two, which end apart. */
		p->map = map;
		new_counters(im, p->map + CODE_SIZE);
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

struct stub_image *stub_copy(const struct stub_image *of)
{
	struct stub_image *im = xcalloc(1, sizeof(*im));

	im->pages = of->pages;
	im->pages->refs++;
	return im;
}

struct stub_image *stub_share(const struct stub_image *of)
{
	struct stub_image *im = stub_copy(of);

	if (of->counters)
		set_counters(im, of->counters);
	im->shared = true;
	return im;
}

int stub_fork(pid_t tid, struct stub_image *im)
{
	const struct pages *p = im->pages;
	struct injection in;
	uint32_t at;
	void *map = NULL;
	int rc = inject_begin(&in, tid, p->code.inject_at);

	if (rc == 0) {
		rc = map_both(&in, p->name, p->code.target.table_at, TABLE_SIZE, &at, &map);
		inject_end(&in);
	}
	if (map)
		new_counters(im, map);
	if (rc != 0 && rc != -ESRCH)
		restore(p, tid);
	return rc;
}

/* ---- what was planted ---- */

void stub_range(const struct stub_image *im, uint64_t *start, uint64_t *end)
{
	*start = im->pages->at;
	*end = *start + CODE_SIZE + TABLE_SIZE;
}

bool stub_missed(const struct stub_image *im, uint64_t ip)
{
	return ip == im->pages->code.miss_ip;
}

bool stub_restarted(const struct stub_image *im, uint64_t ip)
{
	return ip == im->pages->code.restart_ip;
}

uint64_t stub_landing_pad(const struct stub_image *im)
{
	return im->pages->code.target.landing_pad_at;
}

/* ---- keys and counts ---- */

static struct key *find_key(struct stub_image *im, uint32_t ret, uint32_t nr, const void *counter)
{
	for (size_t i = 0; i < im->nkeys; i++)
		if (im->keys[i].ret == ret && im->keys[i].nr == nr && im->keys[i].counter == counter)
			return &im->keys[i];
	return NULL;
}

static void arm(struct key *k)
{
	k->armed = true;
	__atomic_store_n(&k->slot->ret, k->ret, __ATOMIC_RELEASE);
}

static void disarm(struct key *k)
{
	k->armed = false;
	__atomic_store_n(&k->slot->ret, STUB_DISARMED, __ATOMIC_RELEASE);
}

int stub_insert(struct stub_image *im, uint32_t ret, uint32_t nr, void *counter)
{
	struct key *k = find_key(im, ret, nr, counter);
	int slot;

	if (k) {
		arm(k);
		return 0;
	}
	slot = stub_slot_insert(im->table, ret, nr);
	if (slot < 0)
		return slot;
	*vec_push(im->keys, im->nkeys) = (struct key){
		.slot = &im->table[slot], .ret = ret, .nr = nr, .counter = counter, .armed = true};
	return 0;
}

void stub_disarm(struct stub_image *im, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < im->nkeys; i++) {
		struct key *k = &im->keys[i];

		if (!k->armed || k->ret < start || k->ret >= end)
			continue;
		disarm(k);
	}
}

/*
 * What a slot counted since it was at *drained. The low half may have just
 * wrapped and its carry be on the way: then it is left for the next time.
 */
static int64_t since(const struct stub_slot *slot, uint64_t *drained)
{
	uint64_t count = __atomic_load_n(&slot->count, __ATOMIC_ACQUIRE);
	int64_t n = (int64_t)(count - *drained);

	if (n < -(1 << 30))
		return 0;
	*drained = count;
	return n;
}

void stub_drain(struct stub_image *im, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n),
		void *ctx)
{
	for (size_t i = 0; i < im->nkeys; i++) {
		struct key *k = &im->keys[i];
		int64_t n = since(k->slot, &k->drained);

		if (n)
			each(ctx, k->counter, k->nr, n);
	}
	for (unsigned i = 0; im->table && !im->shared && i < im->pages->nsites; i++) {
		int64_t n = since(&im->table[STUB_SLOTS + i], &im->site_drained[i]);

		if (n)
			each(ctx, im->pages->site_counter[i], im->pages->site[i].nr, n);
	}
}

/* ---- patched sites ---- */

int stub_patch_site(struct stub_image *im, pid_t tid, uint32_t ip, uint32_t nr, void *counter)
{
	struct pages *p = im->pages;
	struct stub_site site = {
		.page_at = p->at + STUB_PAGE * (1 + p->nsites),
		.slot_at = p->code.target.table_at + (STUB_SLOTS + p->nsites) * (uint32_t)sizeof(*im->table),
		.nr = nr,
		.back_at = ip,
		.pad_offset = p->code.target.pad_offset,
	};
	struct code_tail tail;
	uint8_t to_page[5];
	int rc;

	tracee_read_tail(tid, taddr(ip), CODE_TAIL_MAX, &tail);
	if (!stub_pattern(tail.b, tail.n, nr))
		return -ENOTSUP;
	if (p->nsites == STUB_SITES)
		return -ENOSPC;
	rc = stub_site_build(p->map + (site.page_at - p->at), &site);
	if (rc < 0)
		return rc;
	jump(to_page, ip - PATTERN_SIZE, site.enter);
	rc = poke(tid, ip - PATTERN_SIZE, to_page, sizeof(to_page));
	if (rc < 0)
		return rc;
	p->site[p->nsites] = site;
	p->site_counter[p->nsites] = counter;
	p->site_patched[p->nsites] = true;
	p->nsites++;
	return 0;
}

void stub_unpatch(struct stub_image *im, pid_t tid, uint64_t start, uint64_t end)
{
	struct pages *p = im->pages;

	for (unsigned i = 0; i < p->nsites; i++) {
		const struct stub_site *site = &p->site[i];
		uint64_t at = site->back_at - PATTERN_SIZE;
		uint8_t mov[PATTERN_MOV] = {0xb8};

		if (!p->site_patched[i] || at >= end || at + PATTERN_SIZE <= start)
			continue;
		memcpy(mov + 1, &site->nr, sizeof(site->nr));
		/* Copies that fork made share the page, and keep it. */
		poke(tid, at, mov, sizeof(mov));
		if (p->refs == 1)
			p->site_patched[i] = false;
	}
}

/* ---- taking back ---- */

static size_t read_stack(void *ctx, uint32_t at, void *buf, size_t n)
{
	return tracee_read(*(const pid_t *)ctx, taddr(at), buf, n);
}

/*
 * At the entry instruction only the key tells the slot, and the key may have
 * been disarmed since: it is put back for as long as it takes.
 */
static int undo_disarmed(struct stub_image *im, struct user_regs_struct *regs,
			 const struct stub_reader *stack, uint32_t *slot)
{
	uint32_t ret;
	int rc = STUB_NOT_HERE;

	if (read_stack(stack->ctx, (uint32_t)regs->rsp + 12, &ret, sizeof(ret)) != sizeof(ret))
		return rc;
	for (size_t i = 0; i < im->nkeys && rc == STUB_NOT_HERE; i++) {
		struct key *k = &im->keys[i];

		if (k->armed || k->ret != ret || k->nr != (uint32_t)regs->rax)
			continue;
		arm(k);
		rc = stub_undo(&im->pages->code, regs, stack, im->table, slot);
		disarm(k);
	}
	return rc;
}

bool stub_image_undo(struct stub_image *im, pid_t tid, struct user_regs_struct *regs)
{
	const struct stub_reader stack = {read_stack, &tid};
	const struct pages *p = im->pages;
	uint32_t slot = 0;
	int rc = STUB_NOT_HERE;

	if (!im->table)
		return false;
	if (regs->rip >= p->at + STUB_PAGE && regs->rip < p->at + CODE_SIZE) {
		slot = (uint32_t)(regs->rip - p->at) / STUB_PAGE - 1;
		if (slot < p->nsites)
			rc = (int)stub_site_undo(&p->site[slot], regs);
		slot += STUB_SLOTS;
	} else {
		rc = stub_undo(&p->code, regs, &stack, im->table, &slot);
		if (rc == STUB_NOT_HERE && regs->rip == p->code.target.entry_insn_at)
			rc = undo_disarmed(im, regs, &stack, &slot);
	}
	if (rc <= STUB_NOT_HERE)
		return false;
	if (rc > STUB_UNDONE)
		stub_take_back(&im->table[slot], (enum stub_undo)rc);
	return true;
}

/* Behind its start, and before the move: the first three instructions are the same in both. */
enum { PUSHES = 3 };

bool stub_show_fault(const struct stub_image *im, struct user_regs_struct *regs)
{
	const struct stub_code *code = &im->pages->code;

	if (regs->rip < code->enter || regs->rip - code->enter >= PUSHES)
		return false;
	regs->rip = code->target.vsyscall_at + (regs->rip - code->enter);
	return true;
}

uint32_t stub_resume(const struct stub_image *im, uint32_t ip)
{
	const struct stub_code *code = &im->pages->code;
	uint32_t behind = ip - code->target.vsyscall_at;

	return behind > 0 && behind < PUSHES ? code->enter + behind : ip;
}
