/* SPDX-License-Identifier: MIT */
#include "decode/insn.h"

#include "decode/decoder.h"

#include <errno.h>
#include <string.h>

static enum insn_kind kind_of(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *ops)
{
	bool far = zi->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR;

	if (zi->meta.category == ZYDIS_CATEGORY_COND_BR)
		return INSN_JCC;
	switch ((int)zi->mnemonic) {
	case ZYDIS_MNEMONIC_INT:
		return (ops[0].imm.value.u & 0xff) == 0x80 ? INSN_INT80 : INSN_OTHER;
	case ZYDIS_MNEMONIC_SYSENTER:
		return INSN_SYSENTER;
	case ZYDIS_MNEMONIC_SYSCALL:
		return INSN_SYSCALL;
	case ZYDIS_MNEMONIC_CALL:
		return far ? INSN_FAR_CALL : INSN_CALL;
	case ZYDIS_MNEMONIC_JMP:
		return far ? INSN_OTHER : INSN_JMP;
	case ZYDIS_MNEMONIC_RET:
		return far ? INSN_OTHER : INSN_RET;
	default:
		return INSN_OTHER;
	}
}

static void find_target(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *ops,
			struct taddr addr, struct insn *out)
{
	if (out->kind == INSN_FAR_CALL && ops[0].type == ZYDIS_OPERAND_TYPE_POINTER) {
		out->target_known = true;
		out->target = taddr(ops[0].ptr.offset);
		out->selector = ops[0].ptr.segment;
	} else if ((out->kind == INSN_CALL || out->kind == INSN_JMP || out->kind == INSN_JCC) &&
		   ops[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		ZyanU64 to;

		if (ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(zi, &ops[0], addr.v, &to))) {
			out->target_known = true;
			/* 32-bit addresses wrap, which this sum does not know. */
			out->target = taddr(zi->machine_mode == ZYDIS_MACHINE_MODE_LONG_64 ? to : (uint32_t)to);
		}
	} else if ((out->kind == INSN_CALL || out->kind == INSN_JMP) &&
		   ops[0].type == ZYDIS_OPERAND_TYPE_MEMORY && ops[0].size == 32 &&
		   ops[0].mem.base == ZYDIS_REGISTER_NONE && ops[0].mem.index == ZYDIS_REGISTER_NONE &&
		   ops[0].mem.segment == ZYDIS_REGISTER_DS) {
		out->pointer_known = true;
		out->pointer = taddr((uint32_t)ops[0].mem.disp.value);
	}
}

static bool is_stack_pointer(const ZydisDecodedOperand *op)
{
	return op->type == ZYDIS_OPERAND_TYPE_REGISTER &&
	       (op->reg.value == ZYDIS_REGISTER_ESP || op->reg.value == ZYDIS_REGISTER_RSP ||
		op->reg.value == ZYDIS_REGISTER_SP);
}

/* What straight-line code does to the stack pointer: pushes, pops, add and sub of constants. */
static void find_stack_delta(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *ops,
			     struct insn *out)
{
	int32_t word = zi->operand_width / 8;
	int32_t slot = zi->machine_mode == ZYDIS_MACHINE_MODE_LONG_64 ? 8 : 4;
	bool writes = false;

	out->stack_known = true;
	switch ((int)zi->mnemonic) {
	case ZYDIS_MNEMONIC_PUSH:
		out->stack_delta = -word;
		return;
	case ZYDIS_MNEMONIC_POP:
		out->stack_delta = word;
		out->stack_known = !is_stack_pointer(&ops[0]);
		return;
	case ZYDIS_MNEMONIC_PUSHFD:
	case ZYDIS_MNEMONIC_PUSHFQ:
		out->stack_delta = -slot;
		return;
	case ZYDIS_MNEMONIC_POPFD:
	case ZYDIS_MNEMONIC_POPFQ:
		out->stack_delta = slot;
		return;
	case ZYDIS_MNEMONIC_SYSCALL:
	case ZYDIS_MNEMONIC_SYSENTER:
		return; /* the kernel gives the stack pointer back as it was */
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_SUB:
		if (is_stack_pointer(&ops[0])) {
			int64_t by = ops[1].imm.value.s;

			out->stack_known = ops[1].type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
					   by > -65536 && by < 65536;
			if (out->stack_known)
				out->stack_delta =
					(int32_t)(zi->mnemonic == ZYDIS_MNEMONIC_ADD ? by : -by);
			return;
		}
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < zi->operand_count; i++)
		writes |= is_stack_pointer(&ops[i]) &&
			  (ops[i].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE);
	out->stack_known = !writes;
}

static void format(const ZydisDecodedInstruction *zi, const ZydisDecodedOperand *ops,
		   struct taddr addr, struct insn *out)
{
	static const struct {
		ZydisFormatterProperty property;
		ZyanUPointer value;
	} plain[] = {
		{ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE},
		{ZYDIS_FORMATTER_PROP_DISP_PADDING, ZYDIS_PADDING_DISABLED},
		{ZYDIS_FORMATTER_PROP_IMM_PADDING, ZYDIS_PADDING_DISABLED},
		{ZYDIS_FORMATTER_PROP_ADDR_PADDING_ABSOLUTE, ZYDIS_PADDING_DISABLED},
	};
	ZydisFormatter f;

	ZydisFormatterInit(&f, ZYDIS_FORMATTER_STYLE_INTEL);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		ZydisFormatterSetProperty(&f, plain[i].property, plain[i].value);
	if (!ZYAN_SUCCESS(ZydisFormatterFormatInstruction(&f, zi, ops, zi->operand_count_visible,
							  out->text, sizeof(out->text), addr.v, NULL)))
		out->text[0] = '\0';
}

ZydisDecoder decoder_of(enum cpu_mode mode)
{
	ZydisDecoder decoder;

	if (mode == CPU_MODE_64)
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	else
		ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_COMPAT_32, ZYDIS_STACK_WIDTH_32);
	return decoder;
}

static int decode(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr addr,
		  bool with_text, struct insn *out)
{
	ZydisDecoder decoder = decoder_of(mode);
	ZydisDecodedInstruction zi;
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];

	memset(out, 0, sizeof(*out));
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, n, &zi, ops)))
		return -EILSEQ;
	out->len = zi.length;
	out->kind = kind_of(&zi, ops);
	find_target(&zi, ops, addr, out);
	find_stack_delta(&zi, ops, out);
	if (with_text)
		format(&zi, ops, addr, out);
	return 0;
}

int insn_decode(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr addr,
		struct insn *out)
{
	return decode(bytes, n, mode, addr, true, out);
}

int insn_skim(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr addr,
	      struct insn *out)
{
	return decode(bytes, n, mode, addr, false, out);
}

bool decoder_is_plain(const ZydisDecodedInstruction *zi, const uint8_t *bytes)
{
	static const uint16_t odd[] = {
		ZYDIS_MNEMONIC_ARPL, ZYDIS_MNEMONIC_BOUND, ZYDIS_MNEMONIC_ENTER, ZYDIS_MNEMONIC_HLT,
		ZYDIS_MNEMONIC_INTO, ZYDIS_MNEMONIC_IRET, ZYDIS_MNEMONIC_IRETD, ZYDIS_MNEMONIC_LDS,
		ZYDIS_MNEMONIC_LES, ZYDIS_MNEMONIC_POPA, ZYDIS_MNEMONIC_POPAD, ZYDIS_MNEMONIC_PUSHA,
		ZYDIS_MNEMONIC_PUSHAD, ZYDIS_MNEMONIC_SALC, ZYDIS_MNEMONIC_XLAT,
	};

	if ((zi->attributes & ZYDIS_ATTRIB_IS_PRIVILEGED) || zi->meta.category == ZYDIS_CATEGORY_IO ||
	    zi->meta.category == ZYDIS_CATEGORY_IOSTRINGOP || zi->meta.category == ZYDIS_CATEGORY_DECIMAL ||
	    zi->meta.branch_type == ZYDIS_BRANCH_TYPE_FAR || (bytes[0] == 0 && bytes[1] == 0))
		return false;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (zi->mnemonic == odd[i])
			return false;
	return true;
}

/* Does what stands behind it run only when something jumps there? */
static bool ends_flow(const ZydisDecodedInstruction *zi)
{
	return zi->meta.category == ZYDIS_CATEGORY_RET || zi->meta.category == ZYDIS_CATEGORY_UNCOND_BR ||
	       zi->meta.category == ZYDIS_CATEGORY_INTERRUPT || zi->mnemonic == ZYDIS_MNEMONIC_UD2;
}

/* One way of reading: from the byte where this stands. */
struct reading {
	uint16_t reaches; /* the instruction over the target that it comes to, or NOWHERE */
	uint16_t starts;  /* how many of the far bytes' ways come through here */
	uint8_t len;
	bool plain, ends;
};

int insn_agreed(const uint8_t *bytes, size_t n, enum cpu_mode mode, size_t target, size_t *begin,
		struct insn *out)
{
	/*
	 * Those that begin near may not have fallen in step yet. What most have come
	 * to near the target must be plain, and lead on.
	 */
	enum { FAR = INSN_AGREE - 64, NEAR = INSN_AGREE - 32, NOWHERE = 0xffff };
	ZydisDecoder decoder = decoder_of(mode);
	struct reading r[INSN_AGREE + 1];
	unsigned readable = 0;

	if (target < INSN_AGREE)
		return -EILSEQ;
	bytes += target - INSN_AGREE;
	n -= target - INSN_AGREE;
	for (unsigned i = INSN_AGREE + 1; i-- > 0;) {
		ZydisDecodedInstruction zi;

		r[i] = (struct reading){.reaches = NOWHERE};
		if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder, NULL, bytes + i, n - i, &zi)))
			continue;
		r[i].len = zi.length;
		r[i].plain = decoder_is_plain(&zi, bytes + i);
		r[i].ends = ends_flow(&zi);
		r[i].reaches = i + zi.length > INSN_AGREE ? (uint16_t)i : r[i + zi.length].reaches;
		r[i].starts = i < FAR && r[i].reaches != NOWHERE;
		readable += r[i].starts;
	}
	if (readable < FAR / 2)
		return -EILSEQ;
	for (unsigned i = 0; i < INSN_AGREE; i++) {
		unsigned next = i + r[i].len;

		if (r[i].reaches == NOWHERE || next > INSN_AGREE)
			continue;
		r[next].starts += r[i].starts;
		if (i >= NEAR && r[i].starts > readable / 2 &&
		    (!r[i].plain || (r[i].ends && r[i].reaches == next)))
			return -EILSEQ;
	}
	for (unsigned i = 0; i <= INSN_AGREE; i++)
		if (r[i].starts && r[i].reaches == i) {
			/* All of them, or they do not agree. */
			if (r[i].starts != readable)
				return -EILSEQ;
			*begin = target - INSN_AGREE + i;
			return decode(bytes + i, n - i, mode, taddr(*begin), false, out);
		}
	return -EILSEQ;
}

/* A prefix byte that may stand before any of the kinds that are looked for. */
static bool is_prefix(uint8_t b, enum cpu_mode mode)
{
	static const uint8_t legacy[] = {0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3};

	return memchr(legacy, b, sizeof(legacy)) || (mode == CPU_MODE_64 && (b & 0xf0) == 0x40);
}

int insn_ending_at(const uint8_t *bytes, size_t n, enum cpu_mode mode, struct taddr end,
		   enum insn_kind kind, struct insn *out)
{
	/*
	 * What enters the kernel has two bytes. A prefix does nothing to it, and an F2
	 * or F3 before it is the end of "mov edx, esi" or "mov ebx, esi".
	 */
	size_t longest = kind < INSN_CALL ? 2 : INSN_MAX;
	size_t found = 0;

	for (size_t len = 2; len <= n && len <= longest; len++) {
		const uint8_t *at = bytes + n - len;
		struct insn got;

		/* Once found, only the same instruction with one more prefix may replace it. */
		if (found && !(is_prefix(*at, mode) && len == found + 1))
			break;
		if (decode(at, len, mode, taddr_add(end, -(int64_t)len), false, &got) == 0 &&
		    got.len == len && got.kind == kind)
			found = len;
	}
	if (!found)
		return -ENOENT;
	return decode(bytes + n - found, found, mode, taddr_add(end, -(int64_t)found), true, out);
}
