/* SPDX-License-Identifier: MIT */
/*
 * What the tracer and its unwind workers say to each other: packets on a
 * SOCK_SEQPACKET socket, little-endian, the same for 32 and 64 bits.
 *
 * The worker speaks first (HELLO). The client then sends FILTER once, which
 * locks the worker in, and MODULE, SPACE and SAMPLE as it needs. Each SAMPLE
 * is answered by one STACK, in order; nothing else is answered.
 */
#ifndef ET_STACK_WIRE_H
#define ET_STACK_WIRE_H

#include <assert.h>
#include <stdint.h>

enum {
	WIRE_MAGIC = 0x55545445, /* "ETTU" */
	WIRE_VERSION = 1,

	WIRE_PACKET_MAX = 128 * 1024,
	WIRE_SLICE_MAX = 64 * 1024, /* bytes of stack in a sample */
	WIRE_FRAMES_MAX = 1024,
	WIRE_MAPS_MAX = 3000,
	WIRE_FILTER_MAX = 4096,     /* BPF instructions */
	WIRE_MODULES_MAX = 1 << 16,
	WIRE_SPACES_MAX = 1 << 10,
};

#define WIRE_NO_MODULE UINT32_MAX

enum wire_type {
	WIRE_HELLO = 1, /* worker: struct wire_hello */
	WIRE_FILTER,    /* client: BPF instructions of 8 bytes */
	WIRE_MODULE,    /* client: struct wire_module, with the file's descriptor (SCM_RIGHTS) */
	WIRE_SPACE,     /* client: struct wire_space, nmaps times struct wire_map; replaces that space */
	WIRE_SAMPLE,    /* client: struct wire_sample, slice_len bytes of stack */
	WIRE_STACK,     /* worker: struct wire_stack, nframes times struct wire_frame */
};

struct wire_head {
	uint32_t magic;
	uint16_t version;
	uint16_t type;
	uint32_t size; /* of the whole packet, this head included */
	uint32_t reserved;
};

struct wire_hello {
	struct wire_head head;
	uint32_t bits; /* 32 or 64: what it unwinds */
	uint32_t reserved;
};

struct wire_module {
	struct wire_head head;
	uint32_t module; /* below WIRE_MODULES_MAX */
	uint32_t reserved;
};

struct wire_map {
	uint64_t start, end; /* [start, end) */
	uint64_t offset;     /* in the file */
	uint32_t module;     /* WIRE_NO_MODULE: nothing to unwind or to name there */
	uint32_t exec;
};

struct wire_space {
	struct wire_head head;
	uint32_t space; /* a slot, below WIRE_SPACES_MAX */
	uint32_t nmaps;
};

/* Registers as both modes number them here; 32-bit ones use the low halves. */
enum wire_reg {
	WIRE_AX, WIRE_BX, WIRE_CX, WIRE_DX, WIRE_SI, WIRE_DI, WIRE_BP, WIRE_SP,
	WIRE_R8, WIRE_R9, WIRE_R10, WIRE_R11, WIRE_R12, WIRE_R13, WIRE_R14, WIRE_R15,
	WIRE_IP,
	WIRE_REGS,
};

struct wire_sample {
	struct wire_head head;
	uint64_t id;
	uint32_t space;
	uint32_t max_frames;
	uint64_t regs[WIRE_REGS];
	uint64_t slice_at;    /* address of the first byte */
	uint32_t slice_len;
	uint32_t ip_is_return; /* 1: ip is a return address, its call lies before it */
};

enum wire_frame_kind {
	WIRE_FRAME_CFI,       /* found by call frame information, or the first */
	WIRE_FRAME_SIGNAL,    /* interrupted by a signal: ip is exact */
	WIRE_FRAME_POINTER,   /* guessed: the frame pointer led here */
	WIRE_FRAME_SCAN,      /* guessed: the first fitting return address on the stack */
	WIRE_FRAME_FAR,       /* the far call's boundary: ip is the 32-bit return address */
	WIRE_FRAME_FAR_SCAN,  /* the same, guessed: found on the stack without CFI */
	WIRE_FRAME_KINDS,
};

struct wire_frame {
	uint64_t ip;     /* as found: a return address but for the first and for signal frames */
	uint64_t offset; /* of ip: linked address in an ELF file, else from the mapping's start */
	uint32_t module; /* WIRE_NO_MODULE: no mapping is there */
	uint16_t kind;   /* enum wire_frame_kind: how this frame was reached */
	uint16_t exact;  /* 1: ip is the instruction itself, not behind its call */
};

enum wire_end {
	WIRE_END_START,  /* the outermost frame: the program's or the thread's start */
	WIRE_END_SLICE,  /* the slice of stack ended */
	WIRE_END_LIMIT,  /* max_frames */
	WIRE_END_LOST,   /* no way on was found */
	WIRE_END_CYCLE,  /* the stack leads back into itself */
	WIRE_END_FAR,    /* 32-bit code goes on, from regs */
	WIRE_ENDS,
};

struct wire_stack {
	struct wire_head head;
	uint64_t id;
	uint32_t nframes;
	uint32_t end; /* enum wire_end */
	uint64_t regs[WIRE_REGS]; /* WIRE_END_FAR: where the 32-bit worker takes over */
};

static_assert(sizeof(struct wire_head) == 16, "fixed");
static_assert(sizeof(struct wire_hello) == 24, "fixed");
static_assert(sizeof(struct wire_module) == 24, "fixed");
static_assert(sizeof(struct wire_map) == 32, "fixed");
static_assert(sizeof(struct wire_space) == 24, "fixed");
static_assert(sizeof(struct wire_sample) == 184, "fixed");
static_assert(sizeof(struct wire_frame) == 24, "fixed");
static_assert(sizeof(struct wire_stack) == 168, "fixed");
static_assert(sizeof(struct wire_space) + WIRE_MAPS_MAX * sizeof(struct wire_map) <= WIRE_PACKET_MAX, "fits");
static_assert(sizeof(struct wire_sample) + WIRE_SLICE_MAX <= WIRE_PACKET_MAX, "fits");
static_assert(sizeof(struct wire_stack) + WIRE_FRAMES_MAX * sizeof(struct wire_frame) <= WIRE_PACKET_MAX, "fits");

#endif
