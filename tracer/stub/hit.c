/* SPDX-License-Identifier: MIT */
#include "stub/hit.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/text.h"
#include "decode/insn.h"
#include "tracee/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* No function is longer; what is read may also come from a hostile file. */
#define FUNCTION_MAX (1u << 20)

enum finding {
	HARMLESS,
	BEGINS,      /* an instruction begins there */
	UNDECIDED,   /* where instructions begin is not known */
};

void suspect_fini(struct suspect *s)
{
	boundaries_free(s->boundaries);
	if (s->fd >= 0)
		close(s->fd);
}

static uint64_t file_offset(const struct suspect *s, uint64_t at)
{
	return at - s->map->start + s->map->offset;
}

/* Does memory hold what the file has there? What the file says of other bytes is worth nothing. */
static bool same_as_file(const struct suspect *s, const uint8_t *bytes, size_t n, uint64_t offset)
{
	auto_free uint8_t *file = xcalloc(1, n);

	return pread(s->fd, file, n, (off_t)offset) == (ssize_t)n && memcmp(file, bytes, n) == 0;
}

static bool enters(enum insn_kind kind)
{
	return kind == INSN_INT80 || kind == INSN_SYSENTER || kind == INSN_SYSCALL;
}

/*
 * Reads the code from start on, where an instruction begins or, in_step false,
 * may not. A prefixed entry begins at its prefix, but is one.
 */
static enum finding judge_code(const struct suspect *s, uint64_t start, bool in_step, uint64_t at)
{
	size_t target = at - start, begin, n = target + INSN_MAX;
	auto_free uint8_t *code = NULL;
	struct insn insn;

	if (target > FUNCTION_MAX || n > *s->budget)
		return UNDECIDED;
	*s->budget -= n;
	code = xcalloc(1, n);
	n = tracee_read(s->pid, taddr(start), code, n);
	if (n < target + 2 || !same_as_file(s, code, target + 2, file_offset(s, start)))
		return UNDECIDED;
	if ((in_step ? insn_covering : insn_agreed)(code, n, boundaries_mode(s->boundaries), target, &begin,
						    &insn) != 0)
		return UNDECIDED;
	if (begin == target || enters(insn.kind))
		return BEGINS;
	return HARMLESS;
}

/*
 * Does a direct branch of the mapping lead to at? What looks like one counts,
 * whether or not an instruction begins there: rather one too many.
 */
static bool is_branched_to(const struct suspect *s, uint64_t at)
{
	enum { CHUNK = 64 << 10 };
	auto_free uint8_t *code = xcalloc(1, CHUNK);

	if (s->map->end - s->map->start > *s->budget)
		return true;
	*s->budget -= s->map->end - s->map->start;
	for (uint64_t from = s->map->start; from + 4 < s->map->end; from += CHUNK - 4) {
		size_t n = s->map->end - from < CHUNK ? s->map->end - from : CHUNK;

		if (tracee_read(s->pid, taddr(from), code, n) != n)
			return true;
		for (size_t i = 0; i + 5 <= n; i++) {
			bool near = code[i] == 0xe8 || code[i] == 0xe9 || (code[i] & 0xf0) == 0x80;
			bool brief = code[i] == 0xeb || (code[i] & 0xf0) == 0x70 || (code[i] & 0xfc) == 0xe0;
			uint32_t distance;

			memcpy(&distance, code + i + 1, 4);
			/* 8x is the second byte of a conditional one, behind 0F. */
			if (near && (uint32_t)(from + i + 5) + distance == (uint32_t)at &&
			    (code[i] >= 0xe0 || i == 0 || code[i - 1] == 0x0f))
				return true;
			if (brief && from + i + 2 + (uint64_t)(int8_t)code[i + 1] == at)
				return true;
		}
	}
	return false;
}

/*
 * Code without call frame information or symbols: what all ways of reading it
 * agree on. Data between code would be read wrong, but what follows data is
 * reached by a branch only.
 */
static enum finding judge_text(const struct suspect *s, uint64_t section, uint64_t at)
{
	enum finding found;

	if (file_offset(s, at) - section < INSN_AGREE)
		return UNDECIDED;
	found = judge_code(s, at - INSN_AGREE, false, at);
	return found == HARMLESS && is_branched_to(s, at) ? UNDECIDED : found;
}

static enum finding judge(struct suspect *s, uint64_t at)
{
	uint8_t bytes[2];
	uint64_t start;

	if (s->fd < 0)
		return UNDECIDED;
	if (!s->opened) {
		s->opened = true;
		s->boundaries = boundaries_open(s->fd);
	}
	if (!s->boundaries)
		return UNDECIDED;
	switch (boundaries_find(s->boundaries, file_offset(s, at), &start)) {
	case PLACE_DATA:
		return tracee_read(s->pid, taddr(at), bytes, 2) == 2 &&
		       same_as_file(s, bytes, 2, file_offset(s, at)) ? HARMLESS : UNDECIDED;
	case PLACE_CODE:
		return judge_code(s, at - (file_offset(s, at) - start), true, at);
	case PLACE_TEXT:
		return judge_text(s, start, at);
	case PLACE_UNKNOWN:
		break;
	}
	return UNDECIDED;
}

static const char *entry_name(const struct suspect *s, uint64_t at)
{
	uint8_t b[2] = {0};

	tracee_read(s->pid, taddr(at), b, 2);
	if (b[0] == 0xcd)
		return "an int 0x80 in the landing pad's place of a page";
	return b[1] == 0x05 ? "a syscall instruction" : "a sysenter instruction";
}

int hit_judge(struct suspect *s, uint64_t at, char **why)
{
	enum finding v = judge(s, at);
	auto_free char *name = NULL, *module = NULL;
	const char *base = strrchr(s->map->path, '/');
	uint64_t offset = at;

	if (v == HARMLESS)
		return 0;
	if (s->map->inode) {
		name = text_escape(base ? base + 1 : s->map->path, false);
		module = xasprintf("in %s+", name);
		offset = s->boundaries ? boundaries_vaddr(s->boundaries, file_offset(s, at)) :
					 file_offset(s, at);
	}
	*why = xasprintf("%s%s %s%#" PRIx64, v == BEGINS ? "" : "what may be ", entry_name(s, at),
			 module ? module : "at ", offset);
	return 1;
}
