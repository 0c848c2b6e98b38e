/* SPDX-License-Identifier: MIT */
#include "worker/minidebug.h"

#include <lzma.h>
#include <stdlib.h>

enum { UNPACKED_MAX = 32 << 20, MEMORY_MAX = 64 << 20 };

size_t minidebug_unpack(const struct elf_part *packed, uint8_t **out)
{
	lzma_stream xz = LZMA_STREAM_INIT;
	size_t room = 16 * packed->size + 4096, size = 0;

	*out = NULL;
	if (lzma_stream_decoder(&xz, MEMORY_MAX, 0) != LZMA_OK)
		return 0;
	xz.next_in = packed->bytes;
	xz.avail_in = packed->size;
	if (room > UNPACKED_MAX)
		room = UNPACKED_MAX;
	*out = malloc(room);
	if (*out) {
		xz.next_out = *out;
		xz.avail_out = room;
		if (lzma_code(&xz, LZMA_FINISH) == LZMA_STREAM_END)
			size = room - xz.avail_out;
	}
	lzma_end(&xz);
	return size;
}
