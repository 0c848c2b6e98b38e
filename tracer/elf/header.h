/* SPDX-License-Identifier: MIT */
/* What an ELF file says of itself, for explaining why it does not run. */
#ifndef ET_ELF_HEADER_H
#define ET_ELF_HEADER_H

#include <stdbool.h>

enum elf_machine {
	ELF_MACHINE_OTHER,
	ELF_MACHINE_I386,
	ELF_MACHINE_X86_64,
	ELF_MACHINE_X32, /* x86-64 instructions in a 32-bit ELF file */
};

struct elf_header {
	enum elf_machine machine;
	char machine_name[32];  /* "AArch64", or "machine 243" */
	char interpreter[256];  /* PT_INTERP; "" when there is none */
	bool truncated;         /* headers or segments reach beyond the end of the file */
};

/* Returns 0, or -ENOEXEC when fd holds no readable ELF header. */
int elf_header_read(int fd, struct elf_header *out);

#endif
