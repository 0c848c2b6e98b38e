/* SPDX-License-Identifier: MIT */
/* What the files of the engine share. */
#ifndef ET_KERNEL_INTERNAL_H
#define ET_KERNEL_INTERNAL_H

#include "kernel/abi.h"
#include "kernel/engine.h"
#include "model/entry.h"

#include <uthash.h>

/* A file that code or a program was mapped from. */
struct kernel_file_key {
	uint64_t dev; /* as in struct map */
	uint64_t inode;
};

struct kernel_known_file {
	struct kernel_file_key key;
	char *path;
	bool asked;   /* it was looked whether it is an ELF file */
	enum abi abi; /* ABIS when it is none */
	UT_hash_handle hh;
};

/* An address space: one program, from execve or fork on. */
struct kernel_known_space {
	uint64_t id;
	uint32_t image; /* the tally's index */
	bool image64;
	bool ignored;   /* not one of the programs asked for */
	pid_t pid;      /* 0: it has become another program */
	uint64_t seen;  /* the collection that last had entries of it */
	double cpu;     /* seconds, at the last look */
	UT_hash_handle hh;
};

/* Where a key leads; the same for all numbers. */
struct kernel_place_key {
	uint64_t space, addr, aux;
	uint32_t tag, unused;
};

struct kernel_place {
	struct kernel_place_key key;
	struct tally_site *site;
	uint64_t told;  /* the collection before which it was told: each epoch tells anew */
	struct kernel_site *unread; /* what was told, as long as there is no site: the call was not in memory yet */
	UT_hash_handle hh;
};

/* A followed process that has ended. */
struct kernel_ended {
	pid_t pid;
	int status;
	UT_hash_handle hh;
};

struct kernel_book {
	/* given */
	const struct vdso_facts *vdso;
	struct tally *tally;
	struct modules *modules;
	const char *programs;
	int spaces_fd, files_fd; /* the kernel's tables of what it has told */

	/* what was told */
	uint64_t collections;    /* so many so far */
	struct kernel_known_file *files;
	struct kernel_known_space *spaces;
	struct kernel_place *places;
	struct kernel_ended *ended;
	bool began;
	uint64_t user_ns, system_ns;
	uint32_t filtered; /* SITE_* of any program */
	size_t nunread;    /* places without a site so far */
	bool crowded;      /* some sites found no room of their own */
	uint64_t unplaced; /* entries of sites that nothing is known of */
};

/* book.c: files, spaces and ends. */
void book_record(struct kernel_book *b, const void *record, size_t size);
struct kernel_known_space *book_space(struct kernel_book *b, uint64_t id, pid_t pid, bool image64);
const char *book_path(const struct kernel_book *b, uint64_t dev, uint64_t inode);

/*
 * After a collection: forgets what ended programs leave, so that a survey of months
 * needs no more room than one of an hour.
 */
void book_tidy(struct kernel_book *b);
void book_fini(struct kernel_book *b);

/* place.c: sites. A record is as large as its type says. */
void place_site(struct kernel_book *b, const struct kernel_site *r);
void place_forget(struct kernel_book *b, struct kernel_place *p);
void place_count(struct kernel_book *b, const struct kernel_key *key, uint64_t n);

/* Whose /proc entry to reach files by: the process's own, or ours when it is gone. */
pid_t book_reach(pid_t pid);

static inline uint64_t kernel_dev(uint32_t major, uint32_t minor)
{
	return (uint64_t)major << 32 | minor;
}

#endif
