/* SPDX-License-Identifier: MIT */
#include "elf/segments.h"

#include "base/vec.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>

static enum abi abi_of(const GElf_Ehdr *eh)
{
	if (eh->e_machine == EM_386)
		return ABI_I386;
	if (eh->e_machine == EM_X86_64)
		return eh->e_ident[EI_CLASS] == ELFCLASS32 ? ABI_X32 : ABI_X86_64;
	return ABIS;
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

			if (!gelf_getphdr(elf, (int)i, &ph) || ph.p_type != PT_LOAD)
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
