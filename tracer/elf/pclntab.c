/* SPDX-License-Identifier: MIT */
#include "elf/pclntab.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* Go's debug/gosym, pclntab.go: the versions of the table by their first word. */
enum {
	GO_1_2 = 0xfffffffb,
	GO_1_16 = 0xfffffffa,
	GO_1_18 = 0xfffffff0,
	GO_1_20 = 0xfffffff1,
};

struct table {
	int fd;
	uint64_t offset, size;
	unsigned word;    /* 4 or 8 */
	uint64_t n;       /* functions */
	uint64_t at;      /* of the entries, from the table's start */
	unsigned field;   /* size of an entry's address */
	uint64_t base;    /* what the addresses count from */
};

static uint64_t number(const uint8_t *p, unsigned size)
{
	uint64_t v = 0;

	memcpy(&v, p, size);
	return v;
}

static bool read_header(struct table *t, uint64_t text)
{
	uint8_t h[8 + 8 * 8] = {0};
	uint64_t field[8];
	size_t n = t->size < sizeof(h) ? (size_t)t->size : sizeof(h);

	if (n < 16 || pread(t->fd, h, n, (off_t)t->offset) != (ssize_t)n || (h[7] != 4 && h[7] != 8))
		return false;
	t->word = h[7];
	for (unsigned i = 0; i < 8; i++)
		field[i] = number(h + 8 + i * t->word, t->word);
	t->n = field[0];
	t->field = t->word;
	switch (number(h, 4)) {
	case GO_1_2:
		t->at = 8 + t->word;
		return true;
	case GO_1_16:
		t->at = field[6];
		return true;
	case GO_1_18:
	case GO_1_20:
		t->at = field[7];
		t->field = 4;
		t->base = field[2] ? field[2] : text;
		return true;
	default:
		return false;
	}
}

void pclntab_read(int fd, uint64_t offset, uint64_t size, uint64_t text, struct ranges *out)
{
	enum { SOME = 4096 };
	struct table t = {.fd = fd, .offset = offset, .size = size};
	auto_free uint8_t *chunk = NULL;
	uint64_t before = 0;
	size_t each;

	if (!read_header(&t, text))
		return;
	each = 2 * t.field;
	/* One more address ends the last function. */
	if (t.n > RANGES_MAX || t.at > size || (t.n * each + t.field) > size - t.at)
		return;
	chunk = xcalloc(SOME, each);
	for (uint64_t i = 0; i <= t.n; i += SOME) {
		uint64_t rest = t.n + 1 - i;
		size_t some = rest < SOME ? (size_t)rest : SOME;
		size_t bytes = some * each - (rest <= SOME ? t.field : 0);

		if (pread(fd, chunk, bytes, (off_t)(offset + t.at + i * each)) != (ssize_t)bytes)
			return;
		for (size_t k = 0; k < some; k++) {
			uint64_t start = t.base + number(chunk + k * each, t.field);

			if (i + k && start > before)
				ranges_add(out, before, start, 0);
			before = start;
		}
	}
}
