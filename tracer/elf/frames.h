/* SPDX-License-Identifier: MIT */
/*
 * Which code the entries of a call frame section are about.
 *
 * Of libdw only the splitting into entries is used (dwarf_next_cfi), never the
 * running of their programs: those of a hostile file can ask for gigabytes of
 * registers.
 */
#ifndef ET_ELF_FRAMES_H
#define ET_ELF_FRAMES_H

#include "elf/ranges.h"

#include <gelf.h>
#include <stdbool.h>

struct frames_in {
	const unsigned char *ident; /* of the ELF header */
	uint64_t mask;              /* of an address */
	struct ranges *out;
};

/* The section's bytes, which stand at addr as linked; eh tells .eh_frame from .debug_frame. */
void frames_read(const struct frames_in *in, Elf_Data *data, uint64_t addr, bool eh);

#endif
