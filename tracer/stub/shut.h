/* SPDX-License-Identifier: MIT */
#ifndef ET_STUB_SHUT_H
#define ET_STUB_SHUT_H

#include "tracee/space.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * Gives a task, and all that it will make and become, one more seccomp filter:
 * each entry stops, also those that the first one lets pass (seccomp(2): of
 * several filters' answers the first in its list counts). That is one stop per
 * entry, where PTRACE_SYSCALL takes two. It cannot be undone.
 *
 * tid, the only task of a fresh 32-bit image, stands at PTRACE_EVENT_EXEC and is
 * taken out of its execve on the way. Returns 0 or a negative errno, with no
 * filter installed then: -ENOTSUP without a 32-bit vDSO, -EACCES where privileges
 * are wanting, -ESRCH when it has died.
 */
int stub_shut(pid_t tid, struct space *space);

/*
 * The same for a 32-bit process on its way: all its threads stand still, tid at a
 * syscall-exit-stop or its first one, and its vDSO is what the kernel made it.
 * With threads, all of them get the filter.
 */
int stub_shut_running(pid_t tid, struct space *space, bool threads);

#endif
