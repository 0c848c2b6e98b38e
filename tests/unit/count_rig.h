/* SPDX-License-Identifier: MIT */
/*
 * A traced child in which the counting code runs as 32-bit code, beside a vDSO
 * made up here: its memory is shared with this process, at the same addresses.
 * Its entry instructions are never run: whoever steps it stops before them, and
 * does what the kernel would.
 */
#ifndef ET_TESTS_COUNT_RIG_H
#define ET_TESTS_COUNT_RIG_H

#include "patch/code.h"
#include "patch/table.h"
#include "patch/undo.h"

#include <stdbool.h>
#include <sys/types.h>
#include <sys/user.h>

#define RIG_STACK_SIZE 0x2000u

/* Words of the counting code's frame below the return address, at most. */
enum { RIG_FRAME = 5 };

struct rig_memory {
	uint8_t code[CODE_SIZE];
	struct table_slot table[TABLE_SLOTS];
	uint8_t vdso[CODE_PAGE];
	uint8_t driver[CODE_PAGE];
	uint8_t stack[RIG_STACK_SIZE];
};

/* How the vDSO is made. */
struct rig_form {
	bool sysenter;
	unsigned pushes; /* bytes before them: 0, or 3 as since Linux 7.0 */
};

extern const struct rig_form rig_forms[4];

struct rig {
	pid_t pid;
	struct rig_memory *memory;
	struct code_layout code;
	struct undo_reader stack;
};

/* The program's address of something in the memory. */
uint32_t rig_at(const void *p);

/* Maps memory and builds code and vDSO. */
void rig_init(struct rig *rig, const struct rig_form *form);
void rig_fini(struct rig *rig);

/* Runs test with each form; skips where the machine runs no 32-bit code. */
void rig_with_every_form(void (*test)(struct rig *rig));

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
/* Sets them, and reads them back: some bits are not the program's to set. */
void rig_set_regs(pid_t pid, struct user_regs_struct *regs);

/* Word i of the stack from at on. */
uint32_t rig_word(const struct rig *rig, uint32_t at, unsigned i);

/* Fails where a and b differ; ip is told. */
void rig_assert_regs(const struct user_regs_struct *a, const struct user_regs_struct *b, uint64_t ip);

/* One instruction on. */
void rig_step(struct rig *rig, struct user_regs_struct *regs);

#endif
