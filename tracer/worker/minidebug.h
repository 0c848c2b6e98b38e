/* SPDX-License-Identifier: MIT */
#ifndef ET_WORKER_MINIDEBUG_H
#define ET_WORKER_MINIDEBUG_H

#include "worker/elf.h"

/*
 * Unpacks .gnu_debugdata (an ELF file packed by xz) into *out, which the caller
 * frees. Returns its size, 0 when it cannot be unpacked within 32 MiB.
 */
size_t minidebug_unpack(const struct elf_part *packed, uint8_t **out);

#endif
