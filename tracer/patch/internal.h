/* SPDX-License-Identifier: MIT */
/* What the files of patch/patch.h share, and nobody else sees. */
#ifndef ET_PATCH_INTERNAL_H
#define ET_PATCH_INTERNAL_H

#include "patch/form.h"
#include "patch/patch.h"
#include "remote/segment.h"
#include "tracee/space.h"

/* So much below a stack may become its own, should its limit be raised. */
#define STACK_ROOM (112u << 20)

/* Bytes of the program that were changed. */
struct edit {
	uint32_t at;
	uint8_t n;
	uint8_t before[JUMP_SIZE], after[JUMP_SIZE];
};

/* __kernel_vsyscall: its start, its int 0x80, and the two jumps behind it. */
enum { VDSO_EDITS = 4 };

/* The code, which address spaces that fork made share. */
struct shared_code {
	unsigned refs;
	struct segment segment;
	struct code_layout layout;
	uint32_t next_trampoline;
	const char *no_vdso;    /* why its vDSO is not patched, or NULL */
	struct vsyscall_form form;
	struct edit edit[VDSO_EDITS];
};

/* A table, shared by the patches of processes that share it. */
struct shared_table {
	unsigned refs;
	bool frozen;
	struct segment segment;
	struct table *table;
};

void patch_table_unref(struct shared_table *t);

enum site_form {
	SITE_PAD,     /* a short jump to a dead pad nearby, and a jump from there */
	SITE_PUNNED,  /* a jump whose last three bytes are those of what follows */
	SITE_MOV,     /* a jump in place of the mov eax before it */
};

struct site {
	uint32_t ip;         /* behind its int 0x80 */
	enum site_form form;
	uint32_t nr;         /* SITE_MOV */
	uint32_t trampoline; /* where it jumps to, at last */
	uint8_t size;        /* of that */
	struct edit edit[2]; /* the site; SITE_PAD: and the pad */
	unsigned nedits;
	unsigned relies;     /* so many bytes behind it are part of its jump, unchanged */
	uint64_t dev, inode; /* of the file that it lies in; 0: of none */
};

/* A page of the program's that holds trampolines of punned jumps. */
struct pun_page {
	uint32_t at;
	uint64_t used[CODE_PAGE / 64]; /* a bit a byte */
};

struct patch {
	struct shared_code *code;
	struct shared_table *table;
	struct site *sites;
	size_t nsites;
	struct pun_page *pages;
	size_t npages;
	bool vdso_patched;
	bool zeros; /* the page of the secret is mapped */
};

/* Overwrites memory of a stopped task, whatever its protection. Returns 0 or a negative errno. */
int patch_poke(pid_t tid, uint64_t at, const void *bytes, size_t n);

/* Maps a page of the task's memory at at. Returns 0, or a negative errno: -EEXIST where something is. */
int patch_map(struct patch *p, pid_t tid, uint32_t at, int prot);

/* A trampoline takes so many bytes: push, jmp, and before them a mov for SITE_MOV. */
enum { TRAMPOLINE_SIZE = 10, TRAMPOLINE_MOV_SIZE = 15 };

/* regs of a task in a trampoline or a pad become those before its site. False: it is in none. */
bool site_undo(const struct patch *p, struct user_regs_struct *regs);

#endif
