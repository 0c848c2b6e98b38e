/* SPDX-License-Identifier: MIT */
#include "elf/header.h"

#include <errno.h>
#include <gelf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void name_machine(unsigned machine, char *out, size_t n)
{
	static const struct {
		unsigned machine;
		const char *name;
	} known[] = {
		{EM_AARCH64, "AArch64"}, {EM_ARM, "ARM"},       {EM_RISCV, "RISC-V"},
		{EM_PPC, "PowerPC"},     {EM_PPC64, "PowerPC64"}, {EM_MIPS, "MIPS"},
		{EM_S390, "s390"},       {EM_SPARC, "SPARC"},   {EM_SPARCV9, "SPARC64"},
		{EM_IA_64, "IA-64"},     {EM_68K, "m68k"},      {EM_ALPHA, "Alpha"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].machine == machine) {
			snprintf(out, n, "%s", known[i].name);
			return;
		}
	snprintf(out, n, "ELF machine %u", machine);
}

static void read_segments(Elf *elf, int fd, uint64_t size, struct elf_header *out)
{
	size_t n;

	if (elf_getphdrnum(elf, &n) != 0) {
		out->truncated = true;
		return;
	}
	for (size_t i = 0; i < n && i < 4096; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(elf, (int)i, &ph)) {
			out->truncated = true;
			return;
		}
		if (ph.p_filesz > size || ph.p_offset > size - ph.p_filesz)
			out->truncated = true;
		else if (ph.p_type == PT_INTERP && ph.p_filesz < sizeof(out->interpreter) &&
			 pread(fd, out->interpreter, ph.p_filesz, (off_t)ph.p_offset) < 0)
			out->interpreter[0] = '\0';
	}
}

int elf_header_read(int fd, struct elf_header *out)
{
	struct stat st;
	GElf_Ehdr eh;
	Elf *elf;

	memset(out, 0, sizeof(*out));
	if (elf_version(EV_CURRENT) == EV_NONE || fstat(fd, &st) != 0)
		return -ENOEXEC;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || !gelf_getehdr(elf, &eh)) {
		if (elf)
			elf_end(elf);
		return -ENOEXEC;
	}
	if (eh.e_machine == EM_386)
		out->machine = ELF_MACHINE_I386;
	else if (eh.e_machine == EM_X86_64)
		out->machine = eh.e_ident[EI_CLASS] == ELFCLASS32 ? ELF_MACHINE_X32 : ELF_MACHINE_X86_64;
	name_machine(eh.e_machine, out->machine_name, sizeof(out->machine_name));
	read_segments(elf, fd, (uint64_t)st.st_size, out);
	elf_end(elf);
	return 0;
}
