/* SPDX-License-Identifier: MIT */
#include "cli/counting.h"

#include "elf/segments.h"
#include "launch/search.h"

#include <fcntl.h>
#include <unistd.h>

/*
 * A native program that is named itself is what the user asks about; one that is met on the way, a
 * shell that starts 32-bit programs, is not.
 */
static bool is_native(const char *program)
{
	struct elf_segments segments = {.abi = ABIS};
	int fd = search_program(program);
	bool native;

	if (fd < 0)
		return false;
	elf_segments_read(fd, &segments);
	native = segments.abi == ABI_X86_64 || segments.abi == ABI_X32;
	elf_segments_fini(&segments);
	close(fd);
	return native;
}

void counting_choose(const struct config *cfg, struct filter_pass *pass)
{
	*pass = (struct filter_pass){.secret = 0};
	if (cfg->npids)
		return;
	if (cfg->count != COUNT_STOP)
		pass->secret = filter_new_secret();
	pass->skip_native = cfg->native == NATIVE_SKIP || (cfg->native == NATIVE_AUTO && !is_native(cfg->operands[0]));
}
