/* SPDX-License-Identifier: MIT */
#include "worker/unwind.h"

#include "worker/guess.h"

#include <libunwind.h>
#include <string.h>

/* libunwind's own reader of CFI: exported, declared in no public header. perf(1) relies on it too. */
extern int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t as, unw_word_t ip, unw_dyn_info_t *di,
					      unw_proc_info_t *pi, int need_unwind_info, void *arg);

/* Where in scratch what lies. */
enum { SCRATCH_TABLE = 0, SCRATCH_FRAME = 64 };

static_assert(sizeof(unw_word_t) == sizeof(void *), "the worker unwinds code of its own width");

/* libunwind's register numbers in the order of enum wire_reg. */
#if defined(__x86_64__)
static const int unw_reg[WIRE_REGS] = {
	UNW_X86_64_RAX, UNW_X86_64_RBX, UNW_X86_64_RCX, UNW_X86_64_RDX, UNW_X86_64_RSI,
	UNW_X86_64_RDI, UNW_X86_64_RBP, UNW_X86_64_RSP, UNW_X86_64_R8, UNW_X86_64_R9,
	UNW_X86_64_R10, UNW_X86_64_R11, UNW_X86_64_R12, UNW_X86_64_R13, UNW_X86_64_R14,
	UNW_X86_64_R15, UNW_X86_64_RIP,
};
#else
static const int unw_reg[WIRE_REGS] = {
	UNW_X86_EAX, UNW_X86_EBX, UNW_X86_ECX, UNW_X86_EDX, UNW_X86_ESI,
	UNW_X86_EDI, UNW_X86_EBP, UNW_X86_ESP, -1, -1, -1, -1, -1, -1, -1, -1, UNW_X86_EIP,
};
#endif

static int find_proc_info(unw_addr_space_t as, unw_word_t ip, unw_proc_info_t *pi, int need,
			  void *arg)
{
	struct machine *m = arg;
	const struct image *im = space_image(m->space, ip);
	const struct cfi_entry *e = im ? image_cfi(im, ip) : NULL;
	unw_word_t fde;

	if (!e)
		return -UNW_ENOINFO;
	if (e->debug_frame) {
		size_t at = cfi_rewrite(&im->module->cfi, e, im->bias, WORD_SIZE,
					m->scratch + SCRATCH_FRAME, SCRATCH_SIZE - SCRATCH_FRAME);

		if (at == 0)
			return -UNW_ENOINFO;
		fde = SCRATCH_AT + SCRATCH_FRAME + at;
	} else {
		fde = (unw_word_t)(e->fde + im->bias);
	}
	/*
	 * The index has found the entry; libunwind gets a search table of that
	 * one: it starts below everything, and its FDE is the table's base.
	 */
	const int32_t table[2] = {INT32_MIN, 0};
	unw_dyn_info_t di = {
		.start_ip = (unw_word_t)(e->start + im->bias),
		.end_ip = (unw_word_t)(e->end + im->bias),
		.format = UNW_INFO_FORMAT_REMOTE_TABLE,
		.u.rti = {
			.segbase = fde,
			.table_len = sizeof(table) / (sizeof(unw_word_t)),
			.table_data = SCRATCH_AT + SCRATCH_TABLE,
		},
	};

	memcpy(m->scratch + SCRATCH_TABLE, table, sizeof(table));
	return UNW_OBJ(dwarf_search_unwind_table)(as, ip, &di, pi, need, arg);
}

/* libunwind frees what it put there itself. */
static void put_unwind_info(unw_addr_space_t as, unw_proc_info_t *pi, void *arg)
{
	(void)as, (void)pi, (void)arg;
}

static int no_dyn_info(unw_addr_space_t as, unw_word_t *addr, void *arg)
{
	(void)as, (void)addr, (void)arg;
	return -UNW_ENOINFO;
}

static int access_mem(unw_addr_space_t as, unw_word_t addr, unw_word_t *value, int write, void *arg)
{
	struct machine *m = arg;

	(void)as;
	if (write || !machine_read(m, addr, value, sizeof(*value)))
		return -UNW_EINVAL;
	return 0;
}

static int access_reg(unw_addr_space_t as, unw_regnum_t reg, unw_word_t *value, int write, void *arg)
{
	const struct machine *m = arg;

	(void)as;
	if (write)
		return -UNW_EREADONLYREG;
	for (unsigned i = 0; i < WIRE_REGS; i++) {
		if (unw_reg[i] != reg)
			continue;
		*value = (unw_word_t)(i == WIRE_IP ? machine_lookup_ip(m) : m->regs[i]);
		return 0;
	}
	return -UNW_EBADREG;
}

static int access_fpreg(unw_addr_space_t as, unw_regnum_t reg, unw_fpreg_t *value, int write,
			void *arg)
{
	(void)as, (void)reg, (void)value, (void)write, (void)arg;
	return -UNW_EBADREG;
}

static int resume(unw_addr_space_t as, unw_cursor_t *cursor, void *arg)
{
	(void)as, (void)cursor, (void)arg;
	return -UNW_EINVAL;
}

static int get_proc_name(unw_addr_space_t as, unw_word_t ip, char *buf, size_t len,
			 unw_word_t *offset, void *arg)
{
	(void)as, (void)ip, (void)buf, (void)len, (void)offset, (void)arg;
	return -UNW_ENOINFO;
}

static unw_addr_space_t address_space(struct space *s)
{
	static const unw_accessors_t accessors_const = {
		.find_proc_info = find_proc_info,
		.put_unwind_info = put_unwind_info,
		.get_dyn_info_list_addr = no_dyn_info,
		.access_mem = access_mem,
		.access_reg = access_reg,
		.access_fpreg = access_fpreg,
		.resume = resume,
		.get_proc_name = get_proc_name,
	};
	unw_accessors_t accessors = accessors_const;

	if (!s->cache) {
		s->cache = unw_create_addr_space(&accessors, 0);
		if (s->cache)
			unw_set_caching_policy(s->cache, UNW_CACHE_GLOBAL);
	}
	return s->cache;
}

void unwind_forget(struct space *s)
{
	if (s->cache)
		unw_destroy_addr_space(s->cache);
	s->cache = NULL;
}

/* What carries over from step to step. */
struct walk {
	struct machine m;
	struct wire_frame *frames;
	uint32_t n, max;
};

static void record(struct walk *w, enum wire_frame_kind kind, bool exact)
{
	struct wire_frame *f = &w->frames[w->n++];
	uint64_t ip = w->m.regs[WIRE_IP], lookup = machine_lookup_ip(&w->m);
	const struct wire_map *map = space_map(w->m.space, lookup);
	const struct image *im = space_image(w->m.space, lookup);

	*f = (struct wire_frame){
		.ip = ip,
		.offset = im ? ip - im->bias : map ? ip - map->start + map->offset : ip,
		.module = map ? map->module : WIRE_NO_MODULE,
		.kind = (uint16_t)kind,
		.exact = exact,
	};
}

static const struct cfi_entry *frame_cfi(const struct machine *m)
{
	uint64_t ip = machine_lookup_ip(m);
	const struct image *im = space_image(m->space, ip);

	return im ? image_cfi(im, ip) : NULL;
}

/* The registers of the caller, as far as they are known. */
static void read_cursor(struct machine *m, unw_cursor_t *cursor)
{
	uint64_t regs[WIRE_REGS];

	/* What the callee kept is read from m itself, so m changes last. */
	memcpy(regs, m->regs, sizeof(regs));
	for (unsigned i = 0; i < WIRE_REGS; i++) {
		unw_word_t value;

		if (unw_reg[i] >= 0 && unw_get_reg(cursor, unw_reg[i], &value) == 0)
			regs[i] = value;
	}
	memcpy(m->regs, regs, sizeof(regs));
}

enum step { STEP_ON, STEP_START, STEP_FAILED, STEP_CYCLE };

/*
 * One frame up by libunwind. The cursor is made anew for each frame: guesses
 * may have come between, and the look-up address of a return address then is
 * one that we choose. signal: the frame is a signal trampoline's.
 */
static enum step step_cfi(struct machine *m, bool signal)
{
	uint64_t sp = m->regs[WIRE_SP], ip = m->regs[WIRE_IP];
	unw_addr_space_t as = address_space(m->space);
	unw_cursor_t cursor;

	if (!as || unw_init_remote(&cursor, as, m) != 0)
		return STEP_FAILED;
	int rc = unw_step(&cursor);

	if (rc == 0)
		return STEP_START;
	if (rc < 0)
		return STEP_FAILED;
	read_cursor(m, &cursor);
	m->ip_is_return = !signal;
	if (m->regs[WIRE_IP] == 0)
		return STEP_START;
	/* Only a signal handler on a stack of its own may lead downwards. */
	if ((m->regs[WIRE_SP] < sp && !signal) ||
	    (m->regs[WIRE_SP] == sp && m->regs[WIRE_IP] == ip))
		return STEP_CYCLE;
	return STEP_ON;
}

/* How far a thread is into a trampoline: bytes of code, and of the stack that were popped. */
struct progress {
	uint64_t code, stack;
};

static void go_back(struct machine *m, struct progress p)
{
	m->regs[WIRE_IP] -= p.code;
	m->regs[WIRE_SP] -= p.stack;
}

static bool begins_trampoline(struct machine *m)
{
	unw_addr_space_t as = address_space(m->space);
	unw_cursor_t cursor;

	return as && unw_init_remote(&cursor, as, m) == 0 && unw_is_signal_frame(&cursor) > 0;
}

/*
 * A trampoline without CFI that can be used, as musl's: libunwind knows it by
 * its bytes, from its very start. The thread stands there, or, in the innermost
 * frame only, behind the system call at its end.
 */
static bool is_bare_trampoline(struct machine *m, bool innermost, struct progress *in)
{
	static const struct progress places[] = {
		{0, 0},
		{WORD_SIZE == 8 ? 9 : 7, 0}, /* mov; syscall or int 0x80 */
		{8, 4},                      /* pop eax; mov; int 0x80 */
	};
	uint64_t ip = m->regs[WIRE_IP], sp = m->regs[WIRE_SP];
	unsigned n = !innermost ? 1 : WORD_SIZE == 8 ? 2 : 3;
	bool was_return = m->ip_is_return;

	m->ip_is_return = false;
	for (unsigned i = 0; i < n; i++) {
		bool found;

		go_back(m, places[i]);
		found = begins_trampoline(m);
		m->regs[WIRE_IP] = ip;
		m->regs[WIRE_SP] = sp;
		*in = places[i];
		if (found)
			return true;
	}
	m->ip_is_return = was_return;
	return false;
}

/* 64-bit code that a far call of 32-bit code led to: leaves the 32-bit state in out. */
static bool cross_far(struct walk *w, uint64_t pair_at, uint64_t pair, bool guessed,
		      struct wire_stack *out)
{
	if (w->n == w->max)
		return false;
	w->m.regs[WIRE_IP] = (uint32_t)pair;
	w->m.regs[WIRE_SP] = pair_at + 8; /* eip and selector, four bytes each */
	w->m.ip_is_return = true;
	record(w, guessed ? WIRE_FRAME_FAR_SCAN : WIRE_FRAME_FAR, false);
	memcpy(out->regs, w->m.regs, sizeof(out->regs));
	for (unsigned i = 0; i < WIRE_REGS; i++)
		out->regs[i] = (uint32_t)out->regs[i];
	return true;
}

/* Where did the 64-bit code's caller go: a far return by CFI leaves selector and eip in ip. */
static bool at_far_return(const struct machine *m)
{
	return WORD_SIZE == 8 && is_far_return(m, m->regs[WIRE_IP]);
}

/* What ends the walk after a step that failed, or WIRE_ENDS to go on with *kind. */
static enum wire_end walk_guess(struct walk *w, struct wire_stack *out, enum wire_frame_kind *kind)
{
	uint64_t at, pair;

	if (WORD_SIZE == 8 && guess_far_return(&w->m, &at) && machine_stack(&w->m, at, &pair) &&
	    cross_far(w, at, pair, true, out))
		return WIRE_END_FAR;
	switch (guess_step(&w->m)) {
	case GUESS_END:
		return WIRE_END_START;
	case GUESS_SLICE:
		return WIRE_END_SLICE;
	case GUESS_POINTER:
		*kind = WIRE_FRAME_POINTER;
		return WIRE_ENDS;
	case GUESS_SCAN:
		*kind = WIRE_FRAME_SCAN;
		return WIRE_ENDS;
	case GUESS_NONE:
	default:
		return WIRE_END_LOST;
	}
}

static enum wire_end walk_cfi(struct walk *w, struct wire_stack *out, bool signal,
			      enum wire_frame_kind *kind)
{
	w->m.beyond = false;
	switch (step_cfi(&w->m, signal)) {
	case STEP_START:
		return WIRE_END_START;
	case STEP_CYCLE:
		return WIRE_END_CYCLE;
	case STEP_ON:
		if (at_far_return(&w->m) &&
		    cross_far(w, w->m.regs[WIRE_SP] - 8, w->m.regs[WIRE_IP], false, out))
			return WIRE_END_FAR;
		*kind = signal ? WIRE_FRAME_SIGNAL : WIRE_FRAME_CFI;
		return WIRE_ENDS;
	case STEP_FAILED:
	default:
		return w->m.beyond ? WIRE_END_SLICE : walk_guess(w, out, kind);
	}
}

/* Is the slice the whole stack, up to the end of its mapping? Then nothing was cut off. */
static bool slice_is_whole(const struct machine *m)
{
	uint64_t end = m->slice_at + m->slice_len;
	const struct wire_map *map = m->slice_len ? space_map(m->space, end - 1) : NULL;

	return map && map->end == end;
}

static enum wire_end walk(struct walk *w, struct wire_stack *out)
{
	enum wire_frame_kind kind = WIRE_FRAME_CFI;
	enum wire_end end = WIRE_ENDS;

	while (end == WIRE_ENDS) {
		if (w->n == w->max)
			return WIRE_END_LIMIT;
		/* A return address that leads out of all code ends the stack unseen. */
		if (w->n > 0 && !space_exec(w->m.space, machine_lookup_ip(&w->m)))
			return WIRE_END_LOST;
		const struct cfi_entry *e = frame_cfi(&w->m);
		struct progress in = {0, 0};
		bool trampoline = e ? e->signal : is_bare_trampoline(&w->m, w->n == 0, &in);

		/* A trampoline was not called: its address on the stack is that of its first byte. */
		record(w, kind, !w->m.ip_is_return || (trampoline && w->n > 0));
		if (!e && !trampoline) {
			end = walk_guess(w, out, &kind);
			continue;
		}
		bool rewritten = e && e->debug_frame;

		if (trampoline)
			go_back(&w->m, in);
		end = walk_cfi(w, out, trampoline, &kind);
		/* What libunwind remembers of it lies in scratch, which the next one reuses. */
		if (rewritten)
			unw_flush_cache(w->m.space->cache, 0, 0);
	}
	return end == WIRE_END_SLICE && slice_is_whole(&w->m) ? WIRE_END_LOST : end;
}

void unwind_sample(struct space *space, const struct wire_sample *sample, const uint8_t *slice,
		   struct wire_stack *out, struct wire_frame *frames)
{
	struct walk w = {
		.m = {
			.space = space,
			.ip_is_return = sample->ip_is_return != 0,
			.slice = slice,
			.slice_at = sample->slice_at,
			.slice_len = sample->slice_len,
		},
		.frames = frames,
		.max = sample->max_frames < WIRE_FRAMES_MAX ? sample->max_frames : WIRE_FRAMES_MAX,
	};

	for (unsigned i = 0; i < WIRE_REGS; i++)
		w.m.regs[i] = WORD_SIZE == 4 ? (uint32_t)sample->regs[i] : sample->regs[i];
	memset(out->regs, 0, sizeof(out->regs));
	out->end = walk(&w, out);
	out->nframes = w.n;
	out->id = sample->id;
}
