/* SPDX-License-Identifier: MIT */
/* A tracee's memory and registers. Every function may meet a task that has just died. */
#ifndef ET_TRACEE_MEMORY_H
#define ET_TRACEE_MEMORY_H

#include "model/evidence.h"
#include "model/taddr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/user.h>

/*
 * Reads up to n bytes at addr, stopping at the first page that is not there.
 * Returns how many were read; 0 when none could be.
 */
size_t tracee_read(pid_t tid, struct taddr addr, void *buf, size_t n);

/* Writes n bytes. Returns 0 or a negative errno; -EFAULT when only a part went. */
int tracee_write(pid_t tid, struct taddr addr, const void *buf, size_t n);

/* The last want bytes before end, fewer where an unmapped page begins between. */
void tracee_read_tail(pid_t tid, struct taddr end, size_t want, struct code_tail *out);

/*
 * A word, and the last want bytes before end, by one system call. False when the
 * word could not be read: then out is empty.
 */
bool tracee_read_word_and_tail(pid_t tid, struct taddr at, uint32_t *word, struct taddr end, size_t want,
			       struct code_tail *out);

/*
 * A stopped tracee's registers, always in the 64-bit layout: PTRACE_GETREGS of
 * a 64-bit tracer. (PTRACE_GETREGSET's layout follows the tracee's cs.)
 * Returns 0 or a negative errno, -ESRCH when it is gone.
 */
int tracee_get_regs(pid_t tid, struct user_regs_struct *regs);
int tracee_set_regs(pid_t tid, const struct user_regs_struct *regs);

/* In eflags: each instruction ends with a SIGTRAP (Intel SDM volume 1, 3.4.3). */
#define TRACEE_TRAP_FLAG 0x100u

#endif
