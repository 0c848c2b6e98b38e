/* SPDX-License-Identifier: MIT */
#include "scan/verdict.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "scan/by_id.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Libraries that load libraries: deeper than this nobody builds them. */
#define ROUNDS_MAX 64

static void conclude(struct scan_file *f, enum scan_verdict v, char *why)
{
	free(f->why);
	f->verdict = v;
	f->why = why;
}

/* --- one file --- */

/* The first site of the kind that does not work without IA32 emulation, and how many there are. */
static const struct scan_site *first_site(const struct scan_file *f, enum scan_sure sure, uint64_t *n)
{
	const struct scan_site *first = NULL;

	*n = 0;
	for (unsigned form = 0; form < ENTRY_FORMS; form++)
		if (entry_form_info[form].needs_ia32)
			*n += f->count[form][sure];
	for (size_t i = 0; i < f->nsites && !first; i++)
		if (f->sites[i].sure == sure && entry_form_info[f->sites[i].form].needs_ia32)
			first = &f->sites[i];
	return first;
}

static char *has_entries(const struct scan_file *f, enum scan_sure sure, const struct scan_site *s, uint64_t n)
{
	auto_free char *more = n > 1 ? xasprintf(", and %" PRIu64 " more", n - 1) : xstrdup("");

	return xasprintf("is %s with %s%s at 0x%" PRIx64 "%s%s%s", f->machine,
			 sure == SURE_INSTRUCTION ? "" : "what may be ",
			 s->form == FORM_SYSENTER ? "sysenter" : "int 0x80", s->vaddr, s->function ? " in " : "",
			 s->function ? s->function : "", more);
}

static void verdict_of_64bit(struct scan_file *f)
{
	uint64_t sure_n, possible_n;
	const struct scan_site *sure = first_site(f, SURE_INSTRUCTION, &sure_n);
	const struct scan_site *possible = first_site(f, SURE_POSSIBLE, &possible_n);

	if (sure)
		conclude(f, NEEDS_YES, has_entries(f, SURE_INSTRUCTION, sure, sure_n));
	else if (possible)
		conclude(f, NEEDS_UNKNOWN, has_entries(f, SURE_POSSIBLE, possible, possible_n));
	else if (f->fault)
		conclude(f, NEEDS_UNKNOWN, xstrdup(f->fault));
	else if (f->abi == ABI_X32)
		conclude(f, NEEDS_NO, xstrdup("is x32, which has a way in of its own"));
	else if (scan_file_count(f, FORM_FAR_CALL) || scan_file_count(f, FORM_MODE_SWITCH))
		conclude(f, NEEDS_NO, xstrdup("changes between 32-bit and 64-bit code by far calls, which work without it"));
	else
		conclude(f, NEEDS_NO, xasprintf("is %s", f->machine));
}

void verdict_of_file(struct scan_file *f)
{
	switch (f->kind) {
	case SCAN_ELF:
		if (f->abi == ABI_I386)
			conclude(f, NEEDS_YES, xasprintf("is an i386 %s", f->type == ELF_TYPE_PIE ? "executable" :
										elf_type_name[f->type]));
		else if (f->abi == ABIS)
			conclude(f, NEEDS_NO, xasprintf("is for %s", f->machine));
		else
			verdict_of_64bit(f);
		return;
	case SCAN_PE:
		if (f->abi == ABI_I386)
			conclude(f, NEEDS_UNKNOWN, xstrdup("is a 32-bit Windows file: Wine's 32-bit half needs it, "
							   "its new WoW64 does not"));
		else
			conclude(f, NEEDS_NO, xasprintf("is an %s file", f->machine ? f->machine : "unknown Windows"));
		return;
	case SCAN_SCRIPT:
		conclude(f, NEEDS_UNKNOWN, xasprintf("is a script for %s, which was not scanned", f->interpreter));
		return;
	case SCAN_ARCHIVE:
	case SCAN_UNREAD:
	case SCAN_KINDS:
		break;
	}
	conclude(f, NEEDS_UNKNOWN, xstrdup(f->fault ? f->fault : "could not be read"));
}

/* --- names to files --- */

struct named {
	char *name;
	const struct scan_file *file;
	UT_hash_handle hh;
};

static struct named *find(struct named *table, const char *name)
{
	struct named *found;

	HASH_FIND_STR(table, name, found);
	return found;
}

/* The worst file of a name is the one that counts. */
static void enter(struct named **table, const char *name, const struct scan_file *f)
{
	struct named *e = find(*table, name);

	if (e) {
		if (f->verdict < e->file->verdict)
			e->file = f;
		return;
	}
	e = xcalloc(1, sizeof(*e));
	e->name = xstrdup(name);
	e->file = f;
	HASH_ADD_KEYPTR(hh, *table, e->name, strlen(e->name), e);
}

static void forget(struct named **table)
{
	struct named *e, *next;

	HASH_ITER(hh, *table, e, next)
	{
		HASH_DEL(*table, e);
		free(e->name);
		free(e);
	}
}

static const char *base_name(const struct scan_file *f)
{
	const char *path = f->member ? f->member : f->path, *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* --- libraries --- */

/* Does it load something worse than it is itself? */
static bool worsen(struct scan_file *f, struct named *bad)
{
	const struct scan_file *worst = NULL;

	for (size_t i = 0; i < f->nneeded; i++) {
		const struct named *e = find(bad, f->needed[i]);

		if (e && e->file != f && e->file->abi == f->abi && e->file->verdict < f->verdict &&
		    (!worst || e->file->verdict < worst->verdict))
			worst = e->file;
	}
	if (!worst)
		return false;
	conclude(f, worst->verdict, xasprintf("loads %s, which %s", base_name(worst), worst->why));
	return true;
}

void verdicts_by_libraries(struct scan_file *files, size_t n)
{
	struct named *bad = NULL;
	bool more = true;

	for (size_t i = 0; i < n; i++)
		if (files[i].kind == SCAN_ELF && files[i].verdict != NEEDS_NO && files[i].abi == ABI_X86_64 &&
		    files[i].type == ELF_TYPE_LIBRARY)
			enter(&bad, files[i].soname ? files[i].soname : base_name(&files[i]), &files[i]);
	for (unsigned round = 0; bad && more && round < ROUNDS_MAX; round++) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			struct scan_file *f = &files[i];

			if (f->kind != SCAN_ELF || f->abi != ABI_X86_64 || !worsen(f, bad))
				continue;
			more = true;
			if (f->type == ELF_TYPE_LIBRARY)
				enter(&bad, f->soname ? f->soname : base_name(f), f);
		}
	}
	forget(&bad);
}

/* --- interpreters --- */

bool verdict_interpreter(const struct scan_file *f, char path[PATH_MAX])
{
	/* Where env looks, on most systems. */
	static const char *const folders[] = {"/usr/local/bin", "/usr/bin", "/bin"};

	if (strchr(f->interpreter, '/'))
		return realpath(f->interpreter, path) != NULL;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		auto_free char *name = xasprintf("%s/%s", folders[i], f->interpreter);

		if (realpath(name, path))
			return true;
	}
	return false;
}

/* The program that a script names: as this system has it, else as it was scanned. */
static const struct scan_file *interpreter_of(const struct scan_file *f, const struct by_id *index, struct named *by_path)
{
	char real[PATH_MAX];
	const struct scan_file *found = verdict_interpreter(f, real) ? by_id_of_path(index, real) : NULL;
	const struct named *e = found ? NULL : find(by_path, f->interpreter);

	return e ? e->file : found;
}

void verdicts_by_interpreters(struct scan_file *files, size_t n)
{
	struct by_id *index = by_id_new(files, n);
	struct named *by_path = NULL;

	for (size_t i = 0; i < n; i++)
		if (files[i].kind == SCAN_ELF && files[i].type != ELF_TYPE_OBJECT && !files[i].member)
			enter(&by_path, files[i].path, &files[i]);
	for (size_t i = 0; i < n; i++) {
		const struct scan_file *by;

		if (files[i].kind != SCAN_SCRIPT || !(by = interpreter_of(&files[i], index, by_path)))
			continue;
		conclude(&files[i], by->verdict, xasprintf("is a script for %s, which %s", files[i].interpreter, by->why));
	}
	forget(&by_path);
	by_id_free(index);
}
