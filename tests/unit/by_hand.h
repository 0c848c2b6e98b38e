/* SPDX-License-Identifier: MIT */
/* Evidence assembled by hand, as each kind of machine gives it, and what is to be made of it. */
#ifndef ET_UNIT_BY_HAND_H
#define ET_UNIT_BY_HAND_H

#include "unit.h"

#include "classify/classify.h"

#include <string.h>

#define TAIL(...) {.n = sizeof((uint8_t[]){__VA_ARGS__}), .b = {__VA_ARGS__}}
#define NO_BYTES {.n = 0}

#define VDSO_BASE 0xf7fc4000u

/* The classic layout, as patched on AMD: three pushes, a move, the fast instruction, int 0x80. */
static const struct vdso_facts amd = {.size = 0x2000, .insn = VDSO_INSN_SYSCALL, .vsyscall = 0x5e0,
				      .landing_pad = 0x5e9, .ret_offset = 12};
static const struct vdso_facts intel = {.size = 0x2000, .insn = VDSO_INSN_SYSENTER, .vsyscall = 0x550,
					.landing_pad = 0x559, .ret_offset = 12};
/* A CPU without a fast instruction, or a kernel that does without them. */
static const struct vdso_facts classic_int80 = {.size = 0x2000, .insn = VDSO_INSN_INT80, .vsyscall = 0x550,
						.landing_pad = 0x557, .ret_offset = 12};
/* Linux 7.0 without a fast instruction: int 0x80; ret. Nothing is pushed; and the pad for fast ones is further on. */
static const struct vdso_facts linux7_int80 = {.size = 0x2000, .insn = VDSO_INSN_INT80, .vsyscall = 0x560,
					       .landing_pad = 0x562, .ret_offset = 0,
					       .fast_pad = 0x56c, .fast_ret_offset = 12};
static const struct vdso_facts none = {0};

#define GS_CALL TAIL(0x89, 0xd8, 0x65, 0xff, 0x15, 0x10, 0, 0, 0)
#define PAD(v) (VDSO_BASE + (v)->landing_pad)

struct want {
	enum entry_path path;
	uint64_t site;
	const char *instruction; /* NULL: any */
	bool certain;
};

static inline void check(const char *what, const struct evidence *ev, struct want want)
{
	struct verdict v = classify(ev);

	if (v.path != want.path)
		fail_msg("%s: %s (%s), not %s", what, entry_path_info[v.path].id, v.why,
			 entry_path_info[want.path].id);
	if (v.site.v != want.site)
		fail_msg("%s: site %#lx, not %#lx", what, (unsigned long)v.site.v, (unsigned long)want.site);
	if (v.certain != want.certain)
		fail_msg("%s: certain is %d", what, v.certain);
	if (want.instruction && strcmp(v.instruction, want.instruction) != 0)
		fail_msg("%s: '%s', not '%s'", what, v.instruction, want.instruction);
}

static inline struct evidence compat(uint32_t ip, const struct vdso_facts *vdso)
{
	return (struct evidence){.arch = ABI_I386, .cs = 0x23, .ip = taddr(ip), .sp = taddr(0xffffd000),
				 .nr = 20, .vdso = *vdso, .vdso_base = taddr(VDSO_BASE)};
}

static inline struct evidence landed(const struct vdso_facts *vdso, uint32_t ret, struct code_tail caller)
{
	struct evidence ev = compat((uint32_t)PAD(vdso), vdso);

	ev.ret = taddr(ret);
	ev.caller = caller;
	return ev;
}

#endif
