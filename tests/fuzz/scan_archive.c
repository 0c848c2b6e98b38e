/* SPDX-License-Identifier: MIT */
/* Archives of all kinds, with what lies in them; and files by their first bytes. */
#include "base/cleanup.h"
#include "fuzz.h"
#include "scan/reader.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void found(void *ctx, struct scan_file *f)
{
	(void)ctx;
	/* What is told has something to be told. */
	if (f->kind >= SCAN_KINDS || (f->kind == SCAN_ARCHIVE && !f->fault))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_close int fd = memfd_create("archive", MFD_CLOEXEC);
	auto_close int spool = memfd_create("spool", MFD_CLOEXEC);
	struct reader r = {.found = found, .spool = spool};

	if (fd < 0 || spool < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	reader_read(&r, fd);
	return 0;
}
