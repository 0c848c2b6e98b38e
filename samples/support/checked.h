/* SPDX-License-Identifier: MIT */
/*
 * Entries whose registers are looked at: all six arguments, and behind the call
 * every register and the flags must hold what they held before it.
 */
#ifndef ET_SAMPLES_CHECKED_H
#define ET_SAMPLES_CHECKED_H

#include "support/sample.h"

struct registers {
	uint32_t ax, bx, cx, dx, si, di, bp, flags;
};

/* checked.asm */
void checked_enter(struct registers *r, const void *code);
extern const char checked_int80[], checked_int80_insn[];

/* Code that enters once and returns, and by which path it does. */
struct way {
	const void *code;
	enum entry_path path;
};

/* __kernel_vsyscall itself, and an int 0x80. */
struct way way_vdso(const struct sample *s);
struct way way_int80(void);

/* An int 0x80 of its own for some calls, right behind the mov of its number: code is NULL for others. */
struct way way_numbered(long nr);

/* Is it the address of an int 0x80 of these ways? */
bool way_enters_at(unsigned long ip);

/* How often a register came back changed, in all threads of the process. */
extern unsigned checked_wrong;

/* Counts, enters, looks. Returns what the kernel returned. */
long checked_call(const struct way *w, long nr, long a, long b, long c, long d, long e, long f);

#define checked6(w, nr, a, b, c, d, e, f) \
	checked_call(w, nr, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define checked0(w, nr) checked6(w, nr, 1, 2, 3, 4, 5, 6)
#define checked1(w, nr, a) checked6(w, nr, a, 2, 3, 4, 5, 6)
#define checked2(w, nr, a, b) checked6(w, nr, a, b, 3, 4, 5, 6)
#define checked3(w, nr, a, b, c) checked6(w, nr, a, b, c, 4, 5, 6)
#define checked4(w, nr, a, b, c, d) checked6(w, nr, a, b, c, d, 5, 6)
#define checked5(w, nr, a, b, c, d, e) checked6(w, nr, a, b, c, d, e, 6)

/* Says "NAME: TEXT (NUMBER)" unless got is what it must be; returns how often it was not: 0 or 1. */
unsigned expect(const struct sample *s, const char *what, long got, long wanted);

#endif
