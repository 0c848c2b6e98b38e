/* SPDX-License-Identifier: MIT */
/*
 * What a worker knows of the program: the files (modules), which hold code and
 * unwind tables, and where each address space has them (images).
 */
#ifndef ET_WORKER_SPACE_H
#define ET_WORKER_SPACE_H

#include "stack/wire.h"
#include "worker/cfi.h"
#include "worker/starts.h"

#define WORD_SIZE ((unsigned)sizeof(void *))

struct module {
	uint8_t *bytes; /* the file, mapped; NULL when it could not be */
	size_t size;
	bool is_elf;
	struct elf elf;
	bool cfi_known; /* read when it is first needed */
	struct cfi cfi;
	bool starts_known;
	struct starts starts;
};

/* A module as an address space has it. */
struct image {
	struct module *module;
	uint64_t bias;   /* run-time less linked address */
	uint64_t lo, hi; /* run-time span */
};

struct space {
	struct wire_map *maps; /* by address, not overlapping */
	size_t nmaps;
	struct image *images;
	size_t nimages;
	void *cache; /* libunwind's address space; unwind.c makes and drops it */
};

struct store {
	struct module **modules; /* by the client's id; NULL where none was sent */
	size_t nmodules;
	struct space **spaces;
	size_t nspaces;
};

/* Takes over fd, a file of any content. */
void store_module(struct store *st, uint32_t id, int fd);
/* The same for bytes in memory, which it copies. */
void store_module_bytes(struct store *st, uint32_t id, const void *bytes, size_t size);

/* Replaces a space. The maps come as the client sent them; those out of order are dropped. */
void store_space(struct store *st, uint32_t slot, const struct wire_map *maps, size_t n);

/* NULL when the client never sent it. */
struct space *store_find(struct store *st, uint32_t slot);
void store_fini(struct store *st);

const struct wire_map *space_map(const struct space *s, uint64_t addr);
const struct image *space_image(const struct space *s, uint64_t addr);
const struct cfi_entry *image_cfi(const struct image *im, uint64_t addr);

/* Where the function around addr begins, by CFI or by who calls it; 0 if unknown. */
uint64_t image_function(const struct image *im, uint64_t addr);

/* Copies n bytes of a file as they are mapped at addr. False where no file is. */
bool space_read(const struct space *s, uint64_t addr, void *out, size_t n);

/* Is addr in code? */
bool space_exec(const struct space *s, uint64_t addr);

#endif
