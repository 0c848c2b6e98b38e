/* SPDX-License-Identifier: MIT */
/* vdso-libc, linked statically: libc's start-up makes its calls by int 0x80, the rest take the vDSO. */
#include "vdso-libc.c"
