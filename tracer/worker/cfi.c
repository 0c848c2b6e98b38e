/* SPDX-License-Identifier: MIT */
#include "worker/cfi.h"

#include "worker/minidebug.h"

#include <stdlib.h>
#include <string.h>

enum {
	ENTRIES_MAX = 1 << 20,

	PE_ABSPTR = 0x00, PE_UDATA2 = 0x02, PE_UDATA4 = 0x03, PE_UDATA8 = 0x04,
	PE_SDATA2 = 0x0a, PE_SDATA4 = 0x0b, PE_SDATA8 = 0x0c,
	PE_PCREL = 0x10, PE_APPLICATION = 0x70, PE_INDIRECT = 0x80, PE_OMIT = 0xff,
};

/* A place in bytes that must not be passed; bad sticks. */
struct reader {
	const uint8_t *p, *end;
	bool bad;
};

static uint64_t take(struct reader *r, unsigned n)
{
	uint64_t v = 0;

	if (r->bad || (size_t)(r->end - r->p) < n) {
		r->bad = true;
		return 0;
	}
	memcpy(&v, r->p, n);
	r->p += n;
	return v;
}

static uint64_t take_uleb(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint64_t byte = take(r, 1);

		v |= (byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	r->bad = true;
	return 0;
}

static void skip(struct reader *r, uint64_t n)
{
	if (r->bad || (uint64_t)(r->end - r->p) < n)
		r->bad = true;
	else
		r->p += n;
}

static uint64_t sign_extend(uint64_t v, unsigned bytes)
{
	unsigned shift = 64 - 8 * bytes;

	return (uint64_t)((int64_t)(v << shift) >> shift);
}

/* The width in bytes of a pointer encoding, 0 when it is not one that we follow. */
static unsigned encoding_size(uint8_t enc, unsigned word_size)
{
	switch (enc & 0x0f) {
	case PE_ABSPTR:
		return word_size;
	case PE_UDATA2:
	case PE_SDATA2:
		return 2;
	case PE_UDATA4:
	case PE_SDATA4:
		return 4;
	case PE_UDATA8:
	case PE_SDATA8:
		return 8;
	default:
		return 0;
	}
}

/* DWARF 5, section 6.4.2: operations with the register in the opcode, and others. */
enum {
	CFA_OFFSET = 0x80, CFA_HIGH = 0xc0,
	CFA_NOP = 0x00, CFA_OFFSET_EXTENDED = 0x05, CFA_DEF = 0x0c, CFA_DEF_EXPRESSION = 0x0f,
	CFA_EXPRESSION = 0x10, CFA_OFFSET_EXTENDED_SF = 0x11, CFA_DEF_SF = 0x12,

	/* libunwind 1.6, include/tdep-x86*: a rule about any later one makes it give up the frame. */
	UNWIND_REGISTERS = 17,
};

/*
 * Does a CIE's first row have a rule about a register that libunwind does not
 * know? The vDSO's signal frames have since Linux 7.0: segment registers. Other
 * operations than compilers and that vDSO use there are not looked behind.
 */
static bool names_unknown_register(struct reader r)
{
	while (r.p < r.end && !r.bad) {
		uint8_t op = (uint8_t)take(&r, 1);
		uint64_t reg = op & ~(unsigned)CFA_HIGH;

		if ((op & CFA_HIGH) == CFA_OFFSET) {
			take_uleb(&r);
		} else if (op == CFA_OFFSET_EXTENDED || op == CFA_OFFSET_EXTENDED_SF || op == CFA_DEF || op == CFA_DEF_SF) {
			reg = take_uleb(&r);
			take_uleb(&r); /* or a signed one: as long */
		} else if (op == CFA_EXPRESSION || op == CFA_DEF_EXPRESSION) {
			reg = op == CFA_EXPRESSION ? take_uleb(&r) : 0;
			skip(&r, take_uleb(&r));
		} else if (op != CFA_NOP) {
			return false;
		}
		if (!r.bad && reg >= UNWIND_REGISTERS)
			return true;
	}
	return false;
}

/* What a CIE says that concerns its FDEs' addresses. */
struct cie {
	uint8_t encoding; /* of pc_begin; PE_OMIT: not usable */
	bool signal;
};

/* body lies behind the CIE's id. */
static struct cie read_cie(const uint8_t *body, const uint8_t *end, unsigned word_size)
{
	struct reader r = {body, end, false};
	struct cie cie = {PE_OMIT, false}, plain = {PE_ABSPTR, false};
	uint8_t version = (uint8_t)take(&r, 1);
	const char *aug = (const char *)r.p;
	size_t len = strnlen(aug, (size_t)(r.end - r.p));

	if (r.bad || (version != 1 && version != 3 && version != 4) || len == (size_t)(r.end - r.p) || len > 8)
		return cie;
	r.p += len + 1;
	if (version == 4) {
		/* .debug_frame of DWARF 4 and later: address size, segment size */
		if (len != 0 || take(&r, 1) != word_size || take(&r, 1) != 0)
			return cie;
	}
	take_uleb(&r); /* code alignment */
	take_uleb(&r); /* data alignment: signed, but as long */
	if (version == 1)
		take(&r, 1);
	else
		take_uleb(&r);
	if (len == 0)
		return r.bad ? cie : plain;
	if (aug[0] != 'z')
		return cie;
	uint64_t data = take_uleb(&r);
	struct reader rules = r;

	skip(&rules, data);
	if (names_unknown_register(rules))
		return cie;
	for (size_t i = 1; i < len && !r.bad; i++) {
		if (aug[i] == 'R') {
			plain.encoding = (uint8_t)take(&r, 1);
		} else if (aug[i] == 'L') {
			take(&r, 1);
		} else if (aug[i] == 'P') {
			unsigned n = encoding_size((uint8_t)take(&r, 1), word_size);

			if (n == 0)
				return cie;
			take(&r, n);
		} else if (aug[i] == 'S') {
			plain.signal = true;
		} else if (aug[i] != 'B') {
			return cie;
		}
	}
	return r.bad ? cie : plain;
}

static bool add(struct cfi *cfi, struct cfi_entry e)
{
	if (cfi->n >= ENTRIES_MAX)
		return false;
	if ((cfi->n & (cfi->n - 1)) == 0) {
		size_t room = cfi->n ? 2 * cfi->n : 1;
		struct cfi_entry *list = realloc(cfi->list, room * sizeof(*list));

		if (!list)
			return false;
		cfi->list = list;
	}
	cfi->list[cfi->n++] = e;
	return true;
}

/* pc_begin and the length behind it. False when the encoding is beyond us. */
static bool read_range(struct reader *r, uint8_t encoding, uint64_t vaddr_of_field,
		       unsigned word_size, bool elf64, uint64_t *start, uint64_t *size)
{
	unsigned n = encoding_size(encoding, word_size);

	if (n == 0 || encoding == PE_OMIT || (encoding & PE_INDIRECT))
		return false;
	/* Plain pointers of a 32-bit file, read by 64-bit code, have the wrong width. */
	if ((encoding & 0x0f) == PE_ABSPTR && (word_size == 8) != elf64)
		return false;
	*start = take(r, n);
	*size = take(r, n);
	if (n < 8 && (encoding & 0x0f) >= 8)
		*start = sign_extend(*start, n);
	if ((encoding & PE_APPLICATION) == PE_PCREL)
		*start += vaddr_of_field;
	else if ((encoding & PE_APPLICATION) != 0)
		return false;
	if (!elf64)
		*start = (uint32_t)*start;
	return !r->bad && *start + *size > *start;
}

static void index_eh_frame(struct cfi *cfi, const struct elf *elf, unsigned word_size)
{
	const struct elf_part *part = &elf->eh_frame;
	struct reader r = {part->bytes, part->bytes + part->size, false};

	if (part->vaddr == 0)
		return;
	while (r.p < r.end) {
		const uint8_t *at = r.p;
		uint64_t len = take(&r, 4);

		/* ld -r may leave a zero in the middle of a section. */
		if (len == 0 && !r.bad && !elf->eh_frame_open)
			continue;
		/* 0xffffffff begins 64-bit DWARF, which no x86 tool writes. */
		if (r.bad || len == 0 || len > (size_t)(r.end - r.p))
			return;
		struct reader body = {r.p, r.p + len, false};
		uint64_t where = (uint64_t)(r.p - part->bytes);
		uint64_t back = take(&body, 4);

		r.p += len;
		if (body.bad || back == 0 || back > where)
			continue; /* a CIE, read when an FDE needs it */
		const uint8_t *cie_at = part->bytes + (where - back);
		struct reader cie_r = {cie_at, r.end, false};
		uint64_t cie_len = take(&cie_r, 4);

		if (cie_r.bad || cie_len < 8 || cie_len > (size_t)(cie_r.end - cie_r.p) ||
		    take(&cie_r, 4) != 0)
			continue;
		struct cie cie = read_cie(cie_r.p, cie_at + 4 + cie_len, word_size);

		if (*cie_r.p == 4)
			continue; /* not in .eh_frame */
		struct cfi_entry e = {
			.fde = part->vaddr + (uint64_t)(at - part->bytes),
			.signal = cie.signal,
		};
		uint64_t field = part->vaddr + (uint64_t)(body.p - part->bytes), size;

		if (!read_range(&body, cie.encoding, field, word_size, elf->is64, &e.start, &size))
			continue;
		e.end = e.start + size;
		if (!add(cfi, e))
			return;
	}
}

/* The CIE at an offset of .debug_frame: *len counts from its id on. NULL when it is none. */
static const uint8_t *debug_cie(const struct elf_part *part, uint64_t at, uint64_t *len)
{
	if (at >= part->size)
		return NULL;
	struct reader r = {part->bytes + at, part->bytes + part->size, false};

	*len = take(&r, 4);
	if (r.bad || *len < 12 || *len > (size_t)(r.end - r.p) || take(&r, 4) != UINT32_MAX)
		return NULL;
	return r.p - 4;
}

static void index_debug_frame(struct cfi *cfi, const struct elf *elf, unsigned word_size)
{
	const struct elf_part *part = &cfi->debug_frame;
	struct reader r = {part->bytes, part->bytes + part->size, false};

	while (r.p < r.end) {
		uint64_t at = (uint64_t)(r.p - part->bytes);
		uint64_t len = take(&r, 4), cie_len, size;

		if (r.bad || len < 4 || len > (size_t)(r.end - r.p))
			return;
		struct reader body = {r.p, r.p + len, false};
		uint64_t cie_at = take(&body, 4);
		struct cfi_entry e = {.fde = at, .debug_frame = true};
		const uint8_t *cie;

		r.p += len;
		if (cie_at == UINT32_MAX || !(cie = debug_cie(part, cie_at, &cie_len)) ||
		    read_cie(cie + 4, cie + cie_len, word_size).encoding != PE_ABSPTR ||
		    !read_range(&body, PE_ABSPTR, 0, word_size, elf->is64, &e.start, &size))
			continue;
		e.end = e.start + size;
		if (!add(cfi, e))
			return;
	}
}

static void store(uint8_t *p, uint64_t v, unsigned n)
{
	memcpy(p, &v, n);
}

size_t cfi_rewrite(const struct cfi *cfi, const struct cfi_entry *e, uint64_t bias,
		   unsigned word_size, uint8_t *out, size_t room)
{
	const struct elf_part *part = &cfi->debug_frame;
	struct reader r = {part->bytes + e->fde, part->bytes + part->size, false};
	uint64_t len = take(&r, 4), cie_len, cie_at = take(&r, 4);
	const uint8_t *cie = debug_cie(part, cie_at, &cie_len);

	/* An FDE that was indexed has passed these; the sizes must fit here too. */
	if (r.bad || !cie || len < 4 + 2 * word_size || cie_len + len + 12 > room)
		return 0;
	store(out, cie_len, 4);
	memcpy(out + 4, cie, cie_len);
	store(out + 4, 0, 4);
	if (out[8] == 4) {
		/* Address and segment size fall away; DW_CFA_nop (0) fills up. */
		size_t aug = strnlen((char *)out + 9, cie_len - 5);
		uint8_t *sizes = out + 9 + aug + 1, *end = out + 4 + cie_len;

		memmove(sizes, sizes + 2, (size_t)(end - sizes) - 2);
		memset(end - 2, 0, 2);
		out[8] = 3;
	}
	uint8_t *fde = out + 4 + cie_len;

	store(fde, len, 4);
	memcpy(fde + 4, part->bytes + e->fde + 4, len);
	store(fde + 4, 4 + cie_len + 4, 4); /* from this field back to the CIE */
	store(fde + 8, e->start + bias, word_size);
	store(fde + 4 + len, 0, 4);
	return (size_t)(fde - out);
}

/* .eh_frame before .debug_frame where both cover an address: the linker checked the former. */
static int by_start(const void *a, const void *b)
{
	const struct cfi_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (int)x->debug_frame - (int)y->debug_frame;
}

void cfi_read(struct cfi *cfi, const struct elf *elf, unsigned word_size)
{
	*cfi = (struct cfi){0};
	if (elf->eh_frame.size)
		index_eh_frame(cfi, elf, word_size);
	cfi->debug_frame = elf->debug_frame;
	if (!elf->debug_frame.size && elf->gnu_debugdata.size) {
		size_t size = minidebug_unpack(&elf->gnu_debugdata, &cfi->unpacked);
		struct elf inner;

		if (size && elf_read(&inner, cfi->unpacked, size))
			cfi->debug_frame = inner.debug_frame;
	}
	if (cfi->debug_frame.size)
		index_debug_frame(cfi, elf, word_size);
	if (cfi->n)
		qsort(cfi->list, cfi->n, sizeof(*cfi->list), by_start);
}

void cfi_fini(struct cfi *cfi)
{
	free(cfi->list);
	free(cfi->unpacked);
	*cfi = (struct cfi){0};
}

const struct cfi_entry *cfi_find(const struct cfi *cfi, uint64_t vaddr)
{
	size_t lo = 0, hi = cfi->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cfi->list[mid].start <= vaddr)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* Several may start together, and a hostile file may nest them: look back a little. */
	for (unsigned tries = 0; lo > 0 && tries < 4; tries++, lo--)
		if (vaddr < cfi->list[lo - 1].end)
			return &cfi->list[lo - 1];
	return NULL;
}
