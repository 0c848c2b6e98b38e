/* SPDX-License-Identifier: MIT */
#include "classify/callee.h"

#include <string.h>

/* musl's and the linkers' functions have a dozen instructions. What has more than these is not proven. */
#define STEPS 96
#define BRANCHES 16

/* Code still to be followed. */
struct branch {
	struct taddr at;
	int64_t pushed; /* bytes on the stack above the caller's return address */
};

struct walk {
	const struct evidence *ev;
	struct callee *out;
	struct branch todo[BRANCHES];
	unsigned waiting, steps;
	uint32_t seen[STEPS]; /* addresses of the instructions so far */
};

static bool in_vdso(const struct evidence *ev, struct taddr at)
{
	return taddr_in(at, ev->vdso_base, ev->vdso.size);
}

bool callee_called(const struct evidence *ev, struct taddr *target)
{
	const struct code_tail *t = &ev->caller;
	uint32_t rel;

	if (t->n < 5 || t->b[t->n - 5] != 0xe8)
		return false;
	memcpy(&rel, t->b + t->n - 4, sizeof(rel));
	*target = taddr((uint32_t)ev->ret.v + rel);
	return !in_vdso(ev, *target);
}

/* The longest run of known bytes at an address. *asked when it was read for this very address. */
static size_t bytes_at(const struct evidence *ev, struct taddr at, const uint8_t **bytes, bool *asked)
{
	size_t longest = 0;

	*asked = false;
	for (unsigned i = 0; i < CALLEE_PIECES && ev->callee[i].at.v; i++) {
		const struct code_from *p = &ev->callee[i];

		*asked |= taddr_eq(p->at, at);
		if (taddr_in(at, p->at, p->bytes.n) && p->at.v + p->bytes.n - at.v > longest) {
			longest = p->at.v + p->bytes.n - at.v;
			*bytes = p->bytes.b + (at.v - p->at.v);
		}
	}
	return longest;
}

static void lack(struct walk *w, struct taddr at)
{
	bool room = !w->ev->callee[CALLEE_PIECES - 1].at.v;

	w->out->ways |= CALLEE_UNSEEN;
	if (!room || w->out->lacks || !at.v)
		return;
	w->out->lacks = true;
	w->out->lacking = at;
}

static bool fetch(struct walk *w, struct taddr at, struct insn *insn)
{
	const uint8_t *bytes = NULL;
	bool asked;
	size_t n = bytes_at(w->ev, at, &bytes, &asked);

	if (n && insn_skim(bytes, n, CPU_MODE_32, at, insn) == 0)
		return true;
	if (asked || n >= INSN_MAX)
		w->out->ways |= CALLEE_UNSEEN;
	else
		lack(w, at);
	return false;
}

static void go_on(struct walk *w, struct taddr at, int64_t pushed)
{
	/* The vDSO's code may also be entered behind pushes that were made here. */
	if (in_vdso(w->ev, at))
		w->out->ways |= pushed >= 0 && pushed <= evidence_ret_offset(w->ev) ? CALLEE_LEAVES : 0;
	else if (w->waiting == BRANCHES)
		w->out->ways |= CALLEE_UNSEEN;
	else
		w->todo[w->waiting++] = (struct branch){at, pushed};
}

static void jump(struct walk *w, const struct insn *insn, int64_t pushed)
{
	const uint8_t *bytes = NULL;
	bool asked;
	uint32_t to;

	if (insn->target_known) {
		go_on(w, insn->target, pushed);
	} else if (!insn->pointer_known) {
		w->out->ways |= pushed == 0 ? CALLEE_LEAVES : CALLEE_UNSEEN;
	} else if (bytes_at(w->ev, insn->pointer, &bytes, &asked) >= sizeof(to)) {
		memcpy(&to, bytes, sizeof(to));
		go_on(w, taddr(to), pushed);
	} else if (asked) {
		w->out->ways |= CALLEE_UNSEEN;
	} else {
		lack(w, insn->pointer);
	}
}

/*
 * sysenter and syscall come back at the landing pad, whatever follows them here.
 * The caller's return address was found where their stack has it; the kernel
 * takes sysenter's stack from ebp, so that what was pushed proves less there.
 */
static void enter(struct walk *w, const struct branch *b, bool sysenter)
{
	if (b->pushed == evidence_ret_offset(w->ev)) {
		w->out->ways |= sysenter ? CALLEE_SYSENTER : CALLEE_SYSCALL;
		w->out->raw++;
		w->out->at = b->at;
	} else if (sysenter) {
		w->out->ways |= CALLEE_UNSEEN;
	}
}

/* Takes one instruction. False when nothing that follows it is of interest. */
static bool step(struct walk *w, struct branch *b)
{
	struct insn insn;

	for (unsigned i = 0; i < w->steps; i++)
		if (w->seen[i] == b->at.v)
			return false;
	if (w->steps == STEPS) {
		w->out->ways |= CALLEE_UNSEEN;
		return false;
	}
	if (!fetch(w, b->at, &insn))
		return false;
	w->seen[w->steps++] = (uint32_t)b->at.v;
	switch ((int)insn.kind) {
	case INSN_SYSENTER:
	case INSN_SYSCALL:
		enter(w, b, insn.kind == INSN_SYSENTER);
		return false;
	case INSN_JMP:
		jump(w, &insn, b->pushed);
		return false;
	case INSN_RET:
		/* To an address that was pushed, musl's way of a jump. Else it is over. */
		w->out->ways |= b->pushed == 4 ? CALLEE_LEAVES : 0;
		return false;
	case INSN_CALL:
		/* It comes back, unless it takes its return address away. */
		w->out->ways |= CALLEE_UNSEEN;
		break;
	case INSN_JCC:
		if (insn.target_known)
			go_on(w, insn.target, b->pushed);
		break;
	default:
		if (!insn.stack_known) {
			w->out->ways |= CALLEE_UNSEEN;
			return false;
		}
		b->pushed -= insn.stack_delta;
		break;
	}
	b->at = taddr((uint32_t)(b->at.v + insn.len));
	return true;
}

void callee_follow(const struct evidence *ev, struct taddr target, struct callee *out)
{
	struct walk w = {.ev = ev, .out = out};

	*out = (struct callee){0};
	go_on(&w, target, 0);
	while (w.waiting) {
		struct branch b = w.todo[--w.waiting];

		while (step(&w, &b))
			;
	}
}

void callee_gather(struct evidence *ev, callee_read *read, const void *from)
{
	struct taddr target;
	struct callee c;

	if (!callee_called(ev, &target))
		return;
	for (unsigned i = 0; i < CALLEE_PIECES; i++) {
		callee_follow(ev, target, &c);
		if (!c.lacks)
			return;
		ev->callee[i].at = c.lacking;
		read(from, &ev->callee[i]);
	}
}
