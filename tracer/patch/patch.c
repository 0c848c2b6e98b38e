/* SPDX-License-Identifier: MIT */
#include "patch/internal.h"

#include "base/err.h"
#include "syscalls/calls.h"
#include "tracee/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

/* More than is ever overwritten at once. */
enum { POKE_MAX = FORM_MAX };

int patch_poke(pid_t tid, uint64_t at, const void *bytes, size_t n)
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

static void code_unref(struct shared_code *c)
{
	if (!c || --c->refs)
		return;
	segment_close(&c->segment);
	free(c);
}

void patch_table_unref(struct shared_table *t)
{
	if (!t || --t->refs)
		return;
	table_free(t->table);
	segment_close(&t->segment);
	free(t);
}

void patch_free(struct patch *p)
{
	if (!p)
		return;
	patch_table_unref(p->table);
	code_unref(p->code);
	free(p->sites);
	free(p->pages);
	free(p);
}

struct patch *patch_copy(const struct patch *of)
{
	struct patch *p = xcalloc(1, sizeof(*p));

	*p = *of;
	p->code->refs++;
	p->table->refs++;
	p->sites = xcalloc(of->nsites + 1, sizeof(*p->sites));
	p->pages = xcalloc(of->npages + 1, sizeof(*p->pages));
	memcpy(p->sites, of->sites, of->nsites * sizeof(*p->sites));
	memcpy(p->pages, of->pages, of->npages * sizeof(*p->pages));
	return p;
}

bool patch_shares(const struct patch *p)
{
	return p->table->refs > 1;
}

const char *patch_no_vdso(const struct patch *p)
{
	return p->code->no_vdso;
}

const struct code_layout *patch_layout(const struct patch *p)
{
	return &p->code->layout;
}

/* ---- what is where ---- */

static bool overlaps(uint64_t start, uint64_t end, uint64_t at, uint64_t size)
{
	return start < at + size && at < end;
}

bool patch_touched(const struct patch *p, uint64_t start, uint64_t end)
{
	const struct code_target *t = &p->code->layout.target;
	/* The function's page; the kernel maps, moves and drops the vDSO as a whole. */
	const uint64_t vdso = t->vsyscall_at & ~(CODE_PAGE - 1);

	if (overlaps(start, end, t->code_at, CODE_SIZE) || overlaps(start, end, t->table_at, TABLE_SIZE) ||
	    (p->vdso_patched && overlaps(start, end, vdso, 2 * CODE_PAGE)))
		return true;
	if (p->zeros && overlaps(start, end, t->secret & ~(CODE_PAGE - 1), CODE_PAGE))
		return true;
	for (size_t i = 0; i < p->npages; i++)
		if (overlaps(start, end, p->pages[i].at, CODE_PAGE))
			return true;
	return false;
}

void patch_mark_code(struct patch *p, uint64_t start, uint64_t end)
{
	code_mark_chunks(p->code->segment.map, start, end);
}

bool patch_code_marked(const struct patch *p, uint32_t at)
{
	return code_chunk_marked(p->code->segment.map, at);
}

/* What of it lies in the buffer; only where it is the change that stands there. */
static void put_original(uint64_t at, uint8_t *buf, size_t n, const struct edit *e)
{
	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < e->n; i++) {
			uint64_t offset = e->at + i - at;

			if (e->at + i < at || offset >= n)
				continue;
			if (pass == 0 && buf[offset] != e->after[i])
				return;
			buf[offset] = e->before[i];
		}
}

void patch_original(const struct patch *p, uint64_t at, uint8_t *buf, size_t n)
{
	for (unsigned i = 0; p->vdso_patched && i < VDSO_EDITS; i++)
		put_original(at, buf, n, &p->code->edit[i]);
	for (size_t i = 0; i < p->nsites; i++)
		for (unsigned e = 0; e < p->sites[i].nedits; e++)
			put_original(at, buf, n, &p->sites[i].edit[e]);
}

/* ---- keys and counts ---- */

int patch_insert(struct patch *p, uint32_t ret, uint32_t nr, uint8_t rule, void *counter)
{
	if (p->table->frozen)
		return -EBUSY;
	if (p->code->no_vdso && rule != FREE_SIXTH_INT80)
		return -ENOTSUP;
	return table_insert(p->table->table, ret, nr, rule, counter);
}

void patch_switch_off(struct patch *p, uint64_t start, uint64_t end)
{
	table_switch_off(p->table->table, start, end);
}

void patch_freeze(struct patch *p)
{
	p->table->frozen = true;
	table_switch_off(p->table->table, 0, UINT64_MAX);
}

void patch_disown(struct patch *p)
{
	table_disown(p->table->table);
}

unsigned patch_drain(struct patch *p, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n), void *ctx)
{
	return table_drain(p->table->table, each, ctx);
}

/* ---- taking a task out ---- */

static bool read_stack(void *ctx, uint32_t at, void *buf, size_t n)
{
	return tracee_read(*(const pid_t *)ctx, taddr(at), buf, n) == n;
}

static bool undo(struct patch *p, pid_t tid, struct user_regs_struct *regs, struct undo *u)
{
	const struct undo_reader stack = {read_stack, &tid};

	if (site_undo(p, regs))
		return true;
	if (code_undo(&p->code->layout, regs, &stack, u) < 0 || u->result == UNDO_NOTHING)
		return false;
	if (u->nframe)
		tracee_write(tid, taddr(u->frame_at), u->frame, u->nframe * sizeof(*u->frame));
	if (u->result == UNDO_COUNTED || u->result == UNDO_CARRY)
		table_take_back(p->table->table, u->ret, u->nr, u->result == UNDO_CARRY);
	return true;
}

bool patch_undo(struct patch *p, pid_t tid, struct user_regs_struct *regs)
{
	struct undo u = {0};

	if (!undo(p, tid, regs, &u))
		return false;
	tracee_set_regs(tid, regs);
	return true;
}

bool patch_enter(struct patch *p, pid_t tid, struct user_regs_struct *regs, bool may_restart, bool *restart)
{
	const struct code_layout *c = &p->code->layout;
	struct user_regs_struct now = *regs;
	struct undo u = {0};
	bool restarted = regs->rip == c->restart_ip;

	*restart = false;
	if ((!restarted && regs->rip != c->missed80_ip) || !undo(p, tid, &now, &u))
		return false;
	/* Its frame proves a restart of what was counted; else it was a call that stopped. */
	if (restarted ? !may_restart && now.rip == c->target.landing_pad_at && !u.nframe : !patch_is_site(p, now.rip))
		return false;
	*restart = now.rip == c->target.landing_pad_at;
	*regs = now;
	tracee_set_regs(tid, regs);
	return true;
}

void patch_enter_plainly(const struct patch *p, struct user_regs_struct *regs)
{
	regs->rsp = (uint32_t)(regs->rsp - 4);
	regs->rip = p->code->layout.missed80_ip;
}
