/* SPDX-License-Identifier: MIT */
/* What the scan knows of one file, as plain values. */
#ifndef ET_SCAN_FILE_H
#define ET_SCAN_FILE_H

#include "elf/facts.h"
#include "model/entry.h"
#include "model/entry_form.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum scan_kind {
	SCAN_ELF,
	SCAN_PE,      /* a Windows program or library */
	SCAN_SCRIPT,  /* begins with #! */
	SCAN_ARCHIVE, /* told of only where it could not be read whole */
	SCAN_UNREAD,  /* could not be opened or read */
	SCAN_KINDS,
};

enum scan_sure {
	SURE_INSTRUCTION, /* code that is known to begin before it comes to it in step */
	SURE_POSSIBLE,    /* the bytes decode, but where code begins is not known */
	SURE_DATA,        /* in bytes that the file declares as data */
	SURENESSES,
};

enum scan_verdict {
	NEEDS_YES,
	NEEDS_UNKNOWN,
	NEEDS_NO,
	VERDICTS,
};

extern const char *const scan_kind_name[SCAN_KINDS];
extern const char *const scan_sure_name[SURENESSES];
extern const char *const scan_verdict_name[VERDICTS];

struct scan_site {
	enum entry_form form;
	enum scan_sure sure;
	uint64_t offset;   /* in the file */
	uint64_t vaddr;    /* as linked */
	int64_t nr;        /* the call that the code just before asks for; -1: not known */
	char *function;    /* "name+0x12", or ".section+0x12"; NULL if unknown */
	uint64_t ran;      /* entries in the traces that were joined */
};

/* More sites of one file are counted, not kept. */
#define SCAN_SITES_MAX 100000

struct scan_file {
	/* ---- which file ---- */
	char *path;
	char *member;          /* of an archive, its own path there, archives in archives by "!"; else NULL */
	uint64_t dev, inode;   /* of path */
	uint64_t content[2];   /* equal where the content is; 0, 0 where it was not needed */

	/* ---- what it is ---- */
	enum scan_kind kind;
	enum abi abi;          /* of an ELF file; ABIS: another machine */
	char *machine;         /* of an ELF or PE file, a word */
	enum elf_type type;
	char *interpreter;     /* of an ELF file or script, as it names it */
	char *build_id;        /* hex */
	char *soname;
	char **needed;
	size_t nneeded;
	uint64_t code_bytes;
	char *fault;           /* a clause: why it could not be read, or not whole */

	bool aside;            /* not asked for: looked at because others name it */

	/* ---- where it enters the kernel ---- */
	struct scan_site *sites; /* by offset */
	size_t nsites;
	uint64_t count[ENTRY_FORMS][SURENESSES]; /* of all sites */

	/* ---- what follows ---- */
	enum scan_verdict verdict;
	char *why;             /* one clause */
	char *package;         /* NULL if none or unknown */
	char **started_by;     /* --system: what starts it */
	size_t nstarted_by;
};

void scan_file_fini(struct scan_file *f);

/* Sites of that form that count: what is data does not. */
uint64_t scan_file_count(const struct scan_file *f, enum entry_form form);

#endif
