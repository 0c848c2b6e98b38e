/* SPDX-License-Identifier: MIT */
/*
 * All that is known of one kernel entry at its stop, as plain values: the
 * input of classify(). Nothing in it refers to a live process, so evidence
 * can be recorded on one machine and judged on another.
 */
#ifndef ET_MODEL_EVIDENCE_H
#define ET_MODEL_EVIDENCE_H

#include "model/entry.h"
#include "model/taddr.h"
#include "model/vdso.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes that end at an address: b[0..n), the last of them just before it. Or begin at one. */
#define CODE_TAIL_MAX 96
struct code_tail {
	uint8_t n;
	uint8_t b[CODE_TAIL_MAX];
};

/* Memory from an address on. at is 0 where there is none, bytes.n where it could not be read. */
struct code_from {
	struct taddr at;
	struct code_tail bytes;
};

/* So many pieces of memory are enough for a call's target, a pointer or two, and what they lead to. */
#define CALLEE_PIECES 4

struct evidence {
	/* from the kernel: PTRACE_GET_SYSCALL_INFO (Linux 5.3) and PTRACE_GETREGS */
	enum abi arch;    /* the syscall table: ABI_I386 or ABI_X86_64 */
	uint16_t cs;
	struct taddr ip, sp;
	int64_t nr;

	/* what the tracer keeps about the program */
	bool image64;     /* the image is built for x86-64 or x32 */
	bool restart;     /* the kernel is restarting this very call (same stack, same number) */

	/* its 32-bit vDSO; insn is NONE and size 0 when it has none */
	struct vdso_facts vdso;
	struct taddr vdso_base;

	/* memory around the entry; n is 0 where it could not be read */
	struct code_tail code;   /* ends at ip */
	struct taddr ret;        /* at the landing pad: the return address on the stack */
	struct code_tail caller; /* ends at ret */

	/* where caller ends with a direct call to elsewhere than the vDSO: the code behind it */
	struct code_from callee[CALLEE_PIECES];

	/* 64-bit code only: the innermost far return to 32-bit code found on the stack */
	bool has_far;
	uint32_t far_depth;          /* bytes from sp to it */
	struct taddr far_ret;        /* the 32-bit return address */
	struct code_tail far_caller; /* ends at far_ret */
};

/* At a landing pad of the vDSO: the distance from sp to the caller's return address. */
static inline int64_t evidence_ret_offset(const struct evidence *ev)
{
	return (int64_t)vdso_ret_offset(&ev->vdso, ev->ip.v - ev->vdso_base.v);
}

/* The verdict. Unknown is an answer. */
struct verdict {
	enum entry_path path;
	struct taddr site;     /* the instruction responsible: int 0x80, the vDSO's caller, the call far ... */
	struct taddr entered;  /* the instruction that entered the kernel, where it is not the site */
	bool certain;          /* false: likely, but the evidence leaves another reading */
	const char *why;       /* the rule that matched, for people */
	char instruction[64];  /* the site's instruction; "" if unknown */
};

#endif
