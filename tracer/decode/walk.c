/* SPDX-License-Identifier: MIT */
#include "decode/walk.h"

#include "decode/decoder.h"

#include <string.h>

/* Instructions before a place that may set eax for it. */
#define RECENT 16

struct walk {
	ZydisDecoder full, skim;
	const uint8_t *code;
	size_t n;
	size_t recent[RECENT]; /* where the last instructions begin; a ring */
	size_t count;
};

enum effect { NOTHING, SETS, SPOILS };

static bool is_eax(const struct walk *w, const ZydisDecodedOperand *op)
{
	return op->type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       ZydisRegisterGetLargestEnclosing(w->full.machine_mode, op->reg.value) ==
		       (w->full.machine_mode == ZYDIS_MACHINE_MODE_LONG_64 ? ZYDIS_REGISTER_RAX : ZYDIS_REGISTER_EAX);
}

static bool is_eax_whole(const ZydisDecodedOperand *op)
{
	return op->type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       (op->reg.value == ZYDIS_REGISTER_EAX || op->reg.value == ZYDIS_REGISTER_RAX);
}

/* What the instruction at at does to eax, before being what stands before it (SIZE_MAX for none). */
static enum effect effect_of(const struct walk *w, size_t at, size_t before, uint32_t *nr)
{
	ZydisDecodedInstruction zi, push;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT], pushed[ZYDIS_MAX_OPERAND_COUNT];

	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&w->full, w->code + at, w->n - at, &zi, ops)))
		return SPOILS;
	if (zi.mnemonic == ZYDIS_MNEMONIC_MOV && is_eax_whole(&ops[0]) &&
	    ops[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		*nr = (uint32_t)ops[1].imm.value.u;
		return SETS;
	}
	if (zi.mnemonic == ZYDIS_MNEMONIC_XOR && is_eax_whole(&ops[0]) && is_eax_whole(&ops[1])) {
		*nr = 0;
		return SETS;
	}
	if (zi.mnemonic == ZYDIS_MNEMONIC_POP && is_eax_whole(&ops[0]) && before != SIZE_MAX &&
	    ZYAN_SUCCESS(ZydisDecoderDecodeFull(&w->full, w->code + before, w->n - before, &push, pushed)) &&
	    push.mnemonic == ZYDIS_MNEMONIC_PUSH && pushed[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		*nr = (uint32_t)pushed[0].imm.value.u;
		return SETS;
	}
	/* What is called, and what comes back from the kernel, leaves its result there; control may come from elsewhere. */
	if (zi.meta.category == ZYDIS_CATEGORY_CALL || zi.meta.category == ZYDIS_CATEGORY_RET ||
	    zi.meta.category == ZYDIS_CATEGORY_UNCOND_BR || zi.meta.category == ZYDIS_CATEGORY_INTERRUPT ||
	    zi.meta.category == ZYDIS_CATEGORY_SYSCALL)
		return SPOILS;
	for (unsigned i = 0; i < zi.operand_count; i++)
		if (is_eax(w, &ops[i]) && (ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			return SPOILS;
	return NOTHING;
}

static bool number_at(const struct walk *w, uint32_t *nr)
{
	size_t back = w->count < RECENT ? w->count : RECENT;

	for (size_t k = 1; k <= back; k++) {
		size_t at = w->recent[(w->count - k) % RECENT];
		size_t before = k < back ? w->recent[(w->count - k - 1) % RECENT] : SIZE_MAX;
		enum effect e = effect_of(w, at, before, nr);

		if (e != NOTHING)
			return e == SETS;
	}
	return false;
}

/* Are the bytes from begin to the place nothing but prefixes of the instruction there? */
static bool is_prefixed(const ZydisDecodedInstruction *zi, size_t begin, size_t at)
{
	return at - begin == zi->raw.prefix_count;
}

void walk_code(const uint8_t *code, size_t n, enum cpu_mode mode, struct walk_place *places, size_t nplaces)
{
	struct walk w = {.full = decoder_of(mode), .skim = decoder_of(mode), .code = code, .n = n};
	size_t at = 0, i = 0;

	/* On the way only lengths matter. */
	ZydisDecoderEnableMode(&w.skim, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
	while (i < nplaces && at < n) {
		ZydisDecodedInstruction zi;

		if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&w.skim, NULL, code + at, n - at, &zi)))
			break;
		for (; i < nplaces && places[i].at < at + zi.length; i++) {
			struct walk_place *p = &places[i];

			p->found = p->at == at || is_prefixed(&zi, at, p->at) ? WALK_BEGINS : WALK_INSIDE;
			if (p->found == WALK_BEGINS)
				p->nr_known = number_at(&w, &p->nr);
		}
		w.recent[w.count++ % RECENT] = at;
		at += zi.length;
	}
	for (; i < nplaces; i++)
		places[i].found = WALK_LOST;
}

bool walk_number_before(const uint8_t *code, size_t at, enum cpu_mode mode, uint32_t *nr)
{
	/* mov eax, imm32, and nothing else that is as long */
	if (at < 5 || code[at - 5] != 0xb8 || (mode == CPU_MODE_64 && at >= 6 && (code[at - 6] & 0xf0) == 0x40))
		return false;
	memcpy(nr, code + at - 4, 4);
	return true;
}
