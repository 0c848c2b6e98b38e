/* SPDX-License-Identifier: MIT */
/*
 * Takes a stopped task out of the code of patch/code.h, so that signal handlers,
 * core files, debuggers and the kernel see it where it would be without us: in the
 * vDSO, or at the program's own int 0x80.
 *
 * A task that single-steps itself (TF in eflags) gets nowhere if each of its
 * SIGTRAPs is undone: take the code out of such a program.
 */
#ifndef ET_PATCH_UNDO_H
#define ET_PATCH_UNDO_H

#include "patch/code.h"

#include <sys/user.h>

/* The stopped task's memory: reads n bytes or nothing, and says which. */
struct undo_reader {
	bool (*read)(void *ctx, uint32_t at, void *buf, size_t n);
	void *ctx;
};

struct undo {
	enum undo_result {
		UNDO_NOTHING, /* it is not there: regs are unchanged */
		UNDO_MOVED,   /* regs are changed; what was counted has entered */
		UNDO_COUNTED, /* regs are changed, to before a call that was counted and not made */
		UNDO_CARRY,   /* the same, and the slot's high half has not yet heard that the low one wrapped */
	} result;
	bool in_call;         /* regs are those of a call under way, or answered: its count stands */
	uint32_t ret, nr;     /* counted: the key */
	/* What must be written to its stack, too: the frame that the landing pad pops. */
	uint32_t frame_at, frame[3];
	unsigned nframe;
};

/*
 * regs: of a task at any stop. Behind the kernel it is put at the landing pad, or
 * behind its int 0x80, else before the call: at __kernel_vsyscall or at the
 * int 0x80 itself. On its way to a restart it is put at landing_pad_at - 2.
 *
 * Returns 0, or -EFAULT where the stack cannot be read, with regs unchanged.
 */
int code_undo(const struct code_layout *code, struct user_regs_struct *regs, const struct undo_reader *stack,
	      struct undo *out);

/*
 * A fault at one of the pushes of the copy at plain is the vDSO's own: true when regs are set to
 * show it there. And where a task that is to go on at ip in the vDSO goes on instead, since
 * the jump to enter stands there.
 */
bool code_show_fault(const struct code_layout *code, struct user_regs_struct *regs);
uint32_t code_resume(const struct code_layout *code, uint32_t ip);

/* Is it in the code, before the kernel, and not in the copy at plain? A fault there is ours: go on at plain. */
bool code_faulted(const struct code_layout *code, uint64_t ip);

#endif
