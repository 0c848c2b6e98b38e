/* SPDX-License-Identifier: MIT */
#include "stack/name.h"

#include "base/err.h"
#include "base/vec.h"

#include <string.h>

struct name_key {
	uint64_t vaddr;
	uint64_t module;
};

struct name {
	struct name_key key;
	struct symbol_info info;
	UT_hash_handle hh;
};

static_assert(sizeof(struct raw_frame) == 16, "frames are hashed as bytes");

struct raw_stack *raw_stack_new(const struct raw_frame *frames, size_t n, enum stack_end end)
{
	size_t bytes = sizeof(uint64_t) + n * sizeof(*frames);
	struct raw_stack *s = xcalloc(1, sizeof(*s) + bytes);

	s->end = end;
	s->nframes = n;
	s->key = s->key_bytes;
	s->key_len = (unsigned)bytes;
	s->key_bytes[0] = end;
	if (n)
		memcpy(s->key_bytes + 1, frames, n * sizeof(*frames));
	return s;
}

const struct raw_frame *raw_stack_frames(const struct raw_stack *s)
{
	return (const struct raw_frame *)(s->key_bytes + 1);
}

void names_fini(struct names *names)
{
	struct name *n, *next;

	HASH_ITER(hh, names->by_frame, n, next) {
		HASH_DEL(names->by_frame, n);
		symbol_info_fini(&n->info);
		free(n);
	}
}

/* The functions at a frame; NULL when none are known. */
static const struct symbol_info *functions(struct names *names, const struct capture *capture,
					   struct symbols *symbols, const struct raw_frame *f)
{
	/* A return address may lie behind the last byte of its function. */
	struct name_key key = {.vaddr = f->offset - (f->exact ? 0 : 1), .module = f->module};
	const struct module *m = capture_module(capture, f->module);
	struct name *n;
	int fd;

	if (!symbols || !m)
		return NULL;
	HASH_FIND(hh, names->by_frame, &key, sizeof(key), n);
	if (!n) {
		fd = capture_module_fd(capture, f->module);
		if (fd < 0)
			return NULL;
		n = xcalloc(1, sizeof(*n));
		n->key = key;
		symbols_resolve(symbols, m->name, fd, key.vaddr, &n->info);
		HASH_ADD(hh, names->by_frame, key, sizeof(n->key), n);
	}
	return &n->info;
}

static struct frame *add_frame(struct stack *out, const struct raw_frame *f, const struct module *m)
{
	struct frame *to = vec_push(out->frames, out->nframes);

	to->kind = f->kind == WIRE_FRAME_SIGNAL ? FRAME_SIGNAL : FRAME_CALL;
	to->guessed = f->kind == WIRE_FRAME_POINTER || f->kind == WIRE_FRAME_SCAN ||
		      f->kind == WIRE_FRAME_FAR_SCAN;
	to->module = m ? xstrdup(m->name) : NULL;
	to->offset = f->offset;
	return to;
}

void names_stack(struct names *names, const struct capture *capture, struct symbols *symbols,
		 const struct raw_stack *raw, struct stack *out)
{
	const struct raw_frame *f = raw_stack_frames(raw);

	out->end = raw->end;
	for (size_t i = 0; i < raw->nframes; i++, f++) {
		const struct module *m = capture_module(capture, f->module);

		if (f->kind == WIRE_FRAME_FAR || f->kind == WIRE_FRAME_FAR_SCAN) {
			add_frame(out, f, m)->kind = FRAME_FAR_CALL;
			continue;
		}
		const struct symbol_info *info = functions(names, capture, symbols, f);
		size_t n = info && info->nframes ? info->nframes : 1;

		for (size_t k = 0; k < n; k++) {
			struct frame *to = add_frame(out, f, m);

			if (!info || !info->nframes)
				continue;
			const struct symbol_frame *from = &info->frames[k];

			to->function = from->function ? xstrdup(from->function) : NULL;
			to->source = from->source ? xstrdup(from->source) : NULL;
			to->inlined = from->inlined;
		}
	}
}
