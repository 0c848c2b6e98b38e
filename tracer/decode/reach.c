/* SPDX-License-Identifier: MIT */
#include "decode/reach.h"

#include "base/err.h"
#include "base/vec.h"
#include "decode/decoder.h"

#include <stdlib.h>
#include <string.h>

struct reach {
	const uint8_t *bytes;
	size_t n;
	uint64_t vaddr, got;
	enum cpu_mode mode;
	ZydisDecoder skim, full;
	uint8_t *begins; /* a bit per byte: an instruction that is reached begins there */
	uint8_t *maybe;  /* the same of those that only may be reached */
	uint32_t *todo;
	size_t ntodo;
	uint32_t *taken; /* places that an address was taken of */
	size_t ntaken;
};

static bool bit(const uint8_t *set, size_t i)
{
	return set[i / 8] >> i % 8 & 1;
}

static void set_bit(uint8_t *set, size_t i)
{
	set[i / 8] |= (uint8_t)(1u << i % 8);
}

struct reach *reach_new(const uint8_t *bytes, size_t n, uint64_t vaddr, enum cpu_mode mode, uint64_t got)
{
	struct reach *r = xcalloc(1, sizeof(*r));

	r->bytes = bytes;
	r->n = n;
	r->vaddr = vaddr;
	r->got = got;
	r->mode = mode;
	r->skim = r->full = decoder_of(mode);
	ZydisDecoderEnableMode(&r->skim, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
	r->begins = xcalloc(n / 8 + 1, 1);
	r->maybe = xcalloc(n / 8 + 1, 1);
	return r;
}

void reach_free(struct reach *r)
{
	if (!r)
		return;
	free(r->begins);
	free(r->maybe);
	free(r->todo);
	free(r->taken);
	free(r);
}

/* Into bytes[]; false for an address elsewhere. 32-bit addresses wrap. */
static bool place_of(const struct reach *r, uint64_t vaddr, size_t *at)
{
	uint64_t offset = vaddr - r->vaddr;

	if (r->mode == CPU_MODE_32)
		offset = (uint32_t)offset;
	*at = (size_t)offset;
	return offset < r->n;
}

void reach_from(struct reach *r, uint64_t vaddr)
{
	size_t at;

	if (place_of(r, vaddr, &at) && !bit(r->begins, at))
		*vec_push(r->todo, r->ntodo) = (uint32_t)at;
}

void reach_maybe_from(struct reach *r, uint64_t vaddr)
{
	size_t at;

	if (place_of(r, vaddr, &at) && !bit(r->begins, at))
		*vec_push(r->taken, r->ntaken) = (uint32_t)at;
}

/* --- one instruction --- */

/* Does what stands behind it run only when something jumps there? */
static bool ends_flow(const ZydisDecodedInstruction *zi)
{
	switch ((int)zi->mnemonic) {
	case ZYDIS_MNEMONIC_JMP:
	case ZYDIS_MNEMONIC_RET:
	case ZYDIS_MNEMONIC_IRET:
	case ZYDIS_MNEMONIC_IRETD:
	case ZYDIS_MNEMONIC_IRETQ:
	case ZYDIS_MNEMONIC_UD0:
	case ZYDIS_MNEMONIC_UD1:
	case ZYDIS_MNEMONIC_UD2:
	case ZYDIS_MNEMONIC_HLT:
		return true;
	default:
		return false;
	}
}

/* Where it may go, and what it takes the address of. */
static void follow(struct reach *r, const ZydisDecodedInstruction *zi, size_t at, bool certain)
{
	uint64_t end = r->vaddr + at + zi->length;
	bool wide = r->mode == CPU_MODE_64;
	size_t to;

	for (unsigned i = 0; i < 2; i++) {
		if (!zi->raw.imm[i].size)
			continue;
		if (zi->raw.imm[i].is_relative && place_of(r, end + (uint64_t)zi->raw.imm[i].value.s, &to)) {
			if (!bit(certain ? r->begins : r->maybe, to))
				*vec_push(r->todo, r->ntodo) = (uint32_t)to;
		} else if (certain && zi->raw.imm[i].size == 32) {
			reach_maybe_from(r, (uint32_t)zi->raw.imm[i].value.u);
		}
	}
	if (!certain || zi->mnemonic != ZYDIS_MNEMONIC_LEA || zi->raw.disp.size != 32)
		return;
	if (wide && zi->raw.modrm.mod == 0 && zi->raw.modrm.rm == 5)
		reach_maybe_from(r, end + (uint64_t)zi->raw.disp.value);
	else if (!wide)
		reach_maybe_from(r, r->got + (uint64_t)zi->raw.disp.value);
}

/* --- following --- */

/* From a place on, until the flow ends or comes to where it was before. */
static void read_on(struct reach *r, size_t at)
{
	while (at < r->n && !bit(r->begins, at)) {
		ZydisDecodedInstruction zi;

		if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&r->skim, NULL, r->bytes + at, r->n - at, &zi)))
			return;
		set_bit(r->begins, at);
		follow(r, &zi, at, true);
		if (ends_flow(&zi))
			return;
		at += zi.length;
	}
}

/*
 * The same where it may be data: only as long as it reads like what compilers and
 * people write.
 */
static void read_on_maybe(struct reach *r, size_t at)
{
	while (at < r->n && !bit(r->begins, at) && !bit(r->maybe, at)) {
		ZydisDecodedInstruction zi;

		if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&r->full, NULL, r->bytes + at, r->n - at, &zi)) ||
		    !decoder_is_plain(&zi, r->bytes + at))
			return;
		set_bit(r->maybe, at);
		follow(r, &zi, at, false);
		if (ends_flow(&zi))
			return;
		at += zi.length;
	}
}

void reach_run(struct reach *r)
{
	while (r->ntodo)
		read_on(r, r->todo[--r->ntodo]);
	while (r->ntaken) {
		read_on_maybe(r, r->taken[--r->ntaken]);
		while (r->ntodo)
			read_on_maybe(r, r->todo[--r->ntodo]);
	}
}

/* --- answers --- */

enum covers { NOT, INSIDE, BEGINS };

/* How an instruction of the set lies over at. Prefixes belong to what they stand before. */
static enum covers covers(const struct reach *r, const uint8_t *set, size_t at)
{
	if (bit(set, at))
		return BEGINS;
	for (size_t back = 1; back < INSN_MAX && back <= at; back++) {
		ZydisDecodedInstruction zi;

		if (!bit(set, at - back) ||
		    !ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&r->skim, NULL, r->bytes + at - back,
								r->n - (at - back), &zi)) ||
		    zi.length <= back)
			continue;
		return zi.raw.prefix_count == back ? BEGINS : INSIDE;
	}
	return NOT;
}

enum reached reach_at(const struct reach *r, size_t at)
{
	enum covers certain = covers(r, r->begins, at), maybe = covers(r, r->maybe, at);

	if (certain == BEGINS)
		return REACHED;
	if (certain == INSIDE)
		return REACHED_INSIDE;
	return maybe == BEGINS ? REACHED_MAYBE : REACHED_NOT;
}

bool reach_in_branch(const struct reach *r, size_t at)
{
	for (size_t back = 1; back <= 4 && back <= at && at - back + 5 <= r->n; back++) {
		const uint8_t *p = r->bytes + at - back;
		bool conditional = (p[0] & 0xf0) == 0x80 && at > back && p[-1] == 0x0f;
		int32_t distance;
		size_t to;

		if (p[0] != 0xe8 && p[0] != 0xe9 && !conditional)
			continue;
		memcpy(&distance, p + 1, sizeof(distance));
		if (place_of(r, r->vaddr + at - back + 5 + (uint64_t)(int64_t)distance, &to) &&
		    (bit(r->begins, to) || bit(r->maybe, to)))
			return true;
	}
	return false;
}
