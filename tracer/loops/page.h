/* SPDX-License-Identifier: MIT */
/*
 * The memory shared with the loop programs, as asm/page.inc lays it out. The
 * programs tell their own idea of it at start; loops.c refuses another.
 */
#ifndef ET_LOOPS_PAGE_H
#define ET_LOOPS_PAGE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define LOOP_PAGE_MAGIC 0x314c5445u
#define LOOP_PAGE_SIZE 12288
#define LOOP_MAX_BLOCKS 32
#define LOOP_MAX_ROWS 24
#define LOOP_NAME_SIZE 24
/* Core cycles of one round of the clock chain: 64 dependent imul, 3 cycles each on CPUs since 2006. */
#define LOOP_CHAIN_CYCLES 192

/* The TSC at these moments of a block. */
enum loop_stamp {
	STAMP_CHAIN_A,     /* a chain of dependent instructions: the core's clock */
	STAMP_CANARY_A,    /* independent instructions: is another thread on the core? */
	STAMP_CANARY_A_END,
	STAMP_N, STAMP_N_END,       /* n iterations */
	STAMP_CHAIN_B, STAMP_CHAIN_B_END,
	STAMP_2N, STAMP_2N_END,     /* 2n iterations */
	STAMP_CHAIN_C,
	STAMP_CANARY_C,
	STAMP_CANARY_C_END,
	STAMP_NOTHING,     /* right behind the last: what a pair of stamps costs */
	LOOP_STAMPS,
};

/* PERF_FORMAT_GROUP | TOTAL_TIME_ENABLED | TOTAL_TIME_RUNNING, two events: perf_event_open(2). */
struct pmu_reading {
	uint64_t count, enabled, running, user, kernel;
};

struct loop_block {
	/* ---- what to do ---- */
	uint32_t row;  /* index into names */
	uint32_t n;
	uint32_t warm; /* iterations before the clock starts, at least 1 */
	/* ---- what came out ---- */
	int32_t answer; /* what the last entry returned */
	uint32_t cpu_before, cpu_after;
	uint32_t switches_before, switches_after; /* involuntary context switches of the thread */
	uint64_t stamp[LOOP_STAMPS];
	struct pmu_reading pmu[4]; /* before and after n, before and after 2n */
};

struct loop_page {
	uint32_t magic, blocks_at, block_size, nrows;
	uint32_t nblocks;
	int32_t pmu_fd;
	uint32_t chain;  /* rounds of the clock chain */
	uint32_t nr[3];  /* the number to call: i386, x86-64, x32 */
	uint32_t vdso_call; /* AT_SYSINFO of the 32-bit program, 0 if it has none */
	uint32_t done;
	uint8_t vdso_code[64]; /* the code there */
	char names[LOOP_MAX_ROWS][LOOP_NAME_SIZE];
	uint8_t scratch[256];
	struct loop_block blocks[LOOP_MAX_BLOCKS];
};

static_assert(sizeof(struct loop_block) == 296, "asm/page.inc: block");
static_assert(offsetof(struct loop_page, vdso_code) == 48, "asm/page.inc: page.vdso_code");
static_assert(offsetof(struct loop_page, blocks) == 944, "asm/page.inc: page.blocks");
static_assert(sizeof(struct loop_page) <= LOOP_PAGE_SIZE, "asm/page.inc: PAGE_SIZE");

#endif
