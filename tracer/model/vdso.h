/* SPDX-License-Identifier: MIT */
/* What decoding a process's 32-bit vDSO told: offsets count from its start. */
#ifndef ET_MODEL_VDSO_H
#define ET_MODEL_VDSO_H

#include <stdbool.h>
#include <stdint.h>

enum vdso_insn {
	VDSO_INSN_NONE, /* no __kernel_vsyscall, or one that could not be read */
	VDSO_INSN_INT80,
	VDSO_INSN_SYSENTER,
	VDSO_INSN_SYSCALL,
};

struct vdso_facts {
	uint64_t size;        /* bytes of its mapping */
	enum vdso_insn insn;  /* what __kernel_vsyscall enters the kernel with */
	uint64_t vsyscall;    /* __kernel_vsyscall */
	uint64_t landing_pad; /* behind its int 0x80: where every fast entry comes back */
	uint64_t ret_offset;  /* at the landing pad, the caller's return address is at sp + this */
};

#endif
