/* SPDX-License-Identifier: MIT */
/*
 * Bytes to instructions: the only user of Zydis.
 *
 * x86 code can be read forwards only. Where an instruction must be found that
 * *ends* at an address, every length is tried and only the kind that was asked
 * for is accepted; the caller says which kind can stand there.
 */
#ifndef ET_DECODE_INSN_H
#define ET_DECODE_INSN_H

#include "model/taddr.h"

#include <stddef.h>
#include <stdint.h>

/* The longest x86 instruction, Intel SDM vol. 2A, 2.3.11. */
#define INSN_MAX 15

enum cpu_mode {
	CPU_MODE_32, /* compatibility mode: cs 0x23 */
	CPU_MODE_64, /* cs 0x33 */
};

enum insn_kind {
	INSN_OTHER,
	INSN_INT80,    /* CD 80, prefixes allowed */
	INSN_SYSENTER, /* 0F 34 */
	INSN_SYSCALL,  /* 0F 05 */
	INSN_CALL,     /* near call, direct or indirect */
	INSN_FAR_CALL, /* 9A ptr16:32 or FF /3 */
	INSN_JMP,      /* near unconditional jump, direct or indirect */
	INSN_RET,      /* near return */
	INSN_JCC,      /* conditional jump; loop and jecxz too */
};

struct insn {
	enum insn_kind kind;
	uint8_t len;
	bool target_known;    /* direct call, jump or far call with an immediate */
	bool pointer_known;   /* near call or jump through memory at a fixed address */
	struct taddr target;  /* where it goes, if target_known */
	struct taddr pointer; /* that memory, if pointer_known */
	uint16_t selector;    /* of a direct far call; else 0 */
	bool stack_known;     /* stack_delta says what it does to the stack pointer */
	int32_t stack_delta;  /* bytes added to the stack pointer; -4 for a push */
	char text[64];        /* Intel syntax, lower case */
};

/*
 * Decodes the instruction at bytes[0], which stands at addr. Returns 0, or
 * -EILSEQ when no instruction of this mode begins there within n bytes.
 */
int insn_decode(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr addr,
		struct insn *out);

/* The same without the text, which costs most: for code that is only followed. */
int insn_skim(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr addr,
	      struct insn *out);

/* Bytes before the target that insn_agreed() wants to see. */
#define INSN_AGREE 256

/*
 * Finds the instruction that holds bytes[target]; *begin is where in bytes it
 * starts, *out what it is. It is not known at which byte one begins, only that
 * bytes[0..n) are instructions in a row. bytes[target] has INSN_AGREE bytes
 * before it. x86 code read from a wrong byte soon falls in step: when all
 * ways of reading, from each of the far ones of these bytes on, come to the
 * same instruction over the target, the right one is among them. What comes
 * just before must be such as compilers write, and lead on to the target: data
 * between code is no instructions in a row. Returns 0, or -EILSEQ when they do
 * not agree or make no sense.
 */
int insn_agreed(const uint8_t *bytes, size_t n, enum cpu_mode mode, size_t target, size_t *begin,
		struct insn *out);

/*
 * Finds an instruction of the given kind that ends where bytes[0..n) end, at
 * address end. When several lengths fit, they differ by prefixes only: the
 * longest wins, but the shortest among the instructions that enter the kernel.
 * Returns 0 or -ENOENT.
 */
int insn_ending_at(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr end,
		   enum insn_kind kind, struct insn *out);

#endif
