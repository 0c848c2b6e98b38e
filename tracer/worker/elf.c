/* SPDX-License-Identifier: MIT */
#include "worker/elf.h"

#include <elf.h>
#include <string.h>

enum { PAGE = 4096, SECTIONS_MAX = 4096 };

static bool inside(const struct elf *e, uint64_t offset, uint64_t n)
{
	return offset <= e->size && n <= e->size - offset;
}

/* One header of either class, widened. */
struct section {
	uint32_t name, type;
	uint64_t flags, addr, offset, size;
};

static bool read_section(const struct elf *e, uint64_t at, struct section *s)
{
	if (e->is64) {
		Elf64_Shdr h;

		if (!inside(e, at, sizeof(h)))
			return false;
		memcpy(&h, e->bytes + at, sizeof(h));
		*s = (struct section){h.sh_name, h.sh_type, h.sh_flags, h.sh_addr, h.sh_offset, h.sh_size};
	} else {
		Elf32_Shdr h;

		if (!inside(e, at, sizeof(h)))
			return false;
		memcpy(&h, e->bytes + at, sizeof(h));
		*s = (struct section){h.sh_name, h.sh_type, h.sh_flags, h.sh_addr, h.sh_offset, h.sh_size};
	}
	return true;
}

static void add_load(struct elf *e, uint64_t offset, uint64_t filesz, uint64_t vaddr, uint64_t memsz,
		     uint32_t flags)
{
	if (e->nloads == ELF_LOADS_MAX || filesz > memsz || !inside(e, offset, filesz) ||
	    vaddr + memsz < vaddr)
		return;
	e->loads[e->nloads++] = (struct elf_load){offset, filesz, vaddr, memsz, flags & PF_X};
}

/* The bytes of a loaded region, as far as the file holds them in one piece. */
static struct elf_part part_at(const struct elf *e, uint64_t vaddr, uint64_t size)
{
	for (unsigned i = 0; i < e->nloads; i++) {
		const struct elf_load *l = &e->loads[i];
		uint64_t in = vaddr - l->vaddr;

		if (vaddr < l->vaddr || in >= l->filesz)
			continue;
		if (size > l->filesz - in)
			size = l->filesz - in;
		return (struct elf_part){e->bytes + l->offset + in, (size_t)size, vaddr};
	}
	return (struct elf_part){0};
}

static int64_t signed_le(const uint8_t *p, unsigned n)
{
	int32_t v4;
	int64_t v8;

	if (n == 4) {
		memcpy(&v4, p, sizeof(v4));
		return v4;
	}
	memcpy(&v8, p, sizeof(v8));
	return v8;
}

/* .eh_frame through PT_GNU_EH_FRAME, for files whose section headers are gone. */
static void find_by_eh_frame_hdr(struct elf *e, uint64_t vaddr)
{
	struct elf_part hdr = part_at(e, vaddr, 12);
	uint64_t start;

	/* version 1; eh_frame_ptr as pcrel|sdata4, which every linker writes */
	if (e->eh_frame.size || hdr.size < 8 || hdr.bytes[0] != 1 || hdr.bytes[1] != 0x1b)
		return;
	start = vaddr + 4 + (uint64_t)signed_le(hdr.bytes + 4, 4);
	if (!e->is64)
		start = (uint32_t)start;
	/* Its end is not told: a zero length ends it. */
	e->eh_frame = part_at(e, start, UINT64_MAX);
	e->eh_frame_open = true;
}

static void read_segments(struct elf *e, uint64_t phoff, unsigned phentsize, unsigned n,
			  uint64_t *eh_hdr)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t at = phoff + (uint64_t)i * phentsize;

		if (e->is64) {
			Elf64_Phdr p;

			if (!inside(e, at, sizeof(p)))
				return;
			memcpy(&p, e->bytes + at, sizeof(p));
			if (p.p_type == PT_LOAD)
				add_load(e, p.p_offset, p.p_filesz, p.p_vaddr, p.p_memsz, p.p_flags);
			else if (p.p_type == PT_GNU_EH_FRAME)
				*eh_hdr = p.p_vaddr;
		} else {
			Elf32_Phdr p;

			if (!inside(e, at, sizeof(p)))
				return;
			memcpy(&p, e->bytes + at, sizeof(p));
			if (p.p_type == PT_LOAD)
				add_load(e, p.p_offset, p.p_filesz, p.p_vaddr, p.p_memsz, p.p_flags);
			else if (p.p_type == PT_GNU_EH_FRAME)
				*eh_hdr = p.p_vaddr;
		}
	}
}

static void read_sections(struct elf *e, uint64_t shoff, unsigned shentsize, unsigned n,
			  unsigned shstrndx)
{
	struct section names, s;

	if (n > SECTIONS_MAX || shstrndx >= n ||
	    !read_section(e, shoff + (uint64_t)shstrndx * shentsize, &names) ||
	    !inside(e, names.offset, names.size))
		return;
	for (unsigned i = 0; i < n; i++) {
		if (!read_section(e, shoff + (uint64_t)i * shentsize, &s))
			return;
		if (s.type == SHT_NOBITS || (s.flags & SHF_COMPRESSED) ||
		    !inside(e, s.offset, s.size) || s.name >= names.size)
			continue;
		const char *name = (const char *)e->bytes + names.offset + s.name;
		size_t room = names.size - s.name;
		const struct {
			const char *name;
			struct elf_part *part;
		} wanted[] = {
			{".eh_frame", &e->eh_frame},
			{".debug_frame", &e->debug_frame},
			{".gnu_debugdata", &e->gnu_debugdata},
		};

		for (size_t w = 0; w < sizeof(wanted) / sizeof(wanted[0]); w++)
			if (strnlen(name, room) < room && strcmp(name, wanted[w].name) == 0)
				*wanted[w].part = (struct elf_part){e->bytes + s.offset, (size_t)s.size,
								    s.flags & SHF_ALLOC ? s.addr : 0};
	}
}

bool elf_read(struct elf *e, const uint8_t *bytes, size_t size)
{
	uint64_t eh_hdr = 0;

	*e = (struct elf){.bytes = bytes, .size = size};
	if (size < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
	    bytes[EI_DATA] != ELFDATA2LSB)
		return false;
	if (bytes[EI_CLASS] == ELFCLASS64) {
		Elf64_Ehdr h;

		if (size < sizeof(h))
			return false;
		memcpy(&h, bytes, sizeof(h));
		e->is64 = true;
		e->entry = h.e_entry;
		if (h.e_machine != EM_X86_64)
			return false;
		read_segments(e, h.e_phoff, h.e_phentsize, h.e_phnum, &eh_hdr);
		read_sections(e, h.e_shoff, h.e_shentsize, h.e_shnum, h.e_shstrndx);
	} else {
		Elf32_Ehdr h;

		memcpy(&h, bytes, sizeof(h));
		e->entry = h.e_entry;
		if (h.e_machine != EM_386 && h.e_machine != EM_X86_64)
			return false;
		read_segments(e, h.e_phoff, h.e_phentsize, h.e_phnum, &eh_hdr);
		read_sections(e, h.e_shoff, h.e_shentsize, h.e_shnum, h.e_shstrndx);
	}
	if (eh_hdr)
		find_by_eh_frame_hdr(e, eh_hdr);
	return true;
}

bool elf_offset_to_vaddr(const struct elf *e, uint64_t offset, uint64_t *vaddr)
{
	for (unsigned i = 0; i < e->nloads; i++) {
		const struct elf_load *l = &e->loads[i];
		/* Mappings are whole pages: they begin before the segment and end behind it. */
		uint64_t first = l->offset & ~(uint64_t)(PAGE - 1);
		uint64_t last = (l->offset + l->filesz + PAGE - 1) & ~(uint64_t)(PAGE - 1);

		if (offset >= first && offset < last) {
			*vaddr = l->vaddr + (offset - l->offset);
			return true;
		}
	}
	return false;
}

bool elf_load_bytes(const struct elf *e, uint64_t vaddr, void *out, size_t n)
{
	for (unsigned i = 0; i < e->nloads; i++) {
		const struct elf_load *l = &e->loads[i];
		uint64_t in = vaddr - l->vaddr;

		if (vaddr < l->vaddr || in >= l->memsz || n > l->memsz - in)
			continue;
		size_t have = in < l->filesz ? (size_t)(l->filesz - in) : 0;

		if (have > n)
			have = n;
		memset(out, 0, n);
		if (have)
			memcpy(out, e->bytes + l->offset + in, have);
		return true;
	}
	return false;
}

bool elf_span(const struct elf *e, uint64_t *lo, uint64_t *hi)
{
	*lo = UINT64_MAX;
	*hi = 0;
	for (unsigned i = 0; i < e->nloads; i++) {
		const struct elf_load *l = &e->loads[i];

		if (l->vaddr < *lo)
			*lo = l->vaddr & ~(uint64_t)(PAGE - 1);
		if (l->vaddr + l->memsz > *hi)
			*hi = l->vaddr + l->memsz;
	}
	return *lo < *hi;
}
