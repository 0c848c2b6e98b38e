/* SPDX-License-Identifier: MIT */
#include "elf/facts_reader.h"

#include "base/cleanup.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

/* Beyond these no file is taken seriously. */
#define DYNAMIC_MAX 65536
#define NEEDED_MAX 4096
#define NOTES_MAX 65536

struct dynamic {
	uint64_t strtab, strsz, soname, flags_1, got;
	bool has_soname;
	uint64_t needed[NEEDED_MAX];
	size_t nneeded;
};

static void take_dynamic(struct dynamic *d, uint64_t tag, uint64_t value)
{
	if (tag == DT_STRTAB)
		d->strtab = value;
	else if (tag == DT_STRSZ)
		d->strsz = value;
	else if (tag == DT_SONAME)
		d->soname = value, d->has_soname = true;
	else if (tag == DT_PLTGOT)
		d->got = value;
	else if (tag == DT_FLAGS_1)
		d->flags_1 = value;
	else if (tag == DT_NEEDED && d->nneeded < NEEDED_MAX)
		d->needed[d->nneeded++] = value;
}

static char *dynamic_text(const struct facts_reader *r, const struct dynamic *d, uint64_t at)
{
	uint64_t offset;

	if (at >= d->strsz || !elf_facts_offset(r->out, d->strtab + at, &offset))
		return NULL;
	return facts_text_at(r, offset, d->strsz - at);
}

void facts_read_dynamic(struct facts_reader *r)
{
	const struct facts_segment *s = facts_segment_of(r, PT_DYNAMIC);
	size_t each = r->wide ? sizeof(Elf64_Dyn) : sizeof(Elf32_Dyn);
	auto_free struct dynamic *d = NULL;

	if (!s)
		return;
	d = xcalloc(1, sizeof(*d));
	for (uint64_t at = 0; at + each <= s->filesz && at / each < DYNAMIC_MAX; at += each) {
		Elf64_Dyn wide = {0};
		Elf32_Dyn narrow = {0};
		uint64_t tag;

		if (!(r->wide ? facts_get(r->fd, r->size, s->offset + at, &wide, each) :
				facts_get(r->fd, r->size, s->offset + at, &narrow, each)))
			break;
		tag = r->wide ? (uint64_t)wide.d_tag : (uint32_t)narrow.d_tag;
		if (tag == DT_NULL)
			break;
		take_dynamic(d, tag, r->wide ? wide.d_un.d_val : narrow.d_un.d_val);
	}
	if (d->has_soname)
		r->out->soname = dynamic_text(r, d, d->soname);
	for (size_t i = 0; i < d->nneeded; i++) {
		char *name = dynamic_text(r, d, d->needed[i]);

		if (name)
			*vec_push(r->out->needed, r->out->nneeded) = name;
	}
	r->out->got = d->got;
	if (d->flags_1 & DF_1_PIE)
		r->out->type = ELF_TYPE_PIE;
}

/* --- the build id --- */

static bool take_build_id(const uint8_t *desc, size_t n, struct elf_facts *out)
{
	if (n > (sizeof(out->build_id) - 1) / 2)
		return false;
	for (size_t i = 0; i < n; i++)
		snprintf(out->build_id + 2 * i, 3, "%02x", desc[i]);
	return true;
}

void facts_read_notes(struct facts_reader *r, const struct facts_segment *s)
{
	size_t n = s->filesz < NOTES_MAX ? (size_t)s->filesz : NOTES_MAX, at = 0;
	auto_free uint8_t *notes = xcalloc(1, n + 1);
	Elf32_Nhdr h; /* the same in both classes */

	if (!facts_get(r->fd, r->size, s->offset, notes, n))
		return;
	while (at + sizeof(h) <= n) {
		size_t name, desc;

		memcpy(&h, notes + at, sizeof(h));
		name = at + sizeof(h);
		if (h.n_namesz > n || h.n_descsz > n)
			return;
		desc = name + ((h.n_namesz + 3) & ~3u);
		if (desc > n || h.n_descsz > n - desc)
			return;
		if (h.n_type == NT_GNU_BUILD_ID && h.n_namesz == 4 && memcmp(notes + name, "GNU", 4) == 0 &&
		    take_build_id(notes + desc, h.n_descsz, r->out))
			return;
		at = desc + ((h.n_descsz + 3) & ~3u);
	}
}
