/* SPDX-License-Identifier: MIT */
#include "patch/code.h"

#include "patch/blob.h"

#include <errno.h>
#include <string.h>

/* hlt, which is a SIGSEGV: nothing is to run into what is not ours. */
enum { FILLER = 0xf4 };

/* A bit of the code's map of the address space stands for so much. */
enum { CHUNK_SHIFT = 20 };

enum fix_how { FIX_ADD, FIX_PUT, FIX_RELATIVE };

static const struct {
	enum fix_how how;
	size_t size;
} fixes[FIX_KINDS] = {
	[FIX_ADD_PAGE] = {FIX_ADD, 4},
	[FIX_ADD_TABLE] = {FIX_ADD, 4},
	[FIX_PUT_SECRET] = {FIX_PUT, 4},
	[FIX_PUT_MOVE] = {FIX_PUT, 2},
	[FIX_REL_ENTRY] = {FIX_RELATIVE, 4},
	[FIX_REL_PAD] = {FIX_RELATIVE, 4},
};

static void apply(uint8_t *code, uint32_t code_at, const struct code_fix *fix, uint32_t value)
{
	uint8_t *p = code + fix->at;
	uint32_t there;

	if (fixes[fix->kind].how == FIX_ADD) {
		memcpy(&there, p, sizeof(there));
		value += there;
	} else if (fixes[fix->kind].how == FIX_RELATIVE) {
		value -= code_at + fix->at + 4;
	}
	memcpy(p, &value, fixes[fix->kind].size);
}

int code_build(uint8_t *code, const struct code_target *target, struct code_layout *out)
{
	const struct code_blob *b = code_blob();
	const struct code_fix *fix = code_blob_at(b->fixes);
	const uint32_t at = target->code_at;
	const uint32_t value[FIX_KINDS] = {
		[FIX_ADD_PAGE] = at,
		[FIX_ADD_TABLE] = target->table_at,
		[FIX_PUT_SECRET] = target->secret,
		[FIX_PUT_MOVE] = target->sysenter ? 0xe589 : 0xcd89, /* mov ebp, esp; mov ebp, ecx */
		[FIX_REL_ENTRY] = target->entry_at,
		[FIX_REL_PAD] = target->landing_pad_at,
	};

	if (at % CODE_PAGE || target->table_at % CODE_PAGE)
		return -EINVAL;
	memset(code, FILLER, CODE_SIZE);
	memcpy(code, code_blob_at(b->code), b->size);
	for (unsigned i = 0; i < b->nfixes; i++)
		apply(code, at, &fix[i], value[fix[i].kind]);
	*out = (struct code_layout){
		.target = *target,
		.enter = at + b->enter,
		.enter80 = at + b->enter80,
		.restart = at + b->restart,
		.restart_ip = at + b->restarted,
		.missed80_ip = at + b->missed80,
		.plain = at + b->plain,
		.tail = at + b->tail,
		.tail80 = at + b->tail80,
		.setup = at + b->setup,
		.setup_ip = at + b->setup_done,
		.trampolines_at = at + (b->size + 15u) / 16 * 16,
	};
	return 0;
}

void code_put_setup(uint8_t *code, bool there)
{
	const struct code_blob *b = code_blob();
	const uint8_t *from = code_blob_at(b->code);

	if (there)
		memcpy(code + b->setup, from + b->setup, b->setup_done - b->setup);
	else
		memset(code + b->setup, FILLER, (size_t)(b->setup_done - b->setup));
}

void code_mark_chunks(uint8_t *code, uint64_t start, uint64_t end)
{
	uint8_t *bits = code + code_blob()->chunks;

	for (uint64_t i = start >> CHUNK_SHIFT; start < end && i <= (end - 1) >> CHUNK_SHIFT && i < 4096; i++)
		__atomic_fetch_or(&bits[i / 8], (uint8_t)(1u << i % 8), __ATOMIC_SEQ_CST);
}

bool code_chunk_marked(const uint8_t *code, uint32_t at)
{
	uint32_t i = at >> CHUNK_SHIFT;

	return code[code_blob()->chunks + i / 8] >> i % 8 & 1;
}

void code_jump(uint8_t *out, uint32_t from, uint32_t to)
{
	uint32_t rel = to - (from + JUMP_SIZE);

	out[0] = 0xe9;
	memcpy(out + 1, &rel, sizeof(rel));
}

void code_short_jump(uint8_t *out, uint32_t from, uint32_t to)
{
	out[0] = 0xeb;
	out[1] = (uint8_t)(to - (from + SHORT_JUMP_SIZE));
}
