/* SPDX-License-Identifier: MIT */
/* The bytes of kernel entries in a file's code, before anybody knows what they are. */
#ifndef ET_SCAN_HITS_H
#define ET_SCAN_HITS_H

#include "decode/find.h"
#include "elf/facts.h"

struct hit {
	uint64_t offset; /* in the file */
	enum entry_form form;
	uint8_t len;
	bool through_memory; /* a far call by a pointer in memory, as linked: */
	uint64_t pointer;
};

struct hits {
	struct hit *list; /* by offset */
	size_t n;
	bool more;           /* than are kept */
	uint64_t bytes;      /* looked through */
};

/* Reads all code of the file once. Returns 0 or a negative errno. hits_fini() frees either way. */
int hits_find(int fd, const struct elf_facts *facts, struct hits *out);

/* Two numbers that files with the same code share. Returns 0 or a negative errno. */
int hits_digest(int fd, const struct elf_facts *facts, uint64_t out[2]);

void hits_fini(struct hits *h);

#endif
