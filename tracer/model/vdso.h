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
	uint64_t landing_pad; /* behind the int 0x80 that it enters or restarts with */
	uint64_t ret_offset;  /* at the landing pad, the caller's return address is at sp + this */
	/*
	 * Where sysenter and syscall come back, and the return address then, if
	 * that is elsewhere; else 0. Since Linux 7.0 the kernel keeps its landing
	 * pad for them behind a __kernel_vsyscall that does without.
	 */
	uint64_t fast_pad;
	uint64_t fast_ret_offset;
};

/* Does __kernel_vsyscall itself enter the kernel so that it comes back at that offset? */
static inline bool vdso_own_pad(const struct vdso_facts *f, uint64_t offset)
{
	return f->insn != VDSO_INSN_NONE && offset == f->landing_pad;
}

/* Does sysenter or syscall come back there, wherever it stands? */
static inline bool vdso_fast_pad(const struct vdso_facts *f, uint64_t offset)
{
	return f->insn != VDSO_INSN_NONE && offset == (f->fast_pad ? f->fast_pad : f->landing_pad);
}

static inline bool vdso_pad(const struct vdso_facts *f, uint64_t offset)
{
	return vdso_own_pad(f, offset) || vdso_fast_pad(f, offset);
}

/* At a pad, the distance from sp to the caller's return address. */
static inline uint64_t vdso_ret_offset(const struct vdso_facts *f, uint64_t pad)
{
	return f->fast_pad && pad == f->fast_pad ? f->fast_ret_offset : f->ret_offset;
}

#endif
