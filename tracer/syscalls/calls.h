/* SPDX-License-Identifier: MIT */
/* What a tracer has to know of system calls, by number; the list is calls.def. */
#ifndef ET_SYSCALLS_CALLS_H
#define ET_SYSCALLS_CALLS_H

#include "model/entry.h"

#include <stdbool.h>
#include <stdint.h>

/* What must be done at the stop of a call; all others are only counted. */
enum call_kind {
	CALL_PLAIN,
	CALL_MAP,       /* mmap: changes what was mapped only with MAP_FIXED */
	CALL_OLD_MMAP,  /* i386's first mmap: the same, with the arguments in memory */
	CALL_REMAP,     /* munmap: the range in the first two arguments goes */
	CALL_PROTECT,   /* the same range gets the protection in the third */
	CALL_ADVISE,    /* the same range loses pages or attributes, but stays mapped */
	CALL_MREMAP,    /* the range in the first two, and with MREMAP_FIXED another at the fifth */
	CALL_REMAP_ANY, /* what it changes cannot be told from the arguments */
	CALL_IPC,       /* the same, for some of its sub-calls */
	CALL_BRK,       /* may add memory that is executable, under READ_IMPLIES_EXEC */
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
	CALL_ARCH_PRCTL, /* may map another vDSO */
	CALL_LDT,        /* may make a code segment in which an offset is no address */
	CALL_WRITE,      /* may write to the terminal */
	CALL_LEAVE,      /* ends the task or its image, or is one that the kernel makes again */
};

/*
 * Which argument of an i386 call is free. A binary contract with asm/count32.asm,
 * which looks at the conditions.
 */
enum call_free {
	FREE_NONE = 0,
	FREE_SIXTH = 1,
	FREE_IF_NO_FIFTH = 2,     /* the sixth, where the fifth is 0 */
	FREE_BY_FUTEX_OP = 3,     /* the sixth or the fifth, or none */
	FREE_IF_ANONYMOUS = 4,    /* mmap2 that adds memory, not executable, not from a file */
	FREE_IF_NO_CODE = 5,      /* the sixth, where the range in the first two holds no code */
	FREE_IF_NO_CODE_RW = 6,   /* and its new protection, the third, makes none of it */
	FREE_IF_NO_CODE_MOVE = 7, /* and the flags, the fourth, leave the new place to the kernel */
	FREE_SIXTH_POINTER = 8,   /* null, for which a pointer to zeros can stand */
	FREE_BY_IPC_CALL = 9,
	FREE_SIXTH_INT80 = 0x40,  /* as FREE_SIXTH, entering by int 0x80: calls that never sleep */
};

#define CALL_NR_MAX 1024

struct calls {
	uint8_t kind[ABIS][CALL_NR_MAX];
	uint8_t waits[ABIS][CALL_NR_MAX]; /* 1 + index of the rule for calls that can wait for ever */
	uint8_t free[CALL_NR_MAX];        /* i386: enum call_free */
	bool instant[CALL_NR_MAX];        /* i386 */
	int mmap2;                        /* i386: its number */
};

/* Looks the numbers up by name, for each table. */
void calls_init(struct calls *c);

enum call_kind call_kind(const struct calls *c, enum abi abi, int64_t nr);

/* Of the i386 table. FREE_NONE for numbers that are not known; FREE_SIXTH for those that no kernel has. */
enum call_free call_free(const struct calls *c, int64_t nr);

/*
 * Does this call, with these arguments, wait without a time limit, and answer
 * EINTR when it is woken? (Others that wait are restarted by the kernel, or
 * have a limit that a restart would lengthen.)
 */
bool call_waits_for_ever(const struct calls *c, enum abi abi, int64_t nr, const uint64_t args[6]);

/* How a call that answers EINTR, whatever the handler's flags, is told its time limit. */
enum limit_kind {
	LIMIT_NONE, /* it is none of those */
	LIMIT_MS,   /* an argument, in milliseconds; below 0: none */
	LIMIT_TIMESPEC, /* an argument points to it; null: none */
	LIMIT_TIMESPEC64, /* the same, of 64 bits in all tables */
	LIMIT_RECEIVE, /* SO_RCVTIMEO of the socket that is its first argument */
	LIMIT_SEND,
	LIMIT_SOCKETCALL,
	LIMIT_IPC,
	LIMIT_URING,
};

struct call_limit {
	enum limit_kind kind;
	unsigned argument;
	int error; /* the errno that it answers when the time is over; 0: it answers 0 */
};

struct call_limit call_limit(const struct calls *c, enum abi abi, int64_t nr);

/*
 * Can this call of the i386 table never be interrupted, and so never be made
 * again by the kernel: it only looks something up, or no such call exists?
 */
bool call_never_sleeps(const struct calls *c, int64_t nr);

#endif
