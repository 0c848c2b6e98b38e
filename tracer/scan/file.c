/* SPDX-License-Identifier: MIT */
#include "scan/file.h"

#include <stdlib.h>

const char *const scan_kind_name[SCAN_KINDS] = {
	[SCAN_ELF] = "elf", [SCAN_PE] = "pe", [SCAN_SCRIPT] = "script", [SCAN_ARCHIVE] = "archive",
	[SCAN_UNREAD] = "unread",
};

const char *const scan_sure_name[SURENESSES] = {
	[SURE_INSTRUCTION] = "instruction", [SURE_POSSIBLE] = "possible", [SURE_DATA] = "data",
};

const char *const scan_verdict_name[VERDICTS] = {
	[NEEDS_YES] = "yes", [NEEDS_UNKNOWN] = "unknown", [NEEDS_NO] = "no",
};

static void free_list(char **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i]);
	free(list);
}

void scan_file_fini(struct scan_file *f)
{
	free(f->path);
	free(f->member);
	free(f->machine);
	free(f->interpreter);
	free(f->build_id);
	free(f->soname);
	free_list(f->needed, f->nneeded);
	free(f->fault);
	for (size_t i = 0; i < f->nsites; i++)
		free(f->sites[i].function);
	free(f->sites);
	free(f->why);
	free(f->package);
	free_list(f->started_by, f->nstarted_by);
	*f = (struct scan_file){0};
}

uint64_t scan_file_count(const struct scan_file *f, enum entry_form form)
{
	return f->count[form][SURE_INSTRUCTION] + f->count[form][SURE_POSSIBLE];
}
