/* SPDX-License-Identifier: MIT */
#include "elf/boundary.h"

#include "base/vec.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Beyond these no file is taken seriously: the largest libraries stay far below. */
#define SECTIONS_MAX 4096
#define SECTION_BYTES_MAX (64u << 20)
#define RANGES_MAX (1u << 20)

struct section {
	uint64_t offset, size, addr;
	bool exec;
	bool from_start; /* an instruction begins at its first byte: read it from there */
};

/* Code known to begin at start, as linked: a function, or what call frame information covers as one. */
struct range {
	uint64_t start, end;
};

struct boundaries {
	Elf *elf;
	GElf_Ehdr eh;
	uint64_t mask; /* of an address */
	struct section *sections;
	size_t nsections;
	struct range *frames; /* by call frame information */
	size_t nframes;
	struct range *functions; /* by symbols */
	size_t nfunctions;
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

/* --- encoded pointers, LSB core specification, 10.5 --- */

static bool read_uint(const uint8_t **p, const uint8_t *end, size_t size, uint64_t *out)
{
	uint32_t u32;

	if ((size_t)(end - *p) < size)
		return false;
	if (size == 4) {
		memcpy(&u32, *p, 4);
		*out = u32;
	} else {
		memcpy(out, *p, 8);
	}
	*p += size;
	return true;
}

/* A pointer's value before what it is relative to is added. False for encodings that no x86 linker writes. */
static bool read_encoded(const struct boundaries *b, uint8_t encoding, const uint8_t **p,
			 const uint8_t *end, uint64_t *out)
{
	switch (encoding & 0x0f) {
	case DW_EH_PE_absptr:
		return read_uint(p, end, b->mask >> 32 ? 8 : 4, out);
	case DW_EH_PE_udata4:
		return read_uint(p, end, 4, out);
	case DW_EH_PE_sdata4:
		if (!read_uint(p, end, 4, out))
			return false;
		*out = (uint64_t)(int64_t)(int32_t)(uint32_t)*out;
		return true;
	case DW_EH_PE_udata8:
	case DW_EH_PE_sdata8:
		return read_uint(p, end, 8, out);
	default:
		return false;
	}
}

/* How a CIE's entries write their pointers. False when they are not to be used. */
static bool cie_encoding(const struct boundaries *b, const Elf_Data *data, const Dwarf_CIE *cie,
			 uint8_t *encoding)
{
	const uint8_t *p = cie->augmentation_data, *end = (const uint8_t *)data->d_buf + data->d_size;
	const char *a = cie->augmentation;
	uint8_t personality;
	uint64_t unused;

	*encoding = DW_EH_PE_absptr;
	if (*a == '\0')
		return true;
	if (*a++ != 'z' || !p)
		return false;
	if (cie->augmentation_data_size < (size_t)(end - p))
		end = p + cie->augmentation_data_size;
	for (; *a; a++) {
		switch (*a) {
		case 'R':
			if (p >= end)
				return false;
			*encoding = *p++;
			break;
		case 'L':
			if (p++ >= end)
				return false;
			break;
		case 'P':
			if (p >= end)
				return false;
			personality = *p++;
			if (!read_encoded(b, personality, &p, end, &unused))
				return false;
			break;
		default:
			/* 'S', signal frames: those begin a byte before their code, by custom. */
			return false;
		}
	}
	return (*encoding & 0x70) == DW_EH_PE_absptr || (*encoding & 0x70) == DW_EH_PE_pcrel;
}

static void add_frame(struct boundaries *b, const Dwarf_FDE *fde, uint8_t encoding, uint64_t section_addr,
		      const uint8_t *section)
{
	const uint8_t *p = fde->start;
	uint64_t at = section_addr + (uint64_t)(p - section), start, length;

	if (!read_encoded(b, encoding, &p, fde->end, &start) ||
	    !read_encoded(b, encoding, &p, fde->end, &length))
		return;
	if ((encoding & 0x70) == DW_EH_PE_pcrel)
		start += at;
	start &= b->mask;
	length &= b->mask;
	if (length && start + length > start)
		*vec_push(b->frames, b->nframes) = (struct range){start, start + length};
}

static void read_frames(struct boundaries *b, Elf_Data *data, uint64_t addr, bool eh)
{
	const unsigned char *ident = b->eh.e_ident;
	Dwarf_Off off = 0, next, known = (Dwarf_Off)-1;
	uint8_t encoding = 0;
	bool usable = false;

	for (; b->nframes < RANGES_MAX; off = next) {
		Dwarf_CFI_Entry e, cie;
		Dwarf_Off unused;

		if (dwarf_next_cfi(ident, data, eh, off, &next, &e) != 0 || next <= off)
			return;
		if (dwarf_cfi_cie_p(&e))
			continue;
		if (e.fde.CIE_pointer != known) {
			known = e.fde.CIE_pointer;
			usable = known < data->d_size &&
				 dwarf_next_cfi(ident, data, eh, known, &unused, &cie) == 0 &&
				 dwarf_cfi_cie_p(&cie) && cie_encoding(b, data, &cie.cie, &encoding);
		}
		if (usable)
			add_frame(b, &e.fde, encoding, addr, data->d_buf);
	}
}

static void read_symbols(struct boundaries *b, Elf_Data *data, uint64_t count)
{
	for (uint64_t i = 0; i < count && b->nfunctions < RANGES_MAX; i++) {
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			return;
		if (GELF_ST_TYPE(sym.st_info) != STT_FUNC || sym.st_shndx == SHN_UNDEF || !sym.st_size ||
		    sym.st_value + sym.st_size < sym.st_value)
			continue;
		*vec_push(b->functions, b->nfunctions) =
			(struct range){sym.st_value, sym.st_value + sym.st_size};
	}
}

static Elf_Data *section_data(Elf_Scn *scn, const GElf_Shdr *sh)
{
	Elf_Data *data;

	if (sh->sh_type == SHT_NOBITS || sh->sh_size > SECTION_BYTES_MAX || (sh->sh_flags & SHF_COMPRESSED))
		return NULL;
	data = elf_getdata(scn, NULL);
	return data && data->d_buf ? data : NULL;
}

static void read_section(struct boundaries *b, Elf_Scn *scn, size_t names)
{
	GElf_Shdr sh;
	Elf_Data *data;
	const char *name;

	if (!gelf_getshdr(scn, &sh) || sh.sh_type == SHT_NULL)
		return;
	name = elf_strptr(b->elf, names, sh.sh_name);
	if (sh.sh_type != SHT_NOBITS && sh.sh_size && sh.sh_offset + sh.sh_size > sh.sh_offset)
		*vec_push(b->sections, b->nsections) = (struct section){
			.offset = sh.sh_offset,
			.size = sh.sh_size,
			.addr = sh.sh_addr,
			.exec = sh.sh_flags & SHF_EXECINSTR,
			.from_start = is_read_from_start(name),
		};
	if (sh.sh_type == SHT_SYMTAB || sh.sh_type == SHT_DYNSYM) {
		if (sh.sh_entsize && (data = section_data(scn, &sh)))
			read_symbols(b, data, sh.sh_size / sh.sh_entsize);
	} else if (name && (strcmp(name, ".eh_frame") == 0 || strcmp(name, ".debug_frame") == 0)) {
		if ((data = section_data(scn, &sh)))
			read_frames(b, data, sh.sh_addr, name[1] == 'e');
	}
}

struct boundaries *boundaries_open(int fd)
{
	struct boundaries *b;
	Elf_Scn *scn = NULL;
	size_t names, n;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	b = xcalloc(1, sizeof(*b));
	/* ELF_C_READ, not MMAP: a file that shrinks meanwhile must not raise SIGBUS here. */
	b->elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!b->elf || elf_kind(b->elf) != ELF_K_ELF || !gelf_getehdr(b->elf, &b->eh) ||
	    (b->eh.e_machine != EM_386 && b->eh.e_machine != EM_X86_64)) {
		boundaries_free(b);
		return NULL;
	}
	b->mask = b->eh.e_ident[EI_CLASS] == ELFCLASS64 ? UINT64_MAX : UINT32_MAX;
	if (elf_getshdrnum(b->elf, &n) == 0 && n <= SECTIONS_MAX &&
	    elf_getshdrstrndx(b->elf, &names) == 0)
		while ((scn = elf_nextscn(b->elf, scn)))
			read_section(b, scn, names);
	return b;
}

void boundaries_free(struct boundaries *b)
{
	if (!b)
		return;
	if (b->elf)
		elf_end(b->elf);
	free(b->sections);
	free(b->frames);
	free(b->functions);
	free(b);
}

/* The nearest start among the ranges that hold addr. */
static bool find_range(const struct range *list, size_t n, uint64_t addr, uint64_t *start)
{
	bool found = false;

	for (size_t i = 0; i < n; i++)
		if (list[i].start <= addr && addr < list[i].end && (!found || list[i].start > *start)) {
			*start = list[i].start;
			found = true;
		}
	return found;
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
	uint64_t addr, from = 0;

	if (!s)
		return in_headers(b, offset) ? PLACE_DATA : PLACE_UNKNOWN;
	if (!s->exec)
		return PLACE_DATA;
	addr = s->addr + (offset - s->offset);
	if (!find_range(b->frames, b->nframes, addr, &from) &&
	    !find_range(b->functions, b->nfunctions, addr, &from)) {
		*start = s->offset;
		return s->from_start ? PLACE_CODE : PLACE_TEXT;
	}
	if (from < s->addr)
		return PLACE_UNKNOWN;
	*start = offset - (addr - from);
	return PLACE_CODE;
}

uint64_t boundaries_vaddr(const struct boundaries *b, uint64_t offset)
{
	const struct section *s = section_at(b, offset);

	return s && s->addr ? s->addr + (offset - s->offset) : offset;
}

enum cpu_mode boundaries_mode(const struct boundaries *b)
{
	return b->eh.e_machine == EM_386 ? CPU_MODE_32 : CPU_MODE_64;
}
