/* SPDX-License-Identifier: MIT */
#ifndef ET_FILTER_FILTER_H
#define ET_FILTER_FILTER_H

#include "base/err.h"

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Which entries need no stop. secret: those of the i386 table with that word in an
 * argument that the call does not use, where the code that counts in the program
 * itself (asm/count32.asm) has put it; 0: none. skip_native: those of 64-bit code
 * above 4 GiB, where no 32-bit code can be; they are not counted at all.
 */
struct filter_pass {
	uint32_t secret;
	bool skip_native;
};

/* SECCOMP_RET_DATA of our stops (PTRACE_GETEVENTMSG): those of a filter of the program's own have another, mostly 0. */
enum { FILTER_STOP_DATA = 0x6574 };

/*
 * A new secret for a session. It is an address that no program has: between where
 * the kernel maps things and where a stack is, by default (arch/x86/mm/mmap.c,
 * mmap_base()), so that no pointer of a program equals it.
 */
uint32_t filter_new_secret(void);

enum { FILTER_MAX = 64 };

struct filter_program {
	struct sock_filter insn[FILTER_MAX];
	unsigned short n;
};

/* The filter that filter_install() installs. */
void filter_build(const struct filter_pass *pass, struct filter_program *out);

/*
 * Installs, in the calling process and for all that it becomes, a filter that
 * stops every system call of every table (i386, x86-64, x32) for the tracer,
 * but for those that pass lets through: SECCOMP_RET_TRACE, one stop per entry.
 * Without a tracer each call answers ENOSYS, so the caller must be traced
 * already.
 *
 * PR_SET_NO_NEW_PRIVS is set only where the kernel asks for it: it would keep
 * set-user-ID programs from working (seccomp(2): CAP_SYS_ADMIN or no_new_privs).
 * Returns 0 or a negative errno.
 */
int filter_install(const struct filter_pass *pass, struct err *err);

#endif
