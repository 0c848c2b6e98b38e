/* SPDX-License-Identifier: MIT */
/* The system calls after which a tracer must act; all others are only counted. */
#ifndef ET_TRACE_CALLS_H
#define ET_TRACE_CALLS_H

#include "model/entry.h"

#include <stdbool.h>
#include <stdint.h>

enum call_kind {
	CALL_PLAIN,
	CALL_MAP,       /* mmap: changes what was mapped only with MAP_FIXED */
	CALL_OLD_MMAP,  /* i386's first mmap: the same, with the arguments in memory */
	CALL_REMAP,     /* a range of addresses, given in the first two arguments, changes */
	CALL_MREMAP,    /* the range in the first two, and with MREMAP_FIXED another at the fifth */
	CALL_REMAP_ANY, /* what it changes cannot be told from the arguments */
	CALL_FORK,      /* fork: no flags */
	CALL_VFORK,
	CALL_CLONE,
	CALL_CLONE3,
	CALL_SIGRETURN,
	CALL_RT_SIGRETURN,
	CALL_SECCOMP,
	CALL_PRCTL,
	CALL_PERSONALITY,
	CALL_PTRACE,
	CALL_WRITE, /* may write to the terminal */
};

#define CALL_NR_MAX 1024

struct calls {
	uint8_t kind[ABIS][CALL_NR_MAX];
	bool instant[CALL_NR_MAX]; /* i386: see call_never_sleeps() */
	uint8_t waits[ABIS][CALL_NR_MAX]; /* 1 + index of the rule for calls that can wait for ever */
};

/* Looks the numbers up by name, for each table. */
void calls_init(struct calls *c);

enum call_kind call_kind(const struct calls *c, enum abi abi, int64_t nr);

/*
 * Does this call, with these arguments, wait without a time limit, and answer
 * EINTR when it is woken? (Others that wait are restarted by the kernel, or
 * have a limit that a restart would lengthen.)
 */
bool call_waits_for_ever(const struct calls *c, enum abi abi, int64_t nr, const uint64_t args[6]);

/* Is it a call that may wait for ever, with some arguments? */
bool call_may_wait(const struct calls *c, enum abi abi, int64_t nr);

/*
 * Can this call of the i386 table never be interrupted, and so never be made
 * again by the kernel: it only looks something up, or no such call exists?
 */
bool call_never_sleeps(const struct calls *c, int64_t nr);

#endif
