/* SPDX-License-Identifier: MIT */
#include "worker/starts.h"

#include <stdlib.h>
#include <string.h>

enum { CODE_MAX = 64 << 20, STARTS_MAX = 1 << 20, PROLOGUE_BYTES = 24 };

static int ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static bool add(struct starts *s, uint64_t vaddr)
{
	if (s->n >= STARTS_MAX)
		return false;
	if ((s->n & (s->n - 1)) == 0) {
		uint64_t *list = realloc(s->list, (s->n ? 2 * s->n : 1) * sizeof(*list));

		if (!list)
			return false;
		s->list = list;
	}
	s->list[s->n++] = vaddr;
	return true;
}

/* What nothing but the first bytes of a function looks like. */
static bool is_start(const uint8_t *p)
{
	static const struct {
		uint8_t bytes[6];
		unsigned length;
	} table[] = {
		{{0x8d, 0x4c, 0x24, 0x04, 0x83, 0xe4}, 6}, /* lea 4(%esp), %ecx; and .., %esp */
		{{0x55, 0x89, 0xe5}, 3},                   /* push %ebp; mov %esp, %ebp */
		{{0x55, 0x57, 0x56, 0x53}, 4},             /* push %ebp, %edi, %esi, %ebx */
		{{0xf3, 0x0f, 0x1e, 0xfb}, 4},             /* endbr32 */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (memcmp(p, table[i].bytes, table[i].length) == 0)
			return true;
	return false;
}

/* mov (%esp), %reg; ret: it tells position-independent code where it is, and calls of it come and go. */
static bool is_pc_thunk(const uint8_t *p)
{
	return p[0] == 0x8b && (p[1] & 0xc7) == 0x04 && p[2] == 0x24 && p[3] == 0xc3;
}

/*
 * Every e8 byte whose operand leads into the same segment counts as a call. A
 * chance byte does so about once in (4 GiB / size of the code) times.
 */
static void read_segment(struct starts *s, const struct elf *elf, const struct elf_load *l)
{
	const uint8_t *code = elf->bytes + l->offset;
	size_t quiet = 0;

	if (l->filesz > CODE_MAX)
		return;
	for (size_t i = 0; i + 6 <= l->filesz; i++) {
		int32_t rel;

		if (code[i] != 0xe8) {
			/* A realigned function sets its frame pointer up some bytes later. */
			if (i < quiet || !is_start(code + i))
				continue;
			quiet = i + PROLOGUE_BYTES;
			if (!add(s, l->vaddr + i))
				return;
			continue;
		}
		memcpy(&rel, code + i + 1, sizeof(rel));
		int64_t to = (int64_t)(i + 5) + rel;

		if (to >= 0 && (uint64_t)to + 4 <= l->filesz && !is_pc_thunk(code + to) && !add(s, l->vaddr + (uint64_t)to))
			return;
	}
}

void starts_read(struct starts *s, const struct elf *elf)
{
	size_t kept = 0;

	*s = (struct starts){0};
	for (unsigned i = 0; i < elf->nloads; i++)
		if (elf->loads[i].exec)
			read_segment(s, elf, &elf->loads[i]);
	if (s->n)
		qsort(s->list, s->n, sizeof(*s->list), ascending);
	for (size_t i = 0; i < s->n; i++)
		if (kept == 0 || s->list[i] != s->list[kept - 1])
			s->list[kept++] = s->list[i];
	s->n = kept;
}

void starts_fini(struct starts *s)
{
	free(s->list);
	*s = (struct starts){0};
}

uint64_t starts_find(const struct starts *s, uint64_t vaddr)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->list[mid] <= vaddr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? s->list[lo - 1] : 0;
}
