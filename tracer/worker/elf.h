/* SPDX-License-Identifier: MIT */
/*
 * The little of ELF that unwinding needs, read from untrusted bytes: loadable
 * segments and the sections with call frame information. Every offset and size
 * is checked against the file; what does not fit is as if it were not there.
 */
#ifndef ET_WORKER_ELF_H
#define ET_WORKER_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_load {
	uint64_t offset, filesz, vaddr, memsz;
	bool exec;
};

/* A part of the file; size 0 when there is none. */
struct elf_part {
	const uint8_t *bytes;
	size_t size;
	uint64_t vaddr; /* 0 for what is not loaded */
};

enum { ELF_LOADS_MAX = 64 };

struct elf {
	const uint8_t *bytes; /* not owned */
	size_t size;
	bool is64;
	uint64_t entry;
	struct elf_load loads[ELF_LOADS_MAX];
	unsigned nloads;
	struct elf_part eh_frame, debug_frame, gnu_debugdata;
	bool eh_frame_open; /* the size of eh_frame is not known: a zero length ends it */
};

/* Reads the file at bytes. False when it is no ELF file of x86. */
bool elf_read(struct elf *e, const uint8_t *bytes, size_t size);

/* The linked address of a file offset. False where no segment has it. */
bool elf_offset_to_vaddr(const struct elf *e, uint64_t offset, uint64_t *vaddr);

/* Copies n bytes at the linked address; zeros behind a segment's file part. False outside. */
bool elf_load_bytes(const struct elf *e, uint64_t vaddr, void *out, size_t n);

/* The span that the segments cover, whole pages: [*lo, *hi). False without segments. */
bool elf_span(const struct elf *e, uint64_t *lo, uint64_t *hi);

#endif
