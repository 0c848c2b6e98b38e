/* SPDX-License-Identifier: MIT */
#include "scan/wire.h"

#include "base/cleanup.h"
#include "base/vec.h"

#include <string.h>

/* A length that stands for no text at all. */
#define NO_TEXT UINT16_MAX

/* --- packing --- */

static bool put(struct wire_packet *p, const void *bytes, size_t n)
{
	if (n > sizeof(p->bytes) - p->n)
		return false;
	if (n)
		memcpy(p->bytes + p->n, bytes, n);
	p->n += n;
	return true;
}

static void put_number(struct wire_packet *p, uint64_t v)
{
	put(p, &v, sizeof(v));
}

static bool put_text(struct wire_packet *p, const char *text)
{
	size_t n = text ? strnlen(text, WIRE_TEXT_MAX) : 0;
	uint16_t len = text ? (uint16_t)n : NO_TEXT;
	size_t before = p->n;

	if (put(p, &len, sizeof(len)) && put(p, text, n))
		return true;
	p->n = before;
	return false;
}

static void begin(struct wire_packet *p, uint64_t id, enum wire_kind kind, uint32_t count)
{
	struct wire_head head = {id, kind, count};

	p->n = 0;
	put(p, &head, sizeof(head));
}

void wire_pack_file(uint64_t id, const struct scan_file *f, struct wire_packet *out)
{
	size_t at, n = 0;

	begin(out, id, WIRE_FILE, 0);
	put_number(out, f->kind);
	put_number(out, f->abi);
	put_number(out, f->type);
	put_number(out, f->code_bytes);
	put_number(out, f->content[0]);
	put_number(out, f->content[1]);
	for (unsigned form = 0; form < ENTRY_FORMS; form++)
		for (unsigned sure = 0; sure < SURENESSES; sure++)
			put_number(out, f->count[form][sure]);
	put_text(out, f->machine);
	put_text(out, f->interpreter);
	put_text(out, f->build_id);
	put_text(out, f->soname);
	put_text(out, f->member);
	put_text(out, f->fault);
	at = out->n;
	put_number(out, 0);
	while (n < f->nneeded && n < WIRE_NEEDED_MAX && put_text(out, f->needed[n]))
		n++;
	memcpy(out->bytes + at, &(uint64_t){n}, sizeof(uint64_t));
}

static bool put_site(struct wire_packet *p, const struct scan_site *s)
{
	size_t before = p->n;
	uint64_t numbers[] = {s->form, s->sure, s->offset, s->vaddr, (uint64_t)s->nr};

	if (put(p, numbers, sizeof(numbers)) && put_text(p, s->function))
		return true;
	p->n = before;
	return false;
}

void wire_pack_sites(uint64_t id, const struct scan_file *f, size_t *next, struct wire_packet *out)
{
	uint32_t count = 0;

	begin(out, id, WIRE_SITES, 0);
	for (; *next < f->nsites && put_site(out, &f->sites[*next]); ++*next)
		count++;
	memcpy(out->bytes + offsetof(struct wire_head, count), &count, sizeof(count));
}

void wire_pack_done(uint64_t id, struct wire_packet *out)
{
	begin(out, id, WIRE_DONE, 0);
}

/* --- unpacking --- */

struct unpack {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static void take(struct unpack *u, void *to, size_t n)
{
	if (n > u->left) {
		u->bad = true;
		memset(to, 0, n);
		return;
	}
	memcpy(to, u->at, n);
	u->at += n;
	u->left -= n;
}

static uint64_t take_number(struct unpack *u)
{
	uint64_t v;

	take(u, &v, sizeof(v));
	return v;
}

/* A value of an enum with that many; the last one's successor where that is allowed. */
static unsigned take_enum(struct unpack *u, unsigned count)
{
	uint64_t v = take_number(u);

	if (v < count)
		return (unsigned)v;
	u->bad = true;
	return 0;
}

static char *take_text(struct unpack *u)
{
	uint16_t len = 0;
	char *text;

	take(u, &len, sizeof(len));
	if (u->bad || len == NO_TEXT)
		return NULL;
	if (len > WIRE_TEXT_MAX || len > u->left) {
		u->bad = true;
		return NULL;
	}
	text = xcalloc(1, (size_t)len + 1);
	take(u, text, len);
	return text;
}

bool wire_head(const uint8_t *bytes, size_t n, struct wire_head *out)
{
	if (n < sizeof(*out))
		return false;
	memcpy(out, bytes, sizeof(*out));
	return out->kind >= WIRE_FILE && out->kind <= WIRE_DONE;
}

bool wire_unpack_file(const uint8_t *bytes, size_t n, struct scan_file *out)
{
	struct unpack u = {bytes, n, false};
	struct wire_head head;
	uint64_t needed;

	take(&u, &head, sizeof(head));
	out->kind = (enum scan_kind)take_enum(&u, SCAN_KINDS);
	out->abi = (enum abi)take_enum(&u, ABIS + 1);
	out->type = (enum elf_type)take_enum(&u, ELF_TYPES);
	out->code_bytes = take_number(&u);
	out->content[0] = take_number(&u);
	out->content[1] = take_number(&u);
	for (unsigned form = 0; form < ENTRY_FORMS; form++)
		for (unsigned sure = 0; sure < SURENESSES; sure++)
			out->count[form][sure] = take_number(&u);
	out->machine = take_text(&u);
	out->interpreter = take_text(&u);
	out->build_id = take_text(&u);
	out->soname = take_text(&u);
	out->member = take_text(&u);
	out->fault = take_text(&u);
	needed = take_number(&u);
	for (uint64_t i = 0; i < needed && !u.bad && i < WIRE_NEEDED_MAX; i++) {
		char *name = take_text(&u);

		if (name)
			*vec_push(out->needed, out->nneeded) = name;
	}
	return !u.bad && !u.left && needed <= WIRE_NEEDED_MAX;
}

bool wire_unpack_sites(const uint8_t *bytes, size_t n, struct scan_file *out)
{
	struct unpack u = {bytes, n, false};
	struct wire_head head;

	take(&u, &head, sizeof(head));
	for (uint32_t i = 0; i < head.count && !u.bad; i++) {
		struct scan_site s = {0};

		if (out->nsites >= SCAN_SITES_MAX)
			return false;
		s.form = (enum entry_form)take_enum(&u, ENTRY_FORMS);
		s.sure = (enum scan_sure)take_enum(&u, SURENESSES);
		s.offset = take_number(&u);
		s.vaddr = take_number(&u);
		s.nr = (int64_t)take_number(&u);
		s.function = take_text(&u);
		if (u.bad)
			free(s.function);
		else
			*vec_push(out->sites, out->nsites) = s;
	}
	return !u.bad && !u.left;
}
