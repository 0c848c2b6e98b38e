/* SPDX-License-Identifier: MIT */
/* What the files of stub/image.h share, and nobody else sees. */
#ifndef ET_STUB_INTERNAL_H
#define ET_STUB_INTERNAL_H

#include "stub/form.h"
#include "stub/image.h"

enum {
	CODE_PAGES = 1 + STUB_SITES, /* the vDSO's stub, and one for each patched site */
	CODE_SIZE = CODE_PAGES * STUB_PAGE,
	TABLE_SIZE = (STUB_TABLE_SIZE + STUB_PAGE - 1) / STUB_PAGE * STUB_PAGE,
};

/* The code, which address spaces that fork made share. */
struct pages {
	unsigned refs;
	uint8_t *map; /* the tracer's view, writable; NULL until it is planted */
	uint32_t at;  /* theirs */
	uint32_t sp;  /* the image's first stack pointer */
	uint32_t name; /* of memory files: an empty string in the vDSO */
	struct stub_code code;
	struct stub_form form;
	uint8_t before[FORM_MAX]; /* __kernel_vsyscall as it was */
	struct stub_site site[STUB_SITES];
	void *site_counter[STUB_SITES];
	bool site_patched[STUB_SITES];
	unsigned nsites;
};

struct key {
	struct stub_slot *slot;
	uint32_t ret, nr;
	void *counter;
	uint64_t drained;
	bool armed;
};

/* A table as the tracer sees it, and what it knows of it: shared by the images of processes that share it. */
struct counters {
	unsigned refs;
	unsigned frozen; /* above 0 no key is armed any more */
	struct stub_slot *slot;
	struct key *keys;
	size_t nkeys;
	uint64_t site_drained[STUB_SITES];
};

struct stub_image {
	struct pages *pages;
	struct counters *counters; /* NULL as long as it is only watched */
};

/*
 * A watched vDSO has two int 0x80 behind its function: where restarts enter, to
 * which its own int 0x80 jumps, and calls, to which the move jumps. Behind each
 * there is a jump to the landing pad. The program's addresses.
 */
static inline uint32_t watched_restart_at(const struct pages *p)
{
	return p->code.target.padding_jump_at;
}

static inline uint32_t watched_call_at(const struct pages *p)
{
	return p->code.target.padding_jump_at + FORM_GAP / 2;
}

/* The image takes over a mapping of its table, instead of those that it had. */
void stub_set_counters(struct stub_image *im, void *map);

/* Gives the address space of tid, which stands where it can make calls, a table of its own. */
int stub_own_table(struct stub_image *im, pid_t tid);

/* Overwrites code of a stopped task, whatever its protection. Returns 0 or a negative errno. */
int stub_poke(pid_t tid, uint64_t at, const void *bytes, size_t n);

/* jmp rel32 from from to to. */
void stub_jump(uint8_t out[5], uint64_t from, uint64_t to);

#endif
