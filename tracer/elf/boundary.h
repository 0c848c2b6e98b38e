/* SPDX-License-Identifier: MIT */
/*
 * Where instructions begin in an ELF file: what its sections, its call frame
 * information, its symbols and Go's own tables say. x86 code can be read forwards only, so to
 * read the code around a byte one needs a place before it where code starts.
 */
#ifndef ET_ELF_BOUNDARY_H
#define ET_ELF_BOUNDARY_H

#include "decode/insn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct boundaries;

enum place {
	PLACE_CODE,    /* in code that begins at a known place */
	PLACE_DATA,    /* in a section that holds no code, or in the ELF headers */
	PLACE_TEXT,    /* in a section of code, but where a function begins is not known */
	PLACE_UNKNOWN, /* the file says nothing of it */
};

/*
 * Reads what fd says, which must stay open as long. The work is bounded,
 * whatever the file holds: what is too large or does not fit together counts
 * as not there. NULL when it is no x86 ELF file. Free with boundaries_free().
 */
struct boundaries *boundaries_open(int fd);
void boundaries_free(struct boundaries *b);

/*
 * What the byte at a file offset is in. *start is the file offset where its
 * code, or for PLACE_TEXT its section, begins.
 */
enum place boundaries_find(const struct boundaries *b, uint64_t offset, uint64_t *start);

/* Calls each with the linked address of every place where the file says that code begins. */
void boundaries_each(const struct boundaries *b, void (*each)(void *ctx, uint64_t vaddr), void *ctx);

/* Has it call frame information at all? Then what that leaves out is seldom code. */
bool boundaries_have_frames(const struct boundaries *b);

/*
 * What the byte at a file offset belongs to: a function or another symbol before it
 * in the same section, else the section; and how far behind its start. False when
 * the file has no name for it. The name is as the linker has it, cut to fit.
 */
bool boundaries_name(const struct boundaries *b, uint64_t offset, char *out, size_t n, uint64_t *distance);

/* How the file's code is to be read. */
enum cpu_mode boundaries_mode(const struct boundaries *b);

/* The link-time address of the byte at a file offset; the offset itself where no section has it. */
uint64_t boundaries_vaddr(const struct boundaries *b, uint64_t offset);

#endif
