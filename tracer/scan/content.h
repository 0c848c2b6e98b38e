/* SPDX-License-Identifier: MIT */
/* What a file is, by its first bytes: its name says nothing. */
#ifndef ET_SCAN_CONTENT_H
#define ET_SCAN_CONTENT_H

#include <stddef.h>
#include <stdint.h>

enum content {
	CONTENT_OTHER,   /* nothing that the scan reads */
	CONTENT_ELF,
	CONTENT_PE,      /* MZ: DOS, or Windows */
	CONTENT_SCRIPT,
	CONTENT_ARCHIVE, /* or a compressed file, which may be one */
};

/* So many of the first bytes decide. */
#define CONTENT_BYTES 512

enum content content_of(const uint8_t *bytes, size_t n);

#endif
