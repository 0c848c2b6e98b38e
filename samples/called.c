/* SPDX-License-Identifier: MIT */
/*
 * Makes its calls through functions of its own that it calls directly, so that
 * the caller looks the same whatever comes behind: some go on into the vDSO, each
 * in another way, as libcs and linkers do it; the others lead to a private copy of
 * the vDSO's function, with the instruction that the vDSO has on this machine.
 */
#include "support/sample.h"

typedef long way(long nr, long a, long b, long c);

/* called.asm */
way by_jump_through_memory, by_jump_through_register, by_pushed_address, by_indirect_thunk;
way by_copied_syscall, by_copied_sysenter, by_stubs_to_syscall, by_stubs_to_sysenter;
extern unsigned long vdso_entry;

static const struct {
	way *enter;
	long nr;
} to_vdso[] = {
	{by_jump_through_memory, __NR_getppid},
	{by_jump_through_register, __NR_getuid32},
	{by_pushed_address, __NR_getgid32},
	{by_indirect_thunk, __NR_geteuid32},
};

static void copied(enum entry_path path, way *direct, way *through_stubs)
{
	truth_add(path, ABI_I386, __NR_getppid);
	truth_add(path, ABI_I386, __NR_getegid32);
	direct(__NR_getppid, 0, 0, 0);
	through_stubs(__NR_getegid32, 0, 0, 0);
}

int sample_main(struct sample *s)
{
	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	vdso_entry = s->sysinfo;
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned w = 0; w < sizeof(to_vdso) / sizeof(to_vdso[0]); w++) {
			truth_add(s->vdso, ABI_I386, to_vdso[w].nr);
			to_vdso[w].enter(to_vdso[w].nr, 0, 0, 0);
		}
		if (s->vdso == PATH_VDSO_SYSCALL)
			copied(PATH_SYSCALL32, by_copied_syscall, by_stubs_to_syscall);
		else if (s->vdso == PATH_VDSO_SYSENTER)
			copied(PATH_SYSENTER, by_copied_sysenter, by_stubs_to_sysenter);
	}
	return 0;
}
