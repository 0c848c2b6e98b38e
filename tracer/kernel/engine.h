/* SPDX-License-Identifier: MIT */
/*
 * Counting in the kernel: a BPF program at the sys_enter tracepoint (count.bpf.c)
 * counts entries by address space, address, number and code segment, and sends
 * what a classifier must know of each at its first. Nothing is stopped, patched
 * or filtered. The program and its tables go with the last descriptor: nothing
 * is pinned, so nothing stays behind when this process is killed.
 */
#ifndef ET_KERNEL_ENGINE_H
#define ET_KERNEL_ENGINE_H

#include "base/err.h"
#include "count/tally.h"
#include "model/vdso.h"
#include "tracee/module.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct kernel_engine;

struct kernel_options {
	const struct vdso_facts *vdso; /* the machine's 32-bit one; insn NONE without */
	struct tally *tally;           /* gets what is counted; not owned */
	struct modules *modules;       /* gets whose code it was; not owned */
	bool whole_machine;            /* all programs with 32-bit entries; else those followed */
	uint32_t uid;                  /* whole_machine: of this user only; UINT32_MAX: of all */
	uint64_t cgroup;               /* whole_machine: this control group and those below it; 0: all ... */
	unsigned cgroup_level;         /* ... which lies so deep below the root */
	const char *programs;          /* whole_machine: files whose path or name matches this; NULL: all */
};

/*
 * Loads the program, which counts nothing yet. Returns 0 or a negative errno with
 * a sentence that says what this kernel or this user lacks: -ENOSYS where
 * entrytrace was built without, -EPERM where the user may not.
 */
int kernel_open(const struct kernel_options *opt, struct kernel_engine **out, struct err *err);

/*
 * Follows a process and all that it will start. With running false, entries
 * count from its next execve on. To be called before kernel_start() for those
 * that run.
 */
int kernel_follow(struct kernel_engine *k, pid_t pid, bool running, struct err *err);

/* From here on entries count. */
int kernel_start(struct kernel_engine *k, struct err *err);

/* A descriptor that is readable when kernel_read() has something to read at once. */
int kernel_fd(const struct kernel_engine *k);

/* Takes in what was sent. */
void kernel_read(struct kernel_engine *k);

/* Is it time to collect, before the counters run full? */
bool kernel_crowded(const struct kernel_engine *k);

/* Adds all that was counted so far to the tally. Takes some milliseconds. */
void kernel_collect(struct kernel_engine *k);

/* Ends counting, and collects for the last time. What was lost becomes blind spots. */
void kernel_stop(struct kernel_engine *k);
void kernel_free(struct kernel_engine *k);

/* Entries and messages lost so far. */
uint64_t kernel_lost(const struct kernel_engine *k);

/* Adds to each of the n first images' seconds the CPU time of its processes since the last call. */
void kernel_cpu_of_images(struct kernel_engine *k, double *seconds, size_t n);

/* Followed processes that are alive, at most limit. */
unsigned kernel_alive(const struct kernel_engine *k, unsigned limit);

/* Kills the followed processes that are alive. */
void kernel_kill(const struct kernel_engine *k);

/* Of a followed process that has ended: its status as wait(2) has it. False when that was not seen. */
bool kernel_status(const struct kernel_engine *k, pid_t pid, int *status);

/* Has a followed process begun a program? */
bool kernel_began(const struct kernel_engine *k);

/* CPU time of the followed processes that have ended, in seconds. */
void kernel_cpu(const struct kernel_engine *k, double *user, double *system);

#endif
