/* SPDX-License-Identifier: MIT */
#include "stub/pattern.h"

#include "decode/insn.h"

#include <string.h>

enum { LEA = 0x8d };

/* Twice the largest number for which [eax + nr] lies in the first page, which is never mapped. */
enum { NR_MAX = 2048 };

/*
 * Another reading of the mov's bytes as the end of a longer instruction. One
 * byte longer, B8 is its ModRM byte: it takes memory at eax + nr, and eax was nr
 * already, so it would have faulted. (lea takes no memory.)
 */
static bool could_have_run(const uint8_t *insn, size_t len, uint32_t nr)
{
	return len != PATTERN_MOV + 1 || *insn == LEA || nr >= NR_MAX;
}

bool stub_pattern(const uint8_t *tail, size_t n, uint32_t nr)
{
	static const uint8_t int80[] = {0xcd, 0x80};
	const uint8_t *mov = tail + n - PATTERN_SIZE, *end = tail + n - sizeof(int80);
	struct insn insn;
	uint32_t imm;

	if (n < INSN_MAX + sizeof(int80) || memcmp(end, int80, sizeof(int80)) != 0 || *mov != 0xb8)
		return false;
	memcpy(&imm, mov + 1, sizeof(imm));
	if (imm != nr)
		return false;
	for (size_t len = PATTERN_MOV + 1; len <= INSN_MAX; len++)
		if (insn_decode(end - len, len, CPU_MODE_32, taddr(0), &insn) == 0 && insn.len == len &&
		    could_have_run(end - len, len, nr))
			return false;
	return true;
}
