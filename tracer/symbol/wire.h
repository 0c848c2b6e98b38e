/* SPDX-License-Identifier: MIT */
/* What symbols_resolve() and its child say to each other; same build on both sides. */
#ifndef ET_SYMBOL_WIRE_H
#define ET_SYMBOL_WIRE_H

#include <assert.h>
#include <limits.h>
#include <stdint.h>

enum {
	SYMBOL_REPLY_MAX = 60000,
	SYMBOL_FRAMES_MAX = 64,
	SYMBOL_TEXT_MAX = 4096,
	SYMBOL_MODULES_MAX = 64, /* that the child has open */
};

/* A descriptor rides along (SCM_RIGHTS) when another module takes that place in the child. */
struct symbol_request {
	uint32_t place;
	uint32_t opens; /* 1 when the descriptor is attached */
	uint64_t vaddr;
	char path[PATH_MAX];
};

/* Followed by nframes times: struct symbol_reply_frame, function bytes, source bytes. */
struct symbol_reply {
	uint32_t nframes;
	uint32_t reserved;
};

struct symbol_reply_frame {
	uint16_t function_len; /* 0: unknown */
	uint16_t source_len;   /* 0: unknown */
	uint32_t inlined;
};

static_assert(sizeof(struct symbol_request) == 16 + PATH_MAX, "no padding");
static_assert(sizeof(struct symbol_reply) == 8, "no padding");
static_assert(sizeof(struct symbol_reply_frame) == 8, "no padding");

#endif
