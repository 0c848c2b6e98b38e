/* SPDX-License-Identifier: MIT */
#ifndef ET_ELF_VDSO_H
#define ET_ELF_VDSO_H

#include "base/err.h"
#include "model/vdso.h"

#include <stddef.h>

/*
 * Reads the image of a 32-bit vDSO, as it stands in a process: finds
 * __kernel_vsyscall, follows its code to the entry instruction and the landing
 * pad, and takes from the vDSO's own call frame information where the caller's
 * return address lies there. No layout is assumed: the kernel patches the code
 * for the CPU, and Linux 7.0 changed it.
 *
 * Returns 0; facts->insn is NONE when there is no __kernel_vsyscall that can
 * be followed. -ENOEXEC when it is no ELF32 i386 image.
 */
int vdso_decode(const void *image, size_t n, struct vdso_facts *facts, struct err *err);

#endif
