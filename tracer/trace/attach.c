/* SPDX-License-Identifier: MIT */
#include "trace/tracer.h"

#include "base/cleanup.h"
#include "trace/birth.h"
#include "tracee/procfs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Says why PTRACE_SEIZE was refused. */
static int explain(pid_t pid, int error, struct err *err)
{
	uint64_t tracer = 0, uid = 0;

	if (error == ESRCH || access("/proc/self", F_OK) != 0)
		return err_set(err, -error, "cannot attach to process %d: there is no such process",
			       (int)pid);
	if (procfs_status(pid, "TracerPid", 10, &tracer) && tracer)
		return err_set(err, -error, "cannot attach to process %d: it is traced already, by process %d",
			       (int)pid, (int)tracer);
	if (procfs_status(pid, "Uid", 10, &uid) && uid != geteuid() && geteuid() != 0)
		return err_set(err, -error,
			       "cannot attach to process %d: it belongs to another user (uid %d); attach as that user or as root",
			       (int)pid, (int)uid);
	return err_set(err, -error,
		       "cannot attach to process %d: %s; is it a kernel thread, not dumpable, or does kernel.yama.ptrace_scope forbid it?",
		       (int)pid, strerror(error));
}

/* Has the thread ended while its process goes on? That cannot be taken over, and has no memory. */
static bool has_ended(pid_t tid)
{
	auto_free char *stat = procfs_read(tid, "stat", NULL);
	const char *end = stat ? strrchr(stat, ')') : NULL;

	return end && end[1] == ' ' && (end[2] == 'Z' || end[2] == 'X');
}

/* A thread of the process that lives: the main one, if it does. */
static pid_t living_thread(pid_t pid)
{
	char path[32];
	struct dirent *de;
	pid_t found = pid;
	DIR *dir = NULL;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	if (has_ended(pid))
		dir = opendir(path);
	while (dir && found == pid && (de = readdir(dir))) {
		pid_t tid = (pid_t)strtol(de->d_name, NULL, 10);

		if (tid > 0 && !has_ended(tid))
			found = tid;
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Takes over the tasks that are not yet; returns how many were new, or a negative errno. */
static int seize_tasks(struct tracer *tr, pid_t pid, pid_t first, struct space *space)
{
	char path[32];
	struct dirent *de;
	int found = 0, refused = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
		return -ESRCH;
	while ((de = readdir(dir))) {
		pid_t tid = (pid_t)strtol(de->d_name, NULL, 10);
		struct thread *t;

		if (tid <= 0 || threads_find(&tr->threads, tid))
			continue;
		if (ptrace(PTRACE_SEIZE, tid, NULL, (long)TRACER_OPTIONS) != 0) {
			/* A thread may have just ended, and may be ours already by its maker's clone. */
			if (tid == first)
				refused = -errno;
			continue;
		}
		t = threads_add(&tr->threads, tid);
		t->tgid = pid;
		t->adopted = t->first_stop_seen = true;
		thread_set_space(t, space_ref(space));
		birth_count(tr, t, tid == first);
		if (tid == pid)
			procfs_cpu(pid, &t->cpu_user_before, &t->cpu_system_before);
		ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
		found++;
	}
	closedir(dir);
	return refused ? refused : found;
}

int tracer_attach(struct tracer *tr, pid_t pid, struct err *err)
{
	uint64_t tgid = 0;
	struct thread probe = {0};
	pid_t first;
	int rc;

	if (!procfs_status(pid, "Tgid", 10, &tgid))
		return explain(pid, ESRCH, err);
	pid = (pid_t)tgid;
	first = probe.tid = living_thread(pid);
	if (threads_find(&tr->threads, first))
		return 0;
	birth_image(tr, &probe);
	/* Threads that start meanwhile are found by looking again, until none is new. */
	do
		rc = seize_tasks(tr, pid, first, probe.space);
	while (rc > 0);
	space_unref(probe.space);
	if (rc < 0)
		return explain(pid, -rc, err);
	tr->attached = true;
	tr->phase = PHASE_COUNTING;
	clock_gettime(CLOCK_MONOTONIC, &tr->start);
	return 0;
}
