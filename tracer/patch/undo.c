/* SPDX-License-Identifier: MIT */
#include "patch/undo.h"

#include "patch/blob.h"

#include <errno.h>

enum { INT80_SIZE = 2 };

/* Words of a frame below the return address, at most (asm/count32.asm). */
enum { FRAME_MAX = 5 };

/* The landing pad's pop ebp; pop edx; pop ecx; ret. */
enum { PAD_POPS = 3 };

/* eflags, Intel SDM volume 1, 3.4.3 */
#define FLAG_ZF 0x40u
#define FLAG_OF 0x800u
#define FLAGS_OF_LAHF 0xd5u /* SF ZF AF PF CF */
#define FLAGS_OF_USER 0xcd5u /* and DF OF */

/* A task in the code: which state, and the words from its stack pointer up to the return address. */
struct place {
	unsigned state;
	unsigned n;
	uint32_t word[FRAME_MAX + 1]; /* word[n] is the return address, where it was read */
};

static uint32_t sp_of(const struct user_regs_struct *regs)
{
	return (uint32_t)regs->rsp;
}

static bool read_words(const struct undo_reader *stack, uint32_t at, uint32_t *word, unsigned n)
{
	return n == 0 || stack->read(stack->ctx, at, word, n * sizeof(*word));
}

/* Of the four tails; by_int80 and fifth say which. */
static bool is_tail(const struct code_layout *c, uint32_t word, bool *by_int80, bool *fifth)
{
	const uint32_t sibling = code_blob()->tail_fifth;

	*by_int80 = word == c->tail80 || word == c->tail80 + sibling;
	*fifth = word == c->tail + sibling || word == c->tail80 + sibling;
	return *by_int80 || *fifth || word == c->tail;
}

static unsigned state_in_code(uint32_t offset)
{
	const struct code_blob *b = code_blob();
	const struct code_state *s = code_blob_at(b->states);
	unsigned bits = 0;

	for (unsigned i = 0; i < b->nstates && s[i].at <= offset; i++)
		bits = s[i].bits;
	return bits;
}

/* As lahf; seto al left them, or add al, 0x7f behind that: al is 0, 1, 0x7f or 0x80. */
static void flags_from_ax(struct user_regs_struct *regs, uint32_t ax)
{
	uint8_t al = (uint8_t)ax, ah = (uint8_t)(ax >> 8);
	unsigned long flags = regs->eflags & ~(unsigned long)(FLAGS_OF_LAHF | FLAG_OF);

	flags |= ah & FLAGS_OF_LAHF;
	if (al == 0x01 || al == 0x80)
		flags |= FLAG_OF;
	regs->eflags = flags;
}

/* What stands at that distance below the return address, 1 for the word right below; else the register. */
static uint32_t kept(const struct place *p, unsigned below, uint64_t reg)
{
	return p->n >= below ? p->word[p->n - below] : (uint32_t)reg;
}

/* The registers as they were at the call, but for ip, sp, eax and flags. */
static void restore_arguments(const struct place *p, struct user_regs_struct *regs)
{
	regs->rcx = kept(p, 3, regs->rcx);
	regs->rdx = kept(p, 4, regs->rdx);
	if (p->state & STATE_EBP_KEPT)
		regs->rbp = kept(p, 1, regs->rbp);
	else if (p->state & STATE_EBP_FIRST)
		regs->rbp = p->word[0];
	if (p->state & STATE_EDI_KEPT)
		regs->rdi = kept(p, 1, regs->rdi);
}

static enum undo_result count_of(unsigned state, const struct user_regs_struct *regs)
{
	if (!(state & STATE_COUNTED))
		return UNDO_MOVED;
	if (state & STATE_CARRY || (state & STATE_CARRY_IF_ZERO && regs->eflags & FLAG_ZF))
		return UNDO_CARRY;
	return UNDO_COUNTED;
}

static bool from_int80(const struct code_layout *c, const struct place *p)
{
	bool by_int80 = p->state & STATE_BY_INT80, fifth;

	if (p->n >= 2)
		is_tail(c, p->word[p->n - 2], &by_int80, &fifth);
	return by_int80;
}

/* To before the call. */
static void take_before(const struct code_layout *c, const struct place *p, struct user_regs_struct *regs,
			struct undo *out)
{
	uint32_t ret_at = sp_of(regs) + p->n * 4, flags = p->state & STATE_FLAGS_FIRST ? p->word[0] : (uint32_t)regs->rax;

	out->result = count_of(p->state, regs);
	if (p->state & (STATE_FLAGS_IN_AX | STATE_FLAGS_FIRST))
		flags_from_ax(regs, flags);
	if (p->state & STATE_NR_IN_EDX)
		regs->rax = (uint32_t)regs->rdx;
	restore_arguments(p, regs);
	out->ret = p->word[p->n];
	out->nr = (uint32_t)regs->rax;
	if (from_int80(c, p)) {
		regs->rip = p->word[p->n] - INT80_SIZE;
		regs->rsp = ret_at + 4;
	} else {
		regs->rip = c->target.vsyscall_at;
		regs->rsp = ret_at;
	}
}

/*
 * To the landing pad, so many of its pops done, or behind the int 0x80. Without us
 * the kernel shows the sixth argument in ebp there.
 */
static void take_behind(const struct code_layout *c, const struct place *p, unsigned pops, struct user_regs_struct *regs,
			struct undo *out)
{
	uint32_t ret_at = sp_of(regs) + p->n * 4, words[PAD_POPS];
	bool by_int80 = from_int80(c, p);

	restore_arguments(p, regs);
	out->result = UNDO_MOVED;
	out->in_call = true;
	if (by_int80) {
		regs->rip = p->word[p->n];
		regs->rsp = ret_at + 4;
		return;
	}
	words[0] = (uint32_t)regs->rbp;
	words[1] = (uint32_t)regs->rdx;
	words[2] = (uint32_t)regs->rcx;
	out->nframe = PAD_POPS - pops;
	out->frame_at = ret_at - out->nframe * 4;
	for (unsigned i = 0; i < out->nframe; i++)
		out->frame[i] = words[pops + i];
	regs->rsp = out->frame_at;
	regs->rip = c->target.landing_pad_at + pops;
}

/* A whole frame at the stack pointer, but for the pops already done; the place that it makes, if it is one. */
static bool find_frame(const struct code_layout *c, const struct user_regs_struct *regs, const struct undo_reader *stack,
		       unsigned pops, struct place *p)
{
	bool by_int80, fifth;

	*p = (struct place){.n = FRAME_MAX - pops};
	if (!read_words(stack, sp_of(regs), p->word, p->n + 1) ||
	    !is_tail(c, p->word[p->n - 2], &by_int80, &fifth))
		return false;
	p->state = fifth ? STATE_EDI_KEPT : STATE_EBP_KEPT;
	/* Popped already, ebp is right. */
	if (fifth && !pops)
		p->state |= STATE_EBP_FIRST;
	return true;
}

/* At the vDSO's entry instruction, with the secret in place: counted, and about to enter. */
static bool undo_entry(const struct code_layout *c, struct user_regs_struct *regs, const struct undo_reader *stack,
		       struct undo *out)
{
	struct place p;

	if (!find_frame(c, regs, stack, 0, &p) ||
	    (p.word[0] != c->target.secret && (uint32_t)regs->rdi != c->target.secret))
		return false;
	p.state |= STATE_COUNTED;
	take_before(c, &p, regs, out);
	return true;
}

/*
 * A call is about to be restarted, by the vDSO's int 0x80 or by ours; or ours has been made.
 * words lie on the frame: the flags.
 */
static void undo_restart(const struct code_layout *c, unsigned state, struct user_regs_struct *regs,
			 const struct undo_reader *stack, struct undo *out)
{
	struct place p;
	uint32_t flags;

	if (state & STATE_FLAGS_FIRST && read_words(stack, sp_of(regs), &flags, 1)) {
		regs->eflags = (regs->eflags & ~(unsigned long)FLAGS_OF_USER) | (flags & FLAGS_OF_USER);
		regs->rsp = sp_of(regs) + 4;
	}
	out->result = UNDO_MOVED;
	out->in_call = true;
	if (find_frame(c, regs, stack, 0, &p))
		take_behind(c, &p, 0, regs, out);
	else
		regs->rip = c->target.landing_pad_at;
	if (!(state & STATE_ENTERED))
		regs->rip -= INT80_SIZE;
}

/* In the vDSO, changed or not. */
static bool undo_in_vdso(const struct code_layout *c, struct user_regs_struct *regs, const struct undo_reader *stack,
			 struct undo *out)
{
	const struct code_target *t = &c->target;
	uint64_t pops = regs->rip - t->landing_pad_at;
	struct place p;

	if (regs->rip == t->gap_at) {
		regs->rip = t->vsyscall_at;
		out->result = UNDO_MOVED;
		return true;
	}
	if (regs->rip == t->entry_at)
		return undo_entry(c, regs, stack, out);
	if (regs->rip == t->gap_at + JUMP_SIZE) {
		undo_restart(c, 0, regs, stack, out);
		return true;
	}
	if (regs->rip == t->landing_pad_at - INT80_SIZE && find_frame(c, regs, stack, 0, &p)) {
		undo_restart(c, 0, regs, stack, out);
		return true;
	}
	if (pops > PAD_POPS || !find_frame(c, regs, stack, (unsigned)pops, &p))
		return false;
	take_behind(c, &p, (unsigned)pops, regs, out);
	return true;
}

static int undo_in_code(const struct code_layout *c, struct user_regs_struct *regs, const struct undo_reader *stack,
			struct undo *out)
{
	struct place p = {.state = state_in_code((uint32_t)regs->rip - c->target.code_at)};
	unsigned with_ret;

	p.n = p.state & STATE_PUSHED;
	if (p.state & STATE_RESTART) {
		undo_restart(c, p.state, regs, stack, out);
		return 0;
	}
	/* The copy of the vDSO's own pushes: ecx, edx, ebp. */
	if (p.state & STATE_PLAIN) {
		regs->rsp = sp_of(regs) + p.n * 4;
		if (p.state & STATE_EBP_FIRST) {
			if (!read_words(stack, sp_of(regs) - p.n * 4, p.word, 1))
				return -EFAULT;
			regs->rbp = p.word[0];
		}
		regs->rip = c->target.vsyscall_at;
		out->result = UNDO_MOVED;
		return 0;
	}
	with_ret = p.n >= 2 || p.state & (STATE_BY_INT80 | STATE_COUNTED) ? 1 : 0;
	if (!read_words(stack, sp_of(regs), p.word, p.n + with_ret))
		return -EFAULT;
	if (p.state & STATE_ENTERED)
		take_behind(c, &p, PAD_POPS, regs, out);
	else
		take_before(c, &p, regs, out);
	return 0;
}

int code_undo(const struct code_layout *c, struct user_regs_struct *regs, const struct undo_reader *stack,
	      struct undo *out)
{
	struct user_regs_struct before = *regs;
	int rc = 0;

	*out = (struct undo){.result = UNDO_NOTHING};
	if (regs->rip > UINT32_MAX)
		return 0;
	if (regs->rip >= c->target.code_at && regs->rip < c->target.code_at + code_blob()->setup)
		rc = undo_in_code(c, regs, stack, out);
	else
		undo_in_vdso(c, regs, stack, out);
	if (rc < 0)
		*regs = before;
	return rc;
}

bool code_show_fault(const struct code_layout *c, struct user_regs_struct *regs)
{
	uint64_t push = regs->rip - c->plain;

	if (push >= PAD_POPS)
		return false;
	regs->rip = c->target.pushes_at + push;
	return true;
}

uint32_t code_resume(const struct code_layout *c, uint32_t ip)
{
	const struct code_target *t = &c->target;

	/* The jump to enter has two bytes: only its second one can be an instruction of the vDSO's. */
	return ip == t->vsyscall_at + 1 && ip > t->pushes_at ? c->plain + (ip - t->pushes_at) : ip;
}

bool code_faulted(const struct code_layout *c, uint64_t ip)
{
	unsigned state;

	if (ip < c->target.code_at || ip >= c->target.code_at + code_blob()->setup)
		return false;
	state = state_in_code((uint32_t)ip - c->target.code_at);
	return !(state & (STATE_PLAIN | STATE_ENTERED | STATE_RESTART));
}
