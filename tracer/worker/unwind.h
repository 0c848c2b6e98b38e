/* SPDX-License-Identifier: MIT */
#ifndef ET_WORKER_UNWIND_H
#define ET_WORKER_UNWIND_H

#include "worker/space.h"

/*
 * Unwinds one sample. slice holds sample->slice_len bytes. Fills out (frames
 * has room for WIRE_FRAMES_MAX) except for its head. Always ends: every step
 * goes up the stack, and the number of frames is bounded.
 */
void unwind_sample(struct space *space, const struct wire_sample *sample, const uint8_t *slice,
		   struct wire_stack *out, struct wire_frame *frames);

/* Drops what libunwind remembers of a space. */
void unwind_forget(struct space *space);

#endif
