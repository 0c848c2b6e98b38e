/* SPDX-License-Identifier: MIT */
/*
 * Processes that read what traced programs bring along are locked in: a
 * seccomp filter that allows what the role needs, and resource limits.
 */
#ifndef ET_SANDBOX_SANDBOX_H
#define ET_SANDBOX_SANDBOX_H

#include <linux/filter.h>
#include <stddef.h>

enum sandbox_role {
	SANDBOX_SYMBOLS,    /* opens files for reading, talks on its socket */
	SANDBOX_UNWIND_32,  /* talks on its socket, maps the files that it is handed */
	SANDBOX_UNWIND_64,
	SANDBOX_SCAN,       /* reads the files that it is handed, writes to its spool only */
	SANDBOX_ROLES,
};

/* Descriptors of a SANDBOX_SCAN process: its filter lets it write to no other. */
enum { SANDBOX_SCAN_SOCKET = 0, SANDBOX_SCAN_SPOOL = 1 };

/*
 * Makes the role's filter. *prog is the caller's to free, *len counts
 * instructions. Everything that is not allowed returns ENOSYS, in any
 * architecture but the role's own the process dies. Returns 0 or a negative errno.
 */
int sandbox_filter(enum sandbox_role role, struct sock_filter **prog, size_t *len);

/* Locks the calling process in for good: limits of the role, then its filter. */
int sandbox_enter(enum sandbox_role role);

/* The role's limits only: address space, CPU seconds, files, core. For a child that execs. */
int sandbox_limits(enum sandbox_role role);

#endif
