/* SPDX-License-Identifier: MIT */
#include "worker/guess.h"

#include <string.h>

enum {
	SCAN_BYTES = 8192,      /* how far a frame without CFI may reach */
	FUNCTION_BYTES = 65536, /* how long a function may be */
	PUSHES_MAX = 8,
	START_BYTES = 96,       /* of code at the entry point, up to its last call */
	SELECTOR_32 = 0x23,     /* Linux's user code segments */
	SELECTOR_64 = 0x33,
};

/* Code without a file, as a JIT compiler makes it: nothing tells whether a call stands there. */
static bool is_fileless(const struct machine *m, uint64_t addr)
{
	return space_exec(m->space, addr - 1) && !space_image(m->space, addr - 1);
}

/* What stands before a return address. */
struct call {
	bool found;
	bool direct;
	uint64_t target; /* of a direct call */
};

static struct call call_before(const struct machine *m, uint64_t ret)
{
	static const uint8_t gs_call[7] = {0x65, 0xff, 0x15, 0x10, 0, 0, 0};
	uint8_t b[7];
	struct call none = {0};

	if (ret < sizeof(b) || !space_exec(m->space, ret - 1) ||
	    !space_read(m->space, ret - sizeof(b), b, sizeof(b)))
		return none;
	/* call *%gs:0x10 leads to the vDSO, which has CFI: no guess comes from there. */
	if (memcmp(b, gs_call, sizeof(gs_call)) == 0)
		return none;
	/* e8 rel32 */
	if (b[2] == 0xe8) {
		int32_t rel;

		memcpy(&rel, b + 3, sizeof(rel));
		uint64_t target = ret + (uint64_t)(int64_t)rel;

		if (WORD_SIZE == 4)
			target = (uint32_t)target;
		if (space_exec(m->space, target))
			return (struct call){true, true, target};
	}
	/* ff /2: call r/m, by the length that its ModRM byte asks for */
	for (unsigned len = 2; len <= 7; len++) {
		const uint8_t *p = b + sizeof(b) - len;
		unsigned mod = p[1] >> 6, rm = p[1] & 7;
		unsigned sib = mod != 3 && rm == 4;
		unsigned disp = mod == 1 ? 1 : mod == 2 ? 4 : 0;

		if (p[0] != 0xff || (p[1] >> 3 & 7) != 2)
			continue;
		if (mod == 0 && rm == 5)
			disp = 4;
		else if (mod == 0 && sib && len > 2 && (p[2] & 7) == 5)
			disp = 4;
		if (len == 2 + sib + disp)
			return (struct call){.found = true};
	}
	return none;
}

/* A signal handler was not called: it returns to the first byte of a trampoline. */
static bool is_trampoline(const struct machine *m, uint64_t addr)
{
	static const uint8_t old[] = {0x58, 0xb8, 0x77, 0, 0, 0, 0xcd, 0x80}; /* pop; mov 119; int 0x80 */
	static const uint8_t rt[] = {0xb8, 0xad, 0, 0, 0, 0xcd, 0x80};        /* mov 173; int 0x80 */
	const struct image *im = space_exec(m->space, addr) ? space_image(m->space, addr) : NULL;
	const struct cfi_entry *e = im ? image_cfi(im, addr - 1) : NULL;
	uint8_t code[8];

	/* Its CFI begins a byte early, for those who look up return addresses less one. */
	if (e)
		return e->signal && e->start + 1 == addr - im->bias;
	return im && space_read(m->space, addr, code, sizeof(code)) &&
	       (memcmp(code, old, sizeof(old)) == 0 || memcmp(code, rt, sizeof(rt)) == 0);
}

/* What the first instructions of a function do to the stack, as far as ip is behind them. */
struct prologue {
	uint64_t start;
	enum wire_reg pushed[PUSHES_MAX]; /* in order; right below the return address */
	unsigned npushed;
	uint64_t room;  /* bytes taken off for locals */
	bool frame;     /* push ebp; mov ebp, esp */
	bool realigned; /* lea 4(esp), ecx; and esp, -16: the stack above is found by a copy */
};

static const enum wire_reg push_reg[8] = {
	WIRE_AX, WIRE_CX, WIRE_DX, WIRE_BX, WIRE_SP, WIRE_BP, WIRE_SI, WIRE_DI,
};

/* The instructions between that do not touch the stack, by their first bytes, and their lengths. */
static unsigned harmless(const uint8_t *p)
{
	static const struct {
		uint8_t bytes[2], mask;
		unsigned length;
	} table[] = {
		{{0x89, 0xc0}, 0xc0, 2}, /* mov r, r */
		{{0x31, 0xc0}, 0xc0, 2}, /* xor r, r */
		{{0x83, 0xe0}, 0xf8, 3}, /* and r, imm8: of eax */
		{{0x83, 0xc0}, 0xf8, 3}, /* add eax, imm8 */
		{{0x81, 0xc0}, 0xf8, 6}, /* add r, imm32 */
	};

	if ((p[0] & 0xf8) == 0xb8)
		return 5; /* mov r, imm32 */
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (p[0] == table[i].bytes[0] && (p[1] & table[i].mask) == (table[i].bytes[1] & table[i].mask))
			return table[i].length;
	return 0;
}

static void read_prologue(const struct machine *m, uint64_t start, uint64_t ip, struct prologue *f)
{
	static const uint8_t lea_ecx[4] = {0x8d, 0x4c, 0x24, 0x04};
	uint8_t code[64] = {0};
	const uint8_t *p = code;
	size_t n = ip - start < sizeof(code) - 8 ? (size_t)(ip - start) : sizeof(code) - 8;

	*f = (struct prologue){.start = start};
	while (n && !space_read(m->space, start, code, n + 8))
		n /= 2; /* near the end of the segment */
	const uint8_t *end = code + n;

	if (p < end && p[0] == 0xf3 && p[1] == 0x0f && p[2] == 0x1e)
		p += 4; /* endbr */
	if (p < end && memcmp(p, lea_ecx, sizeof(lea_ecx)) == 0) {
		f->realigned = true;
		return;
	}
	while (p < end) {
		unsigned skip = 0;

		if ((p[0] & 0xf8) == 0x50 && f->npushed < PUSHES_MAX && !f->room) {
			f->pushed[f->npushed++] = push_reg[p[0] & 7];
			skip = 1;
		} else if ((p[0] == 0x89 && p[1] == 0xe5) || (p[0] == 0x8b && p[1] == 0xec)) {
			f->frame = f->npushed > 0 && f->pushed[f->npushed - 1] == WIRE_BP;
			skip = 2;
		} else if (p[0] == 0x83 && p[1] == 0xec) {
			f->room += p[2];
			skip = 3;
		} else if (p[0] == 0x81 && p[1] == 0xec) {
			uint32_t room;

			memcpy(&room, p + 2, sizeof(room));
			f->room += room < SCAN_BYTES ? room : 0;
			skip = 6;
		} else {
			skip = harmless(p);
		}
		if (!skip)
			break;
		p += skip;
	}
}

/* Takes over what the function pushed, which lies right below its return address. */
static void restore_pushed(struct machine *m, const struct prologue *f, uint64_t ret_at)
{
	for (unsigned n = 0; n < f->npushed; n++) {
		uint64_t value, at = ret_at - WORD_SIZE * (n + 1);
		enum wire_reg reg = f->pushed[n];

		if (at < m->regs[WIRE_SP] || !machine_stack(m, at, &value))
			return;
		if (reg == WIRE_BX || reg == WIRE_BP || reg == WIRE_SI || reg == WIRE_DI)
			m->regs[reg] = value;
	}
}

static void go_to(struct machine *m, uint64_t ret, uint64_t ret_at)
{
	m->regs[WIRE_IP] = ret;
	m->regs[WIRE_SP] = ret_at + WORD_SIZE;
	m->ip_is_return = true;
}

/*
 * main() and others that align their stack push a copy of the return address
 * for debuggers; the one that counts, and the caller's stack above it, comes
 * soon after.
 */
static uint64_t behind_alignment(const struct machine *m, uint64_t ret, uint64_t ret_at)
{
	uint64_t word;

	for (uint64_t at = ret_at + WORD_SIZE; at < ret_at + 64; at += WORD_SIZE)
		if (machine_stack(m, at, &word) && word == ret)
			return at;
	return ret_at;
}

/* The frame pointer chain: [bp] is the caller's bp, [bp + word] the return address. */
static bool pointer_frame(const struct machine *m, uint64_t *bp, uint64_t *ret)
{
	uint64_t at = m->regs[WIRE_BP];

	return at % WORD_SIZE == 0 && at >= m->regs[WIRE_SP] && machine_stack(m, at, bp) &&
	       machine_stack(m, at + WORD_SIZE, ret) && (*bp > at || *bp == 0) &&
	       (call_before(m, *ret).found || is_trampoline(m, *ret) || is_fileless(m, *ret));
}

static enum guess go_by_pointer(struct machine *m, const struct prologue *f, uint64_t bp,
				uint64_t ret)
{
	uint64_t ret_at = m->regs[WIRE_BP] + WORD_SIZE;

	restore_pushed(m, f, ret_at);
	m->regs[WIRE_BP] = bp;
	go_to(m, ret, f->realigned ? behind_alignment(m, ret, ret_at) : ret_at);
	return GUESS_POINTER;
}

/* What a look at a piece of the stack brought: the best return address that is there. */
struct found {
	uint64_t at, ret;
	bool sure; /* its call leads to the very function */
};

static bool scan(const struct machine *m, const struct prologue *f, uint64_t from, uint64_t to,
		 struct found *found)
{
	uint64_t at = (from + WORD_SIZE - 1) & ~(uint64_t)(WORD_SIZE - 1), word;

	for (; at < to; at += WORD_SIZE) {
		if (!machine_stack(m, at, &word))
			return false; /* the slice ended */
		struct call call = call_before(m, word);

		if (!call.found)
			call.found = is_trampoline(m, word);
		if (!call.found)
			continue;
		if (call.direct && f->start && call.target == f->start) {
			*found = (struct found){at, word, true};
			return true;
		}
		/* A direct call to somewhere else is a trace of the past, or a jump came between. */
		if (!found->at && !(call.direct && f->start))
			*found = (struct found){at, word, false};
	}
	return true;
}

enum guess guess_step(struct machine *m)
{
	uint64_t ip = machine_lookup_ip(m), sp = m->regs[WIRE_SP], bp, ret;
	const struct image *im = space_image(m->space, ip);
	uint64_t start = im ? image_function(im, ip) : 0;
	struct prologue f = {0};
	struct found found = {0};
	bool framed = pointer_frame(m, &bp, &ret);

	if (start && ip - start < FUNCTION_BYTES)
		read_prologue(m, start, ip, &f);
	/* A frame pointer that the code itself sets up is the best witness. */
	if (framed && (f.frame || f.realigned))
		return go_by_pointer(m, &f, bp, ret);
	/* _start: what its CFI says elsewhere, that there is no caller, the ELF header says too. */
	if (im && ip - im->bias - im->module->elf.entry < START_BYTES)
		return GUESS_END;
	/* Below the locals lie only traces of calls that have come back: look above them first. */
	bool whole = scan(m, &f, sp + f.room + f.npushed * WORD_SIZE, sp + SCAN_BYTES, &found);

	if (!found.sure && f.room)
		scan(m, &f, sp, sp + f.room + f.npushed * WORD_SIZE, &found);
	/* On top of the stack it is that of a function that saved nothing. */
	if (found.at && found.at == sp && !f.npushed && !f.room)
		found.sure = true;
	if (found.sure || (found.at && !framed)) {
		uint64_t at = found.at;

		/* Where main() starts is not always known: it is called through a pointer. */
		if (f.realigned || !found.sure)
			at = behind_alignment(m, found.ret, at);
		restore_pushed(m, &f, found.at);
		go_to(m, found.ret, at);
		return GUESS_SCAN;
	}
	if (framed)
		return go_by_pointer(m, &f, bp, ret);
	return whole ? GUESS_NONE : GUESS_SLICE;
}

bool is_far_return(const struct machine *m, uint64_t value)
{
	/* The selector's slot has four bytes, of which the processor need not write the upper two. */
	uint64_t eip = (uint32_t)value, sel = (uint16_t)(value >> 32);
	uint8_t b[7];

	/* A ring 3 selector, and a far call before the address. */
	if ((sel & 3) != 3 || sel == SELECTOR_64 || eip < sizeof(b) || !space_exec(m->space, eip - 1))
		return false;
	if (is_fileless(m, eip))
		return sel == SELECTOR_32;
	if (!space_read(m->space, eip - sizeof(b), b, sizeof(b)))
		return false;
	if (b[0] == 0x9a)
		return true; /* call ptr16:32 */
	for (unsigned len = 2; len <= 7; len++) {
		const uint8_t *p = b + sizeof(b) - len;

		/* ff /3: call m16:32 */
		if (p[0] == 0xff && (p[1] >> 3 & 7) == 3 && p[1] >> 6 != 3)
			return true;
	}
	return false;
}

bool guess_far_return(const struct machine *m, uint64_t *at)
{
	uint64_t sp = m->regs[WIRE_SP];

	for (*at = sp; *at - sp < SCAN_BYTES; *at += 4) {
		uint64_t value;

		if (!machine_stack(m, *at, &value))
			return false;
		if (is_far_return(m, value))
			return true;
	}
	return false;
}
