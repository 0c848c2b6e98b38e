/* SPDX-License-Identifier: MIT */
#include "classify/classify.h"

#include "classify/callee.h"
#include "classify/far_call.h"
#include "decode/insn.h"

#include <string.h>

bool cs_is_64bit(uint16_t cs)
{
	return cs == 0x33 || cs == 0xe033;
}

bool cs_is_32bit(uint16_t cs)
{
	return cs == 0x23 || cs == 0xe023;
}

/* Everything that a rule asks, decoded once. */
struct view {
	const struct evidence *ev;
	bool code64, code32;               /* CPU mode at the entry */
	bool in_vdso;
	bool own_pad, fast_pad;            /* the vDSO's own way may come back here; a fast instruction may */
	bool int80_before, syscall_before; /* which instruction ends at ip */
	bool call_before_ret;              /* a near call ends at the return address */
	bool called_outside;               /* it is a direct one, and goes to elsewhere than the vDSO ... */
	struct callee callee;              /* ... to code that does this */
	bool sysenter_before_ret, syscall_before_ret;
	bool far, far_proven;              /* a far call to 64-bit code is behind this entry */
	struct insn before;                /* ends at ip */
	struct insn caller;                /* call, sysenter or syscall ... */
	struct taddr caller_end;           /* ... that ends here: at ret, but for one in a callee */
	struct insn far_call;              /* ends at far_ret */
};

static bool ends(const struct code_tail *t, enum cpu_mode mode, struct taddr end,
		 enum insn_kind kind, struct insn *out)
{
	struct insn got;

	if (insn_ending_at(t->b, t->n, mode, end, kind, &got) != 0)
		return false;
	*out = got;
	return true;
}

/*
 * Which call ends at the return address? Two readings are possible where the
 * operand of one looks like the opcode of the other. The one whose target is
 * __kernel_vsyscall itself is right beyond doubt; else an indirect call is
 * taken, which is how every libc reaches the vDSO.
 */
static bool find_caller(struct view *v)
{
	const struct evidence *ev = v->ev;
	const struct code_tail *t = &ev->caller;
	struct taddr vsyscall = taddr_add(ev->vdso_base, (int64_t)ev->vdso.vsyscall);
	struct insn direct, indirect;
	struct taddr target;
	bool have_direct = t->n >= 5 && t->b[t->n - 5] == 0xe8 &&
			   insn_decode(t->b + t->n - 5, 5, CPU_MODE_32, taddr_add(ev->ret, -5),
				       &direct) == 0;
	bool have_indirect = ends(t, CPU_MODE_32, ev->ret, INSN_CALL, &indirect) &&
			     !indirect.target_known;

	if (have_direct && (!have_indirect || taddr_eq(direct.target, vsyscall))) {
		v->caller = direct;
		v->called_outside = callee_called(ev, &target);
		if (v->called_outside)
			callee_follow(ev, target, &v->callee);
	} else if (have_indirect) {
		v->caller = indirect;
	}
	return have_direct || have_indirect;
}

/* A single instruction that enters the kernel behind a direct call is the site, not the call. */
static void blame_callee(struct view *v)
{
	static const uint8_t sysenter[] = {0x0f, 0x34}, syscall[] = {0x0f, 0x05};
	const struct callee *c = &v->callee;

	if (c->raw != 1 || c->ways & CALLEE_LEAVES ||
	    insn_decode(c->ways & CALLEE_SYSCALL ? syscall : sysenter, sizeof(syscall), CPU_MODE_32,
			c->at, &v->caller) != 0)
		return;
	v->caller_end = taddr_add(c->at, v->caller.len);
}

static void look_behind_landing_pad(struct view *v)
{
	const struct evidence *ev = v->ev;
	struct insn raw;

	v->caller_end = ev->ret;
	v->call_before_ret = find_caller(v);
	blame_callee(v);
	v->sysenter_before_ret = ends(&ev->caller, CPU_MODE_32, ev->ret, INSN_SYSENTER, &raw);
	v->syscall_before_ret = !v->sysenter_before_ret &&
				ends(&ev->caller, CPU_MODE_32, ev->ret, INSN_SYSCALL, &raw);
	if ((v->sysenter_before_ret || v->syscall_before_ret) && !v->call_before_ret)
		v->caller = raw;
}

static void look(struct view *v, const struct evidence *ev)
{
	enum cpu_mode mode;

	*v = (struct view){.ev = ev};
	v->code64 = cs_is_64bit(ev->cs);
	v->code32 = cs_is_32bit(ev->cs);
	mode = v->code64 ? CPU_MODE_64 : CPU_MODE_32;
	v->in_vdso = ev->vdso.size && taddr_in(ev->ip, ev->vdso_base, ev->vdso.size);
	v->own_pad = v->in_vdso && vdso_own_pad(&ev->vdso, ev->ip.v - ev->vdso_base.v);
	v->fast_pad = v->in_vdso && vdso_fast_pad(&ev->vdso, ev->ip.v - ev->vdso_base.v);
	v->int80_before = ends(&ev->code, mode, ev->ip, INSN_INT80, &v->before);
	v->syscall_before = !v->int80_before &&
			    ends(&ev->code, mode, ev->ip, INSN_SYSCALL, &v->before);
	if (v->own_pad || v->fast_pad)
		look_behind_landing_pad(v);
	if (v->code64 && ev->has_far)
		v->far = far_call_behind(ev, &v->far_call, &v->far_proven);
}

static bool native_syscall(const struct view *v)
{
	return v->ev->arch == ABI_X86_64 && v->code64 && v->syscall_before;
}

static bool is_x32(const struct view *v)
{
	/* Bit 30 in a number that is not negative: -1 and the like have it too. */
	return native_syscall(v) && v->ev->nr >= 0x40000000 && v->ev->nr <= 0x7fffffff;
}

static bool is_far_call(const struct view *v)
{
	return native_syscall(v) && v->far;
}

static bool is_syscall64(const struct view *v)
{
	return native_syscall(v) && v->ev->image64;
}

static bool is_int80_64(const struct view *v)
{
	return v->ev->arch == ABI_I386 && v->code64 && v->int80_before;
}

static bool compat(const struct view *v)
{
	return v->ev->arch == ABI_I386 && v->code32;
}

static bool landed(const struct view *v)
{
	return compat(v) && (v->own_pad || v->fast_pad);
}

static bool landed_fast(const struct view *v)
{
	return compat(v) && v->fast_pad;
}

static bool is_restart(const struct view *v)
{
	return landed(v) && v->ev->restart;
}

static bool has_both_readings(const struct view *v)
{
	return landed_fast(v) && v->call_before_ret && (v->sysenter_before_ret || v->syscall_before_ret);
}

static bool is_raw_sysenter(const struct view *v)
{
	return landed_fast(v) && v->sysenter_before_ret;
}

static bool is_raw_syscall32(const struct view *v)
{
	return landed_fast(v) && v->syscall_before_ret;
}

static bool called(const struct view *v, unsigned ways)
{
	return landed_fast(v) && v->called_outside && (v->callee.ways & ~(unsigned)CALLEE_UNSEEN) == ways;
}

static bool is_called_sysenter(const struct view *v)
{
	return called(v, CALLEE_SYSENTER);
}

static bool is_called_syscall32(const struct view *v)
{
	return called(v, CALLEE_SYSCALL);
}

static bool is_called_otherwise(const struct view *v)
{
	/* What leads to the vDSO only, and what was not all seen, is most likely a libc's. */
	return landed_fast(v) && v->called_outside && v->callee.ways != CALLEE_LEAVES &&
	       v->callee.ways != (CALLEE_LEAVES | CALLEE_UNSEEN) && v->callee.ways != CALLEE_UNSEEN;
}

static bool via_vdso(const struct view *v, enum vdso_insn insn)
{
	return compat(v) && v->own_pad && v->call_before_ret && v->ev->vdso.insn == insn;
}

static bool is_vdso_sysenter(const struct view *v)
{
	return via_vdso(v, VDSO_INSN_SYSENTER);
}

static bool is_vdso_syscall(const struct view *v)
{
	return via_vdso(v, VDSO_INSN_SYSCALL);
}

static bool is_vdso_int80_call(const struct view *v)
{
	return via_vdso(v, VDSO_INSN_INT80);
}

/* Where no fast instruction comes back, only the vDSO's int 0x80 does, whatever its caller looks like. */
static bool is_vdso_int80_alone(const struct view *v)
{
	return compat(v) && v->own_pad && !v->fast_pad;
}

static bool is_vdso_own_int80(const struct view *v)
{
	return compat(v) && v->in_vdso && v->int80_before;
}

static bool is_int80(const struct view *v)
{
	return compat(v) && v->int80_before;
}

static bool always(const struct view *v)
{
	(void)v;
	return true;
}

/* Which instruction the site names, and so where it begins. */
enum site_is {
	SITE_BEFORE,   /* the instruction that ends at ip */
	SITE_CALLER,   /* the one that ends at the return address, or entered the kernel behind its call */
	SITE_FAR_CALL, /* the call far */
	SITE_IP,       /* nothing was decoded: the raw ip */
};

static const struct rule {
	bool (*match)(const struct view *v);
	enum entry_path path;
	enum site_is site;
	const char *why;
} rules[] = {
	{is_x32, PATH_X32, SITE_BEFORE, "64-bit syscall, number with bit 30"},
	{is_far_call, PATH_FAR_CALL, SITE_FAR_CALL, "64-bit syscall, far return to 32-bit code on the stack"},
	{is_syscall64, PATH_SYSCALL64, SITE_BEFORE, "64-bit syscall in a 64-bit image"},
	{native_syscall, PATH_MODE_SWITCH, SITE_BEFORE, "64-bit syscall in a 32-bit image, no far return"},
	{is_int80_64, PATH_INT80_64, SITE_BEFORE, "int 0x80 with a 64-bit code segment"},
	{is_restart, PATH_RESTART, SITE_CALLER, "landing pad, an interrupted call comes back"},
	{has_both_readings, PATH_UNKNOWN, SITE_IP, "landing pad, the return address fits a call and a raw instruction"},
	{is_raw_sysenter, PATH_SYSENTER, SITE_CALLER, "landing pad, sysenter before the return address"},
	{is_raw_syscall32, PATH_SYSCALL32, SITE_CALLER, "landing pad, syscall before the return address"},
	{is_called_sysenter, PATH_SYSENTER, SITE_CALLER, "landing pad, the call before the return address leads to a sysenter"},
	{is_called_syscall32, PATH_SYSCALL32, SITE_CALLER, "landing pad, the call before the return address leads to a syscall"},
	{is_called_otherwise, PATH_UNKNOWN, SITE_IP, "landing pad, the call before the return address leads to no entry, or to several"},
	{is_vdso_sysenter, PATH_VDSO_SYSENTER, SITE_CALLER, "landing pad, call before the return address, sysenter in the vDSO"},
	{is_vdso_syscall, PATH_VDSO_SYSCALL, SITE_CALLER, "landing pad, call before the return address, syscall in the vDSO"},
	{is_vdso_int80_call, PATH_VDSO_INT80, SITE_CALLER, "landing pad of a vDSO without a fast instruction"},
	{is_vdso_int80_alone, PATH_VDSO_INT80, SITE_BEFORE, "landing pad of the vDSO's int 0x80 alone"},
	{landed, PATH_UNKNOWN, SITE_IP, "landing pad, but no call and no entry before the return address"},
	{is_vdso_own_int80, PATH_VDSO_INT80, SITE_BEFORE, "int 0x80 inside the vDSO"},
	{is_int80, PATH_INT80, SITE_BEFORE, "int 0x80 before the instruction pointer"},
	{always, PATH_UNKNOWN, SITE_IP, "no rule fits"},
};

static void place(struct verdict *out, const struct view *v, enum site_is site)
{
	const struct evidence *ev = v->ev;
	const struct {
		const struct insn *insn;
		struct taddr end;
	} at[] = {
		[SITE_BEFORE] = {&v->before, ev->ip},
		[SITE_CALLER] = {&v->caller, v->caller_end},
		[SITE_FAR_CALL] = {&v->far_call, ev->far_ret},
		[SITE_IP] = {NULL, ev->ip},
	};

	out->site = out->entered = at[site].end;
	if (at[site].insn) {
		out->site = taddr_add(at[site].end, -(int64_t)at[site].insn->len);
		memcpy(out->instruction, at[site].insn->text, sizeof(out->instruction));
	}
	if (v->int80_before || v->syscall_before)
		out->entered = taddr_add(ev->ip, -(int64_t)v->before.len);
}

struct verdict classify(const struct evidence *ev)
{
	struct verdict out = {0};
	const struct rule *r = rules;
	struct view v;

	look(&v, ev);
	while (!r->match(&v))
		r++;
	out.path = r->path;
	out.why = r->why;
	out.certain = r->path != PATH_UNKNOWN && (r->path != PATH_FAR_CALL || v.far_proven) &&
		      !(v.called_outside && v.callee.ways & CALLEE_UNSEEN) && v.callee.raw <= 1;
	place(&out, &v, r->site);
	return out;
}
