/* SPDX-License-Identifier: MIT */
/*
 * The scan's small readers, by the first byte: scripts and Windows files, and the
 * system's own lists, which a user may have written to.
 */
#include "base/cleanup.h"
#include "fuzz.h"
#include "scan/small.h"
#include "scan/system.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void with_file(unsigned which, const uint8_t *data, size_t size)
{
	auto_close int fd = memfd_create("small", MFD_CLOEXEC);
	struct scan_file f = {0};

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (which == 0)
		scan_pe(fd, size, &f);
	else if (scan_script(fd, size, &f) && (!f.interpreter || !*f.interpreter))
		abort();
	scan_file_fini(&f);
}

static void with_lines(unsigned which, const uint8_t *data, size_t size)
{
	auto_fclose FILE *in = fmemopen((void *)(uintptr_t)data, size, "r");
	struct starters s = {0};
	struct mounts m = {0};

	if (!in)
		return;
	if (which == 0)
		mounts_read(in, &m);
	else if (which == 1)
		starters_of_unit(in, "unit", &s);
	else if (which == 2)
		starters_of_crontab(in, "crontab", size & 1, &s);
	else
		starters_of_binfmt(in, "binfmt", &s);
	for (size_t i = 0; i < s.n; i++)
		if (s.list[i].program[0] != '/')
			abort();
	mounts_fini(&m);
	starters_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] % 6 < 2)
		with_file(data[0] % 6, data + 1, size - 1);
	else
		with_lines(data[0] % 6 - 2, data + 1, size - 1);
	return 0;
}
