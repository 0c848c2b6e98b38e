/* SPDX-License-Identifier: MIT */
/*
 * The form of __kernel_vsyscall that can be counted in place: three pushes and
 * a move, exactly five bytes, before the entry instruction (Linux 2.6.16 to
 * 6.x with a fast instruction, arch/x86/entry/vdso/vdso32/system_call.S).
 * Anything else is not recognised, and stays with stops.
 */
#ifndef ET_STUB_FORM_H
#define ET_STUB_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Offsets from the function's start. */
enum {
	FORM_INSN = 5, /* syscall or sysenter */
	FORM_INT80 = 7,
	FORM_LANDING_PAD = 9,
	FORM_END = 13,
};

struct stub_form {
	bool sysenter; /* else syscall */
	unsigned gap;  /* five bytes of padding behind the function: at this offset from its start */
};

/* How many bytes from its start are looked at. */
enum { FORM_MAX = 64 };

/* code: what stands at __kernel_vsyscall. Returns 0, or -ENOTSUP with a clause for people in *why. */
int stub_recognise(const uint8_t *code, size_t n, struct stub_form *out, const char **why);

#endif
