/* SPDX-License-Identifier: MIT */
/* What /proc says of a process: small text files, proc(5). */
#ifndef ET_TRACEE_PROCFS_H
#define ET_TRACEE_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum procfs_kind {
	PROCFS_OURS,
	PROCFS_ABSENT,  /* nothing is mounted there */
	PROCFS_FOREIGN, /* of another pid namespace: its numbers are other processes */
};

enum procfs_kind procfs_check(void);

/* The whole of /proc/PID/NAME with a NUL behind it; NULL when it cannot be read. Caller frees. */
char *procfs_read(pid_t pid, const char *name, size_t *n);

/* Where /proc/PID/NAME points; NULL when it cannot be read. Caller frees. */
char *procfs_link(pid_t pid, const char *name);

/*
 * A number from a "Key:\tvalue" line of /proc/PID/status, in the given base.
 * False when there is no such line.
 */
bool procfs_status(pid_t pid, const char *key, int base, uint64_t *value);

/* Whose rights it has (the second number of "Uid:"). False when it cannot be read. */
bool procfs_effective_uid(pid_t pid, uint64_t *euid);

/* The state letter of a task, proc(5): 'S' sleeps, 'D' too, 'R' runs or may; '?' when it cannot be read. */
char procfs_state(pid_t tid);

/* personality(2) of a process; all bits where it cannot be read. */
uint64_t procfs_personality(pid_t pid);

/*
 * What those below make of a text that was read: a number from a "Key:\tvalue"
 * line; is it of the init of a namespace; user and system time, in ticks.
 */
bool procfs_find_number(const char *text, const char *key, int base, uint64_t *value);
bool procfs_text_is_init(const char *status);
bool procfs_text_ticks(const char *stat, unsigned long *user, unsigned long *system);

/*
 * What becomes of its signals, as in proc(5): bit n - 1 of a set is signal n. False
 * when it cannot be read.
 */
bool procfs_signals(pid_t pid, uint64_t *ignored, uint64_t *caught);

/* Is it the init of a pid namespace below ours: process 1 in its own eyes? */
bool procfs_is_namespace_init(pid_t pid);

/* CPU time of a whole process so far, its threads together, in seconds. False when it is gone. */
bool procfs_cpu(pid_t pid, double *user, double *system);

#endif
