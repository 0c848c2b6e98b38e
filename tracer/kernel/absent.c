/* SPDX-License-Identifier: MIT */
/* Stands in for the engine where entrytrace was built without clang, bpftool or libbpf. */
#include "kernel/engine.h"

#include <errno.h>

int kernel_open(const struct kernel_options *opt, struct kernel_engine **out, struct err *err)
{
	(void)opt, (void)out;
	return err_set(err, -ENOSYS,
		       "cannot count in the kernel: this entrytrace was built without clang, bpftool and libbpf");
}

int kernel_follow(struct kernel_engine *k, pid_t pid, bool running, struct err *err)
{
	(void)k, (void)pid, (void)running, (void)err;
	return -ENOSYS;
}

int kernel_start(struct kernel_engine *k, struct err *err)
{
	(void)k, (void)err;
	return -ENOSYS;
}

int kernel_fd(const struct kernel_engine *k)
{
	(void)k;
	return -1;
}

void kernel_read(struct kernel_engine *k)
{
	(void)k;
}

bool kernel_crowded(const struct kernel_engine *k)
{
	(void)k;
	return false;
}

void kernel_collect(struct kernel_engine *k)
{
	(void)k;
}

void kernel_stop(struct kernel_engine *k)
{
	(void)k;
}

void kernel_free(struct kernel_engine *k)
{
	(void)k;
}

uint64_t kernel_lost(const struct kernel_engine *k)
{
	(void)k;
	return 0;
}

void kernel_cpu_of_images(struct kernel_engine *k, double *seconds, size_t n)
{
	(void)k, (void)seconds, (void)n;
}

unsigned kernel_alive(const struct kernel_engine *k, unsigned limit)
{
	(void)k, (void)limit;
	return 0;
}

void kernel_kill(const struct kernel_engine *k)
{
	(void)k;
}

bool kernel_status(const struct kernel_engine *k, pid_t pid, int *status)
{
	(void)k, (void)pid, (void)status;
	return false;
}

bool kernel_began(const struct kernel_engine *k)
{
	(void)k;
	return false;
}

void kernel_cpu(const struct kernel_engine *k, double *user, double *system)
{
	(void)k;
	*user = *system = 0;
}
