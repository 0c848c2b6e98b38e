/* SPDX-License-Identifier: MIT */
#include "calibrate/pmu.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PMU_SIBLING_ABOVE 64

static int open_event(struct perf_event_attr *attr, int group)
{
	long fd = syscall(SYS_perf_event_open, attr, 0, -1, group, 0);

	return fd < 0 ? -errno : (int)fd;
}

int pmu_open(void *ctx)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_HW_CPU_CYCLES,
		.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
		.pinned = 1,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	(void)ctx;
	int leader = open_event(&attr, -1);
	if (leader < 0)
		return leader;
	attr.pinned = 0; /* only leaders are */
	attr.exclude_kernel = 0;
	attr.exclude_user = 1;
	int sibling = open_event(&attr, leader);
	if (sibling < 0) {
		close(leader);
		return sibling;
	}
	/* It counts as long as it is open: it goes where the program's descriptors are not placed. */
	int high = fcntl(sibling, F_DUPFD, PMU_SIBLING_ABOVE);
	close(sibling);
	if (high < 0) {
		close(leader);
		return -EMFILE;
	}
	return leader;
}

static int paranoid(void)
{
	int level = -1;
	FILE *f = fopen("/proc/sys/kernel/perf_event_paranoid", "re");

	if (f && fscanf(f, "%d", &level) != 1)
		level = -1;
	if (f)
		fclose(f);
	return level;
}

char *pmu_trouble(int open_fn(void *ctx), void *ctx, int *usable)
{
	int fd = open_fn(ctx);

	*usable = fd >= 0;
	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	if (fd == -EACCES || fd == -EPERM)
		return xasprintf("performance counters may not be used here (kernel.perf_event_paranoid is %d, "
				 "1 would do): cycles are estimated from the TSC", paranoid());
	return NULL;
}
