/* SPDX-License-Identifier: MIT */
#include "scan/judge.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "decode/walk.h"
#include "elf/boundary.h"
#include "scan/reached.h"
#include "symbol/demangle.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* No function is longer; what is read may also come from a hostile file. */
#define FUNCTION_MAX (4u << 20)

/* Hits of one function that are walked to at once. */
#define TOGETHER 512

struct judge {
	int fd;
	const struct elf_facts *facts;
	const struct hits *hits;
	struct scan_file *out;
	struct boundaries *boundaries; /* NULL: the file says nothing of its sections */
	uint64_t budget;               /* bytes that may still be read */
	enum cpu_mode mode;
	struct reached_code reached;   /* of the code that it was last asked for */
	bool followed;                 /* it was asked for */
	bool crosses;                  /* it has ways into code of the other width */
};

/* What becomes of a hit. */
struct opinion {
	bool is_site;
	enum scan_sure sure;
	bool nr_known;
	uint32_t nr;
};

static const struct opinion harmless;

/* The code that holds the byte at offset; NULL when none does. */
static const struct elf_code *code_at(const struct judge *j, uint64_t offset)
{
	for (size_t i = 0; i < j->facts->ncode; i++)
		if (offset - j->facts->code[i].offset < j->facts->code[i].size)
			return &j->facts->code[i];
	return NULL;
}

/* Reads up to n bytes of code from offset on, *got of them. NULL when the budget is spent or nothing can be read. */
static uint8_t *read_code(struct judge *j, uint64_t offset, size_t n, size_t *got)
{
	const struct elf_code *code = code_at(j, offset);
	uint8_t *bytes;
	ssize_t r;

	if (!code || n > j->budget)
		return NULL;
	if (n > code->offset + code->size - offset)
		n = (size_t)(code->offset + code->size - offset);
	j->budget -= n;
	bytes = xcalloc(1, n);
	r = pread(j->fd, bytes, n, (off_t)offset);
	if (r <= 0) {
		free(bytes);
		return NULL;
	}
	*got = (size_t)r;
	return bytes;
}

/* --- far pointers in memory --- */

/*
 * Does a far call or jump by a pointer in memory lead to code of the other width?
 * Where the pointer is filled in only when the program runs, that cannot be told.
 */
static bool leads_across(const struct judge *j, const struct hit *h, bool *known)
{
	unsigned other = j->mode == CPU_MODE_32 ? 0x33 : 0x23;
	uint64_t offset;
	uint16_t selector;

	*known = elf_facts_offset(j->facts, h->pointer + 4, &offset) &&
		 pread(j->fd, &selector, sizeof(selector), (off_t)offset) == sizeof(selector);
	return *known && selector == other;
}

/* --- opinions --- */

static struct opinion opinion_of(const struct walk_place *p)
{
	switch (p->found) {
	case WALK_BEGINS:
		return (struct opinion){true, SURE_INSTRUCTION, p->nr_known, p->nr};
	case WALK_INSIDE:
		return harmless;
	case WALK_LOST:
		break;
	}
	return (struct opinion){true, SURE_POSSIBLE, false, 0};
}

/* Hits that lie behind the same start of code: read once, up to the last. */
static void judge_function(struct judge *j, uint64_t start, const struct hit *h, size_t n, struct opinion *out)
{
	struct walk_place places[TOGETHER] = {0};
	uint64_t length = h[n - 1].offset - start + INSN_MAX;
	auto_free uint8_t *code = NULL;
	size_t got = 0;

	if (length <= FUNCTION_MAX)
		code = read_code(j, start, (size_t)length, &got);
	for (size_t i = 0; i < n; i++)
		places[i].at = h[i].offset - start;
	if (code)
		walk_code(code, got, j->mode, places, n);
	for (size_t i = 0; i < n; i++)
		out[i] = opinion_of(&places[i]);
}

/* What the file's own jumps and calls say. */
static enum reached reached_at(struct judge *j, uint64_t offset)
{
	if (!j->followed || offset - j->reached.code.offset >= j->reached.code.size) {
		if (j->reached.reach)
			reached_close(&j->reached);
		if (!j->followed || j->out->nsites < SCAN_SITES_MAX)
			reached_open(j->fd, j->facts, j->boundaries, offset, &j->reached);
		j->followed = true;
	}
	return j->reached.reach ? reach_at(j->reached.reach, (size_t)(offset - j->reached.code.offset)) :
				  REACHED_MAYBE;
}

/*
 * Code without call frame information or symbols: harmless where all ways of reading
 * agree on that, or where it lies inside of an instruction that is reached.
 */
static struct opinion judge_text(struct judge *j, uint64_t section, const struct hit *h)
{
	struct opinion o = {.is_site = true, .sure = SURE_POSSIBLE};
	uint64_t start = h->offset - section < INSN_AGREE ? section : h->offset - INSN_AGREE;
	size_t target = (size_t)(h->offset - start), got = 0, begin;
	auto_free uint8_t *code = read_code(j, start, target + INSN_MAX, &got);
	struct insn insn;
	enum reached r;

	if (!code || got <= target)
		return o;
	o.nr_known = walk_number_before(code, target, j->mode, &o.nr);
	if (target == INSN_AGREE && insn_agreed(code, got, j->mode, target, &begin, &insn) == 0 &&
	    begin != target && insn.kind == INSN_OTHER)
		return harmless;
	switch ((r = reached_at(j, h->offset))) {
	case REACHED:
		o.sure = SURE_INSTRUCTION;
		break;
	case REACHED_INSIDE:
		return harmless;
	case REACHED_MAYBE:
	case REACHED_NOT:
		if (j->reached.reach &&
		    reach_in_branch(j->reached.reach, (size_t)(h->offset - j->reached.code.offset)))
			return harmless;
		/* Compilers describe all their code, and people what of theirs is called from it. */
		if (r == REACHED_NOT && j->boundaries && boundaries_have_frames(j->boundaries) && !j->crosses)
			o.sure = SURE_DATA;
		break;
	}
	return o;
}

/* --- sites --- */

static char *function_at(const struct judge *j, uint64_t offset)
{
	char name[1024];
	uint64_t distance;

	if (!j->boundaries || !boundaries_name(j->boundaries, offset, name, sizeof(name), &distance))
		return NULL;
	auto_free char *plain = demangle(name);

	return distance ? xasprintf("%s+0x%" PRIx64, plain, distance) : steal_ptr(plain);
}

static void add_site(struct judge *j, const struct hit *h, const struct opinion *o)
{
	enum scan_sure sure = o->sure;
	bool known;

	if (!o->is_site)
		return;
	if (h->through_memory && !leads_across(j, h, &known)) {
		/* One within the same width is no business of ours. */
		if (known || sure != SURE_INSTRUCTION)
			return;
		sure = SURE_POSSIBLE;
	}
	j->out->count[h->form][sure]++;
	*vec_push(j->out->sites, j->out->nsites) = (struct scan_site){
		.form = h->form,
		.sure = sure,
		.offset = h->offset,
		/* In an object, counted from the section's start. */
		.vaddr = j->facts->type == ELF_TYPE_OBJECT && j->boundaries ?
				 boundaries_vaddr(j->boundaries, h->offset) :
				 elf_facts_vaddr(j->facts, h->offset),
		.nr = o->nr_known ? (int64_t)o->nr : -1,
		.function = function_at(j, h->offset),
	};
}

/* Where the code around a hit begins, as boundaries_find() has it. */
static enum place place_of(const struct judge *j, const struct hit *h, uint64_t *start)
{
	return j->boundaries ? boundaries_find(j->boundaries, h->offset, start) : PLACE_UNKNOWN;
}

/* The hits from i on that share a start of code; *out is filled for each. Returns how many. */
static size_t judge_some(struct judge *j, size_t i, struct opinion *out)
{
	const struct hit *h = &j->hits->list[i];
	const struct elf_code *code = code_at(j, h->offset);
	uint64_t start = 0, other;
	size_t n = 1;

	switch (place_of(j, h, &start)) {
	case PLACE_DATA:
		*out = (struct opinion){.is_site = true, .sure = SURE_DATA};
		return 1;
	case PLACE_CODE:
		while (n < TOGETHER && i + n < j->hits->n && place_of(j, &h[n], &other) == PLACE_CODE && other == start)
			n++;
		judge_function(j, start, h, n, out);
		return n;
	case PLACE_TEXT:
		*out = judge_text(j, start, h);
		return 1;
	case PLACE_UNKNOWN:
		break;
	}
	*out = judge_text(j, code ? code->offset : h->offset, h);
	return 1;
}

void judge_hits(int fd, const struct elf_facts *facts, const struct hits *hits, struct scan_file *out)
{
	struct judge j = {
		.fd = fd,
		.facts = facts,
		.hits = hits,
		.out = out,
		.budget = 4 * hits->bytes + (1u << 20),
		.mode = facts->abi == ABI_I386 ? CPU_MODE_32 : CPU_MODE_64,
	};
	struct opinion opinions[TOGETHER];
	bool known;

	if (!hits->n)
		return;
	j.boundaries = boundaries_open(fd);
	/* What is called from the other width is not followed, and described by nobody. */
	for (size_t i = 0; i < hits->n; i++)
		j.crosses |= hits->list[i].through_memory && leads_across(&j, &hits->list[i], &known);
	for (size_t i = 0; i < hits->n;) {
		size_t n = judge_some(&j, i, opinions);

		for (size_t k = 0; k < n; k++)
			add_site(&j, &hits->list[i + k], &opinions[k]);
		i += n;
	}
	reached_close(&j.reached);
	boundaries_free(j.boundaries);
}
