/* SPDX-License-Identifier: MIT */
/* What the symbol child answers: it may have been taken over by a file that it read. */
#include "fuzz.h"
#include "symbol/reply.h"
#include "symbol/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct symbol_info info = {0};
	size_t text = 0;

	symbol_reply_parse(data, size, &info);
	if (info.nframes > SYMBOL_FRAMES_MAX)
		abort();
	for (size_t i = 0; i < info.nframes; i++) {
		text += info.frames[i].function ? strlen(info.frames[i].function) : 0;
		text += info.frames[i].source ? strlen(info.frames[i].source) : 0;
	}
	if (text > size)
		abort();
	symbol_info_fini(&info);
	return 0;
}
