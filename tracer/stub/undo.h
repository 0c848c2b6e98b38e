/* SPDX-License-Identifier: MIT */
/*
 * Rolls a stopped thread out of the code of stub/code.h, so that signal
 * handlers, cores and debuggers see it in the vDSO or in the program's own code.
 *
 * A thread that single-steps itself (TF in eflags) gets nowhere if each of its
 * SIGTRAPs is undone: leave such a program its stops.
 */
#ifndef ET_STUB_UNDO_H
#define ET_STUB_UNDO_H

#include "stub/code.h"
#include "stub/slot.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/user.h>

enum stub_undo {
	STUB_NOT_HERE,       /* not in that code, or nothing to undo: regs are unchanged */
	STUB_UNDONE,         /* regs are changed, nothing had been counted */
	STUB_UNDONE_COUNTED, /* and *slot has counted an entry that was not made */
	STUB_UNDONE_CARRY,   /* the same, and a carry into hi is still owed */
};

/* The stopped thread's memory: reads up to n bytes, returns how many it could. */
struct stub_reader {
	size_t (*read)(void *ctx, uint32_t at, void *buf, size_t n);
	void *ctx;
};

/*
 * Sets regs, of a thread stopped in user mode, to what they were when
 * __kernel_vsyscall was called, with ip = vsyscall_at: from everywhere in the
 * stub, and from the entry instruction, before which the call is counted. A
 * thread on its way to the second restart int 0x80 is put at landing_pad_at - 2.
 * At a stop of one of the page's int 0x80 (miss_ip, restart_ip, inject_ip) it
 * is STUB_NOT_HERE.
 *
 * table is searched for the key of a thread at the entry instruction: where
 * keys have been disarmed, give a copy that still has them. There, without a
 * key, it is STUB_NOT_HERE: no call through the stub.
 *
 * Returns an enum stub_undo, for the COUNTED ones with the index of the slot;
 * or -EFAULT where the stack cannot be read, with regs unchanged.
 */
int stub_undo(const struct stub_code *code, struct user_regs_struct *regs, const struct stub_reader *stack,
	      const struct stub_slot *table, uint32_t *slot);

/*
 * The same for a patched int 0x80, but forward: ip = the site's own int 0x80,
 * eax = nr, so that the entry stops there; behind the page's int 0x80 ip =
 * back_at. A call that the kernel has made ready to restart there (orig_eax is
 * not -1) keeps eax and its count, and stops as a restart. Never fails.
 */
enum stub_undo stub_site_undo(const struct stub_site *site, struct user_regs_struct *regs);

/* Takes the entry back that one of the COUNTED results is about; other threads may go on counting. */
void stub_take_back(struct stub_slot *slot, enum stub_undo undone);

#endif
