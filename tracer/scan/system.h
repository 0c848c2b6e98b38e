/* SPDX-License-Identifier: MIT */
/* The machine: its file systems, and what starts programs on it. */
#ifndef ET_SCAN_SYSTEM_H
#define ET_SCAN_SYSTEM_H

#include "scan/file.h"

#include <stdio.h>

/* A program, and what starts it: "runs: pid 12", "unit: foo.service", "cron: /etc/crontab" ... */
struct starter {
	char *program; /* an absolute path */
	char *by;
	uint64_t dev, inode; /* of what runs: its name may be gone; else 0, 0 */
};

struct starters {
	struct starter *list;
	size_t n;
};

struct mounts {
	char **list; /* where local file systems are mounted, each once */
	size_t n;
};

/* From /proc/self/mountinfo, open at in: file systems with files of their own. */
void mounts_read(FILE *in, struct mounts *out);
void mounts_fini(struct mounts *m);

/*
 * What systemd units, cron and binfmt_misc below root start; root is "" for this
 * system's. Programs that run now come with starters_running().
 */
void starters_read(const char *root, struct starters *out);
void starters_running(struct starters *out);
void starters_fini(struct starters *s);

/* ---- for the tests: one file's lines ---- */
void starters_of_unit(FILE *in, const char *name, struct starters *out);
void starters_of_crontab(FILE *in, const char *name, bool with_user, struct starters *out);
void starters_of_binfmt(FILE *in, const char *name, struct starters *out);

/* Notes with each file what starts it. */
void starters_join(const struct starters *s, struct scan_file *files, size_t n);

#endif
