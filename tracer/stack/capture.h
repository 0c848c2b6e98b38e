/* SPDX-License-Identifier: MIT */
/* The snapshot of a stopped thread: registers, a slice of its stack, and what is mapped. */
#ifndef ET_STACK_CAPTURE_H
#define ET_STACK_CAPTURE_H

#include "stack/unwinders.h"
#include "tracee/module.h"
#include "tracee/thread.h"

#include <sys/user.h>
#include <uthash.h>

/* A module of the tracer, and its number in the workers. */
struct capture_module {
	struct module *module;
	uint32_t id;
	UT_hash_handle hh;
};

/* Maps that were turned into a space already; fork makes processes share them. */
struct capture_space {
	struct maps *maps; /* held, so that no other maps get its address */
	struct stack_space *space;
};

enum { CAPTURE_SPACES = 64 };

struct capture {
	struct unwinders *unwinders;
	struct modules *modules;
	struct capture_module *by_module;
	struct module **by_id;
	size_t nby_id;
	struct capture_space spaces[CAPTURE_SPACES];
	unsigned next_space;
};

void capture_init(struct capture *c, struct unwinders *u, struct modules *modules);
void capture_fini(struct capture *c);

/*
 * Takes the snapshot. NULL when nothing can be read, as of a task that has just
 * been killed. *bits: the width of the code that runs.
 */
struct pending *capture_take(struct capture *c, struct thread *t,
			     const struct user_regs_struct *regs, unsigned bytes, unsigned *bits);

/* The module with that number; NULL for WIRE_NO_MODULE and numbers never given. */
const struct module *capture_module(const struct capture *c, uint32_t id);

/* Where its ELF file can be read, -1 when it has none; as modules_fd() returns it. */
int capture_module_fd(const struct capture *c, uint32_t id);

#endif
