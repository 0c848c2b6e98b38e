/* SPDX-License-Identifier: MIT */
#include "cli/witness.h"

#include "tracee/procfs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Signals to a group are sent to one member after the other; the witness may be the later one. */
#define SETTLE_NS 1000000
/* How long an answer may take before the witness is taken to be stopped, in ms. */
#define ANSWER_MS 100
/* Between two looks at the program while the front process is stopped, in ms. */
#define LOOK_MS 20

/* What the front process sends: 0 asks for signals, a pid is to be watched, -1 ends that. */
struct question {
	pid_t watch;
};

/* By number; a signal that came twice before it was read counts once, in the front process as well. */
struct counts {
	uint32_t of[65];
};

/* ---- in the witness ---- */

static void collect(int signals, pid_t front, struct counts *got)
{
	struct signalfd_siginfo si;

	while (read(signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
		/* The front process only wakes it up. */
		if (si.ssi_signo < 65 && !(si.ssi_code == SI_USER && (pid_t)si.ssi_pid == front))
			got->of[si.ssi_signo]++;
}

static bool stopped(pid_t pid)
{
	char *stat = procfs_read(pid, "stat", NULL);
	const char *end = stat ? strrchr(stat, ')') : NULL;
	/* Without /proc, it is left to who continues the whole group. */
	bool is = end ? end[1] == ' ' && (end[2] == 'T' || end[2] == 't') : kill(pid, 0) == 0;

	free(stat);
	return is;
}

static _Noreturn void serve(int sock, pid_t front)
{
	struct counts got = {0};
	pid_t watched = 0;
	unsigned ran = 0; /* looks at which the program ran */
	sigset_t all;

	sigfillset(&all);
	struct pollfd p[] = {{.fd = sock, .events = POLLIN}, {.fd = signalfd(-1, &all, SFD_NONBLOCK), .events = POLLIN}};

	for (;;) {
		struct question q;
		int n = poll(p, 2, watched ? LOOK_MS : -1);

		collect(p[1].fd, front, &got);
		if (watched && n == 0) {
			/* Twice, since a tracee also stops for other reasons, for a moment. */
			ran = stopped(watched) ? 0 : ran + 1;
			if (ran > 1)
				kill(front, SIGCONT);
		}
		if (n <= 0 || !p[0].revents)
			continue;
		if (recv(sock, &q, sizeof(q), 0) != (ssize_t)sizeof(q))
			_exit(0);
		ran = 0;
		if (q.watch) {
			watched = q.watch > 0 ? q.watch : 0;
			continue;
		}
		if (send(sock, &got, sizeof(got), MSG_NOSIGNAL) < 0)
			_exit(0);
		got = (struct counts){0};
	}
}

/* ---- in the front process ---- */

void witness_init(struct witness *w)
{
	*w = (struct witness){.helper = {.pidfd = -1, .sock = -1}};
}

int witness_start(struct witness *w, struct err *err)
{
	pid_t front = getpid();
	int rc = helper_fork(&w->helper);

	if (rc == 1) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != front || helper_keep_only(w->helper.sock) != 0)
			_exit(0);
		serve(0, front);
	}
	return rc < 0 ? err_set(err, rc, "cannot start a process: %s", strerror(-rc)) : 0;
}

static bool answered(struct witness *w)
{
	struct pollfd p = {.fd = w->helper.sock, .events = POLLIN};
	struct counts got;
	int rc;

	do
		rc = poll(&p, 1, ANSWER_MS);
	while (rc < 0 && errno == EINTR);
	if (rc != 1 || recv(w->helper.sock, &got, sizeof(got), 0) != (ssize_t)sizeof(got))
		return false;
	for (unsigned sig = 0; sig < 65; sig++)
		w->got[sig] += got.of[sig];
	return true;
}

static bool tell(struct witness *w, pid_t watch)
{
	const struct question q = {.watch = watch};

	return w->helper.sock >= 0 && helper_send(w->helper.sock, &q, sizeof(q), NULL, 0, -1, MSG_DONTWAIT) == 0;
}

bool witness_got(struct witness *w, int sig)
{
	const struct timespec settle = {0, SETTLE_NS};

	if (!w->got[sig]) {
		nanosleep(&settle, NULL);
		if (tell(w, 0) && !answered(w)) {
			/* A stop signal to the group has stopped it, and only we were continued. */
			kill(w->helper.pid, SIGCONT);
			if (!answered(w))
				witness_end(w);
		}
	}
	if (!w->got[sig])
		return false;
	/* Standard signals do not queue: one that we read stands for all up to now. */
	w->got[sig] = sig < SIGRTMIN ? 0 : w->got[sig] - 1;
	return true;
}

void witness_watch(struct witness *w, pid_t program)
{
	tell(w, program);
}

void witness_unwatch(struct witness *w)
{
	tell(w, -1);
}

bool witness_is(const struct witness *w, pid_t pid)
{
	return w->helper.sock >= 0 && pid == w->helper.pid;
}

void witness_end(struct witness *w)
{
	helper_end(&w->helper);
}
