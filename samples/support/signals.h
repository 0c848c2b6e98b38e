/* SPDX-License-Identifier: MIT */
/* Signal handlers without libc. */
#ifndef ET_SAMPLES_SIGNALS_H
#define ET_SAMPLES_SIGNALS_H

#include "support/sample.h"

#include <asm/signal.h>
#include <asm/sigcontext.h>
#include <asm/siginfo.h>
#include <asm/ucontext.h>

/*
 * Sets a handler. A 32-bit program names no restorer of its own, so its
 * handlers return through the vDSO: __kernel_rt_sigreturn with SA_SIGINFO in
 * flags, __kernel_sigreturn without. A 64-bit program's handlers must not
 * return. Handlers take the signal's number, and with SA_SIGINFO siginfo and ucontext.
 */
void signal_handle(const struct sample *s, int sig, void *handler, unsigned long flags);

/* From now on an instruction that this machine refuses ends the sample as skipped, with this text. */
void refused_skips(const struct sample *s, const char *text);

/* Undoes refused_skips(): such faults are fatal again. */
void refused_is_fatal(const struct sample *s);

#endif
