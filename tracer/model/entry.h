/* SPDX-License-Identifier: MIT */
/* The names of the two axes: by which path a call entered, and against which syscall table. */
#ifndef ET_MODEL_ENTRY_H
#define ET_MODEL_ENTRY_H

#include <stdint.h>

enum entry_path {
#define PATH(e, id, insn, meaning) PATH_##e,
#include "model/entry_paths.def"
#undef PATH
	ENTRY_PATHS, /* how many there are */
};

struct entry_path_info {
	const char *id;          /* stable: text, JSON, command line */
	const char *instruction; /* what enters the kernel */
	const char *meaning;     /* one line for people */
};

extern const struct entry_path_info entry_path_info[ENTRY_PATHS];

/* Returns ENTRY_PATHS when no path has that id. */
enum entry_path entry_path_by_id(const char *id);

/* Which syscall table the kernel used, or which ABI an image is built for. */
enum abi {
	ABI_I386,
	ABI_X86_64,
	ABI_X32,
	ABIS,
};

/* "i386", "x86-64", "x32" */
extern const char *const abi_name[ABIS];

/* Returns ABIS when there is no such name. */
enum abi abi_by_name(const char *name);

#endif
