/* SPDX-License-Identifier: MIT */
/*
 * What the scan and its locked-in readers say to each other, over SOCK_SEQPACKET;
 * the same build on both sides. What comes from a reader is checked all the same:
 * it has read hostile files.
 */
#ifndef ET_SCAN_WIRE_H
#define ET_SCAN_WIRE_H

#include "scan/file.h"

#include <assert.h>

enum {
	WIRE_REPLY_MAX = 60000,
	WIRE_TEXT_MAX = 4096,
	WIRE_NEEDED_MAX = 1024,
};

/* A file to read; its descriptor rides along. */
struct wire_request {
	uint64_t id;
};

enum wire_kind {
	WIRE_FILE = 1, /* a file of the request: all but its sites */
	WIRE_SITES,    /* some sites of the file before */
	WIRE_DONE,     /* nothing more comes for this request */
};

struct wire_head {
	uint64_t id;
	uint32_t kind;
	uint32_t count; /* of sites */
};

static_assert(sizeof(struct wire_request) == 8, "no padding");
static_assert(sizeof(struct wire_head) == 16, "no padding");

struct wire_packet {
	size_t n;
	uint8_t bytes[WIRE_REPLY_MAX];
};

/* Packs the file, but for sites and path. Always fits: what is too long is left out. */
void wire_pack_file(uint64_t id, const struct scan_file *f, struct wire_packet *out);

/* Packs sites from *next on, as many as fit; *next moves behind them. */
void wire_pack_sites(uint64_t id, const struct scan_file *f, size_t *next, struct wire_packet *out);

void wire_pack_done(uint64_t id, struct wire_packet *out);

/* The head of a packet of n bytes; false when it is none. */
bool wire_head(const uint8_t *bytes, size_t n, struct wire_head *out);

/* Unpacks a WIRE_FILE into out (empty before), or adds the sites of a WIRE_SITES. False, with out as far as it came, when it makes no sense. */
bool wire_unpack_file(const uint8_t *bytes, size_t n, struct scan_file *out);
bool wire_unpack_sites(const uint8_t *bytes, size_t n, struct scan_file *out);

#endif
