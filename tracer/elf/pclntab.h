/* SPDX-License-Identifier: MIT */
/* Go's table of functions, which stays in a file that is stripped of its symbols. */
#ifndef ET_ELF_PCLNTAB_H
#define ET_ELF_PCLNTAB_H

#include "elf/ranges.h"

/*
 * Adds the functions that the table at offset, size bytes, of the file names. text is
 * where .text stands, for tables that leave it to the loader. A table of another
 * version, or one that does not fit together, adds nothing.
 */
void pclntab_read(int fd, uint64_t offset, uint64_t size, uint64_t text, struct ranges *out);

#endif
