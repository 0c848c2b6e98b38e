/* SPDX-License-Identifier: MIT */
#include "scan/reader.h"

#include "base/err.h"
#include "scan/archive.h"
#include "scan/content.h"
#include "scan/elf.h"
#include "scan/small.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell(struct reader *r, struct scan_file *f)
{
	r->found(r->ctx, f);
	scan_file_fini(f);
}

static void read_any(struct reader *r, int fd, uint64_t size, const char *member)
{
	struct scan_file f = {.abi = ABIS, .type = ELF_TYPE_OTHER, .member = member ? xstrdup(member) : NULL};
	uint8_t first[CONTENT_BYTES];
	ssize_t n = pread(fd, first, sizeof(first), 0);
	bool is = true;

	if (n < 0) {
		f.kind = SCAN_UNREAD;
		f.fault = xasprintf("it cannot be read: %s", strerror(errno));
		tell(r, &f);
		return;
	}
	switch (content_of(first, (size_t)n)) {
	case CONTENT_ELF:
		scan_elf(fd, size, &f);
		break;
	case CONTENT_PE:
		is = scan_pe(fd, size, &f);
		break;
	case CONTENT_SCRIPT:
		is = scan_script(fd, size, &f);
		break;
	case CONTENT_ARCHIVE:
		/* What lies in archives in archives is read where it is unpacked. */
		is = false;
		if (!member)
			archive_read_all(r, fd, size);
		break;
	case CONTENT_OTHER:
		is = false;
		break;
	}
	if (is)
		tell(r, &f);
	else
		scan_file_fini(&f);
}

void reader_read(struct reader *r, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		read_any(r, fd, (uint64_t)st.st_size, NULL);
}

void reader_read_member(struct reader *r, uint64_t size, const char *member)
{
	read_any(r, r->spool, size, member);
}
