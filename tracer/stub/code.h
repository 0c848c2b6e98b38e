/* SPDX-License-Identifier: MIT */
/*
 * The pages of code that count inside a 32-bit program, built here and mapped
 * by others. Addresses are the program's.
 *
 * The seccomp filter lets an int 0x80 through that ends at the page offset
 * pad_offset, the one of the vDSO's landing pad, and stops all others.
 */
#ifndef ET_STUB_CODE_H
#define ET_STUB_CODE_H

#include <stdbool.h>
#include <stdint.h>

#define STUB_PAGE 4096u

/* What the page is made for. The first two are the caller's choice, page-aligned. */
struct stub_target {
	uint32_t page_at;
	uint32_t table_at;
	uint32_t entry_insn_at;   /* the vDSO's syscall or sysenter */
	uint32_t vsyscall_at;     /* __kernel_vsyscall */
	uint32_t landing_pad_at;
	uint32_t padding_jump_at; /* jmp restart_at, to which landing_pad_at - 2 jumps; 0 if there is none */
	bool sysenter;            /* mov ebp, esp before it; else mov ebp, ecx */
	uint16_t pad_offset;      /* landing_pad_at % 4096 */
};

/* Addresses in the page; *_ip are what ptrace reports in the stop of that int 0x80. */
struct stub_code {
	struct stub_target target;
	uint32_t enter;      /* where __kernel_vsyscall is to jump */
	uint32_t miss_ip;
	uint32_t restart_at;
	uint32_t restart_ip;
	uint32_t inject_at;  /* an int 0x80 that the filter lets through: for the tracer's own calls */
	uint32_t inject_ip;  /* = page_at + pad_offset */
};

/*
 * Fills the page that stands before the vDSO's entry instruction. 0, -EINVAL
 * for a target that contradicts itself, -ENOTSUP where pad_offset is too near
 * the page's ends.
 */
int stub_code_build(uint8_t page[static STUB_PAGE], const struct stub_target *target, struct stub_code *out);

/* One patched int 0x80, before which there was mov eax, nr. */
struct stub_site {
	uint32_t page_at;
	uint32_t slot_at;    /* the program's address of its slot */
	uint32_t nr;
	uint32_t back_at;    /* behind the site's int 0x80 */
	uint16_t pad_offset;
	uint32_t enter;      /* out: where the site is to jump instead of the mov */
	uint32_t entered_ip; /* out: behind the page's int 0x80 = page_at + pad_offset */
};

/* Fills the page for that site and its out fields. Fails as stub_code_build(). */
int stub_site_build(uint8_t page[static STUB_PAGE], struct stub_site *site);

#endif
