/* SPDX-License-Identifier: MIT */
#include "stack/capture.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "tracee/memory.h"

/* User code segments of Linux on x86-64: everything else is 32-bit or smaller. */
enum { CS_USER64 = 0x33 };

static int file_of(void *ctx, uint32_t id)
{
	return capture_module_fd(ctx, id);
}

void capture_init(struct capture *c, struct unwinders *u, struct modules *modules)
{
	*c = (struct capture){.unwinders = u, .modules = modules};
	unwinders_files(u, file_of, c);
}

void capture_fini(struct capture *c)
{
	struct capture_module *m, *next;

	for (unsigned i = 0; i < CAPTURE_SPACES; i++) {
		maps_unref(c->spaces[i].maps);
		stack_space_unref(c->spaces[i].space);
	}
	HASH_ITER(hh, c->by_module, m, next) {
		HASH_DEL(c->by_module, m);
		free(m);
	}
	free(c->by_id);
}

static uint32_t module_id(struct capture *c, struct module *module)
{
	struct capture_module *m;

	HASH_FIND_PTR(c->by_module, &module, m);
	if (!m) {
		m = xcalloc(1, sizeof(*m));
		m->module = module;
		m->id = unwinders_module(c->unwinders);
		*vec_push(c->by_id, c->nby_id) = module;
		HASH_ADD_PTR(c->by_module, module, m);
	}
	return m->id;
}

const struct module *capture_module(const struct capture *c, uint32_t id)
{
	return id < c->nby_id ? c->by_id[id] : NULL;
}

int capture_module_fd(const struct capture *c, uint32_t id)
{
	return id < c->nby_id ? modules_fd(c->modules, c->by_id[id]) : -1;
}

static struct stack_space *make_space(struct capture *c, const struct maps *maps, pid_t tid)
{
	struct wire_map *list = xcalloc(maps->n, sizeof(*list));

	for (size_t i = 0; i < maps->n; i++) {
		const struct map *m = &maps->list[i];

		/* Only code is unwound and named; the rest tells what is mapped at all. */
		list[i] = (struct wire_map){
			.start = m->start,
			.end = m->end,
			.offset = m->offset,
			.module = m->exec ? module_id(c, modules_get(c->modules, tid, m))
					  : WIRE_NO_MODULE,
			.exec = m->exec,
		};
	}
	return unwinders_space(c->unwinders, list, maps->n);
}

static struct stack_space *space_of(struct capture *c, struct thread *t)
{
	/* New mappings do not make the tracer's own snapshot stale, but this one. */
	if (t->space->maps_age != t->space->mapped)
		space_forget(t->space);
	if (!space_maps(t->space, t->tid))
		return NULL;
	struct maps *maps = t->space->maps;

	for (unsigned i = 0; i < CAPTURE_SPACES; i++)
		if (c->spaces[i].maps == maps)
			return c->spaces[i].space;
	struct capture_space *slot = &c->spaces[c->next_space++ % CAPTURE_SPACES];

	maps_unref(slot->maps);
	stack_space_unref(slot->space);
	slot->maps = maps_ref(maps);
	slot->space = make_space(c, maps, t->tid);
	return slot->space;
}

static void set_regs(struct wire_sample *s, const struct user_regs_struct *r)
{
	const uint64_t regs[WIRE_REGS] = {
		[WIRE_AX] = r->rax, [WIRE_BX] = r->rbx, [WIRE_CX] = r->rcx, [WIRE_DX] = r->rdx,
		[WIRE_SI] = r->rsi, [WIRE_DI] = r->rdi, [WIRE_BP] = r->rbp, [WIRE_SP] = r->rsp,
		[WIRE_R8] = r->r8,   [WIRE_R9] = r->r9,   [WIRE_R10] = r->r10, [WIRE_R11] = r->r11,
		[WIRE_R12] = r->r12, [WIRE_R13] = r->r13, [WIRE_R14] = r->r14, [WIRE_R15] = r->r15,
		[WIRE_IP] = r->rip,
	};

	for (unsigned i = 0; i < WIRE_REGS; i++)
		s->regs[i] = regs[i];
}

struct pending *capture_take(struct capture *c, struct thread *t,
			     const struct user_regs_struct *regs, unsigned bytes, unsigned *bits)
{
	struct stack_space *space = space_of(c, t);
	uint64_t sp = regs->rsp;

	if (!space)
		return NULL;
	*bits = regs->cs == CS_USER64 ? 64 : 32;
	if (*bits == 32)
		sp = (uint32_t)sp;
	if (bytes > WIRE_SLICE_MAX)
		bytes = WIRE_SLICE_MAX;
	struct pending *p = pending_new(bytes);

	set_regs(&p->sample, regs);
	/* ip is behind the instruction that entered, which may be the last of its function. */
	p->sample.ip_is_return = 1;
	p->sample.max_frames = WIRE_FRAMES_MAX;
	p->sample.slice_at = sp;
	p->sample.slice_len = (uint32_t)tracee_read(t->tid, taddr(sp), p->slice, bytes);
	p->space = stack_space_ref(space);
	return p;
}
