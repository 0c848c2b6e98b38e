/* SPDX-License-Identifier: MIT */
/*
 * One unwind worker and the way to it: started when it is needed, started
 * again when it dies, and fed with samples without ever blocking for long.
 */
#ifndef ET_STACK_LINK_H
#define ET_STACK_LINK_H

#include "base/err.h"
#include "base/helper.h"
#include "stack/wire.h"

#include <stdbool.h>
#include <sys/types.h>

/* An address space as the workers see it. Shared by the samples taken in it. */
struct stack_space {
	unsigned refs;
	uint32_t slot;   /* in the workers */
	uint64_t serial; /* no two spaces have the same */
	struct wire_map *maps;
	size_t nmaps;
};

struct stack_space *stack_space_ref(struct stack_space *s);
void stack_space_unref(struct stack_space *s);

/* A sample on its way. */
struct pending {
	struct pending *next;
	struct stack_space *space;
	void *owner;          /* whose it is: of the one who submitted it */
	uint64_t weight;
	uint64_t seq;         /* of the owner */
	struct wire_frame *frames; /* found so far, by the 64-bit worker */
	size_t nframes;
	struct wire_sample sample; /* slice_len bytes follow */
	uint8_t slice[];
};

struct pending *pending_new(size_t slice_len);
void pending_free(struct pending *p);

struct fifo {
	struct pending *head, *tail;
	size_t n;
};

/* The files that the workers are sent, by number. */
struct module_files {
	/* Returns -1 where there is none; open only until the next call. */
	int (*fd)(void *ctx, uint32_t id);
	void *ctx;
	size_t n;
};

struct link {
	/* fixed */
	unsigned bits;     /* 32 or 64 */
	const char *path;  /* the worker's program */
	const struct module_files *modules;

	/* the worker that lives, if one does */
	struct helper worker;
	uint8_t modules_sent[WIRE_MODULES_MAX / 8];
	uint64_t slots[WIRE_SPACES_MAX]; /* serial of the space in each */

	/* over all */
	struct fifo queue;  /* not sent yet */
	struct fifo flight; /* sent, not answered yet */
	unsigned deaths;
	bool given_up;
};

/* What becomes of a sample; p belongs to the callee. st is NULL when the worker died over it. */
typedef void link_done(void *ctx, struct pending *p, const struct wire_stack *st,
		       const struct wire_frame *frames);

void link_init(struct link *l, unsigned bits, const char *path, const struct module_files *modules);

/* Starts the worker. Returns 0 or a negative errno, with a sentence in err. */
int link_start(struct link *l, struct err *err);

/* Takes p over and sends what can be sent now. */
void link_submit(struct link *l, struct pending *p, link_done *done, void *ctx);

/*
 * Sends and receives what there is. With a limit, goes on until at most that
 * many samples wait to be sent and be answered; a worker that makes no progress
 * for seconds is killed.
 */
void link_pump(struct link *l, link_done *done, void *ctx);
void link_wait(struct link *l, size_t limit, link_done *done, void *ctx);

/* Ends the worker. What still waits is freed without a word. */
void link_fini(struct link *l);

#endif
