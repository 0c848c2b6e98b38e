/* SPDX-License-Identifier: MIT */
/*
 * What counts in place in one address space: a page of code and a table of
 * counters in it, which the tracer maps, too, and a vDSO whose
 * __kernel_vsyscall leads there. tracer/stub/code.h has the code, slot.h the
 * table.
 *
 * Keys (return address and number) are only ever put in by the tracer. An entry
 * without a key stops, and so does every restart.
 */
#ifndef ET_STUB_IMAGE_H
#define ET_STUB_IMAGE_H

#include "launch/filter.h"
#include "stub/code.h"
#include "stub/slot.h"
#include "stub/undo.h"
#include "tracee/space.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct stub_image;

/*
 * Watches a fresh image, until it proves to be worth planting: its vDSO is made
 * to enter where the filter stops each call and each restart. tid, its only task,
 * stands at PTRACE_EVENT_EXEC. Returns NULL and in *why a clause for people when
 * this image cannot be counted in place, with nothing changed in it.
 */
struct stub_image *stub_watch(pid_t tid, struct space *space, const struct filter_pass *pass,
			      const char **why);

/*
 * Plants: from now on it can count. tid, the only task, stands at the seccomp-stop
 * of an entry, and afterwards does so again, for the same entry: by the int 0x80
 * at int80_at, or with 0 by the vDSO, for an entry that stub_missed() knows.
 * Returns 0, or a negative errno: then it is watched on; -ESRCH when tid has died,
 * -EFAULT where its stack ends too near for now.
 */
int stub_plant(struct stub_image *im, pid_t tid, uint32_t int80_at);
bool stub_planted(const struct stub_image *im);

/*
 * For the copy that fork made of an address space. A watched one is watched by
 * itself; a planted one counts in the same table, as long as the same return address means the same code in both:
 * before one of them changes its code, stub_part_begin() keeps the table from
 * learning, and afterwards stub_part_end() gives it one of its own. tid stands
 * at the syscall-exit-stop of the call that changed it. Where that fails, with a
 * negative errno, the table stays as it is, and learns nothing any more.
 */
struct stub_image *stub_copy(const struct stub_image *of);
bool stub_shares(const struct stub_image *im);
void stub_part_begin(struct stub_image *im);
int stub_part_end(struct stub_image *im, pid_t tid);
/* Instead, for one that has ended in between. */
void stub_part_cancel(struct stub_image *im);

/*
 * Makes the vDSO and the patched sites what they were. No task of the address
 * space may be between the stub's start and its entry (stub_image_undo()), nor
 * any other run. Keys and counts remain. Returns 0, or a negative errno where
 * the memory of tid cannot be written: to an ordinary user it is closed once the
 * process is not dumpable (ptrace(2), "Ptrace access mode checking").
 */
int stub_lift(struct stub_image *im, pid_t tid);

void stub_free(struct stub_image *im);

/* The memory that was planted; and the two places in the code where a traced entry comes from. */
void stub_range(const struct stub_image *im, uint64_t *start, uint64_t *end);
bool stub_missed(const struct stub_image *im, uint64_t ip);
bool stub_restarted(const struct stub_image *im, uint64_t ip);
uint64_t stub_landing_pad(const struct stub_image *im);

/*
 * From now on entries with this return address and number are counted in
 * place, for counter, an identity that stub_drain() gives back. -ENOSPC when
 * the table is full, -EBUSY when it is frozen.
 */
int stub_insert(struct stub_image *im, uint32_t ret, uint32_t nr, void *counter);

/* All keys stop again, for good, and in all images with this table. */
void stub_freeze(struct stub_image *im);

/* Keys whose return address lies in [start, end) stop again; all of them with 0, UINT64_MAX. */
void stub_disarm(struct stub_image *im, uint64_t start, uint64_t end);

/*
 * Calls each(ctx, counter, nr, n) for the n entries of every key since the last
 * time; n is negative where some were taken back since.
 */
void stub_drain(struct stub_image *im, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n),
		void *ctx);

/*
 * The task stands at a stop. When it is inside the stub, its registers in regs
 * become those that it had when it called the vDSO, and its count, if it was
 * counted, is taken back. True: regs changed, and must be set.
 */
bool stub_image_undo(struct stub_image *im, pid_t tid, struct user_regs_struct *regs);

/*
 * A fault at one of the stub's pushes is shown as one of the vDSO's own, which
 * are the same: true when regs changed. And back: where a task that is to go on
 * at ip in the vDSO has to go on in truth.
 */
bool stub_show_fault(const struct stub_image *im, struct user_regs_struct *regs);
uint32_t stub_resume(const struct stub_image *im, uint32_t ip);

/*
 * An int 0x80 behind mov eax, imm32, from which an entry by nr was just made;
 * its end is at ip. Counts it in place from now on. No other task of the address
 * space may run. -ENOTSUP when it has not that form, -ENOSPC when there is no
 * room.
 */
int stub_patch_site(struct stub_image *im, pid_t tid, uint32_t ip, uint32_t nr, void *counter);

/* Does this entry come from the detour of a patched site, which has counted it? */
bool stub_site_entered(const struct stub_image *im, uint64_t ip);

/*
 * Puts the code of patched sites in [start, end) back. No other task of the
 * address space may run. Returns 0, or -EPERM where a site could not be written.
 */
int stub_unpatch(struct stub_image *im, pid_t tid, uint64_t start, uint64_t end);

#endif
