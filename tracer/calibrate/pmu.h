/* SPDX-License-Identifier: MIT */
/* Core cycles from performance counters, user and kernel apart. */
#ifndef ET_CALIBRATE_PMU_H
#define ET_CALIBRATE_PMU_H

#include <stddef.h>

/*
 * Opens a pinned group for the calling thread: the leader counts core cycles in
 * user mode, its sibling those in the kernel. read(2) on the descriptor gives a
 * struct pmu_reading. Returns it without close-on-exec, or a negative errno.
 * ctx is not used: the type is that of struct loops_options.
 */
int pmu_open(void *ctx);

/*
 * May counters be used here? NULL when they may, or there are none (the normal
 * case in a guest, nothing to say); else one sentence why not, to be freed.
 * *usable tells the first from the second.
 */
char *pmu_trouble(int open_pmu(void *ctx), void *ctx, int *usable);

#endif
