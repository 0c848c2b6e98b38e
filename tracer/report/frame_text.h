/* SPDX-License-Identifier: MIT */
/* What the formats that show stacks have in common. */
#ifndef ET_REPORT_FRAME_TEXT_H
#define ET_REPORT_FRAME_TEXT_H

#include "base/err.h"
#include "model/cost.h"
#include "model/stack.h"
#include "report/format.h"

#include <uthash.h>

/*
 * A frame's name for people: the function, without the distance into it; or
 * "file+0x1f" where there is none. The caller frees it.
 */
char *frame_text(const struct frame *f) __attribute__((returns_nonnull, warn_unused_result));

/* "[cut: why]" for a stack that does not reach the start, NULL for one that does. */
const char *stack_cut_text(const struct stack *s);

/*
 * "program;outermost;...;innermost;[path]", as flame-graph tools read it. A
 * NULL stack gives the site's module and function as its frames. The caller
 * frees it.
 */
char *folded_line(const struct trace *t, const struct site *site, const struct stack *s);

/* Lines of text with weights; equal ones are one. Zeroed at the start. */
struct weighed_line {
	char *text; /* the key */
	uint64_t weight;
	uint64_t old_weight; /* in the older one of two traces that are compared */
	UT_hash_handle hh;
};

/* The line of that text, a new one without weight if there is none. Takes text over. */
struct weighed_line *weighed_line(struct weighed_line **lines, char *text);
/* Takes text over. */
void weighed_add(struct weighed_line **lines, char *text, uint64_t weight);
/* Heaviest first. */
void weighed_sort(struct weighed_line **lines);
void weighed_free(struct weighed_line **lines);

/*
 * Can these stacks be weighted as asked? Returns 0, or -EINVAL with a sentence:
 * no stacks were taken, or cycles are wanted and there are no prices.
 */
int stack_weights_check(const struct trace *t, const struct estimate *est, enum weight weight,
			struct err *err);

/* The weight of a stack of site i, rounded. 0: the site has no price, or less than half a cycle. */
uint64_t stack_weight(const struct trace *t, const struct estimate *est, size_t site,
		      const struct stack *s, enum weight weight);

#endif
