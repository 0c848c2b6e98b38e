/* SPDX-License-Identifier: MIT */
#include "model/needs_ia32.h"

const char *const needs_ia32_name[IA32_VERDICTS] = {
	[IA32_NEEDED] = "yes", [IA32_UNKNOWN] = "unknown", [IA32_NOT_NEEDED] = "no",
};

/* Calls of the i386 table: whatever made them, no kernel without the emulation answers them. */
static bool made_i386_calls(const struct site *s)
{
	for (size_t i = 0; i < s->ncalls; i++)
		if (s->calls[i].abi == ABI_I386)
			return true;
	return false;
}

bool image_needs_ia32(const struct trace *t, size_t image)
{
	if (t->images[image].abi == ABI_I386)
		return true;
	for (size_t i = 0; i < t->nsites; i++)
		if (t->sites[i].image == image && made_i386_calls(&t->sites[i]))
			return true;
	return false;
}

enum needs_ia32 trace_needs_ia32(const struct trace *t)
{
	bool unsure = t->nblind_spots > 0 || t->partial;

	for (size_t i = 0; i < t->nimages; i++)
		if (image_needs_ia32(t, i))
			return IA32_NEEDED;
	for (size_t i = 0; i < t->nsites; i++)
		unsure |= t->sites[i].path == PATH_UNKNOWN;
	return unsure || !t->nimages ? IA32_UNKNOWN : IA32_NOT_NEEDED;
}
