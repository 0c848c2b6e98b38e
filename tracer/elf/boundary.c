/* SPDX-License-Identifier: MIT */
#include "elf/boundary.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "elf/facts.h"
#include "elf/frames.h"
#include "elf/pclntab.h"
#include "elf/ranges.h"

#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Beyond these no file is taken seriously: the largest libraries stay far below. */
#define SECTIONS_MAX 4096
#define SECTION_BYTES_MAX (64u << 20)

/* Symbols read at a time. */
#define SYMBOLS 1024

struct section {
	uint64_t offset, size, addr;
	uint32_t name; /* in the section of names */
	bool exec;
	bool from_start; /* an instruction begins at its first byte: read it from there */
};

struct boundaries {
	int fd;
	uint64_t size; /* of the file */
	Elf *elf;
	GElf_Ehdr eh;
	uint64_t mask; /* of an address */
	uint64_t names_at; /* the section of names */
	struct section *sections;
	size_t nsections;
	struct ranges frames;    /* by call frame information */
	struct ranges functions; /* by symbols with a size */
	struct ranges labels;    /* by other symbols in code: they have a name, but may stand for data */
};

/* Small, made by the linker or from pieces in a row, often without call frame information. */
static bool is_read_from_start(const char *name)
{
	static const char *const names[] = {".plt", ".plt.got", ".plt.sec", ".iplt", ".init", ".fini"};

	for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* A symbol of either class. */
static GElf_Sym symbol_at(const uint8_t *p, bool wide)
{
	GElf_Sym sym;
	Elf32_Sym narrow;

	if (wide) {
		memcpy(&sym, p, sizeof(sym));
		return sym;
	}
	memcpy(&narrow, p, sizeof(narrow));
	return (GElf_Sym){.st_name = narrow.st_name, .st_info = narrow.st_info, .st_shndx = narrow.st_shndx,
			  .st_value = narrow.st_value, .st_size = narrow.st_size};
}

static void take_symbol(struct boundaries *b, const GElf_Sym *sym, uint64_t names)
{
	unsigned type = GELF_ST_TYPE(sym->st_info);
	uint64_t start = sym->st_value, name = sym->st_name ? names + sym->st_name : 0;

	if (sym->st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE))
		return;
	if (b->eh.e_type == ET_REL) {
		/* Counted from its section, which has no address of its own yet. */
		if (sym->st_shndx >= b->nsections)
			return;
		start += b->sections[sym->st_shndx].addr;
	}
	if (type != STT_NOTYPE && sym->st_size && start + sym->st_size > start)
		ranges_add(&b->functions, start, start + sym->st_size, name);
	else if (name && sym->st_shndx < SHN_LORESERVE)
		ranges_add(&b->labels, start, start, name);
}

static void read_symbols(struct boundaries *b, const GElf_Shdr *sh, uint64_t names)
{
	bool wide = b->eh.e_ident[EI_CLASS] == ELFCLASS64;
	size_t each = wide ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym);
	auto_free uint8_t *chunk = xcalloc(SYMBOLS, each);
	uint64_t count = sh->sh_size / each;

	for (uint64_t i = 0; i < count && b->functions.n + b->labels.n < RANGES_MAX; i += SYMBOLS) {
		size_t n = count - i < SYMBOLS ? (size_t)(count - i) : SYMBOLS;

		if (pread(b->fd, chunk, n * each, (off_t)(sh->sh_offset + i * each)) != (ssize_t)(n * each))
			return;
		for (size_t k = 0; k < n; k++) {
			GElf_Sym sym = symbol_at(chunk + k * each, wide);

			take_symbol(b, &sym, names);
		}
	}
}

static void read_frame_section(struct boundaries *b, const GElf_Shdr *sh, bool eh)
{
	auto_free uint8_t *bytes = NULL;
	/* What dwarf_next_cfi() looks at of it. */
	Elf_Data data = {.d_type = ELF_T_BYTE, .d_version = EV_CURRENT};

	if (sh->sh_type == SHT_NOBITS || sh->sh_size > SECTION_BYTES_MAX || (sh->sh_flags & SHF_COMPRESSED) ||
	    sh->sh_offset > b->size || sh->sh_size > b->size - sh->sh_offset)
		return;
	data.d_size = (size_t)sh->sh_size;
	data.d_buf = bytes = xcalloc(1, data.d_size + 1);
	if (pread(b->fd, bytes, data.d_size, (off_t)sh->sh_offset) == (ssize_t)data.d_size)
		frames_read(&(struct frames_in){b->eh.e_ident, b->mask, &b->frames}, &data, sh->sh_addr, eh);
}

/* All of them, in their order, so that a symbol can name one by its index. */
static void add_section(struct boundaries *b, const GElf_Shdr *sh, const char *name)
{
	struct section *s = vec_push(b->sections, b->nsections);

	if (sh->sh_type == SHT_NULL || sh->sh_type == SHT_NOBITS || !sh->sh_size ||
	    sh->sh_offset + sh->sh_size <= sh->sh_offset)
		return;
	*s = (struct section){
		.offset = sh->sh_offset,
		.size = sh->sh_size,
		/* An object's sections all begin at address 0: tell them apart. */
		.addr = b->eh.e_type == ET_REL ? sh->sh_offset : sh->sh_addr,
		.name = sh->sh_name,
		.exec = sh->sh_flags & SHF_EXECINSTR,
		.from_start = is_read_from_start(name),
	};
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

/* Where the first section of code that is not the linker's own stands. */
static uint64_t text_addr(const struct boundaries *b)
{
	for (size_t i = 0; i < b->nsections; i++)
		if (b->sections[i].exec && !b->sections[i].from_start)
			return b->sections[i].addr;
	return 0;
}

static void read_sections(struct boundaries *b, size_t names)
{
	Elf_Scn *scn = NULL;
	GElf_Shdr sh, other;

	if (gelf_getshdr(elf_getscn(b->elf, 0), &sh))
		add_section(b, &sh, NULL);
	while ((scn = elf_nextscn(b->elf, scn)))
		add_section(b, gelf_getshdr(scn, &sh) ? &sh : &(GElf_Shdr){0},
			    gelf_getshdr(scn, &sh) ? elf_strptr(b->elf, names, sh.sh_name) : NULL);
	if (gelf_getshdr(elf_getscn(b->elf, names), &sh))
		b->names_at = sh.sh_offset;
	while ((scn = elf_nextscn(b->elf, scn))) {
		const char *name;

		if (!gelf_getshdr(scn, &sh))
			continue;
		name = elf_strptr(b->elf, names, sh.sh_name);
		if (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM) {
			if (gelf_getshdr(elf_getscn(b->elf, sh.sh_link), &other))
				read_symbols(b, &sh, other.sh_offset);
		} else if (name && b->eh.e_type != ET_REL &&
			   (strcmp(name, ".eh_frame") == 0 || strcmp(name, ".debug_frame") == 0)) {
			read_frame_section(b, &sh, name[1] == 'e');
		} else if (name && ends_with(name, ".gopclntab")) {
			pclntab_read(b->fd, sh.sh_offset, sh.sh_size, text_addr(b), &b->functions);
		}
	}
}

struct boundaries *boundaries_open(int fd)
{
	struct boundaries *b;
	const char *why;
	struct stat st;
	size_t names, n;

	if (elf_version(EV_CURRENT) == EV_NONE || fstat(fd, &st) != 0 || st.st_size < 0)
		return NULL;
	b = xcalloc(1, sizeof(*b));
	b->fd = fd;
	b->size = (uint64_t)st.st_size;
	/* ELF_C_READ, not MMAP: a file that shrinks meanwhile must not raise SIGBUS here. */
	b->elf = elf_sections_sane(fd, b->size, &why) ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
	if (!b->elf || elf_kind(b->elf) != ELF_K_ELF || !gelf_getehdr(b->elf, &b->eh) ||
	    (b->eh.e_machine != EM_386 && b->eh.e_machine != EM_X86_64)) {
		boundaries_free(b);
		return NULL;
	}
	b->mask = b->eh.e_ident[EI_CLASS] == ELFCLASS64 ? UINT64_MAX : UINT32_MAX;
	if (elf_getshdrnum(b->elf, &n) == 0 && n <= SECTIONS_MAX &&
	    elf_getshdrstrndx(b->elf, &names) == 0)
		read_sections(b, names);
	ranges_sort(&b->frames);
	ranges_sort(&b->functions);
	ranges_sort(&b->labels);
	return b;
}

void boundaries_free(struct boundaries *b)
{
	if (!b)
		return;
	if (b->elf)
		elf_end(b->elf);
	free(b->sections);
	ranges_fini(&b->frames);
	ranges_fini(&b->functions);
	ranges_fini(&b->labels);
	free(b);
}

/* A section with code wins over one without that claims the same bytes. */
static const struct section *section_at(const struct boundaries *b, uint64_t offset)
{
	const struct section *best = NULL;

	for (size_t i = 0; i < b->nsections; i++) {
		const struct section *s = &b->sections[i];

		if (offset - s->offset < s->size && (!best || s->exec))
			best = s;
	}
	return best;
}

static bool in_headers(const struct boundaries *b, uint64_t offset)
{
	uint64_t size = (uint64_t)b->eh.e_phnum * b->eh.e_phentsize;

	return b->nsections && (offset < b->eh.e_ehsize || offset - b->eh.e_phoff < size);
}

enum place boundaries_find(const struct boundaries *b, uint64_t offset, uint64_t *start)
{
	const struct section *s = section_at(b, offset);
	const struct range *r;
	uint64_t addr;

	if (!s)
		return in_headers(b, offset) ? PLACE_DATA : PLACE_UNKNOWN;
	if (!s->exec)
		return PLACE_DATA;
	addr = s->addr + (offset - s->offset);
	r = ranges_find(&b->frames, addr);
	if (!r)
		r = ranges_find(&b->functions, addr);
	if (!r) {
		*start = s->offset;
		return s->from_start ? PLACE_CODE : PLACE_TEXT;
	}
	if (r->start < s->addr)
		return PLACE_UNKNOWN;
	*start = offset - (addr - r->start);
	return PLACE_CODE;
}

static bool read_name(const struct boundaries *b, uint64_t at, char *out, size_t n)
{
	ssize_t got = pread(b->fd, out, n - 1, (off_t)at);

	out[got > 0 ? got : 0] = '\0';
	return out[0] != '\0';
}

bool boundaries_name(const struct boundaries *b, uint64_t offset, char *out, size_t n, uint64_t *distance)
{
	const struct section *s = section_at(b, offset);
	const struct range *r;
	uint64_t addr;
	size_t before;

	if (!s)
		return false;
	addr = s->addr + (offset - s->offset);
	r = ranges_find(&b->functions, addr);
	if (!r && (before = ranges_before(&b->labels, addr)) && b->labels.list[before - 1].start >= s->addr)
		r = &b->labels.list[before - 1];
	if (r && r->name && read_name(b, r->name, out, n)) {
		*distance = addr - r->start;
		return true;
	}
	*distance = offset - s->offset;
	return b->names_at && read_name(b, b->names_at + s->name, out, n);
}

uint64_t boundaries_vaddr(const struct boundaries *b, uint64_t offset)
{
	const struct section *s = section_at(b, offset);

	if (!s || !s->addr || b->eh.e_type == ET_REL)
		return s && b->eh.e_type == ET_REL ? offset - s->offset : offset;
	return s->addr + (offset - s->offset);
}

enum cpu_mode boundaries_mode(const struct boundaries *b)
{
	return b->eh.e_machine == EM_386 ? CPU_MODE_32 : CPU_MODE_64;
}

void boundaries_each(const struct boundaries *b, void (*each)(void *ctx, uint64_t vaddr), void *ctx)
{
	for (size_t i = 0; i < b->frames.n; i++)
		each(ctx, b->frames.list[i].start);
	for (size_t i = 0; i < b->functions.n; i++)
		each(ctx, b->functions.list[i].start);
	for (size_t i = 0; i < b->nsections; i++)
		if (b->sections[i].from_start)
			each(ctx, b->sections[i].addr);
}

bool boundaries_have_frames(const struct boundaries *b)
{
	return b->frames.n > 0;
}
