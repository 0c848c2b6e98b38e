/* SPDX-License-Identifier: MIT */
/* One ELF file: what it is, and where its code enters the kernel. */
#ifndef ET_SCAN_ELF_H
#define ET_SCAN_ELF_H

#include "scan/file.h"

/*
 * Reads the ELF file at fd, a regular file of size bytes, into out (empty but for
 * path and member). The time grows with the file, whatever it holds. A file that is
 * wrong in itself is told by out->fault, and what can be read is. Hostile bytes:
 * for a process that is locked in.
 */
void scan_elf(int fd, uint64_t size, struct scan_file *out);

#endif
