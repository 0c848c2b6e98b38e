/* SPDX-License-Identifier: MIT */
#ifndef ET_LAUNCH_FILTER_H
#define ET_LAUNCH_FILTER_H

#include "base/err.h"

/*
 * Installs, in the calling process and for all that it becomes, a filter that
 * stops every system call of every table (i386, x86-64, x32) for the tracer:
 * SECCOMP_RET_TRACE, one stop per entry. Without a tracer each call answers
 * ENOSYS, so the caller must be traced already.
 *
 * PR_SET_NO_NEW_PRIVS is set only where the kernel asks for it: it would keep
 * set-user-ID programs from working (seccomp(2): CAP_SYS_ADMIN or no_new_privs).
 * Returns 0 or a negative errno.
 */
int filter_install(struct err *err);

#endif
