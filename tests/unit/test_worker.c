/* SPDX-License-Identifier: MIT */
/* The unwind worker's inside, on this very process: its own stack, whole, cut and spoilt. */
#include "worker/serve.h"
#include "worker/unwind.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "unit.h"

enum { SLICE = 16384 };

/* A stack of this process and where it was taken. */
struct snapshot {
	struct wire_sample sample;
	uint8_t slice[SLICE];
};

/* Functions in the order of their calls; each keeps something to do behind the next call. */
static volatile int sink;

__attribute__((noinline, noclone)) static void innermost(struct snapshot *s)
{
	uint64_t *r = s->sample.regs;

	__asm__ volatile("lea 0(%%rip), %%rax\n"
			 "mov %%rax, %0\n"
			 "mov %%rsp, %1\n"
			 "mov %%rbp, %2\n"
			 "mov %%rbx, %3\n"
			 : "=m"(r[WIRE_IP]), "=m"(r[WIRE_SP]), "=m"(r[WIRE_BP]), "=m"(r[WIRE_BX])
			 :
			 : "rax", "memory");
	__asm__ volatile("mov %%r12, %0\nmov %%r13, %1\nmov %%r14, %2\nmov %%r15, %3\n"
			 : "=m"(r[WIRE_R12]), "=m"(r[WIRE_R13]), "=m"(r[WIRE_R14]), "=m"(r[WIRE_R15]));
	/* As the tracer copies it: neither sanitizers nor valgrind mind what nobody set. */
	const struct iovec to = {s->slice, SLICE}, from = {(void *)(uintptr_t)r[WIRE_SP], SLICE};

	assert_int_equal(process_vm_readv(getpid(), &to, 1, &from, 1, 0), SLICE);
	s->sample.slice_at = r[WIRE_SP];
	s->sample.slice_len = SLICE;
	s->sample.max_frames = WIRE_FRAMES_MAX;
	sink++;
}

__attribute__((noinline, noclone)) static void middle(struct snapshot *s)
{
	innermost(s);
	sink++;
}

__attribute__((noinline, noclone)) static void outermost(struct snapshot *s, unsigned depth)
{
	if (depth)
		outermost(s, depth - 1);
	else
		middle(s);
	sink++;
}

struct fixture {
	struct store store;
	struct snapshot snapshot;
	struct answer answer;
};

/* Every mapping of this process, its files as modules. */
static void fill_store(struct store *st)
{
	struct wire_map maps[WIRE_MAPS_MAX];
	size_t n = 0;
	FILE *f = fopen("/proc/self/maps", "re");
	char line[4096];

	assert_non_null(f);
	while (n < COUNT(maps) && fgets(line, sizeof(line), f)) {
		unsigned long start, end, offset;
		char perms[5], path[4000] = "";

		if (sscanf(line, "%lx-%lx %4s %lx %*s %*s %3999s", &start, &end, perms, &offset, path) < 4)
			continue;
		maps[n] = (struct wire_map){start, end, offset, WIRE_NO_MODULE, perms[2] == 'x'};
		if (maps[n].exec && path[0] == '/') {
			maps[n].module = (uint32_t)n;
			store_module(st, (uint32_t)n, open(path, O_RDONLY | O_CLOEXEC));
		}
		n++;
	}
	fclose(f);
	store_space(st, 0, maps, n);
}

/* Room above the frames, so that the slice is never longer than the stack. */
__attribute__((noinline, noclone)) static void take(struct snapshot *s, unsigned depth)
{
	volatile char room[SLICE];

	room[0] = room[SLICE - 1] = 0;
	outermost(s, depth);
	sink += room[0];
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	fill_store(&f->store);
	take(&f->snapshot, 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	store_fini(&f->store);
	free(f);
	return 0;
}

static void unwind(struct fixture *f)
{
	memset(&f->answer, 0, sizeof(f->answer));
	unwind_sample(store_find(&f->store, 0), &f->snapshot.sample, f->snapshot.slice, &f->answer.stack,
		      f->answer.frames);
	/* What must hold whatever the stack is. */
	assert_true(f->answer.stack.nframes >= 1);
	assert_true(f->answer.stack.nframes <= f->snapshot.sample.max_frames);
	assert_true(f->answer.stack.end < WIRE_ENDS);
}

/* Does the frame's address lie within the first bytes of the function? */
static void assert_in(const struct wire_frame *f, void *function)
{
	uint64_t start = (uint64_t)(uintptr_t)function;

	assert_in_range(f->ip, start, start + 400);
}

static void finds_every_caller(void **state)
{
	struct fixture *f = *state;

	take(&f->snapshot, 3);
	unwind(f);
	assert_in(&f->answer.frames[0], innermost);
	assert_in(&f->answer.frames[1], middle);
	for (unsigned i = 2; i < 6; i++)
		assert_in(&f->answer.frames[i], outermost);
	assert_in(&f->answer.frames[6], take);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(f->answer.frames[i].kind, WIRE_FRAME_CFI);
}

static void says_when_the_slice_ends(void **state)
{
	struct fixture *f = *state;

	f->snapshot.sample.slice_len = 24;
	unwind(f);
	assert_int_equal(f->answer.stack.end, WIRE_END_SLICE);
	f->snapshot.sample.slice_len = 0;
	unwind(f);
	assert_int_equal(f->answer.stack.nframes, 1);
}

static void keeps_to_the_limit(void **state)
{
	struct fixture *f = *state;

	take(&f->snapshot, 30);
	f->snapshot.sample.max_frames = 5;
	unwind(f);
	assert_int_equal(f->answer.stack.nframes, 5);
	assert_int_equal(f->answer.stack.end, WIRE_END_LIMIT);
}

/* Code that no file tells anything of, its frame pointer leading in a circle, and to nowhere. */
static void ends_in_circles(void **state)
{
	struct fixture *f = *state;
	struct wire_sample *s = &f->snapshot.sample;
	const struct wire_map map = {0x10000, 0x20000, 0, WIRE_NO_MODULE, 1};
	uint64_t *stack = (uint64_t *)f->snapshot.slice;

	store_space(&f->store, 0, &map, 1);
	s->regs[WIRE_IP] = 0x10100;
	s->regs[WIRE_BP] = s->slice_at + 64;
	for (size_t i = 0; i < SLICE / 8; i++)
		stack[i] = 0x10200;
	stack[8] = s->slice_at + 128;
	stack[16] = s->slice_at + 64; /* back again */
	unwind(f);
	assert_in_range(f->answer.stack.nframes, 1, 4);
	stack[8] = s->slice_at + 64; /* itself */
	unwind(f);
	assert_in_range(f->answer.stack.nframes, 1, 4);
	s->regs[WIRE_BP] = UINT64_MAX - 4;
	unwind(f);
	s->regs[WIRE_SP] = UINT64_MAX - 4;
	unwind(f);
}

/* Frame by frame through code without a file. */
static void follows_frame_pointers(void **state)
{
	struct fixture *f = *state;
	struct wire_sample *s = &f->snapshot.sample;
	const struct wire_map map = {0x10000, 0x20000, 0, 7, 1};
	uint64_t *stack = (uint64_t *)f->snapshot.slice;

	store_space(&f->store, 0, &map, 1);
	memset(stack, 0, SLICE);
	s->regs[WIRE_IP] = 0x10100;
	s->regs[WIRE_BP] = s->slice_at + 64;
	stack[8] = s->slice_at + 256;
	stack[9] = 0x10300;
	stack[32] = 0;
	stack[33] = 0x10500;
	unwind(f);
	assert_int_equal(f->answer.stack.nframes, 3);
	assert_int_equal(f->answer.frames[1].ip, 0x10300);
	assert_int_equal(f->answer.frames[1].offset, 0x300);
	assert_int_equal(f->answer.frames[1].kind, WIRE_FRAME_POINTER);
	assert_int_equal(f->answer.frames[2].ip, 0x10500);
	assert_int_equal(f->answer.frames[2].module, 7);
}

static void survives_spoilt_stacks(void **state)
{
	struct fixture *f = *state;
	struct snapshot *good = calloc(1, sizeof(*good));

	assert_non_null(good);
	take(good, 10);
	srand(1);
	for (unsigned round = 0; round < 3000; round++) {
		f->snapshot = *good;
		for (unsigned i = 0; i < 1 + round % 64; i++) {
			size_t at = (size_t)rand() % (round % 2 ? 1024 : SLICE);

			f->snapshot.slice[at] = (uint8_t)rand();
		}
		if (round % 5 == 0)
			f->snapshot.sample.regs[rand() % WIRE_REGS] ^= 1ull << (rand() % 64);
		unwind(f);
	}
	free(good);
}

/* ---- packets ---- */

static struct wire_head head_of(enum wire_type type, size_t size)
{
	return (struct wire_head){WIRE_MAGIC, WIRE_VERSION, (uint16_t)type, (uint32_t)size, 0};
}

static int serve(struct fixture *f, const void *bytes, size_t size)
{
	const struct packet p = {bytes, size, -1};

	return serve_packet(&f->store, &p, &f->answer);
}

static void answers_a_sample(void **state)
{
	struct fixture *f = *state;
	size_t size = sizeof(f->snapshot.sample) + SLICE;

	f->snapshot.sample.head = head_of(WIRE_SAMPLE, size);
	f->snapshot.sample.id = 42;
	int n = serve(f, &f->snapshot, size);

	assert_true(n > (int)sizeof(struct wire_stack));
	assert_int_equal(f->answer.stack.head.type, WIRE_STACK);
	assert_int_equal(f->answer.stack.head.size, n);
	assert_int_equal(f->answer.stack.id, 42);
	assert_int_equal(n, sizeof(struct wire_stack) + f->answer.stack.nframes * sizeof(struct wire_frame));
}

static void refuses_broken_packets(void **state)
{
	struct fixture *f = *state;
	struct wire_sample *s = &f->snapshot.sample;
	size_t size = sizeof(*s) + SLICE;

	s->head = head_of(WIRE_SAMPLE, size);
	assert_true(serve(f, s, size - 1) < 0); /* cut off */
	assert_true(serve(f, s, 7) < 0);
	assert_true(serve(f, s, 0) < 0);
	s->head.magic++;
	assert_true(serve(f, s, size) < 0);
	s->head = head_of(WIRE_SAMPLE, size);
	s->head.version++; /* of another version */
	assert_true(serve(f, s, size) < 0);
	s->head = head_of((enum wire_type)99, size);
	assert_true(serve(f, s, size) < 0);
	s->head = head_of(WIRE_SAMPLE, size);
	s->slice_len = WIRE_SLICE_MAX + 1;
	assert_true(serve(f, s, size) < 0);
	s->slice_len = SLICE;
	s->space = 5; /* never sent */
	assert_true(serve(f, s, size) < 0);

	struct wire_space space = {head_of(WIRE_SPACE, sizeof(space)), 0, 1 << 30};

	assert_true(serve(f, &space, sizeof(space)) < 0);

	struct wire_module module = {head_of(WIRE_MODULE, sizeof(module)), 1, 0};

	assert_true(serve(f, &module, sizeof(module)) < 0); /* without its file */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(finds_every_caller, setup, teardown),
		cmocka_unit_test_setup_teardown(says_when_the_slice_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_to_the_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_in_circles, setup, teardown),
		cmocka_unit_test_setup_teardown(follows_frame_pointers, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_spoilt_stacks, setup, teardown),
		cmocka_unit_test_setup_teardown(answers_a_sample, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_broken_packets, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
