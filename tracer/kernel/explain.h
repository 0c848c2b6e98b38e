/* SPDX-License-Identifier: MIT */
#ifndef ET_KERNEL_EXPLAIN_H
#define ET_KERNEL_EXPLAIN_H

#include "base/err.h"

/* Why the kernel did not take the program: one sentence with what can be done. Returns the code. */
int explain_load(int code, struct err *err);

#endif
