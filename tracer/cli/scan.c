/* SPDX-License-Identifier: MIT */
/* The scan command: who needs 32-bit support, told from files. */
#include "base/cleanup.h"
#include "base/err.h"
#include "cli/command.h"
#include "scan/elf.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

int scan_run(const struct config *cfg)
{
	for (size_t i = 0; i < cfg->noperands; i++) {
		struct scan_file f = {.path = xstrdup(cfg->operands[i])};
		auto_close int fd = open(f.path, O_RDONLY | O_CLOEXEC);
		struct stat st;

		if (fd < 0 || fstat(fd, &st) < 0)
			return EXIT_TROUBLE;
		scan_elf(fd, (uint64_t)st.st_size, &f);
		printf("%s: %s %s %s\n", f.path, f.machine, elf_type_name[f.type], f.fault ? f.fault : "");
		for (size_t k = 0; k < f.nsites; k++)
			printf("  %s %s 0x%" PRIx64 " %s %" PRId64 "\n", entry_form_info[f.sites[k].form].id,
			       scan_sure_name[f.sites[k].sure], f.sites[k].vaddr, f.sites[k].function, f.sites[k].nr);
		scan_file_fini(&f);
	}
	return 0;
}
