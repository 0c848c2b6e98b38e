/* SPDX-License-Identifier: MIT */
#include "model/entry.h"

#include "model/reason.h"

#include <string.h>

const struct entry_path_info entry_path_info[ENTRY_PATHS] = {
#define PATH(e, id, insn, meaning) [PATH_##e] = {id, insn, meaning},
#include "model/entry_paths.def"
#undef PATH
};

const char *const abi_name[ABIS] = {
	[ABI_I386] = "i386",
	[ABI_X86_64] = "x86-64",
	[ABI_X32] = "x32",
};

enum entry_path entry_path_by_id(const char *id)
{
	unsigned p = 0;

	while (p < ENTRY_PATHS && strcmp(entry_path_info[p].id, id) != 0)
		p++;
	return (enum entry_path)p;
}

enum abi abi_by_name(const char *name)
{
	unsigned a = 0;

	while (a < ABIS && strcmp(abi_name[a], name) != 0)
		a++;
	return (enum abi)a;
}

const struct stop_reason_info stop_reason_info[STOP_REASONS] = {
#define REASON(e, id, clause) [REASON_##e] = {id, clause},
#include "model/reasons.def"
#undef REASON
};
