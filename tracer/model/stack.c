/* SPDX-License-Identifier: MIT */
#include "model/stack.h"

#include <stdlib.h>
#include <string.h>

const char *const frame_kind_name[FRAME_KINDS] = {
	[FRAME_CALL] = "call",
	[FRAME_SIGNAL] = "signal",
	[FRAME_FAR_CALL] = "far-call",
};

const char *const stack_end_name[STACK_ENDS] = {
	[STACK_WHOLE] = "start",
	[STACK_CUT_SLICE] = "slice",
	[STACK_CUT_LIMIT] = "limit",
	[STACK_CUT_LOST] = "lost",
	[STACK_CUT_CYCLE] = "cycle",
	[STACK_NONE] = "none",
};

enum frame_kind frame_kind_by_name(const char *name)
{
	unsigned k = 0;

	while (k < FRAME_KINDS && strcmp(frame_kind_name[k], name) != 0)
		k++;
	return (enum frame_kind)k;
}

enum stack_end stack_end_by_name(const char *name)
{
	unsigned e = 0;

	while (e < STACK_ENDS && strcmp(stack_end_name[e], name) != 0)
		e++;
	return (enum stack_end)e;
}

void stack_fini(struct stack *s)
{
	for (size_t i = 0; i < s->nframes; i++) {
		free(s->frames[i].module);
		free(s->frames[i].function);
		free(s->frames[i].source);
	}
	free(s->frames);
	*s = (struct stack){0};
}
