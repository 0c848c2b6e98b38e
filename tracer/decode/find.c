/* SPDX-License-Identifier: MIT */
#include "decode/find.h"

#include <emmintrin.h>
#include <string.h>

/* The selectors of Linux's user code segments, include/asm/segment.h. */
#define USER32_CS 0x23
#define USER64_CS 0x33

/* --- pairs of bytes --- */

static inline __m128i is(__m128i v, int byte)
{
	return _mm_cmpeq_epi8(v, _mm_set1_epi8((char)byte));
}

/*
 * The bytes a[i] of which, with b[i] behind it, a pattern may be told. Far ones are
 * told by their selector, or by the push of it, so that a lone 9A or CB costs nothing.
 */
static inline __m128i pairs(__m128i a, __m128i b, enum cpu_mode mode)
{
	__m128i m = _mm_and_si128(is(a, 0xcd), _mm_or_si128(is(b, 0x80), is(b, 0x2e)));

	m = _mm_or_si128(m, _mm_and_si128(is(a, 0xff), _mm_or_si128(is(b, 0x1d), is(b, 0x2d))));
	if (mode == CPU_MODE_32) {
		m = _mm_or_si128(m, _mm_and_si128(is(a, 0x0f), _mm_or_si128(is(b, 0x05), is(b, 0x34))));
		m = _mm_or_si128(m, _mm_and_si128(is(a, 0x65), _mm_or_si128(is(b, 0xff),
							_mm_or_si128(is(b, 0xa1), is(b, 0x8b)))));
		m = _mm_or_si128(m, _mm_and_si128(is(a, USER64_CS), is(b, 0)));
		m = _mm_or_si128(m, _mm_and_si128(is(a, 0x6a), is(b, USER64_CS)));
	} else {
		m = _mm_or_si128(m, _mm_and_si128(is(a, 0x0f), is(b, 0x34)));
		m = _mm_or_si128(m, _mm_and_si128(is(a, 0xff), _mm_or_si128(is(b, 0x1c), is(b, 0x2c))));
		m = _mm_or_si128(m, _mm_and_si128(is(a, 0x6a), is(b, USER32_CS)));
	}
	return m;
}

static inline __m128i load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

/* The first i >= from with a pair at p[i], p[i + 1]; n when there is none. */
__attribute__((always_inline)) static inline size_t next_pair(const uint8_t *p, size_t n, size_t from,
							       enum cpu_mode mode)
{
	enum { STEP = 64 };
	size_t i = from;
	uint8_t last[17] = {0};

	while (i + STEP + 1 <= n) {
		__m128i any = _mm_setzero_si128();

		for (unsigned k = 0; k < STEP; k += 16)
			any = _mm_or_si128(any, pairs(load(p + i + k), load(p + i + k + 1), mode));
		/* Looked at once more only where there is something. */
		for (unsigned k = 0; _mm_movemask_epi8(any) && k < STEP; k += 16) {
			unsigned bits = (unsigned)_mm_movemask_epi8(pairs(load(p + i + k), load(p + i + k + 1), mode));

			if (bits)
				return i + k + (unsigned)__builtin_ctz(bits);
		}
		i += STEP;
	}
	while (i + 1 < n) {
		size_t rest = n - i < sizeof(last) ? n - i : sizeof(last);
		unsigned bits;

		memset(last, 0, sizeof(last));
		memcpy(last, p + i, rest);
		bits = (unsigned)_mm_movemask_epi8(pairs(load(last), load(last + 1), mode));
		if (rest < sizeof(last))
			bits &= (1u << (rest - 1)) - 1;
		if (bits)
			return i + (unsigned)__builtin_ctz(bits);
		i += rest - 1;
	}
	return n;
}

/* Of their own code for each mode: the tests are most of the work. */
static size_t next_pair_32(const uint8_t *p, size_t n, size_t from)
{
	return next_pair(p, n, from, CPU_MODE_32);
}

static size_t next_pair_64(const uint8_t *p, size_t n, size_t from)
{
	return next_pair(p, n, from, CPU_MODE_64);
}

/* --- patterns --- */

static uint32_t word_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static bool found_at(struct found *out, enum entry_form form, size_t at, size_t len)
{
	*out = (struct found){.form = form, .at = at, .len = (uint8_t)len};
	return true;
}

/* %gs:0x10 is where libcs for i386 keep the address of __kernel_vsyscall: sysinfo in tcbhead_t. */
static bool match_gs(const uint8_t *p, size_t n, size_t i, struct found *out)
{
	enum { SYSINFO = 0x10 };

	/* call, jmp *%gs:0x10; mov %gs:0x10, %eax; mov %gs:0x10, another register */
	if (p[i + 1] == 0xa1)
		return i + 6 <= n && word_at(p + i + 2) == SYSINFO && found_at(out, FORM_VDSO, i, 6);
	if (i + 7 > n || word_at(p + i + 3) != SYSINFO)
		return false;
	if (p[i + 1] == 0xff ? p[i + 2] != 0x15 && p[i + 2] != 0x25 : (p[i + 2] & 0xc7) != 0x05)
		return false;
	return found_at(out, FORM_VDSO, i, 7);
}

/*
 * By a far pointer at a fixed place: FF 1D, FF 2D and, in 64-bit code, where those
 * count from the instruction, FF 1C 25, FF 2C 25; or on the stack: FF 1C 24, FF 2C 24.
 */
static bool match_far_memory(const uint8_t *p, size_t n, size_t i, enum cpu_mode mode, struct found *out)
{
	enum entry_form form = (p[i + 1] & 0x30) == 0x10 ? FORM_FAR_CALL : FORM_MODE_SWITCH;
	bool sib = (p[i + 1] & 7) == 4;
	uint32_t where;

	if (sib && i + 3 <= n && p[i + 2] == 0x24)
		return found_at(out, form, i, 3);
	if (i + 6 + sib > n || (sib && p[i + 2] != 0x25))
		return false;
	found_at(out, form, i, 6u + sib);
	where = word_at(p + i + 2 + sib);
	out->through_memory = true;
	out->relative = mode == CPU_MODE_64 && !sib;
	out->pointer = taddr(mode == CPU_MODE_64 ? (uint64_t)(int64_t)(int32_t)where : where);
	return true;
}

/* A selector and 00: the end of "call far", "jmp far", or of a push. */
static bool match_selector(const uint8_t *p, size_t i, struct found *out)
{
	if (i >= 5 && p[i - 5] == 0x9a)
		return found_at(out, FORM_FAR_CALL, i - 5, 7);
	if (i >= 5 && p[i - 5] == 0xea)
		return found_at(out, FORM_MODE_SWITCH, i - 5, 7);
	return false;
}

/* A push of the selector, and a far return a few instructions on: the "gate" of thunks. */
static bool match_far_return(const uint8_t *p, size_t n, size_t i, enum cpu_mode mode, struct found *out)
{
	enum { NEAR = FIND_BEHIND - 2 };
	size_t end = i + 2 + NEAR < n ? i + 2 + NEAR : n;

	for (size_t k = i + 2; k < end; k++)
		if (p[k] == 0xcb)
			return found_at(out, FORM_MODE_SWITCH,
					mode == CPU_MODE_64 && p[k - 1] == 0x48 ? k - 1 : k,
					mode == CPU_MODE_64 && p[k - 1] == 0x48 ? 2 : 1);
	return false;
}

static bool match(const uint8_t *p, size_t n, size_t i, enum cpu_mode mode, struct found *out)
{
	switch (p[i]) {
	case 0xcd:
		if (p[i + 1] == 0x2e)
			return found_at(out, FORM_INT2E, i, 2);
		return found_at(out, mode == CPU_MODE_32 ? FORM_INT80 : FORM_INT80_64, i, 2);
	case 0x0f:
		return found_at(out, p[i + 1] == 0x34 ? FORM_SYSENTER : FORM_SYSCALL32, i, 2);
	case 0x65:
		return match_gs(p, n, i, out);
	case 0xff:
		return match_far_memory(p, n, i, mode, out);
	case USER64_CS:
		return match_selector(p, i, out);
	case 0x6a:
		return match_far_return(p, n, i, mode, out);
	default:
		return false;
	}
}

size_t find_entry(const uint8_t *bytes, size_t n, size_t from, enum cpu_mode mode, struct found *out)
{
	size_t (*next)(const uint8_t *, size_t, size_t) = mode == CPU_MODE_32 ? next_pair_32 : next_pair_64;

	for (size_t i = next(bytes, n, from); i < n; i = next(bytes, n, i + 1))
		if (match(bytes, n, i, mode, out))
			return i + 1;
	return n;
}
