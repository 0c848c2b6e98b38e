/* SPDX-License-Identifier: MIT */
#include "support/truth.h"

#include <stdbool.h>

static struct truth own;
struct truth *truth = &own;

static const char *const path_ids[ENTRY_PATHS] = {
#define PATH(e, id, insn, meaning) [PATH_##e] = id,
#include "model/entry_paths.def"
#undef PATH
};

static const char *const abi_names[ABIS] = {
	[ABI_I386] = "i386",
	[ABI_X86_64] = "x86-64",
	[ABI_X32] = "x32",
};

/* Numbers are kept in 24 bits, sign included; the bit that marks x32 is in the table's name. */
#define NR_BITS 24
#define NR_MASK ((1u << NR_BITS) - 1)
#define X32_BIT 0x40000000

void truth_add_n(enum entry_path path, enum abi abi, long nr, unsigned n)
{
	uint32_t key = ((uint32_t)path + 1) << 27 | (uint32_t)abi << NR_BITS |
		       ((uint32_t)nr & NR_MASK);

	for (unsigned i = 0; i < TRUTH_ROWS; i++) {
		uint32_t seen = __atomic_load_n(&truth->rows[i].key, __ATOMIC_ACQUIRE);

		if (seen == 0 &&
		    __atomic_compare_exchange_n(&truth->rows[i].key, &seen, key, false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			seen = key;
		if (seen == key) {
			__atomic_fetch_add(&truth->rows[i].entries, n, __ATOMIC_RELAXED);
			return;
		}
	}
	__atomic_fetch_add(&truth->lost, n, __ATOMIC_RELAXED);
}

size_t truth_text(char *buf, size_t size, size_t at, const char *text)
{
	while (*text && at + 1 < size)
		buf[at++] = *text++;
	buf[at] = '\0';
	return at;
}

size_t truth_number(char *buf, size_t size, size_t at, long number)
{
	unsigned long left = number < 0 ? 0ul - (unsigned long)number : (unsigned long)number;
	char digits[24];
	size_t i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	if (number < 0)
		digits[--i] = '-';
	return truth_text(buf, size, at, digits + i);
}

size_t truth_print(char *buf, size_t size, const char *scope)
{
	size_t at = truth_text(buf, size, 0, "");

	for (unsigned i = 0; i < TRUTH_ROWS && truth->rows[i].key; i++) {
		uint32_t key = truth->rows[i].key;
		enum abi abi = (enum abi)(key >> NR_BITS & 7);
		long nr = (long)((int32_t)(key << (32 - NR_BITS)) >> (32 - NR_BITS));

		if (abi == ABI_X32)
			nr |= X32_BIT;
		at = truth_text(buf, size, at, "truth ");
		at = truth_text(buf, size, at, path_ids[(key >> 27) - 1]);
		at = truth_text(buf, size, at, " ");
		at = truth_text(buf, size, at, abi_names[abi]);
		at = truth_text(buf, size, at, " ");
		at = truth_number(buf, size, at, nr);
		at = truth_text(buf, size, at, " ");
		at = truth_number(buf, size, at, (long)truth->rows[i].entries);
		at = truth_text(buf, size, at, "\n");
	}
	if (truth->lost)
		at = truth_text(buf, size, at, "scope broken\n");
	at = truth_text(buf, size, at, "scope ");
	at = truth_text(buf, size, at, scope);
	return truth_text(buf, size, at, "\n");
}

/*
 * The first entry instruction of __kernel_vsyscall. A tracer may have planted a
 * jump at its start: the four bytes of its operand are no instruction.
 */
static const unsigned char *vdso_entry(unsigned long sysinfo, enum entry_path *path)
{
	const unsigned char *p = (const unsigned char *)sysinfo;

	for (unsigned i = p && p[0] == 0xe9 ? 5 : 0; p && i < 32; i++) {
		if (p[i] == 0x0f && p[i + 1] == 0x34)
			*path = PATH_VDSO_SYSENTER;
		else if (p[i] == 0x0f && p[i + 1] == 0x05)
			*path = PATH_VDSO_SYSCALL;
		else if (p[i] == 0xcd && p[i + 1] == 0x80)
			*path = PATH_VDSO_INT80;
		else
			continue;
		return p + i;
	}
	*path = PATH_UNKNOWN;
	return NULL;
}

enum entry_path truth_vdso_path(unsigned long sysinfo)
{
	enum entry_path path;

	vdso_entry(sysinfo, &path);
	return path;
}

unsigned long truth_landing_pad(unsigned long sysinfo)
{
	enum entry_path path;
	const unsigned char *entry = vdso_entry(sysinfo, &path);

	if (!entry)
		return 0;
	/* Behind a fast instruction stands the int 0x80 that restarts use. */
	return (unsigned long)entry + (path == PATH_VDSO_INT80 ? 2 : 4);
}
