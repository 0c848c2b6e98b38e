/* SPDX-License-Identifier: MIT */
#include "elf/frames.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>

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
static bool read_encoded(const struct frames_in *b, uint8_t encoding, const uint8_t **p,
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
static bool cie_encoding(const struct frames_in *b, const Elf_Data *data, const Dwarf_CIE *cie,
			 uint8_t *encoding, bool *signal)
{
	const uint8_t *p = cie->augmentation_data, *end = (const uint8_t *)data->d_buf + data->d_size;
	const char *a = cie->augmentation;
	uint8_t personality;
	uint64_t unused;

	*encoding = DW_EH_PE_absptr;
	*signal = false;
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
		case 'S':
			*signal = true;
			break;
		default:
			return false;
		}
	}
	return (*encoding & 0x70) == DW_EH_PE_absptr || (*encoding & 0x70) == DW_EH_PE_pcrel;
}

static void add_frame(const struct frames_in *b, const Dwarf_FDE *fde, uint8_t encoding, bool signal,
		      uint64_t section_addr, const uint8_t *section)
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
	/* Signal frames begin a byte before their code, by custom. */
	if (signal && length > 1)
		start++, length--;
	if (length && start + length > start)
		ranges_add(b->out, start, start + length, 0);
}

void frames_read(const struct frames_in *b, Elf_Data *data, uint64_t addr, bool eh)
{
	const unsigned char *ident = b->ident;
	Dwarf_Off off = 0, next, known = (Dwarf_Off)-1;
	uint8_t encoding = 0;
	bool usable = false, signal = false;

	for (; b->out->n < RANGES_MAX; off = next) {
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
				 dwarf_cfi_cie_p(&cie) && cie_encoding(b, data, &cie.cie, &encoding, &signal);
		}
		if (usable)
			add_frame(b, &e.fde, encoding, signal, addr, data->d_buf);
	}
}
