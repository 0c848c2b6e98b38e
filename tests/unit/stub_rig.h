/* SPDX-License-Identifier: MIT */
/*
 * A traced child in which the counting code runs as 32-bit code, beside a vDSO
 * made up here: its memory is shared with this process, at the same addresses.
 */
#ifndef ET_TESTS_STUB_RIG_H
#define ET_TESTS_STUB_RIG_H

#include "stub/code.h"
#include "stub/slot.h"
#include "stub/undo.h"

#include <stdbool.h>
#include <sys/types.h>
#include <sys/user.h>

#define RIG_STACK_SIZE 0x2000u

struct rig_memory {
	uint8_t code[STUB_PAGE];
	uint8_t site[STUB_PAGE];
	uint8_t vdso[3 * STUB_PAGE]; /* the landing pad is in the middle page */
	uint8_t driver[STUB_PAGE];
	uint8_t stack[RIG_STACK_SIZE];
	struct stub_slot table[STUB_SLOTS + STUB_SITES] __attribute__((aligned(4096)));
};

struct rig {
	pid_t pid;
	struct rig_memory *memory;
	struct stub_code code;
	struct stub_site site_code;
	struct stub_reader stack;
};

/* The program's address of something in the memory. */
uint32_t rig_at(const void *p);

/* Maps memory and builds the stub, and the detour of a made-up site for slot STUB_SLOTS. */
void rig_init(struct rig *rig, uint16_t pad_offset, bool sysenter);
void rig_fini(struct rig *rig);

/* Skips the test, and ends the rig, where the machine runs no 32-bit code at all (some virtual ones). */
void rig_needs_32bit_code(struct rig *rig);

/* One more child in the same memory, stopped. */
pid_t rig_child(void);

/* Random, the same in every run. */
uint32_t rig_random(void);

/*
 * Random registers and flags, ip there, and a stack somewhere in the memory of
 * which everything is random but the return address at its top.
 */
void rig_enter(struct rig *rig, uint32_t ip, uint32_t eax, uint32_t ret, struct user_regs_struct *regs);

void rig_get_regs(pid_t pid, struct user_regs_struct *regs);
void rig_set_regs(pid_t pid, const struct user_regs_struct *regs);

/* Fails where a and b differ; ip is told. */
void rig_assert_regs(const struct user_regs_struct *a, const struct user_regs_struct *b, uint64_t ip);

/* One instruction on. */
void rig_step(struct rig *rig, struct user_regs_struct *regs);

#endif
