/* SPDX-License-Identifier: MIT */
#ifndef ET_WORKER_SERVE_H
#define ET_WORKER_SERVE_H

#include "worker/space.h"

/* One received packet. */
struct packet {
	const uint8_t *bytes;
	size_t size;
	int fd; /* -1 without one; serve_packet() takes it over */
};

/* Room for an answer; too large for the stack. */
struct answer {
	struct wire_stack stack;
	struct wire_frame frames[WIRE_FRAMES_MAX];
};

/*
 * Handles one packet of any content. Returns the size of the answer now in
 * *out, 0 when the packet has none, a negative value when the packet breaks
 * the protocol: the worker then ends.
 */
int serve_packet(struct store *st, const struct packet *p, struct answer *out);

#endif
