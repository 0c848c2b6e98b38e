/* SPDX-License-Identifier: MIT */
/*
 * An index over the call frame information of one module. .eh_frame is indexed
 * where it lies. What .debug_frame says, also one from .gnu_debugdata, can be
 * rewritten in the form of .eh_frame: libunwind's remote interface reads only that.
 */
#ifndef ET_WORKER_CFI_H
#define ET_WORKER_CFI_H

#include "worker/elf.h"

struct cfi_entry {
	uint64_t start, end; /* linked addresses, [start, end) */
	uint64_t fde;        /* linked address of the FDE, or its offset in .debug_frame */
	bool debug_frame;
	bool signal; /* the frame of a signal trampoline: its caller was interrupted */
};

struct cfi {
	struct cfi_entry *list; /* by start */
	size_t n;
	struct elf_part debug_frame;
	uint8_t *unpacked; /* .gnu_debugdata, when debug_frame lies there */
};

/*
 * Indexes what elf has. word_size is the worker's (4 or 8): what libunwind
 * would misread is left out. Memory or time beyond reason is not spent on it.
 */
void cfi_read(struct cfi *cfi, const struct elf *elf, unsigned word_size);
void cfi_fini(struct cfi *cfi);

/* The entry that covers a linked address; NULL without one. */
const struct cfi_entry *cfi_find(const struct cfi *cfi, uint64_t vaddr);

/*
 * Writes the CIE and the FDE of an entry of .debug_frame to out in the form of
 * .eh_frame, for a file loaded with this bias. Returns where in out the FDE
 * begins, 0 when it does not fit.
 */
size_t cfi_rewrite(const struct cfi *cfi, const struct cfi_entry *e, uint64_t bias,
		   unsigned word_size, uint8_t *out, size_t room);

#endif
