/* SPDX-License-Identifier: MIT */
#include "decode/insn.h"
#include "loops/loops.h"

#include <stdbool.h>

/* More than any layout needs; a loop of jumps ends here. */
#define MAX_STEPS 16

enum entry_path loops_vdso_path(const struct loop_page *page)
{
	static const enum entry_path way[] = {
		[INSN_INT80] = PATH_VDSO_INT80,
		[INSN_SYSENTER] = PATH_VDSO_SYSENTER,
		[INSN_SYSCALL] = PATH_VDSO_SYSCALL,
	};
	size_t at = 0;

	for (int i = 0; page->vdso_call && i < MAX_STEPS && at < sizeof(page->vdso_code); i++) {
		struct insn insn;

		if (insn_decode(page->vdso_code + at, sizeof(page->vdso_code) - at, CPU_MODE_32,
				taddr(page->vdso_call + at), &insn) < 0)
			break;
		if (insn.kind == INSN_INT80 || insn.kind == INSN_SYSENTER || insn.kind == INSN_SYSCALL)
			return way[insn.kind];
		if (insn.kind == INSN_JMP && insn.target_known)
			at = insn.target.v - page->vdso_call;
		else if (insn.kind == INSN_OTHER)
			at += insn.len;
		else
			break;
	}
	return PATH_UNKNOWN;
}
