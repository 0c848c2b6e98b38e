/* SPDX-License-Identifier: MIT */
#include "symbol/reply.h"

#include "base/err.h"
#include "base/vec.h"
#include "symbol/wire.h"

#include <string.h>

static char *take_text(const char **at, size_t *left, size_t len)
{
	if (len == 0 || len > *left)
		return NULL;
	char *text = xcalloc(1, len + 1);

	memcpy(text, *at, len);
	*at += len;
	*left -= len;
	return text;
}

void symbol_reply_parse(const void *bytes, size_t len, struct symbol_info *out)
{
	struct symbol_reply head;
	const char *reply = bytes, *at = reply + sizeof(head);

	if (len < sizeof(head))
		return;
	memcpy(&head, reply, sizeof(head));
	len -= sizeof(head);
	for (uint32_t i = 0; i < head.nframes && i < SYMBOL_FRAMES_MAX; i++) {
		struct symbol_reply_frame f;

		if (len < sizeof(f))
			return;
		memcpy(&f, at, sizeof(f));
		at += sizeof(f);
		len -= sizeof(f);
		struct symbol_frame *to = vec_push(out->frames, out->nframes);

		to->function = take_text(&at, &len, f.function_len);
		to->source = take_text(&at, &len, f.source_len);
		to->inlined = f.inlined != 0;
	}
}
