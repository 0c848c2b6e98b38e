/* SPDX-License-Identifier: MIT */
#ifndef ET_TRACE_STOP_H
#define ET_TRACE_STOP_H

#include "model/stop.h"

/* Sorts what wait4(2) said of a task that was seized with PTRACE_O_TRACESYSGOOD. */
struct stop stop_decode(pid_t tid, int status);

#endif
