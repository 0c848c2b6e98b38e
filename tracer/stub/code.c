/* SPDX-License-Identifier: MIT */
#include "stub/code.h"

#include "stub/blob.h"
#include "stub/slot.h"

#include <errno.h>
#include <string.h>

enum { INT80_SIZE = 2 };

/* int 0x80; ud2 */
static const uint8_t inject[] = {0xcd, 0x80, 0x0f, 0x0b};

/* hlt, which is a SIGSEGV: nothing is to run into what is not ours. */
enum { FILLER = 0xf4 };

enum fix_how { FIX_ADD, FIX_PUT, FIX_RELATIVE };

static const struct {
	enum fix_how how;
	size_t size;
} fixes[FIX_KINDS] = {
	[FIX_ADD_TABLE] = {FIX_ADD, 4},
	[FIX_ADD_SLOT] = {FIX_ADD, 4},
	[FIX_PUT_FRAME] = {FIX_PUT, 2},
	[FIX_PUT_NR] = {FIX_PUT, 4},
	[FIX_REL_ENTRY] = {FIX_RELATIVE, 4},
	[FIX_REL_BACK] = {FIX_RELATIVE, 4},
	[FIX_REL_PAD] = {FIX_RELATIVE, 4},
};

/* Copies a part to that offset of the page at page_at; value is indexed by kind. */
static void place(uint8_t *page, uint32_t page_at, uint32_t offset, const struct stub_part *part,
		  const uint32_t value[FIX_KINDS])
{
	const struct stub_fix *fix = stub_blob_at(part->fixes);

	memcpy(page + offset, stub_blob_at(part->code), part->size);
	for (unsigned i = 0; i < part->nfixes; i++) {
		uint8_t *p = page + offset + fix[i].at;
		uint32_t v = value[fix[i].kind], there;

		if (fixes[fix[i].kind].how == FIX_ADD) {
			memcpy(&there, p, sizeof(there));
			v += there;
		} else if (fixes[fix[i].kind].how == FIX_RELATIVE) {
			v -= page_at + offset + fix[i].at + 4;
		}
		memcpy(p, &v, fixes[fix[i].kind].size);
	}
}

int stub_code_build(uint8_t page[static STUB_PAGE], const struct stub_target *target, struct stub_code *out)
{
	const struct stub_blob *blob = stub_blob();
	uint32_t pad = target->pad_offset, at = 0;
	const uint32_t value[FIX_KINDS] = {
		[FIX_ADD_TABLE] = target->table_at,
		[FIX_PUT_FRAME] = target->sysenter ? 0xe589 : 0xcd89, /* mov ebp, esp; mov ebp, ecx */
		[FIX_REL_ENTRY] = target->entry_insn_at,
		[FIX_REL_PAD] = target->landing_pad_at,
	};

	if (target->page_at % STUB_PAGE || target->table_at % STUB_PAGE || pad != target->landing_pad_at % STUB_PAGE)
		return -EINVAL;
	if (pad < INT80_SIZE || pad - INT80_SIZE + sizeof(inject) > STUB_PAGE)
		return -ENOTSUP;
	if (pad - INT80_SIZE < blob->stub.size) /* then they would overlap */
		at = STUB_PAGE / 2;
	memset(page, FILLER, STUB_PAGE);
	place(page, target->page_at, at, &blob->stub, value);
	memcpy(page + pad - INT80_SIZE, inject, sizeof(inject));
	*out = (struct stub_code){
		.target = *target,
		.enter = target->page_at + at,
		.miss_ip = target->page_at + at + blob->missed,
		.restart_at = target->page_at + at + blob->restart,
		.restart_ip = target->page_at + at + blob->restarted,
		.inject_at = target->page_at + pad - INT80_SIZE,
		.inject_ip = target->page_at + pad,
	};
	return 0;
}

int stub_site_build(uint8_t page[static STUB_PAGE], struct stub_site *site)
{
	const struct stub_blob *blob = stub_blob();
	uint32_t pad = site->pad_offset;
	const uint32_t value[FIX_KINDS] = {
		[FIX_ADD_SLOT] = site->slot_at,
		[FIX_PUT_NR] = site->nr,
		[FIX_REL_BACK] = site->back_at,
	};

	if (site->page_at % STUB_PAGE || site->slot_at % sizeof(struct stub_slot))
		return -EINVAL;
	if (pad < blob->entered || pad - blob->entered + blob->detour.size > STUB_PAGE)
		return -ENOTSUP;
	uint32_t at = pad - blob->entered;
	memset(page, FILLER, STUB_PAGE);
	place(page, site->page_at, at, &blob->detour, value);
	site->enter = site->page_at + at;
	site->entered_ip = site->page_at + pad;
	return 0;
}
