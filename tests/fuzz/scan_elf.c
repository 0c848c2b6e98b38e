/* SPDX-License-Identifier: MIT */
/* ELF files as the scan reads them: whatever they hold, sites that lie in their code, in order and counted. */
#include "base/cleanup.h"
#include "fuzz.h"
#include "scan/elf.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(bool what)
{
	if (!what)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_close int fd = memfd_create("elf", MFD_CLOEXEC);
	struct scan_file f = {.abi = ABIS};
	uint64_t counted = 0;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	scan_elf(fd, size, &f);
	must(f.code_bytes <= size);
	for (unsigned form = 0; form < ENTRY_FORMS; form++)
		for (unsigned sure = 0; sure < SURENESSES; sure++)
			counted += f.count[form][sure];
	must(counted == f.nsites);
	for (size_t i = 0; i < f.nsites; i++) {
		must(f.sites[i].offset < size);
		must(!i || f.sites[i - 1].offset < f.sites[i].offset);
	}
	scan_file_fini(&f);
	return 0;
}
