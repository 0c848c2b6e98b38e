/* SPDX-License-Identifier: MIT */
/*
 * The code that counts inside a 32-bit program (asm/count32.asm), built here and
 * mapped by others. Addresses are the program's.
 */
#ifndef ET_PATCH_CODE_H
#define ET_PATCH_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CODE_PAGE 4096u

/* The code, and behind it what sites jump to: one trampoline each. */
#define CODE_SIZE (2 * CODE_PAGE)

/* What the code is made for. */
struct code_target {
	uint32_t code_at, table_at; /* the caller's choice, page-aligned */
	uint32_t secret;            /* filter/filter.h */
	uint32_t vsyscall_at;       /* __kernel_vsyscall */
	uint32_t pushes_at;         /* its first push */
	uint32_t entry_at;          /* its syscall or sysenter */
	uint32_t landing_pad_at;
	uint32_t gap_at;            /* the two jumps behind it, five bytes each: to enter, to restart */
	bool sysenter;              /* mov ebp, esp before it; else mov ebp, ecx */
};

/* Where to find what, once it is built. *_ip is behind an int 0x80, as ptrace reports a stop there. */
struct code_layout {
	struct code_target target;
	uint32_t enter, enter80;   /* where __kernel_vsyscall jumps to, and sites, with their return address pushed */
	uint32_t restart, restart_ip;
	uint32_t missed80_ip;
	uint32_t plain;            /* a copy of __kernel_vsyscall's beginning */
	uint32_t tail, tail80;
	uint32_t setup, setup_ip;
	uint32_t trampolines_at;   /* free for them, up to code_at + CODE_SIZE */
};

/* Fills code, CODE_SIZE bytes, and *out. Returns 0, or -EINVAL for addresses that are not page-aligned. */
int code_build(uint8_t *code, const struct code_target *target, struct code_layout *out);

/* The part that setup runs: there while it is needed. */
void code_put_setup(uint8_t *code, bool there);

/* From now on there may be code in [start, end): calls that change it stop. */
void code_mark_chunks(uint8_t *code, uint64_t start, uint64_t end);
bool code_chunk_marked(const uint8_t *code, uint32_t at);

/* jmp rel32, 5 bytes, and jmp rel8, 2 bytes, from one address to another; the latter must be in reach. */
enum { JUMP_SIZE = 5, SHORT_JUMP_SIZE = 2 };
void code_jump(uint8_t *out, uint32_t from, uint32_t to);
void code_short_jump(uint8_t *out, uint32_t from, uint32_t to);

#endif
