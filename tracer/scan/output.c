/* SPDX-License-Identifier: MIT */
#include "scan/output.h"

#include "syscalls/names.h"

#include <string.h>

const struct scan_format *const scan_formats[] = {&scan_text, &scan_json, &scan_csv, &scan_sarif};
const size_t nscan_formats = sizeof(scan_formats) / sizeof(scan_formats[0]);

const struct scan_format *scan_format_find(const char *name)
{
	for (size_t i = 0; i < nscan_formats; i++)
		if (strcmp(scan_formats[i]->name, name) == 0)
			return scan_formats[i];
	return NULL;
}

char *scan_site_call(const struct scan_site *s)
{
	if (s->nr < 0)
		return NULL;
	switch (s->form) {
	case FORM_INT80:
	case FORM_INT80_64:
	case FORM_SYSENTER:
	case FORM_SYSCALL32:
	case FORM_VDSO:
		return syscall_name(ABI_I386, s->nr);
	case FORM_FAR_CALL:
	case FORM_MODE_SWITCH:
	case FORM_INT2E:
	case ENTRY_FORMS:
		break;
	}
	return NULL;
}

char *scan_file_name(const struct scan_file *f)
{
	return f->member ? xasprintf("%s!%s", f->path, f->member) : xstrdup(f->path);
}

enum scan_verdict scan_worst(const struct scan_result *r)
{
	enum scan_verdict worst = NEEDS_NO;

	for (size_t i = 0; i < r->nfiles; i++)
		if (r->files[i].verdict < worst)
			worst = r->files[i].verdict;
	return worst;
}
