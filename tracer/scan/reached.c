/* SPDX-License-Identifier: MIT */
#include "scan/reached.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <string.h>
#include <unistd.h>

#define CHUNK (64u << 10)

static void add_start(void *ctx, uint64_t vaddr)
{
	reach_from(ctx, vaddr);
}

/*
 * Words of the file's data that hold an address in its code: pointers in a program
 * at fixed addresses, and what relocations write or add to (REL, RELR and RELA alike).
 */
static void addresses_in(int fd, const struct elf_facts *facts, const struct elf_code *data, struct reach *r)
{
	size_t word = facts->abi == ABI_X86_64 ? 8 : 4;
	auto_free uint8_t *chunk = xcalloc(1, CHUNK);

	for (uint64_t at = 0; at < data->size; at += CHUNK) {
		size_t n = data->size - at < CHUNK ? (size_t)(data->size - at) : CHUNK;

		if (pread(fd, chunk, n, (off_t)(data->offset + at)) != (ssize_t)n)
			return;
		for (size_t i = 0; i + word <= n; i += word) {
			uint64_t v = 0;

			memcpy(&v, chunk + i, word);
			reach_maybe_from(r, v);
		}
	}
}

static bool is_code(const struct elf_facts *facts, const struct elf_code *c)
{
	for (size_t i = 0; i < facts->ncode; i++)
		if (facts->code[i].offset == c->offset)
			return true;
	return false;
}

bool reached_open(int fd, const struct elf_facts *facts, const struct boundaries *b, uint64_t offset,
		  struct reached_code *out)
{
	const struct elf_code *code = NULL;

	*out = (struct reached_code){0};
	for (size_t i = 0; i < facts->ncode; i++)
		if (offset - facts->code[i].offset < facts->code[i].size)
			code = &facts->code[i];
	if (!code || facts->type == ELF_TYPE_OBJECT || code->size > REACHED_CODE_MAX)
		return false;
	out->code = *code;
	out->bytes = xcalloc(1, (size_t)code->size);
	if (pread(fd, out->bytes, (size_t)code->size, (off_t)code->offset) != (ssize_t)code->size) {
		reached_close(out);
		return false;
	}
	out->reach = reach_new(out->bytes, (size_t)code->size, code->vaddr,
			       facts->abi == ABI_I386 ? CPU_MODE_32 : CPU_MODE_64, facts->got);
	if (facts->entry)
		reach_from(out->reach, facts->entry);
	if (b)
		boundaries_each(b, add_start, out->reach);
	for (size_t i = 0; i < facts->nloaded; i++)
		if (!is_code(facts, &facts->loaded[i]))
			addresses_in(fd, facts, &facts->loaded[i], out->reach);
	reach_run(out->reach);
	return true;
}

void reached_close(struct reached_code *c)
{
	reach_free(c->reach);
	free(c->bytes);
	*c = (struct reached_code){0};
}
