/* SPDX-License-Identifier: MIT */
#include "stub/undo.h"

#include "stub/blob.h"

#include <errno.h>

enum { INT80_SIZE = 2 };

/* eflags, Intel SDM volume 1, 3.4.3 */
#define FLAG_ZF 0x40u
#define FLAG_OF 0x800u
#define FLAGS_OF_LAHF 0xd5u /* SF ZF AF PF CF */

/* What the stub and the vDSO push, lowest first. */
struct frame {
	uint32_t ebp, edx, ecx, ret;
};

/* The state of a thread at that distance into a part; STATE_FOREIGN if that is outside. */
static unsigned state_at(const struct stub_part *part, uint32_t offset)
{
	const struct stub_state *s = stub_blob_at(part->states);
	unsigned bits = STATE_FOREIGN;

	if (offset >= part->size)
		return bits;
	for (unsigned i = 0; i < part->nstates && s[i].at <= offset; i++)
		bits = s[i].bits;
	return bits;
}

static enum stub_undo result(unsigned state, const struct user_regs_struct *regs)
{
	if (!(state & STATE_COUNTED))
		return STUB_UNDONE;
	if (state & STATE_CARRY || (state & STATE_CARRY_IF_ZERO && regs->eflags & FLAG_ZF))
		return STUB_UNDONE_CARRY;
	return STUB_UNDONE_COUNTED;
}

/* As lahf; seto al left them, or add al, 0x7f behind that: al is 0, 1, 0x7f or 0x80. */
static void flags_from_ax(struct user_regs_struct *regs)
{
	uint8_t al = (uint8_t)regs->rax, ah = (uint8_t)(regs->rax >> 8);
	unsigned long flags = regs->eflags & ~(unsigned long)(FLAGS_OF_LAHF | FLAG_OF);

	flags |= ah & FLAGS_OF_LAHF;
	if (al == 0x01 || al == 0x80)
		flags |= FLAG_OF;
	regs->eflags = flags;
}

/* The words that a thread in this state has pushed; those that it has not are its registers. */
static int read_frame(const struct user_regs_struct *regs, unsigned pushed, const struct stub_reader *stack,
		      struct frame *f)
{
	uint32_t word[3] = {0};
	size_t n = pushed * sizeof(*word);

	*f = (struct frame){.ebp = (uint32_t)regs->rbp, .edx = (uint32_t)regs->rdx, .ecx = (uint32_t)regs->rcx};
	if (n && stack->read(stack->ctx, (uint32_t)regs->rsp, word, n) != n)
		return -EFAULT;
	if (pushed >= 1)
		f->ecx = word[pushed - 1];
	if (pushed >= 2)
		f->edx = word[pushed - 2];
	if (pushed >= 3)
		f->ebp = word[pushed - 3];
	return 0;
}

static void put_back(struct user_regs_struct *regs, unsigned state, const struct frame *f, uint32_t vsyscall_at)
{
	if (state & STATE_FLAGS_IN_AX)
		flags_from_ax(regs);
	regs->rax = state & STATE_NR_IN_EDX ? (uint32_t)regs->rdx : (uint32_t)regs->rax;
	regs->rcx = f->ecx;
	regs->rdx = f->edx;
	regs->rbp = f->ebp;
	regs->rsp = (uint32_t)(regs->rsp + (state & STATE_PUSHED) * sizeof(uint32_t));
	regs->rip = vsyscall_at;
}

/* At the entry instruction: ebp no longer tells the slot, but the key does. */
static int undo_entry(const struct stub_code *code, struct user_regs_struct *regs, const struct stub_reader *stack,
		      const struct stub_slot *table, uint32_t *slot)
{
	const unsigned state = 3 | STATE_COUNTED;
	struct frame f;
	uint32_t ret, ret_at = (uint32_t)(regs->rsp + 3 * sizeof(uint32_t));
	int r = read_frame(regs, state & STATE_PUSHED, stack, &f);

	if (r < 0)
		return r;
	if (stack->read(stack->ctx, ret_at, &ret, sizeof(ret)) != sizeof(ret))
		return -EFAULT;
	r = stub_slot_find(table, ret, (uint32_t)regs->rax);
	if (r < 0)
		return STUB_NOT_HERE;
	*slot = (uint32_t)r;
	put_back(regs, state, &f, code->target.vsyscall_at);
	return STUB_UNDONE_COUNTED;
}

int stub_undo(const struct stub_code *code, struct user_regs_struct *regs, const struct stub_reader *stack,
	      const struct stub_slot *table, uint32_t *slot)
{
	const struct stub_target *t = &code->target;
	unsigned state = state_at(&stub_blob()->stub, (uint32_t)regs->rip - code->enter);
	uint32_t ebp = (uint32_t)regs->rbp;
	struct frame f;
	int r;

	if (regs->rip > UINT32_MAX)
		return STUB_NOT_HERE;
	if (state & STATE_RESTART || (t->padding_jump_at && regs->rip == t->padding_jump_at)) {
		regs->rip = t->landing_pad_at - INT80_SIZE;
		return STUB_UNDONE;
	}
	if (state & STATE_ENTERED) {
		regs->rip = t->landing_pad_at;
		return STUB_UNDONE;
	}
	/* The jump back to the vDSO stands for the entry instruction: ebp is as there. */
	if (regs->rip == t->entry_insn_at || (state & STATE_COUNTED && !(state & STATE_SLOT_IN_EBP)))
		return undo_entry(code, regs, stack, table, slot);
	if (state & STATE_FOREIGN)
		return STUB_NOT_HERE;
	if (state & STATE_COUNTED) {
		/* The program may have jumped here with any ebp. */
		if (ebp % sizeof(struct stub_slot) || ebp >= STUB_SLOTS * sizeof(struct stub_slot))
			return STUB_NOT_HERE;
		*slot = ebp / (uint32_t)sizeof(struct stub_slot);
	}
	r = read_frame(regs, state & STATE_PUSHED, stack, &f);
	if (r < 0)
		return r;
	enum stub_undo undone = result(state, regs);
	put_back(regs, state, &f, t->vsyscall_at);
	return (int)undone;
}

enum stub_undo stub_site_undo(const struct stub_site *site, struct user_regs_struct *regs)
{
	const struct stub_blob *blob = stub_blob();
	unsigned state = state_at(&blob->detour, (uint32_t)regs->rip - site->enter);
	enum stub_undo undone = result(state, regs);

	if (regs->rip > UINT32_MAX || state & STATE_FOREIGN)
		return STUB_NOT_HERE;
	if (state & STATE_ENTERED) {
		regs->rip = site->back_at;
		return STUB_UNDONE;
	}
	if (state & STATE_INT80 && (int32_t)regs->orig_rax != -1) {
		regs->rip = site->back_at - INT80_SIZE;
		return STUB_UNDONE;
	}
	if (state & STATE_FLAGS_IN_AX)
		flags_from_ax(regs);
	regs->rax = site->nr;
	regs->rip = site->back_at - INT80_SIZE;
	return undone;
}

void stub_take_back(struct stub_slot *slot, enum stub_undo undone)
{
	uint64_t add = undone == STUB_UNDONE_COUNTED ? UINT64_MAX : undone == STUB_UNDONE_CARRY ? UINT32_MAX : 0;

	__atomic_fetch_add(&slot->count, add, __ATOMIC_RELAXED);
}
