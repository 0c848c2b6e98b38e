/* SPDX-License-Identifier: MIT */
#ifndef ET_STUB_PATTERN_H
#define ET_STUB_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* mov eax, imm32; int 0x80 */
enum { PATTERN_MOV = 5, PATTERN_SIZE = 7 };

/*
 * Can the code before an entry that has just been made by the number nr be
 * nothing else than mov eax, nr; int 0x80? tail: bytes that end behind the int
 * 0x80. Code cannot be read backwards, so every longer instruction that could
 * end there is ruled out, or could not have been executed just now.
 */
bool stub_pattern(const uint8_t *tail, size_t n, uint32_t nr);

#endif
