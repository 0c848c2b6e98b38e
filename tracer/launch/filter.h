/* SPDX-License-Identifier: MIT */
#ifndef ET_LAUNCH_FILTER_H
#define ET_LAUNCH_FILTER_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The entries that are counted in the program itself and need no stop: those of
 * the i386 table whose instruction pointer, as the kernel reports it, is at or
 * above from, below 4 GiB, and has this offset in its page. The kernel maps the
 * vDSO at a page boundary, so that its landing pad has one offset in all
 * processes. tracer/stub/ sees to it that nothing else passes.
 */
struct filter_pass {
	bool on;
	uint16_t offset; /* in its page, below 4096 */
	uint32_t from;
};

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
