/* SPDX-License-Identifier: MIT */
/* Which call frame information is indexed: what libunwind would give up at is left out. */
#include "worker/cfi.h"

#include "unit.h"

#include <string.h>

/* Where the section and the function lie, as linked. */
enum { SECTION = 0x1000, FUNCTION = 0x2000, SIZE = 9 };

/* A section of one CIE for signal frames and one FDE. */
struct section {
	uint8_t bytes[128];
	size_t n;
};

static void put(struct section *s, const void *bytes, size_t n)
{
	assert_true(s->n + n <= sizeof(s->bytes));
	memcpy(s->bytes + s->n, bytes, n);
	s->n += n;
}

static void put32(struct section *s, uint32_t v)
{
	put(s, &v, sizeof(v));
}

/* Padded with zeros, which are no-ops, to whole words; the length at `at` is filled in. */
static void end_entry(struct section *s, size_t at)
{
	uint32_t length;

	while (s->n % 4)
		put(s, "", 1);
	length = (uint32_t)(s->n - at - 4);
	memcpy(s->bytes + at, &length, sizeof(length));
}

static struct section make(const uint8_t *rules, size_t n)
{
	/* version 1, "zRS", alignments 1 and -4, return address in 8, pc-relative 4-byte pointers */
	static const uint8_t head[] = {1, 'z', 'R', 'S', 0, 1, 0x7c, 8, 1, 0x1b};
	struct section s = {.n = 0};

	put32(&s, 0);
	put32(&s, 0);
	put(&s, head, sizeof(head));
	put(&s, rules, n);
	end_entry(&s, 0);
	size_t fde = s.n;

	put32(&s, 0);
	put32(&s, (uint32_t)fde + 4);
	put32(&s, FUNCTION - (SECTION + (uint32_t)s.n));
	put32(&s, SIZE);
	put(&s, "", 1);
	end_entry(&s, fde);
	put32(&s, 0);
	return s;
}

#define RULES(...) sizeof((uint8_t[]){__VA_ARGS__}), {__VA_ARGS__}

static const struct row {
	const char *what;
	bool usable;
	size_t n;
	uint8_t rules[40];
} rows[] = {
	{"esp + 4, eip below", true, RULES(0x0c, 4, 4, 0x88, 1)},
	/* Linux 7.3's __kernel_rt_sigreturn: def_cfa of two bytes' offset, then offset_extended_sf */
	{"registers up to eip", true, RULES(0x0c, 4, 0xa0, 1, 0x11, 8, 0x72, 0x11, 0, 0x75, 0x11, 3, 0x78)},
	{"es, cs, ss, ds too", false,
	 RULES(0x0c, 4, 0xa0, 1, 0x11, 8, 0x72, 0x11, 40, 0x7e, 0x11, 41, 0x71, 0x11, 42, 0x6e, 0x11, 43, 0x7d)},
	{"the highest that libunwind knows", true, RULES(0x0c, 4, 4, 0x05, 16, 2)},
	{"the first that it does not", false, RULES(0x0c, 4, 4, 0x05, 17, 2)},
	{"one with the register in the opcode", false, RULES(0x0c, 4, 4, 0x80 | 41, 2)},
	/* Linux up to 6.x: a CFA and registers by expressions, whose bytes look like anything */
	{"expressions", true, RULES(0x0f, 3, 0x74, 0x11, 41, 0x10, 8, 3, 0x74, 0x05, 43)},
	{"an expression for one that it does not know", false, RULES(0x0f, 2, 0x74, 4, 0x10, 41, 2, 0x74, 8)},
	{"an operation that is not looked behind", true, RULES(0x16, 41, 1, 0x30, 0x11, 41, 1)},
	{"an expression longer than the rules", true, RULES(0x0f, 0xff, 0x7f, 0x11, 41, 1)},
};

static void leaves_out_what_libunwind_gives_up_at(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct section s = make(rows[i].rules, rows[i].n);
		const struct elf elf = {.eh_frame = {s.bytes, s.n, SECTION}};
		struct cfi cfi = {0};

		cfi_read(&cfi, &elf, 4);
		const struct cfi_entry *e = cfi_find(&cfi, FUNCTION);

		if (!e != !rows[i].usable)
			fail_msg("%s: %s", rows[i].what, e ? "indexed" : "left out");
		if (e) {
			assert_true(e->signal);
			assert_int_equal(e->start, FUNCTION);
			assert_int_equal(e->end, FUNCTION + SIZE);
			assert_null(cfi_find(&cfi, FUNCTION - 1));
			assert_null(cfi_find(&cfi, FUNCTION + SIZE));
		}
		cfi_fini(&cfi);
	}
}

/* Every length that a section can be cut to, and every byte of it spoilt: an answer, never a crash. */
static void survives_damage(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct section good = make(rows[i].rules, rows[i].n);

		for (size_t at = 0; at < good.n; at++) {
			struct section s = good;
			struct cfi cfi = {0};
			struct elf elf = {.eh_frame = {s.bytes, at, SECTION}};

			cfi_read(&cfi, &elf, 4);
			cfi_fini(&cfi);
			s.bytes[at] ^= 0xff;
			elf.eh_frame.size = s.n;
			cfi_read(&cfi, &elf, 4);
			cfi_fini(&cfi);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_out_what_libunwind_gives_up_at),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests_name("cfi", tests, NULL, NULL);
}
