/* SPDX-License-Identifier: MIT */
#ifndef ET_TRACE_STOP_H
#define ET_TRACE_STOP_H

#include "model/stop.h"

#include <stdbool.h>

/* si_code of a SIGSYS, include/uapi/asm-generic/siginfo.h; the second since Linux 5.11. */
enum { SIGSYS_BY_SECCOMP = 1, SIGSYS_BY_USER_DISPATCH = 2 };

/* Sorts what wait4(2) said of a task that was seized with PTRACE_O_TRACESYSGOOD. */
struct stop stop_decode(pid_t tid, int status);

/*
 * What PTRACE_GETEVENTMSG says of the event that the task stands at. False where it has
 * left it: SIGKILL takes it on to PTRACE_EVENT_EXIT, whose message is a wait status.
 */
bool stop_message(pid_t tid, unsigned long *message);

#endif
