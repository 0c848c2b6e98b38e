/* SPDX-License-Identifier: MIT */
/* The build id of an ELF file: what tells one build from another of the same name. */
#ifndef ET_ELF_BUILD_ID_H
#define ET_ELF_BUILD_ID_H

/* In hex, which the caller frees; NULL when fd holds no ELF file with one. Hostile content is refused. */
char *elf_build_id(int fd);

#endif
