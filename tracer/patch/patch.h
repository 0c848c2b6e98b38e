/* SPDX-License-Identifier: MIT */
/*
 * What is changed in one address space so that it counts its own entries: memory
 * with the code and its table of counters, a vDSO whose __kernel_vsyscall leads
 * there, and int 0x80 sites that do. patch/code.h has the code, table.h the table.
 *
 * Keys (return address and number) are only ever put in by the tracer. An entry
 * without a key stops, and so does every restart.
 */
#ifndef ET_PATCH_PATCH_H
#define ET_PATCH_PATCH_H

#include "patch/code.h"
#include "patch/table.h"
#include "patch/undo.h"
#include "tracee/space.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

struct patch;

/*
 * tid stands at the seccomp-stop of an entry of 32-bit code, all other tasks of
 * the space at some stop; afterwards it stands there again. Returns NULL and in
 * *why a clause for people when nothing was changed; *why is NULL when tid has died.
 */
struct patch *patch_apply(pid_t tid, struct space *space, uint32_t secret, const char **why);

/*
 * For the copy that fork made of an address space. It counts in the same table, as
 * long as the same return address means the same code in both. Before one of them
 * changes its code it gets a table of its own: tid stands as for patch_apply().
 */
struct patch *patch_copy(const struct patch *of);
bool patch_shares(const struct patch *p);
int patch_own_table(struct patch *p, pid_t tid);

/*
 * Makes the vDSO and all sites what they were. All tasks of the address space stand,
 * and none is inside the code (patch_undo()). The memory stays, and so do the
 * counts. Returns 0, or a negative errno where the memory of tid cannot be written:
 * to an ordinary user it is closed once the process is not dumpable (ptrace(2),
 * "Ptrace access mode checking").
 */
int patch_lift(struct patch *p, pid_t tid);

/* Behind that: takes the memory from the program, too. tid stands as for patch_apply(). */
void patch_unmap(struct patch *p, pid_t tid);

/* The secret becomes the address of zeros, which FREE_SIXTH_POINTER needs. tid stands as for patch_apply(). */
int patch_map_zeros(struct patch *p, pid_t tid);

void patch_free(struct patch *p);

/* Do calls through the vDSO count here? If not, why: a clause. */
const char *patch_no_vdso(const struct patch *p);

/* Is something of it, or of the vDSO, in [start, end)? */
bool patch_touched(const struct patch *p, uint64_t start, uint64_t end);

/* There is code in [start, end): calls that change it are to stop. */
void patch_mark_code(struct patch *p, uint64_t start, uint64_t end);
bool patch_code_marked(const struct patch *p, uint32_t at);

/* buf was read from at: what is patched there becomes what it was. */
void patch_original(const struct patch *p, uint64_t at, uint8_t *buf, size_t n);

/*
 * From now on entries with that key are counted; rule and errors as table_insert().
 * ret: of the vDSO's caller, or behind a patched int 0x80. -ENOTSUP where the rule
 * needs the vDSO's entry instruction, and there is none.
 */
int patch_insert(struct patch *p, uint32_t ret, uint32_t nr, uint8_t rule, void *counter);
void patch_switch_off(struct patch *p, uint64_t start, uint64_t end);
/* Nothing is counted any more, and no key put in, in all address spaces with this table. */
void patch_freeze(struct patch *p);

/* The counters of all keys are gone: what is counted from now on counts for nobody. */
void patch_disown(struct patch *p);

/* As table_drain(). */
unsigned patch_drain(struct patch *p, void (*each)(void *ctx, void *counter, uint32_t nr, int64_t n), void *ctx);

/*
 * tid stands at any stop: regs become what they would be without us, and are set,
 * and so is its stack; what was counted and not entered is taken back. True: they changed.
 */
bool patch_undo(struct patch *p, pid_t tid, struct user_regs_struct *regs);

/*
 * tid stands at the entry of a call that came from the code without being counted:
 * as patch_undo(). False: it did not come from there, but by a jump of the program's
 * own to one of our int 0x80. *restart: the kernel has restarted a vDSO call.
 * may_restart: the stack looks as if it could have.
 */
bool patch_enter(struct patch *p, pid_t tid, struct user_regs_struct *regs, bool may_restart, bool *restart);

/* patch/undo.h */
const struct code_layout *patch_layout(const struct patch *p);

/* ---- int 0x80 sites ---- */

/*
 * Makes the int 0x80 that ends at ip jump to the code. tid stands as for
 * patch_apply(), all others of the space stand too. nr: the number just entered by.
 * Returns 0, -EALREADY, or a negative errno with a clause for people in *why.
 */
int patch_site(struct patch *p, pid_t tid, struct space *space, uint32_t ip, uint32_t nr, const char **why);
bool patch_is_site(const struct patch *p, uint64_t ip);
/* Sites in [start, end) become what they were, as far as they can still be written. */
void patch_forget_sites(struct patch *p, pid_t tid, uint64_t start, uint64_t end);
/* Where a task has to go on behind ip of a patched site for its int 0x80 to be made and stop. Its stack pointer is lowered. */
void patch_enter_plainly(const struct patch *p, struct user_regs_struct *regs);

#endif
