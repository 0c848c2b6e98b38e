/* SPDX-License-Identifier: MIT */
/* A call stack, named and weighted, as the report shows it. */
#ifndef ET_MODEL_STACK_H
#define ET_MODEL_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_kind {
	FRAME_CALL,     /* a function, by its call further in */
	FRAME_SIGNAL,   /* a function that a signal interrupted */
	FRAME_FAR_CALL, /* no function: the far call between 64-bit and 32-bit code */
	FRAME_KINDS,
};

struct frame {
	enum frame_kind kind;
	bool guessed;     /* found without call frame information */
	bool inlined;     /* into the next frame; module and offset are that one's */
	char *module;     /* file path, "[vdso]", "[anon]"; NULL if none is there */
	uint64_t offset;  /* of the return address; of the instruction for the first and for FRAME_SIGNAL */
	char *function;   /* NULL if unknown; "name+0x1c" when only a symbol is known */
	char *source;     /* "file.c:12", NULL if unknown */
};

/* How a stack ends; ids as in the JSON. */
enum stack_end {
	STACK_WHOLE,     /* at the start of the program or the thread */
	STACK_CUT_SLICE, /* the copied bytes ended */
	STACK_CUT_LIMIT, /* more frames than are followed */
	STACK_CUT_LOST,  /* no way on was found */
	STACK_CUT_CYCLE, /* it leads back into itself */
	STACK_NONE,      /* no stack: the samples that it stands for were lost */
	STACK_ENDS,
};

extern const char *const frame_kind_name[FRAME_KINDS];
extern const char *const stack_end_name[STACK_ENDS];

/* Return their _ENDS or _KINDS when there is no such name. */
enum frame_kind frame_kind_by_name(const char *name);
enum stack_end stack_end_by_name(const char *name);

struct stack {
	uint64_t entries;      /* its weight: over a site's stacks they add up to the site's entries */
	uint64_t samples;      /* how many were really taken */
	enum stack_end end;
	struct frame *frames;  /* innermost first */
	size_t nframes;
};

void stack_fini(struct stack *s);

#endif
