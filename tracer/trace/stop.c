/* SPDX-License-Identifier: MIT */
#include "trace/stop.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

static enum stop_kind event_kind(int event, int sig)
{
	switch (event) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		return STOP_FORK;
	case PTRACE_EVENT_VFORK_DONE:
		return STOP_VFORK_DONE;
	case PTRACE_EVENT_EXEC:
		return STOP_EXEC;
	case PTRACE_EVENT_EXIT:
		return STOP_EXIT;
	case PTRACE_EVENT_SECCOMP:
		return STOP_SECCOMP;
	default:
		/* PTRACE_EVENT_STOP: SIGTRAP, or the signal that stopped the whole process. */
		return sig == SIGTRAP ? STOP_TRAP : STOP_GROUP;
	}
}

struct stop stop_decode(pid_t tid, int status)
{
	struct stop s = {.tid = tid};
	int event = status >> 16;

	if (WIFEXITED(status)) {
		s.kind = STOP_EXITED;
		s.value = WEXITSTATUS(status);
	} else if (WIFSIGNALED(status)) {
		s.kind = STOP_KILLED;
		s.value = WTERMSIG(status);
	} else {
		s.value = WSTOPSIG(status);
		if (event)
			s.kind = event_kind(event, s.value);
		else
			s.kind = s.value == (SIGTRAP | 0x80) ? STOP_SYSCALL : STOP_SIGNAL;
	}
	return s;
}

bool stop_message(pid_t tid, unsigned long *message)
{
	siginfo_t si;

	/* It does not come back to a stop that it has left, so this says it of the message, too. */
	return ptrace(PTRACE_GETEVENTMSG, tid, NULL, message) == 0 && ptrace(PTRACE_GETSIGINFO, tid, NULL, &si) == 0 &&
	       si.si_code >> 8 != PTRACE_EVENT_EXIT;
}
