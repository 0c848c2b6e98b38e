/* SPDX-License-Identifier: MIT */
#include "scan/hits.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "scan/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Read at a time: stays in the cache between reading and looking. */
#define CHUNK (256u << 10)

struct looking {
	int fd;
	enum cpu_mode mode;
	struct hits *out;
	uint8_t *buffer; /* FIND_BEFORE bytes of before, then what was read */
};

static void take(struct looking *l, const struct elf_code *code, uint64_t offset, const struct found *f)
{
	struct hits *out = l->out;
	uint64_t vaddr = code->vaddr + (offset - code->offset);

	if (out->n == SCAN_SITES_MAX) {
		out->more = true;
		return;
	}
	*vec_push(out->list, out->n) = (struct hit){
		.offset = offset,
		.form = f->form,
		.len = f->len,
		.through_memory = f->through_memory,
		.pointer = f->relative ? vaddr + f->len + f->pointer.v : f->pointer.v,
	};
}

/* Looks through code, whose bytes come in chunks; the ends of each are seen again with the next. */
static int look(struct looking *l, const struct elf_code *code)
{
	uint64_t base = code->offset; /* the file offset of buffer[0] */
	size_t have = 0, next = 0;

	for (uint64_t at = code->offset, end = code->offset + code->size; at < end;) {
		size_t n = end - at < CHUNK ? (size_t)(end - at) : CHUNK, stop;
		ssize_t got = pread(l->fd, l->buffer + have, n, (off_t)at);

		if (got <= 0)
			return got < 0 ? -errno : -ENODATA;
		have += (size_t)got;
		at += (uint64_t)got;
		/* Until the end, what begins near the end of the buffer waits for what follows. */
		stop = at < end ? (have > FIND_BEHIND ? have - FIND_BEHIND : 0) : have;
		while (next < stop) {
			struct found f;
			size_t go_on = find_entry(l->buffer, have, next, l->mode, &f);

			if (go_on == have || (go_on > stop && at < end)) {
				next = stop;
				break;
			}
			take(l, code, base + f.at, &f);
			next = go_on;
		}
		if (have > FIND_BEFORE + FIND_BEHIND) {
			size_t gone = have - (FIND_BEFORE + FIND_BEHIND);

			memmove(l->buffer, l->buffer + gone, have - gone);
			base += gone;
			have -= gone;
			next = next > gone ? next - gone : 0;
		}
	}
	l->out->bytes += code->size;
	return 0;
}

static int by_offset(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;

	return x->offset == y->offset ? 0 : x->offset < y->offset ? -1 : 1;
}

/* In order, and each once: two pairs of bytes can tell the same instruction. */
static void put_in_order(struct hits *h)
{
	size_t n = 0;

	if (h->n)
		qsort(h->list, h->n, sizeof(*h->list), by_offset);
	for (size_t i = 0; i < h->n; i++)
		if (!n || h->list[n - 1].offset != h->list[i].offset)
			h->list[n++] = h->list[i];
	h->n = n;
}

int hits_find(int fd, const struct elf_facts *facts, struct hits *out)
{
	struct looking l = {
		.fd = fd,
		.mode = facts->abi == ABI_I386 ? CPU_MODE_32 : CPU_MODE_64,
		.out = out,
	};
	auto_free uint8_t *buffer = NULL;
	int rc = 0;

	*out = (struct hits){0};
	l.buffer = buffer = xcalloc(1, CHUNK + FIND_BEFORE + FIND_BEHIND);
	for (size_t i = 0; i < facts->ncode && rc == 0; i++)
		rc = look(&l, &facts->code[i]);
	put_in_order(out);
	return rc;
}

/*
 * Four lanes of multiply and rotate: as fast as reading, and good at telling apart
 * what nobody made to be mistaken. What somebody did only hides a copy of a copy:
 * every file is looked through whatever its content is called.
 */
struct digest {
	uint64_t lane[4];
};

static void digest_add(struct digest *d, const uint8_t *p, size_t n)
{
	static const uint64_t odd[4] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93};
	uint64_t word[4];

	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(word, p, sizeof(word));
		for (unsigned k = 0; k < 4; k++) {
			uint64_t v = (d->lane[k] ^ word[k]) * odd[k];

			d->lane[k] = v << 29 | v >> 35;
		}
	}
	for (; n; n--, p++)
		d->lane[0] = (d->lane[0] ^ *p) * odd[0];
}

static void digest_end(const struct digest *d, uint64_t out[2])
{
	for (unsigned k = 0; k < 2; k++) {
		uint64_t v = d->lane[k] ^ (d->lane[k + 2] << 17 | d->lane[k + 2] >> 47);

		v = (v ^ v >> 31) * 0xd6e8feb86659fd93;
		out[k] = v ^ v >> 32;
	}
}

int hits_digest(int fd, const struct elf_facts *facts, uint64_t out[2])
{
	struct digest d = {.lane = {1, 2, 3, 4}};
	auto_free uint8_t *buffer = xcalloc(1, CHUNK);

	for (size_t i = 0; i < facts->ncode; i++)
		for (uint64_t at = 0; at < facts->code[i].size;) {
			uint64_t rest = facts->code[i].size - at;
			ssize_t got = pread(fd, buffer, rest < CHUNK ? (size_t)rest : CHUNK,
					    (off_t)(facts->code[i].offset + at));

			if (got <= 0)
				return got < 0 ? -errno : -ENODATA;
			digest_add(&d, buffer, (size_t)got);
			at += (uint64_t)got;
		}
	digest_end(&d, out);
	return 0;
}

void hits_fini(struct hits *h)
{
	free(h->list);
	*h = (struct hits){0};
}
