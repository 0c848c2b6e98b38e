/* SPDX-License-Identifier: MIT */
/*
 * Functions and source lines of addresses in ELF files, by libdw.
 *
 * ELF and DWARF come from traced programs, so they are read in a child of its
 * own, locked in by seccomp and limits. A file that brings the child down has
 * no names from then on; the caller sees a failed look-up and nothing else.
 */
#ifndef ET_SYMBOL_SYMBOL_H
#define ET_SYMBOL_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One function at an address; inlined ones come before the one they sit in. */
struct symbol_frame {
	char *function; /* demangled; "name+0x1c" when only an ELF symbol is near; NULL if unknown */
	char *source;   /* "file.c:12", the path as the compiler noted it; NULL if unknown */
	bool inlined;   /* into the next frame */
};

struct symbol_info {
	struct symbol_frame *frames; /* innermost first */
	size_t nframes;              /* 0 when nothing is known */
};

struct symbols;

/* Never NULL. The child starts with the first look-up. */
struct symbols *symbols_new(void);
void symbols_free(struct symbols *s);

/*
 * Looks up elf_vaddr, an address as linked (what addr2line wants), in the ELF
 * file open at fd. Pass a return address less one, so that it lies in the call.
 * path names the file for finding its separate debug file and is part of the
 * cache key; fd stays the caller's, and the file itself may be deleted. For an
 * image in memory, such as the vDSO, give a memfd and the path "[vdso]".
 * Fills out, which symbol_info_fini() empties. Returns 0, or a negative errno
 * when nothing could be found out (out is then empty).
 */
int symbols_resolve(struct symbols *s, const char *path, int fd, uint64_t elf_vaddr,
		    struct symbol_info *out);

/* Has no name been found since the child that looks them up died each time it was asked? */
bool symbols_useless(const struct symbols *s);

void symbol_info_fini(struct symbol_info *info);

#endif
