/* SPDX-License-Identifier: MIT */
#ifndef ET_CLI_KERNEL_VDSO_H
#define ET_CLI_KERNEL_VDSO_H

#include "model/vdso.h"
#include "tracee/module.h"

/*
 * Looks at this machine's 32-bit vDSO, in a small program that is started for it,
 * and keeps its image among the modules. *facts stay empty where 32-bit programs
 * do not run or have none: then no entry comes back at a landing pad.
 */
void kernel_vdso_look(struct vdso_facts *facts, struct modules *modules);

#endif
