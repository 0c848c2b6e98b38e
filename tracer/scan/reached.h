/* SPDX-License-Identifier: MIT */
/* Which hits in code of unknown beginnings are reached from where beginnings are known. */
#ifndef ET_SCAN_REACHED_H
#define ET_SCAN_REACHED_H

#include "decode/reach.h"
#include "elf/boundary.h"
#include "elf/facts.h"

/* Code of more bytes is not followed: it would have to be held in memory whole. */
#define REACHED_CODE_MAX (48u << 20)

struct reached_code {
	struct reach *reach;
	uint8_t *bytes;
	struct elf_code code;
};

/*
 * Follows the code of the file that holds the byte at offset. False where that cannot
 * be done: too much of it, or a file that is not linked yet.
 */
bool reached_open(int fd, const struct elf_facts *facts, const struct boundaries *b, uint64_t offset,
		  struct reached_code *out);
void reached_close(struct reached_code *c);

#endif
