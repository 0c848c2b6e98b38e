/* SPDX-License-Identifier: MIT */
/* Both workers together: a stack that crosses a far call goes through one and then the other. */
#ifndef ET_STACK_UNWINDERS_H
#define ET_STACK_UNWINDERS_H

#include "stack/link.h"

/* A finished sample, owned by the callee; its frames are complete. lost: a worker died over it. */
typedef void unwinders_done(void *ctx, struct pending *p, enum wire_end end, bool lost);

struct unwinders {
	struct link links[2]; /* 32, 64 */
	char *paths[2];
	struct module_files modules;
	uint64_t next_id, next_serial;
	uint32_t next_slot;
	unwinders_done *done;
	void *ctx;
};

/*
 * Finds the workers' programs (in folder; where that is NULL beside the running
 * one, else where they were installed) and starts them. Returns 0 or a negative errno with a sentence.
 */
int unwinders_init(struct unwinders *u, const char *folder, unwinders_done *done, void *ctx, struct err *err);
void unwinders_fini(struct unwinders *u);

/* Where the workers' files come from. To be called before the first sample. */
void unwinders_files(struct unwinders *u, int (*fd)(void *ctx, uint32_t id), void *ctx);

/* The number of one more module. */
uint32_t unwinders_module(struct unwinders *u);

/* Takes maps (allocated) over. One reference is the caller's. */
struct stack_space *unwinders_space(struct unwinders *u, struct wire_map *maps, size_t nmaps);

/* Takes p over. bits: the width of the code at its ip. Blocks only when far too many wait. */
void unwinders_submit(struct unwinders *u, struct pending *p, unsigned bits);

/* Waits until every sample is answered or lost. */
void unwinders_drain(struct unwinders *u);

/* How often a worker died. */
unsigned unwinders_deaths(const struct unwinders *u);

#endif
