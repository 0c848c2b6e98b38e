/* SPDX-License-Identifier: MIT */
/*
 * The forms of __kernel_vsyscall that can be counted in place: three pushes and
 * a move before the entry instruction (Linux 2.6.16 to 6.x with a fast
 * instruction, arch/x86/entry/vdso/vdso32/system_call.S), or the same behind a
 * no-op of three bytes (since 7.0), in whose place there is int 0x80; ret where
 * no fast instruction can be used. Anything else is not recognised, and stays
 * with stops.
 */
#ifndef ET_PATCH_FORM_H
#define ET_PATCH_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offsets from the function's start. */
struct vsyscall_form {
	bool sysenter;        /* else syscall */
	unsigned pushes;      /* the first of the three, a byte each */
	unsigned move;        /* two bytes, behind them */
	unsigned insn;        /* the entry instruction */
	unsigned int80;
	unsigned landing_pad;
	unsigned gap;         /* FORM_GAP bytes of padding behind the function */
};

/* Two jumps of five bytes. */
enum { FORM_GAP = 10 };

/* How many bytes from its start are looked at. */
enum { FORM_MAX = 64 };

/* code: what stands at __kernel_vsyscall. Returns 0, or -ENOTSUP with a clause for people in *why. */
int vsyscall_recognise(const uint8_t *code, size_t n, struct vsyscall_form *out, const char **why);

#endif
