/* SPDX-License-Identifier: MIT */
/* Stacks as they come from the workers, and the names that make them readable. */
#ifndef ET_STACK_NAME_H
#define ET_STACK_NAME_H

#include "model/stack.h"
#include "stack/capture.h"
#include "symbol/symbol.h"

#include <uthash.h>

struct raw_frame {
	uint64_t offset;
	uint32_t module; /* the workers' number */
	uint16_t kind;   /* enum wire_frame_kind */
	uint16_t exact;  /* offset is the instruction's, not a return address */
};

struct raw_stack {
	enum stack_end end;
	size_t nframes;
	UT_hash_handle hh;
	void *key;      /* within this allocation: the end, then the frames */
	unsigned key_len;
	uint64_t key_bytes[];
};

/* One allocation, for free(). */
struct raw_stack *raw_stack_new(const struct raw_frame *frames, size_t n, enum stack_end end);
const struct raw_frame *raw_stack_frames(const struct raw_stack *s);

/* What was looked up already; zeroed at the start. */
struct names {
	struct name *by_frame;
};

void names_fini(struct names *names);

/* Fills frames, nframes and end of out. symbols may be NULL: then without functions. */
void names_stack(struct names *names, const struct capture *capture, struct symbols *symbols,
		 const struct raw_stack *raw, struct stack *out);

#endif
