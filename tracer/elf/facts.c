/* SPDX-License-Identifier: MIT */
#include "elf/facts.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "elf/facts_reader.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Beyond these no file is taken seriously. */
#define SEGMENTS_MAX 4096
#define SECTIONS_MAX 65536u
#define TEXT_MAX 4096

const char *const elf_type_name[ELF_TYPES] = {
	[ELF_TYPE_EXECUTABLE] = "executable", [ELF_TYPE_PIE] = "pie", [ELF_TYPE_LIBRARY] = "library",
	[ELF_TYPE_OBJECT] = "object", [ELF_TYPE_CORE] = "core", [ELF_TYPE_OTHER] = "other",
};

/* The first fault is the one that is told. */
static void fault(struct elf_facts *out, const char *clause)
{
	if (!out->fault)
		out->fault = xstrdup(clause);
}

static bool within(uint64_t size, uint64_t offset, uint64_t n)
{
	return offset <= size && n <= size - offset;
}

bool facts_get(int fd, uint64_t size, uint64_t offset, void *to, size_t n)
{
	return within(size, offset, n) && pread(fd, to, n, (off_t)offset) == (ssize_t)n;
}

/* --- the header --- */

static bool read_header(int fd, uint64_t size, Elf64_Ehdr *eh, bool *wide)
{
	Elf32_Ehdr narrow;

	if (!facts_get(fd, size, 0, eh->e_ident, EI_NIDENT) || memcmp(eh->e_ident, ELFMAG, SELFMAG) != 0 ||
	    eh->e_ident[EI_DATA] != ELFDATA2LSB)
		return false;
	*wide = eh->e_ident[EI_CLASS] == ELFCLASS64;
	if (*wide)
		return facts_get(fd, size, 0, eh, sizeof(*eh));
	if (eh->e_ident[EI_CLASS] != ELFCLASS32 || !facts_get(fd, size, 0, &narrow, sizeof(narrow)))
		return false;
	*eh = (Elf64_Ehdr){
		.e_type = narrow.e_type, .e_machine = narrow.e_machine, .e_entry = narrow.e_entry,
		.e_phoff = narrow.e_phoff, .e_shoff = narrow.e_shoff, .e_phentsize = narrow.e_phentsize,
		.e_phnum = narrow.e_phnum, .e_shentsize = narrow.e_shentsize, .e_shnum = narrow.e_shnum,
		.e_shstrndx = narrow.e_shstrndx,
	};
	return true;
}

static void name_machine(const Elf64_Ehdr *eh, struct elf_facts *out)
{
	static const struct {
		unsigned machine;
		const char *name;
	} known[] = {
		{EM_AARCH64, "AArch64"}, {EM_ARM, "ARM"}, {EM_RISCV, "RISC-V"}, {EM_PPC, "PowerPC"},
		{EM_PPC64, "PowerPC64"}, {EM_MIPS, "MIPS"}, {EM_S390, "s390"}, {EM_BPF, "BPF"},
		{EM_386, "i386"}, {EM_X86_64, "x86-64"},
	};

	snprintf(out->machine_name, sizeof(out->machine_name), "ELF machine %u", eh->e_machine);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].machine == eh->e_machine)
			snprintf(out->machine_name, sizeof(out->machine_name), "%s", known[i].name);
}

static bool section_at(int fd, uint64_t size, const Elf64_Ehdr *eh, bool wide, uint64_t index, Elf64_Shdr *sh)
{
	uint64_t at = eh->e_shoff + index * eh->e_shentsize;
	Elf32_Shdr narrow;

	if (wide)
		return facts_get(fd, size, at, sh, sizeof(*sh));
	if (!facts_get(fd, size, at, &narrow, sizeof(narrow)))
		return false;
	*sh = (Elf64_Shdr){.sh_name = narrow.sh_name, .sh_type = narrow.sh_type, .sh_flags = narrow.sh_flags,
			   .sh_addr = narrow.sh_addr, .sh_offset = narrow.sh_offset, .sh_size = narrow.sh_size};
	return true;
}

/* How many sections there are; false, with a clause, when the table cannot be believed. */
static bool count_sections(int fd, uint64_t size, const Elf64_Ehdr *eh, bool wide, uint64_t *n, const char **why)
{
	Elf64_Shdr first;

	*n = eh->e_shnum;
	if (!eh->e_shoff)
		return *n = 0, true;
	if (eh->e_shentsize != (wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr))) {
		*why = "its section headers are of no known size";
		return false;
	}
	if (*n == 0) {
		/* More than e_shnum can say: gABI, "Section Header". */
		if (!section_at(fd, size, eh, wide, 0, &first)) {
			*why = "it is cut short: its section table lies beyond its end";
			return false;
		}
		*n = first.sh_size;
	}
	if (*n > SECTIONS_MAX) {
		*why = "it claims to have more sections than are believable";
		return false;
	}
	if (!within(size, eh->e_shoff, *n * eh->e_shentsize)) {
		*why = "it is cut short: its section table lies beyond its end";
		return false;
	}
	return true;
}

bool elf_sections_sane(int fd, uint64_t size, const char **why)
{
	Elf64_Ehdr eh = {0};
	uint64_t n;
	bool wide;

	*why = "it has no ELF header";
	return read_header(fd, size, &eh, &wide) && count_sections(fd, size, &eh, wide, &n, why);
}

/* --- segments --- */

static void read_segments(struct facts_reader *r)
{
	size_t each = r->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
	size_t n = r->eh.e_phnum < SEGMENTS_MAX ? r->eh.e_phnum : SEGMENTS_MAX;

	if (n && r->eh.e_phentsize != each) {
		fault(r->out, "its program headers are of no known size");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t at = r->eh.e_phoff + i * each;
		struct facts_segment s;
		Elf64_Phdr p;
		Elf32_Phdr q;

		if (!(r->wide ? facts_get(r->fd, r->size, at, &p, each) : facts_get(r->fd, r->size, at, &q, each))) {
			fault(r->out, "it is cut short: its program headers lie beyond its end");
			return;
		}
		s = r->wide ? (struct facts_segment){p.p_type, p.p_flags, p.p_offset, p.p_vaddr, p.p_filesz} :
			      (struct facts_segment){q.p_type, q.p_flags, q.p_offset, q.p_vaddr, q.p_filesz};
		if (!within(r->size, s.offset, s.filesz)) {
			fault(r->out, "it is cut short: a segment reaches beyond its end");
			s.filesz = s.offset < r->size ? r->size - s.offset : 0;
		}
		*vec_push(r->segments, r->nsegments) = s;
	}
}

const struct facts_segment *facts_segment_of(const struct facts_reader *r, uint32_t type)
{
	for (size_t i = 0; i < r->nsegments; i++)
		if (r->segments[i].type == type)
			return &r->segments[i];
	return NULL;
}

/* A string of the file that ends within it. */
char *facts_text_at(const struct facts_reader *r, uint64_t offset, uint64_t most)
{
	char text[TEXT_MAX];
	size_t n = most < sizeof(text) ? (size_t)most : sizeof(text);

	if (offset >= r->size)
		return NULL;
	if (n > r->size - offset)
		n = (size_t)(r->size - offset);
	if (!facts_get(r->fd, r->size, offset, text, n) || !memchr(text, '\0', n) || !text[0])
		return NULL;
	return xstrdup(text);
}

/* --- code --- */

static int by_offset(const void *a, const void *b)
{
	const struct elf_code *x = a, *y = b;

	return x->offset == y->offset ? 0 : x->offset < y->offset ? -1 : 1;
}

/* Sorted, and cut so that no byte is in two of them: segments may overlap. */
static void part_code(struct elf_facts *out)
{
	uint64_t end = 0;
	size_t n = 0;

	if (out->ncode)
		qsort(out->code, out->ncode, sizeof(*out->code), by_offset);
	for (size_t i = 0; i < out->ncode; i++) {
		struct elf_code c = out->code[i];
		uint64_t skip = c.offset < end ? end - c.offset : 0;

		if (skip >= c.size)
			continue;
		c = (struct elf_code){c.offset + skip, c.size - skip, c.vaddr + skip};
		end = c.offset + c.size;
		out->code[n++] = c;
	}
	out->ncode = n;
}

static void code_of_segments(struct facts_reader *r)
{
	for (size_t i = 0; i < r->nsegments; i++) {
		const struct facts_segment *s = &r->segments[i];

		struct elf_code c = {s->offset, s->filesz, s->vaddr};

		if (s->type != PT_LOAD || !s->filesz)
			continue;
		*vec_push(r->out->loaded, r->out->nloaded) = c;
		if (s->flags & PF_X)
			*vec_push(r->out->code, r->out->ncode) = c;
	}
}

static void code_of_sections(struct facts_reader *r)
{
	const char *why = NULL;
	uint64_t n;

	if (!count_sections(r->fd, r->size, &r->eh, r->wide, &n, &why)) {
		fault(r->out, why);
		return;
	}
	for (uint64_t i = 0; i < n; i++) {
		Elf64_Shdr sh;

		if (!section_at(r->fd, r->size, &r->eh, r->wide, i, &sh))
			return;
		if (sh.sh_type == SHT_NOBITS || !(sh.sh_flags & SHF_EXECINSTR) || !sh.sh_size ||
		    !within(r->size, sh.sh_offset, sh.sh_size))
			continue;
		*vec_push(r->out->code, r->out->ncode) = (struct elf_code){sh.sh_offset, sh.sh_size, sh.sh_addr};
	}
}

/* --- all of it --- */

static enum elf_type type_of(const struct facts_reader *r)
{
	switch (r->eh.e_type) {
	case ET_EXEC:
		return ELF_TYPE_EXECUTABLE;
	case ET_DYN:
		/* DT_FLAGS_1 says it better, where it is set; a static-pie has no interpreter. */
		return facts_segment_of(r, PT_INTERP) || !facts_segment_of(r, PT_DYNAMIC) ? ELF_TYPE_PIE : ELF_TYPE_LIBRARY;
	case ET_REL:
		return ELF_TYPE_OBJECT;
	case ET_CORE:
		return ELF_TYPE_CORE;
	default:
		return ELF_TYPE_OTHER;
	}
}

static void read_x86(struct facts_reader *r)
{
	const struct facts_segment *interp;

	read_segments(r);
	code_of_segments(r);
	r->out->type = type_of(r);
	r->out->entry = r->eh.e_entry;
	interp = facts_segment_of(r, PT_INTERP);
	if (interp)
		r->out->interpreter = facts_text_at(r, interp->offset, interp->filesz);
	facts_read_dynamic(r);
	/* libc.so.6 can be run, and says so by an interpreter; it has a soname all the same. */
	if (r->out->soname && r->out->type == ELF_TYPE_PIE)
		r->out->type = ELF_TYPE_LIBRARY;
	r->out->fixed = !interp && !r->out->nneeded;
	for (size_t i = 0; i < r->nsegments && !r->out->build_id[0]; i++)
		if (r->segments[i].type == PT_NOTE)
			facts_read_notes(r, &r->segments[i]);
	if (r->out->type == ELF_TYPE_CORE)
		r->out->ncode = 0;
	else if (!r->out->ncode)
		code_of_sections(r);
	part_code(r->out);
}

int elf_facts_read(int fd, uint64_t size, struct elf_facts *out)
{
	struct facts_reader r = {.fd = fd, .size = size, .out = out};

	*out = (struct elf_facts){.abi = ABIS, .type = ELF_TYPE_OTHER};
	if (!read_header(fd, size, &r.eh, &r.wide)) {
		uint8_t ident[EI_NIDENT];

		if (facts_get(fd, size, 0, ident, sizeof(ident)) && ident[EI_DATA] == ELFDATA2MSB) {
			snprintf(out->machine_name, sizeof(out->machine_name), "a big-endian machine");
			return 0;
		}
		fault(out, "it is cut short: its ELF header is not whole");
		return -ENOEXEC;
	}
	name_machine(&r.eh, out);
	if (r.eh.e_machine == EM_386 && !r.wide)
		out->abi = ABI_I386;
	else if (r.eh.e_machine == EM_X86_64)
		out->abi = r.wide ? ABI_X86_64 : ABI_X32;
	if (out->abi != ABIS)
		read_x86(&r);
	free(r.segments);
	return 0;
}

void elf_facts_fini(struct elf_facts *f)
{
	free(f->interpreter);
	free(f->soname);
	for (size_t i = 0; i < f->nneeded; i++)
		free(f->needed[i]);
	free(f->needed);
	free(f->code);
	free(f->loaded);
	free(f->fault);
	*f = (struct elf_facts){.abi = ABIS};
}

uint64_t elf_facts_vaddr(const struct elf_facts *f, uint64_t offset)
{
	for (size_t i = 0; i < f->ncode; i++)
		if (offset - f->code[i].offset < f->code[i].size)
			return f->code[i].vaddr + (offset - f->code[i].offset);
	return offset;
}

bool elf_facts_offset(const struct elf_facts *f, uint64_t vaddr, uint64_t *offset)
{
	for (size_t i = 0; i < f->nloaded; i++)
		if (vaddr - f->loaded[i].vaddr < f->loaded[i].size) {
			*offset = f->loaded[i].offset + (vaddr - f->loaded[i].vaddr);
			return true;
		}
	return false;
}
