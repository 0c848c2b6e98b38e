/* SPDX-License-Identifier: MIT OR GPL-2.0 */
/*
 * What the program in the kernel (count.bpf.c) and the engine outside share: the
 * layout of its tables and of the records that it sends. Read by both compilers.
 */
#ifndef ET_KERNEL_ABI_H
#define ET_KERNEL_ABI_H

#ifndef __bpf__
#include <assert.h>
#include <stdint.h>
#endif

/* What distinguishes one count from another. */
struct kernel_key {
	uint64_t space; /* the address space's ctx_id: never used twice; a new one at each exec */
	uint64_t addr;  /* the instruction pointer; at a landing pad of the vDSO the return address */
	uint64_t aux;   /* a hash of what is mapped there, and of the code or stack that decides the path */
	int32_t nr;
	uint32_t tag;   /* code segment, and KEY_* */
};

#define KEY_CS 0xffffu
#define KEY_COMPAT (1u << 16)   /* answered from the i386 table */
#define KEY_PAD (1u << 17)      /* at the vDSO's own landing pad ... */
#define KEY_FAST_PAD (1u << 18) /* ... or at that of sysenter and syscall, where it is another */
#define KEY_RESTART (1u << 19)  /* an interrupted call, made again by the kernel */
#define KEY_UNREAD (1u << 20)   /* the user's stack could not be read: addr is not known */
#define KEY_THUNK (1u << 21)    /* a 64-bit call in a program of 32 bits, or on a stack of 32-bit code */
#define KEY_REFUSED (1u << 22)  /* answered by a seccomp filter of the program's own */

/* One place of a CPU's cache: a cache line. */
struct kernel_slot {
	struct kernel_key key;
	uint64_t count;
	uint64_t bytes;  /* at a landing pad: those before addr */
	uint64_t seq;    /* how often the address space had changed when the key was made */
	uint32_t epoch;  /* and one, so that 0 is nobody's */
	uint32_t stable; /* the code cannot change unless the address space does */
};

#define KERNEL_SLOTS 1024u /* for each CPU and epoch; a power of two */
#define KERNEL_EPOCHS 2u

/* What the slots have no room for, in one epoch; those outside are woken at three quarters. */
#define KERNEL_COUNTS 65536u
#define KERNEL_COUNTS_MANY (KERNEL_COUNTS / 4 * 3)
#define KERNEL_RING (1u << 22)

/* Set before the program is loaded. */
struct kernel_params {
	uint32_t whole_machine;  /* every program; else those in the table of processes */
	uint32_t uid;            /* whole_machine: of this user only; UINT32_MAX: of all */
	uint64_t cgroup;         /* and below this control group; 0: anywhere ... */
	uint32_t cgroup_level;   /* ... which lies so deep */
	uint32_t has_vdso;
	uint64_t pad, pad_ret;           /* offsets in the 32-bit vDSO, as vdso_facts has them */
	uint64_t fast_pad, fast_pad_ret; /* equal to the former where there is but one */
};

/* Losses, each a number for a blind spot. */
struct kernel_losses {
	uint64_t counts;     /* entries whose count found no room */
	uint64_t records;    /* records that found no room in the ring */
	uint64_t unread;     /* entries at a landing pad whose stack could not be read */
	uint64_t processes;  /* that found no room in the table of processes */
	uint64_t restarts;   /* expected restarts that found no room in their table */
};

/* A followed process, by its number (tgid). */
struct kernel_process {
	uint32_t running;    /* 0: its first execve is still to come */
};

/* ---- records, through the ring ---- */

enum kernel_record_type {
	RECORD_SITE = 1,
	RECORD_CALLED, /* kernel_called */
	RECORD_THUNK,  /* kernel_thunk */
	RECORD_FILE,
	RECORD_SPACE,
	RECORD_FORK,
	RECORD_END,
};

struct kernel_record {
	uint32_t type;
	uint32_t pid; /* the process */
	uint64_t space;
};

struct kernel_mapping {
	uint64_t start, end;  /* 0 where it is not known */
	uint64_t offset;      /* in the file */
	uint64_t inode;       /* 0: no file */
	uint32_t major, minor;
	uint32_t exec, writable;
	uint32_t use;         /* MAPPING_* */
	uint32_t unused;
};

/* What /proc/PID/maps calls "[heap]" and "[stack]". */
#define MAPPING_HEAP 1u
#define MAPPING_STACK 2u

#define KERNEL_TAIL 16u
#define KERNEL_CODE 96u
#define KERNEL_FAR 4u

/* Code before an address. n is 0 where it could not be read. */
struct kernel_tail {
	uint32_t n;
	uint8_t b[KERNEL_TAIL];
};

#define SITE_SECCOMP 1u
#define SITE_DISPATCH 2u

/* The first entry of a site in an epoch. */
struct kernel_site {
	struct kernel_record head;
	struct kernel_key key;
	uint64_t ip, sp, vdso_base;
	uint32_t image64;
	uint32_t filtered; /* by SITE_*: calls may be answered before they are counted */
	struct kernel_tail code;   /* before ip */
	struct kernel_tail caller; /* at a landing pad: before the return address */
	struct kernel_mapping at_ip, at_ret;
};

/*
 * With it, at a landing pad, where a direct call is before the return address: the code
 * that it goes to, and where that jumps on at once, or the pointer that it jumps by.
 */
#define KERNEL_PIECES 4u

struct kernel_piece {
	uint64_t at; /* 0: no more */
	uint32_t n;  /* 0: could not be read */
	uint8_t b[KERNEL_CODE];
};

struct kernel_called {
	struct kernel_site site;
	struct kernel_piece piece[KERNEL_PIECES];
};

/* With it, for KEY_THUNK: the code before the syscall and the far returns on the stack. */
struct kernel_far {
	uint64_t ret;
	uint32_t depth;
	struct kernel_tail caller;
	struct kernel_mapping at;
};

struct kernel_thunk {
	struct kernel_site site;
	uint32_t code_n;
	uint8_t code[KERNEL_CODE];
	uint32_t nfar;
	struct kernel_far far[KERNEL_FAR];
};

/* The path of a file: names from the file upwards, each ended by a NUL; n bytes in all. */
#define KERNEL_PATH 1024u
#define KERNEL_NAME 256u

struct kernel_file {
	struct kernel_record head;
	uint64_t inode;
	uint32_t major, minor;
	uint32_t n;
	uint32_t cut;     /* it goes on upwards */
	uint32_t deleted;
	uint32_t unused;
	uint8_t names[KERNEL_PATH + KERNEL_NAME];
};

/* A program begins, or is seen for the first time. */
struct kernel_space {
	struct kernel_record head;
	uint64_t inode;       /* its file; a RECORD_FILE came before */
	uint64_t cgroup;
	uint32_t major, minor;
	uint32_t image32;     /* i386 code */
	uint32_t execed;      /* else it ran already */
	uint32_t threads;
	uint32_t uid;
	char comm[16];
};

struct kernel_fork {
	struct kernel_record head; /* of the maker */
	uint64_t child_space;
	uint32_t child;            /* the new task's process */
	uint32_t thread;           /* it is a thread of the same process */
};

struct kernel_end {
	struct kernel_record head;
	uint32_t exit_code;   /* as wait(2) has it */
	uint32_t unused;
	uint64_t user_ns, system_ns;
};

#endif
