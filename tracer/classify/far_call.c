/* SPDX-License-Identifier: MIT */
#include "classify/far_call.h"

#include "classify/classify.h"

/*
 * Follows 64-bit code without branches from the far call's target to ip, as
 * far as the bytes before ip reach, and adds up what it does to the stack.
 * False when it leaves those bytes or meets something it cannot follow.
 */
static bool walk(const struct evidence *ev, struct taddr from, int64_t *depth)
{
	struct taddr start = taddr_add(ev->ip, -(int64_t)ev->code.n);
	struct taddr at = from;

	*depth = 0;
	/* Jumps could make a loop; no thunk has more steps than the window has bytes. */
	for (unsigned steps = 0; steps < CODE_TAIL_MAX && !taddr_eq(at, ev->ip); steps++) {
		struct insn insn;
		size_t off = at.v - start.v;

		if (!taddr_in(at, start, ev->code.n) ||
		    insn_decode(ev->code.b + off, ev->code.n - off, CPU_MODE_64, at, &insn) != 0 ||
		    !insn.stack_known)
			return false;
		*depth -= insn.stack_delta;
		if (insn.kind == INSN_JMP && !insn.target_known)
			return false;
		at = insn.kind == INSN_JMP ? insn.target : taddr_add(at, insn.len);
	}
	return taddr_eq(at, ev->ip);
}

bool far_call_behind(const struct evidence *ev, struct insn *call, bool *proven)
{
	int64_t depth;

	*proven = false;
	if (insn_ending_at(ev->far_caller.b, ev->far_caller.n, CPU_MODE_32, ev->far_ret,
			   INSN_FAR_CALL, call) != 0)
		return false;
	if (!call->target_known)
		return true; /* through memory: where it went is not on record */
	if (!cs_is_64bit(call->selector))
		return false;
	if (!walk(ev, call->target, &depth))
		return true;
	*proven = depth == ev->far_depth;
	return *proven;
}
