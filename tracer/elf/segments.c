/* SPDX-License-Identifier: MIT */
#include "elf/segments.h"

#include "base/vec.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/* Notes take some hundred bytes. */
#define NOTES_MAX 65536u

static enum abi abi_of(const GElf_Ehdr *eh)
{
	if (eh->e_machine == EM_386)
		return ABI_I386;
	if (eh->e_machine == EM_X86_64)
		return eh->e_ident[EI_CLASS] == ELFCLASS32 ? ABI_X32 : ABI_X86_64;
	return ABIS;
}

static void read_build_id(Elf *elf, const GElf_Phdr *ph, struct elf_segments *out)
{
	Elf_Data *notes;
	GElf_Nhdr nh;
	size_t at = 0, name, desc;

	if (out->build_id_len || ph->p_filesz > NOTES_MAX)
		return;
	notes = elf_getdata_rawchunk(elf, (int64_t)ph->p_offset, ph->p_filesz, ph->p_align == 8 ? ELF_T_NHDR8 : ELF_T_NHDR);
	while (notes && (at = gelf_getnote(notes, at, &nh, &name, &desc)) > 0) {
		const char *bytes = notes->d_buf;

		if (nh.n_type != NT_GNU_BUILD_ID || nh.n_namesz != 4 || memcmp(bytes + name, "GNU", 4) != 0 ||
		    nh.n_descsz == 0 || nh.n_descsz > ELF_BUILD_ID_MAX)
			continue;
		out->build_id_len = nh.n_descsz;
		memcpy(out->build_id, bytes + desc, nh.n_descsz);
		return;
	}
}

int elf_segments_read(int fd, struct elf_segments *out)
{
	GElf_Ehdr eh;
	size_t n;
	Elf *elf;

	*out = (struct elf_segments){.abi = ABIS};
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOTSUP;
	/* ELF_C_READ, not MMAP: a file that shrinks meanwhile must not raise SIGBUS here. */
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf)
		return -EIO;
	if (elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &eh) && elf_getphdrnum(elf, &n) == 0) {
		out->is_elf = true;
		out->abi = abi_of(&eh);
		for (size_t i = 0; i < n && i < 4096; i++) {
			GElf_Phdr ph;

			if (!gelf_getphdr(elf, (int)i, &ph))
				continue;
			if (ph.p_type == PT_NOTE)
				read_build_id(elf, &ph, out);
			if (ph.p_type != PT_LOAD)
				continue;
			*vec_push(out->list, out->n) = (struct elf_segment){
				.offset = ph.p_offset,
				.filesz = ph.p_filesz,
				.vaddr = ph.p_vaddr,
				.exec = ph.p_flags & PF_X,
			};
		}
	}
	elf_end(elf);
	return 0;
}

void elf_segments_fini(struct elf_segments *s)
{
	free(s->list);
	*s = (struct elf_segments){.abi = ABIS};
}

uint64_t elf_segments_vaddr(const struct elf_segments *s, uint64_t offset)
{
	const struct elf_segment *best = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct elf_segment *e = &s->list[i];

		if (offset - e->offset < e->filesz && (!best || e->exec))
			best = e;
	}
	return best ? best->vaddr + (offset - best->offset) : offset;
}
