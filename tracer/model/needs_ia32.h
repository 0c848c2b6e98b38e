/* SPDX-License-Identifier: MIT */
/* Which programs of a trace need the kernel's IA32 emulation. Pure. */
#ifndef ET_MODEL_NEEDS_IA32_H
#define ET_MODEL_NEEDS_IA32_H

#include "model/trace.h"

enum needs_ia32 {
	IA32_NEEDED,
	IA32_UNKNOWN,    /* none is seen to, but not all was seen */
	IA32_NOT_NEEDED, /* by what ran; "entrytrace scan" tells of what did not */
	IA32_VERDICTS,
};

/* "yes", "unknown", "no" */
extern const char *const needs_ia32_name[IA32_VERDICTS];

/* An i386 program does; one of another kind does when it made calls that go through the emulation. */
bool image_needs_ia32(const struct trace *t, size_t image);

/* All of them. */
enum needs_ia32 trace_needs_ia32(const struct trace *t);

#endif
