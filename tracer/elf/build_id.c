/* SPDX-License-Identifier: MIT */
#include "elf/build_id.h"

#include "base/cleanup.h"
#include "base/err.h"

#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Notes of a segment hold some hundred bytes, a build id 20; these bound what a hostile file makes us read. */
#define NOTES_MAX (64 * 1024)
#define ID_MAX 64

static char *hex(const unsigned char *bytes, size_t n)
{
	char *text = xcalloc(2 * n + 1, 1);

	for (size_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return text;
}

/* The first GNU build id among the notes of a segment. */
static char *find(Elf *elf, const GElf_Phdr *ph)
{
	Elf_Data *data;
	GElf_Nhdr note;
	size_t at = 0, name, desc;

	if (ph->p_filesz > NOTES_MAX)
		return NULL;
	data = elf_getdata_rawchunk(elf, (int64_t)ph->p_offset, ph->p_filesz,
				    ph->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	while (data && (at = gelf_getnote(data, at, &note, &name, &desc)) > 0) {
		const char *bytes = data->d_buf;
		bool gnu = note.n_namesz == sizeof("GNU") && memcmp(bytes + name, "GNU", sizeof("GNU")) == 0;

		if (gnu && note.n_type == NT_GNU_BUILD_ID && note.n_descsz > 0 && note.n_descsz <= ID_MAX)
			return hex((const unsigned char *)bytes + desc, note.n_descsz);
	}
	return NULL;
}

char *elf_build_id(int fd)
{
	char *id = NULL;
	GElf_Phdr ph;
	size_t n;

	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	/* ELF_C_READ, not MMAP: a file that shrinks meanwhile must not raise SIGBUS here. */
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);

	if (!elf)
		return NULL;
	if (elf_kind(elf) == ELF_K_ELF && elf_getphdrnum(elf, &n) == 0)
		for (size_t i = 0; !id && i < n && i < 4096; i++)
			if (gelf_getphdr(elf, (int)i, &ph) && ph.p_type == PT_NOTE)
				id = find(elf, &ph);
	elf_end(elf);
	return id;
}
