/* SPDX-License-Identifier: MIT */
/* Putting a patch in, giving it a table of its own, and taking it out again. */
#include "patch/internal.h"

#include "base/err.h"
#include "patch/blob.h"
#include "remote/remote.h"
#include "tracee/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000 /* Linux 4.17 */
#endif

/* Of the i386 table; shmat directly since Linux 5.1. */
enum { NR_MUNMAP = 91, NR_MMAP2 = 192, NR_SHMAT = 397 };

#define REGION_SIZE (CODE_SIZE + (uint32_t)TABLE_SIZE)

/* Where 32-bit user space ends (IA32_PAGE_OFFSET, arch/x86/include/asm/page_64_types.h). */
#define USER32_END 0xffffe000u

/* Not addresses: errors. */
static bool is_error(int32_t result)
{
	return (uint32_t)result > (uint32_t)-4096;
}

/*
 * Where the region can lie so that it takes nothing from the program: above the
 * stack, where the kernel maps nothing and the stack does not grow to; else right above the place
 * from which the kernel maps downwards; at last, where the kernel wants.
 */
enum { PLACES = 3 };

static unsigned find_places(const struct maps *maps, uint32_t place[PLACES])
{
	const struct map *stack = maps_by_name(maps, "[stack]");
	uint64_t top = 0;
	unsigned n = 0;

	for (size_t i = 0; stack && i < maps->n && maps->list[i].start < stack->start; i++)
		top = maps->list[i].end;
	if (stack && stack->end + CODE_PAGE + REGION_SIZE <= USER32_END &&
	    !maps_overlap(maps, taddr(USER32_END - REGION_SIZE), REGION_SIZE))
		place[n++] = USER32_END - REGION_SIZE;
	if (stack && top + CODE_PAGE + REGION_SIZE + STACK_ROOM <= stack->start)
		place[n++] = (uint32_t)top + CODE_PAGE;
	place[n++] = 0;
	return n;
}

/* What the vDSO is like, before anything is touched. */
static void examine(pid_t tid, struct space *space, struct shared_code *c, struct code_target *target)
{
	const char *why = "it has no 32-bit vDSO with a fast system call";
	uint8_t code[FORM_MAX];
	uint64_t start;
	size_t n;

	space_find_vdso(space, tid);
	start = space->vdso_base.v + space->vdso.vsyscall;
	c->no_vdso = why;
	if (space->vdso.insn != VDSO_INSN_SYSCALL && space->vdso.insn != VDSO_INSN_SYSENTER)
		return;
	n = tracee_read(tid, taddr(start), code, sizeof(code));
	if (vsyscall_recognise(code, n, &c->form, &why) != 0) {
		c->no_vdso = why;
		return;
	}
	if (space->vdso.landing_pad != space->vdso.vsyscall + c->form.landing_pad || space->vdso.ret_offset != 12) {
		c->no_vdso = "its vDSO contradicts itself";
		return;
	}
	c->no_vdso = NULL;
	target->vsyscall_at = (uint32_t)start;
	target->pushes_at = (uint32_t)start + c->form.pushes;
	target->entry_at = (uint32_t)start + c->form.insn;
	target->landing_pad_at = (uint32_t)start + c->form.landing_pad;
	target->gap_at = (uint32_t)start + c->form.gap;
	target->sysenter = c->form.sysenter;
}

static void set_edit(struct edit *e, uint32_t at, bool brief, uint32_t to)
{
	e->at = at;
	e->n = brief ? SHORT_JUMP_SIZE : JUMP_SIZE;
	if (brief)
		code_short_jump(e->after, at, to);
	else
		code_jump(e->after, at, to);
}

/* What the vDSO's function becomes: the jumps that are led to come first. */
static int divert(struct patch *p, pid_t tid)
{
	struct shared_code *c = p->code;
	const struct code_target *t = &c->layout.target;
	const uint32_t second = t->gap_at + JUMP_SIZE;
	int rc = 0;

	if (c->no_vdso)
		return 0;
	set_edit(&c->edit[0], t->gap_at, false, c->layout.enter);
	set_edit(&c->edit[1], second, false, c->layout.restart);
	set_edit(&c->edit[2], t->landing_pad_at - 2, true, second);
	set_edit(&c->edit[3], t->vsyscall_at, true, t->gap_at);
	for (unsigned i = 0; i < VDSO_EDITS && rc == 0; i++) {
		struct edit *e = &c->edit[i];

		rc = tracee_read(tid, taddr(e->at), e->before, e->n) == e->n ? patch_poke(tid, e->at, e->after, e->n) : -EPERM;
	}
	p->vdso_patched = rc == 0;
	return rc;
}

static int restore_vdso(struct patch *p, pid_t tid)
{
	int rc = 0;

	for (unsigned i = VDSO_EDITS; i-- > 0 && p->vdso_patched && rc == 0;)
		rc = patch_poke(tid, p->code->edit[i].at, p->code->edit[i].before, p->code->edit[i].n);
	if (rc == 0)
		p->vdso_patched = false;
	return rc;
}

static struct shared_table *new_table(pid_t tid)
{
	struct shared_table *t = xcalloc(1, sizeof(*t));

	t->refs = 1;
	if (segment_new(&t->segment, TABLE_SIZE, tid) < 0) {
		free(t);
		return NULL;
	}
	t->table = table_new(t->segment.map);
	return t;
}

/*
 * The code is there: the task runs its setup, which attaches the table at table_at, or
 * where the kernel wants with 0, and keeps [from, from + size) out of core files.
 * Returns the table's address, or a negative errno.
 */
static int64_t attach_table(struct remote *r, struct patch *p, int id, uint32_t table_at, int flags, uint32_t from,
			    uint32_t size)
{
	const struct code_layout *c = &p->code->layout;
	struct user_regs_struct regs = r->before;
	int rc;

	code_put_setup(p->code->segment.map, true);
	regs.rax = NR_SHMAT;
	regs.rbx = (unsigned)id;
	regs.rcx = table_at;
	regs.rdx = (unsigned)flags;
	regs.rsi = from;
	regs.rdi = size;
	regs.rbp = c->target.secret;
	rc = remote_run(r, c->setup, &regs);
	if (rc < 0)
		return rc;
	if (regs.rip != c->setup_ip)
		return -EIO;
	/* It has no business there any more. */
	code_put_setup(p->code->segment.map, false);
	return is_error((int32_t)regs.rsi) ? (int32_t)regs.rsi : (int64_t)(uint32_t)regs.rsi;
}

/* Attaches code and table to the task; sets what depends on where they are. */
static int attach(struct patch *p, struct remote *r, struct code_target *target, uint32_t place)
{
	const uint32_t args[6] = {(uint32_t)p->code->segment.id, place, SHM_EXEC | SHM_RDONLY};
	int64_t table_at;
	int32_t at = 0;
	int rc = remote_call(r, NR_SHMAT, args, &at);

	if (rc < 0 || is_error(at))
		return rc < 0 ? rc : at;
	target->code_at = (uint32_t)at;
	target->table_at = target->code_at + CODE_SIZE;
	rc = code_build(p->code->segment.map, target, &p->code->layout);
	table_at = rc < 0 ? rc :
		   attach_table(r, p, p->table->segment.id, place ? target->table_at : 0, 0, target->code_at,
				place ? REGION_SIZE : CODE_SIZE);
	if (table_at < 0)
		return (int)table_at;
	target->table_at = (uint32_t)table_at;
	rc = code_build(p->code->segment.map, target, &p->code->layout);
	code_put_setup(p->code->segment.map, false);
	return rc;
}

static int attach_somewhere(struct patch *p, pid_t tid, struct space *space, struct code_target *target)
{
	uint32_t place[PLACES];
	unsigned n = find_places(space_maps_now(space, tid), place);
	int rc = -ENOMEM, end = 0;

	for (unsigned i = 0; i < n && rc < 0 && rc != -ESRCH && rc != -ETIMEDOUT && end == 0; i++) {
		struct remote r;

		rc = remote_begin(&r, tid);
		if (rc == 0)
			rc = attach(p, &r, target, place[i]);
		if (rc != -ESRCH && rc != -ETIMEDOUT)
			end = remote_end(&r);
	}
	return end < 0 ? end : rc;
}

static const char *explain(int rc)
{
	switch (rc) {
	case -ESRCH:
		return NULL;
	case -EINVAL:
	case -EIDRM:
		return "it lives in another IPC namespace than entrytrace, so no memory can be shared with it";
	case -EACCES:
		return "it may not attach memory that entrytrace shares with it";
	case -EPERM:
		return "its memory cannot be written";
	default:
		return "no memory could be mapped into it";
	}
}

struct patch *patch_apply(pid_t tid, struct space *space, uint32_t secret, const char **why)
{
	struct patch *p = xcalloc(1, sizeof(*p));
	struct code_target target = {.secret = secret};
	int rc;

	p->code = xcalloc(1, sizeof(*p->code));
	p->code->refs = 1;
	p->table = new_table(tid);
	rc = p->table ? segment_new(&p->code->segment, CODE_SIZE, tid) : -ENOMEM;
	*why = "no memory could be had to share with it";
	if (rc == 0) {
		examine(tid, space, p->code, &target);
		rc = attach_somewhere(p, tid, space, &target);
		*why = explain(rc);
	}
	if (rc == 0) {
		p->code->next_trampoline = p->code->layout.trampolines_at;
		rc = divert(p, tid);
		*why = explain(rc);
	}
	if (rc == 0) {
		patch_mark_code(p, target.code_at, target.code_at + CODE_SIZE);
		patch_mark_code(p, target.table_at, target.table_at + TABLE_SIZE);
		return p;
	}
	patch_free(p);
	return NULL;
}

int patch_own_table(struct patch *p, pid_t tid)
{
	const struct code_layout *c = &p->code->layout;
	struct shared_table *t = new_table(tid);
	int64_t at;
	struct remote r;
	int rc = t ? remote_begin(&r, tid) : -ENOMEM, end;

	if (rc == 0) {
		/* First: nothing may be counted there under a key that is not known. */
		table_take_keys(t->table, p->table->table);
		at = attach_table(&r, p, t->segment.id, c->target.table_at, SHM_REMAP, c->target.table_at, TABLE_SIZE);
		rc = at < 0 ? (int)at : 0;
		end = rc == -ESRCH || rc == -ETIMEDOUT ? 0 : remote_end_by(&r, c->missed80_ip - 2);
		rc = rc < 0 ? rc : end;
	}
	if (rc < 0) {
		patch_table_unref(t);
		return rc;
	}
	t->frozen = p->table->frozen;
	patch_table_unref(p->table);
	p->table = t;
	return 0;
}

int patch_lift(struct patch *p, pid_t tid)
{
	patch_forget_sites(p, tid, 0, UINT64_MAX);
	return p->nsites ? -EPERM : restore_vdso(p, tid);
}

/* One call of the task's, for its own good. Returns what it answered, or a negative errno. */
static int64_t call_once(struct patch *p, pid_t tid, int nr, const uint32_t args[6])
{
	struct remote r;
	int32_t result = 0;
	int rc = remote_begin(&r, tid), end;

	if (rc < 0)
		return rc;
	rc = remote_call(&r, nr, args, &result);
	if (rc == -ESRCH || rc == -ETIMEDOUT)
		return rc;
	end = p->nsites || p->vdso_patched ? remote_end_by(&r, p->code->layout.missed80_ip - 2) : remote_end(&r);
	if (rc < 0 || end < 0)
		return rc < 0 ? rc : end;
	return is_error(result) ? result : (int64_t)(uint32_t)result;
}

int patch_map(struct patch *p, pid_t tid, uint32_t at, int prot)
{
	const uint32_t args[6] = {at, CODE_PAGE, (uint32_t)prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
				  UINT32_MAX, 0};
	int64_t got = call_once(p, tid, NR_MMAP2, args);

	if (got < 0)
		return (int)got;
	if (got != at)
		return -ENOSPC;
	patch_mark_code(p, at, at + CODE_PAGE);
	return 0;
}

int patch_map_zeros(struct patch *p, pid_t tid)
{
	int rc = p->zeros ? 0 : patch_map(p, tid, p->code->layout.target.secret & ~(CODE_PAGE - 1), PROT_READ);

	p->zeros |= rc == 0;
	return rc;
}

void patch_unmap(struct patch *p, pid_t tid)
{
	const struct code_target *t = &p->code->layout.target;

	for (size_t i = 0; i < p->npages; i++)
		call_once(p, tid, NR_MUNMAP, (const uint32_t[6]){p->pages[i].at, CODE_PAGE});
	if (p->zeros)
		call_once(p, tid, NR_MUNMAP, (const uint32_t[6]){t->secret & ~(CODE_PAGE - 1), CODE_PAGE});
	call_once(p, tid, NR_MUNMAP, (const uint32_t[6]){t->table_at, TABLE_SIZE});
	call_once(p, tid, NR_MUNMAP, (const uint32_t[6]){t->code_at, CODE_SIZE});
}
