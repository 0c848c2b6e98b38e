/* SPDX-License-Identifier: MIT */
/* The loadable segments of an ELF file: where a file offset is in the program as linked. */
#ifndef ET_ELF_SEGMENTS_H
#define ET_ELF_SEGMENTS_H

#include "model/entry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* SHA-1 makes 20 bytes; no linker makes more than 64. */
enum { ELF_BUILD_ID_MAX = 64 };

struct elf_segment {
	uint64_t offset, filesz, vaddr;
	bool exec;
};

struct elf_segments {
	bool is_elf;
	enum abi abi; /* ABIS when the file is for another machine */
	struct elf_segment *list;
	size_t n;
	uint8_t build_id[ELF_BUILD_ID_MAX]; /* of the file's GNU note */
	size_t build_id_len;                /* 0: it has none */
};

/*
 * Reads the program headers of fd (any readable file; hostile content is
 * refused, not trusted). Returns 0 also for a file that is no ELF. The caller
 * frees with elf_segments_fini().
 */
int elf_segments_read(int fd, struct elf_segments *out);
void elf_segments_fini(struct elf_segments *s);

/* The link-time address of the byte at a file offset; the offset itself where no segment has it. */
uint64_t elf_segments_vaddr(const struct elf_segments *s, uint64_t offset);

#endif
