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
	uint64_t content[2]; /* of these bytes; for telling equal files */
};

/* Reads all code of the file once. Returns 0 or a negative errno. hits_fini() frees either way. */
int hits_find(int fd, const struct elf_facts *facts, struct hits *out);
void hits_fini(struct hits *h);

#endif
