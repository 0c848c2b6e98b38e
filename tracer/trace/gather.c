/* SPDX-License-Identifier: MIT */
#include "trace/gather.h"

#include "classify/callee.h"
#include "classify/classify.h"
#include "classify/far_call.h"
#include "trace/inplace.h"
#include "tracee/memory.h"

#include <linux/audit.h>
#include <string.h>

/* Enough for any instruction. */
#define TAIL 16

/* How far up the stack a far return is looked for, in bytes. */
#define FAR_SLICE 512

/* Pairs on the stack that look like a far return are tried up to this many. */
#define FAR_CANDIDATES 8

/* The last want bytes before end, as they are without us. */
static void read_code(const struct thread *t, struct taddr end, size_t want, struct code_tail *out)
{
	tracee_read_tail(t->tid, end, want, out);
	inplace_original(t, end.v - out->n, out->b, out->n);
}

static void read_piece(const void *from, struct code_from *piece)
{
	const struct thread *t = from;

	piece->bytes.n = (uint8_t)tracee_read(t->tid, piece->at, piece->bytes.b, sizeof(piece->bytes.b));
	inplace_original(t, piece->at.v, piece->bytes.b, piece->bytes.n);
}

static void gather_landing_pad(struct thread *t, struct evidence *ev)
{
	struct taddr at = taddr_add(ev->sp, evidence_ret_offset(ev));
	uint32_t *guess = &t->space->callers[(at.v / 4 + (uint64_t)ev->nr) % CALLER_GUESSES];
	uint32_t ret;

	/* Mostly it is the one of last time, and its code comes with the word. */
	if (!tracee_read_word_and_tail(t->tid, at, &ret, taddr(*guess), TAIL, &ev->caller))
		return;
	ev->ret = taddr(ret);
	if (ret == *guess)
		inplace_original(t, ev->ret.v - ev->caller.n, ev->caller.b, ev->caller.n);
	else
		read_code(t, ev->ret, TAIL, &ev->caller);
	*guess = ret;
	/* A direct call does not say that it led to the vDSO: the code at its target does. */
	callee_gather(ev, read_piece, t);
}

/*
 * A far call from 32-bit code leaves the return address and the caller's code
 * segment in two words of the stack. The upper half of the second is not
 * defined (Intel SDM, CALL). Innermost first.
 */
static void gather_far_return(struct thread *t, struct evidence *ev)
{
	uint16_t slice[FAR_SLICE / 2];
	size_t n = tracee_read(t->tid, ev->sp, slice, sizeof(slice)) / 2;
	unsigned tried = 0;
	struct insn call;
	bool proven;

	for (size_t i = 0; i + 3 < n && tried < FAR_CANDIDATES; i += 2) {
		uint32_t ret;

		memcpy(&ret, &slice[i], sizeof(ret));
		if (!cs_is_32bit(slice[i + 2]) || ret < 4096)
			continue;
		tried++;
		ev->far_ret = taddr(ret);
		ev->far_depth = (uint32_t)(i * 2);
		read_code(t, ev->far_ret, TAIL, &ev->far_caller);
		/* The proof needs the code between; it is read once there is something to prove. */
		if (ev->code.n <= TAIL)
			read_code(t, ev->ip, CODE_TAIL_MAX, &ev->code);
		if (far_call_behind(ev, &call, &proven)) {
			ev->has_far = true;
			return;
		}
	}
	ev->far_caller.n = 0;
}

void gather(struct thread *t, const struct ptrace_syscall_info *info,
	    const struct user_regs_struct *regs, struct evidence *ev)
{
	struct space *s = t->space;

	ev->arch = info->arch == AUDIT_ARCH_I386 ? ABI_I386 : ABI_X86_64;
	ev->cs = (uint16_t)regs->cs;
	/* Where the code that counts in the program was, the registers are right. */
	ev->ip = taddr(regs->rip);
	ev->sp = taddr(cs_is_32bit((uint16_t)regs->cs) ? (uint32_t)regs->rsp : regs->rsp);
	/* The kernel looks at the low 32 bits only, as a signed number. */
	ev->nr = (int32_t)info->entry.nr;
	ev->image64 = s->image64;
	ev->restart = false;
	ev->has_far = false;
	ev->ret = ev->far_ret = taddr(0);
	ev->code.n = ev->caller.n = ev->far_caller.n = 0;
	for (unsigned i = 0; i < CALLEE_PIECES; i++) {
		ev->callee[i].at = taddr(0);
		ev->callee[i].bytes.n = 0;
	}

	space_find_vdso(s, t->tid);
	/* The vDSO may be anywhere, and its instructions look like the program's: nothing can be told. */
	if (ev->arch == ABI_I386 && !s->image64 && s->vdso.insn == VDSO_INSN_NONE && !space_maps(s, t->tid))
		return;
	ev->vdso = s->vdso;
	ev->vdso_base = s->vdso_base;
	if (cs_is_32bit(ev->cs) && vdso_pad(&s->vdso, ev->ip.v - s->vdso_base.v)) {
		ev->restart = t->restart.armed && t->restart.sp == ev->sp.v &&
			      t->restart.nr == ev->nr;
		gather_landing_pad(t, ev);
	}
	/* Without a caller, or where there are two pads, the code at the pad tells. */
	if (!ev->ret.v || s->vdso.fast_pad) {
		read_code(t, ev->ip, TAIL, &ev->code);
		if (cs_is_64bit(ev->cs) && ev->arch == ABI_X86_64)
			gather_far_return(t, ev);
	}
}
