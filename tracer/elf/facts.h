/* SPDX-License-Identifier: MIT */
/*
 * What an x86 ELF file says of itself: its class and type, what it is run by and
 * what it loads, and which of its bytes may run. For files that anybody may have
 * made: what does not fit together is left out and named in a clause.
 */
#ifndef ET_ELF_FACTS_H
#define ET_ELF_FACTS_H

#include "model/entry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum elf_type {
	ELF_TYPE_EXECUTABLE,  /* at a fixed address */
	ELF_TYPE_PIE,
	ELF_TYPE_LIBRARY,
	ELF_TYPE_OBJECT,      /* not linked yet; kernel modules too */
	ELF_TYPE_CORE,
	ELF_TYPE_OTHER,
	ELF_TYPES,
};

/* "executable", "pie", "library" ... */
extern const char *const elf_type_name[ELF_TYPES];

/* Bytes of the file that may run, and where they are as linked. */
struct elf_code {
	uint64_t offset, size, vaddr;
};

struct elf_facts {
	enum abi abi;          /* ABIS: for another machine, machine_name says which */
	char machine_name[32];
	enum elf_type type;
	bool fixed;            /* no dynamic linking is asked for: static, static-pie, an object */
	uint64_t entry;        /* as linked; 0 when there is none */
	uint64_t got;          /* DT_PLTGOT; 0 when there is none */
	char *interpreter;     /* NULL when there is none */
	char *soname;
	char **needed;
	size_t nneeded;
	char build_id[65];     /* hex; "" when there is none */
	struct elf_code *code; /* by offset; no byte of the file in two of them */
	size_t ncode;
	struct elf_code *loaded; /* what is mapped from the file, code and data; as the file orders it */
	size_t nloaded;
	char *fault;           /* a clause about what is wrong with the file; NULL when nothing is */
};

/*
 * Reads fd, a regular file of size bytes. Returns 0, or -ENOEXEC when it is no ELF
 * file that can be read at all (out->fault says why). elf_facts_fini() frees either way.
 */
int elf_facts_read(int fd, uint64_t size, struct elf_facts *out);
void elf_facts_fini(struct elf_facts *f);

/* The linked address of the byte at a file offset; the offset itself where it is no code. */
uint64_t elf_facts_vaddr(const struct elf_facts *f, uint64_t offset);

/* The file offset of a linked address that the file has bytes for; false where it has none. */
bool elf_facts_offset(const struct elf_facts *f, uint64_t vaddr, uint64_t *offset);

/*
 * Can libelf be let at the file's section table? Not where it lies beyond the file's
 * end or holds more sections than anybody's does: it would take memory for all of them.
 * *why, when false, is a clause that lasts.
 */
bool elf_sections_sane(int fd, uint64_t size, const char **why);

#endif
