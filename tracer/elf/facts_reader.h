/* SPDX-License-Identifier: MIT */
/* For facts*.c only: a file while its facts are read. */
#ifndef ET_ELF_FACTS_READER_H
#define ET_ELF_FACTS_READER_H

#include "elf/facts.h"

#include <elf.h>

/* Headers of either class, widened. */
struct facts_segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz;
};

struct facts_reader {
	int fd;
	uint64_t size;
	bool wide; /* ELFCLASS64 */
	Elf64_Ehdr eh;
	struct facts_segment *segments;
	size_t nsegments;
	struct elf_facts *out;
};

/* n bytes of the file; false where it has not so many. */
bool facts_get(int fd, uint64_t size, uint64_t offset, void *to, size_t n);

/* The first of that type, or NULL. */
const struct facts_segment *facts_segment_of(const struct facts_reader *r, uint32_t type);

/* A string of the file that ends within it; NULL for none and for an empty one. The caller frees. */
char *facts_text_at(const struct facts_reader *r, uint64_t offset, uint64_t most);

/* facts_loads.c: soname, needed, got and whether it is a PIE; and the build id of a segment of notes. */
void facts_read_dynamic(struct facts_reader *r);
void facts_read_notes(struct facts_reader *r, const struct facts_segment *s);

#endif
