/* SPDX-License-Identifier: MIT */
/* A wait status, sorted: what a tracee's stop is, after ptrace(2), "Stopped states". */
#ifndef ET_MODEL_STOP_H
#define ET_MODEL_STOP_H

#include <sys/types.h>

enum stop_kind {
	STOP_EXITED,     /* value: exit code */
	STOP_KILLED,     /* value: signal */
	STOP_SIGNAL,     /* signal-delivery-stop; value: signal, to be passed on */
	STOP_GROUP,      /* group-stop; value: the stopping signal. Answer: PTRACE_LISTEN */
	STOP_TRAP,       /* PTRACE_EVENT_STOP: a new task's first stop, or PTRACE_INTERRUPT */
	STOP_SECCOMP,    /* a kernel entry, by the filter */
	STOP_SYSCALL,    /* a kernel entry or exit, by PTRACE_SYSCALL */
	STOP_FORK,       /* fork, vfork or clone made a task */
	STOP_VFORK_DONE,
	STOP_EXEC,
	STOP_EXIT,       /* PTRACE_EVENT_EXIT */
};

struct stop {
	pid_t tid;
	enum stop_kind kind;
	int value;
};

#endif
