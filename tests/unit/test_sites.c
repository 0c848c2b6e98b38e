/* SPDX-License-Identifier: MIT */
/*
 * How int 0x80 sites are patched, in a traced child that stands at an entry of 32-bit
 * code. The area is private: here it stays as the child's was.
 */
#include "unit.h"

#include "filter/filter.h"
#include "patch/internal.h"
#include "syscalls/calls.h"
#include "tracee/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AREA_PAGES = 4, AREA = AREA_PAGES * 4096, INT80_SIZE = 2, MOV_SIZE = 5 };
enum { USER_CS32 = 0x23, USER_DS = 0x2b, NR = 20 };

/* Where nothing is mapped. */
#define FREE_AT 0x20000000u

struct fixture {
	pid_t pid;
	uint8_t *area; /* AREA bytes; behind it a page that cannot be read */
	struct space *space;
	struct patch patch;
	struct shared_code code;
	struct shared_table table;
	uint8_t code_bytes[CODE_SIZE];
	struct table_slot slots[TABLE_SLOTS];
};

static uint32_t at(const void *p)
{
	return (uint32_t)(uintptr_t)p;
}

/* ---- the child ---- */

static int wait_stop(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSTOPPED(status))
		fail_msg("the child has ended: %#x", (unsigned)status);
	return status >> 8;
}

/* Stopped at the int 0x80 at the area's start, or at a SIGSEGV where there is no 32-bit code. */
static int start_child(struct fixture *f)
{
	const struct filter_pass pass = {0};
	struct user_regs_struct regs;

	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 && raise(SIGSTOP) == 0 && filter_install(&pass, NULL) == 0)
			pause();
		_exit(1);
	}
	wait_stop(f->pid);
	assert_int_equal(ptrace(PTRACE_SETOPTIONS, f->pid, NULL,
				PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD), 0);
	assert_int_equal(ptrace(PTRACE_CONT, f->pid, NULL, NULL), 0);
	assert_int_equal(wait_stop(f->pid), SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	assert_int_equal(ptrace(PTRACE_GETREGS, f->pid, NULL, &regs), 0);
	regs.orig_rax = -1ul;
	regs.rax = NR;
	regs.rip = at(f->area);
	regs.rsp = at(f->area) + 0x800;
	regs.cs = USER_CS32;
	regs.ds = regs.es = regs.ss = USER_DS;
	assert_int_equal(ptrace(PTRACE_SETREGS, f->pid, NULL, &regs), 0);
	assert_int_equal(ptrace(PTRACE_CONT, f->pid, NULL, NULL), 0);
	return wait_stop(f->pid);
}

/* The area as the test has written it, in a child. */
static void begin(struct fixture *f)
{
	const struct code_target t = {.code_at = 0x30000000, .table_at = 0x30010000, .secret = 0xf8123455};

	memcpy(f->area, "\xcd\x80", INT80_SIZE);
	/* Code that is writable is left alone: it is not, in the child. */
	assert_int_equal(mprotect(f->area, AREA, PROT_READ | PROT_EXEC), 0);
	if (start_child(f) != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		print_message("# this machine runs no 32-bit code\n");
		skip();
	}
	assert_int_equal(mprotect(f->area, AREA, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	f->space = space_new();
	f->code = (struct shared_code){.refs = 1, .segment.map = f->code_bytes};
	assert_int_equal(code_build(f->code_bytes, &t, &f->code.layout), 0);
	f->code.next_trampoline = f->code.layout.trampolines_at;
	memset(f->slots, 0, sizeof(f->slots));
	f->table = (struct shared_table){.refs = 1, .table = table_new(f->slots)};
	f->patch = (struct patch){.code = &f->code, .table = &f->table};
}

static void end(struct fixture *f)
{
	kill(f->pid, SIGKILL);
	waitpid(f->pid, NULL, 0);
	space_unref(f->space);
	table_free(f->table.table);
	free(f->patch.sites);
	free(f->patch.pages);
	memset(f->area, 0, AREA);
}

static int set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->area = mmap(NULL, AREA + 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	assert_ptr_not_equal(f->area, MAP_FAILED);
	assert_int_equal(mprotect(f->area + AREA, 4096, PROT_NONE), 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	munmap(f->area, AREA + 4096);
	test_free(f);
	return 0;
}

/* ---- sites ---- */

/* Writes an int 0x80 there, with what precedes and follows it. Returns the address behind it. */
static uint32_t put_site(struct fixture *f, uint32_t offset, const char *before, size_t nbefore, const char *after, size_t nafter)
{
	uint8_t *site = f->area + offset;

	memcpy(site - nbefore, before, nbefore);
	memcpy(site, "\xcd\x80", INT80_SIZE);
	memcpy(site + INT80_SIZE, after, nafter);
	return at(site) + INT80_SIZE;
}

#define SITE(f, offset, before, after) put_site(f, offset, before, sizeof(before) - 1, after, sizeof(after) - 1)

/* The three bytes behind it make a jump go to to, or less than 256 bytes before that. */
static void aim(struct fixture *f, uint32_t ip, uint32_t to)
{
	uint32_t rel = (to - (ip + 3)) >> 8;

	memcpy(f->area + (ip - at(f->area)), &rel, 3);
}

static int patch(struct fixture *f, uint32_t ip)
{
	const char *why = NULL;
	int rc = patch_site(&f->patch, f->pid, f->space, ip, NR, &why);

	if (rc < 0 && rc != -EALREADY)
		assert_non_null(why);
	return rc;
}

static const struct site *site_of(const struct fixture *f, uint32_t ip)
{
	size_t i = 0;

	while (i < f->patch.nsites && f->patch.sites[i].ip != ip)
		i++;
	assert_true(i < f->patch.nsites);
	return &f->patch.sites[i];
}

static uint8_t child_byte(const struct fixture *f, uint32_t addr)
{
	uint8_t byte = 0;

	assert_int_equal(tracee_read(f->pid, taddr(addr), &byte, 1), 1);
	return byte;
}

/* Where the child gets to from addr by jumps. */
static uint32_t follow(const struct fixture *f, uint32_t addr)
{
	uint8_t code[JUMP_SIZE];
	int32_t rel;

	for (;;) {
		if (addr - f->code.layout.target.code_at < CODE_SIZE)
			return addr;
		assert_int_equal(tracee_read(f->pid, taddr(addr), code, sizeof(code)), sizeof(code));
		if (code[0] == 0xeb) {
			addr += SHORT_JUMP_SIZE + (uint32_t)(int8_t)code[1];
		} else if (code[0] == 0xe9) {
			memcpy(&rel, code + 1, sizeof(rel));
			addr += JUMP_SIZE + (uint32_t)rel;
		} else {
			return addr;
		}
	}
}

/* A trampoline's bytes, wherever it lies. */
static void read_trampoline(const struct fixture *f, uint32_t addr, uint8_t *out, size_t n)
{
	uint32_t offset = addr - f->code.layout.target.code_at;

	if (offset < CODE_SIZE)
		memcpy(out, f->code_bytes + offset, n);
	else
		assert_int_equal(tracee_read(f->pid, taddr(addr), out, n), n);
}

/* It was patched in that form, leads to the code, and back. */
static void check_site(const struct fixture *f, uint32_t ip, enum site_form form)
{
	const struct site *s = site_of(f, ip);
	const uint32_t first = ip - INT80_SIZE - (form == SITE_MOV ? MOV_SIZE : 0);
	uint8_t want[TRAMPOLINE_MOV_SIZE], got[TRAMPOLINE_MOV_SIZE], *p = want;
	uint32_t to = s->trampoline;
	const uint32_t nr = NR;

	assert_int_equal(s->form, form);
	assert_int_equal(follow(f, first), to);
	if (form == SITE_MOV) {
		*p++ = 0xb8;
		memcpy(p, &nr, sizeof(nr));
		p += sizeof(nr);
	}
	*p++ = 0x68;
	memcpy(p, &ip, sizeof(ip));
	p += sizeof(ip);
	code_jump(p, to + (uint32_t)(p - want), f->code.layout.enter80);
	p += JUMP_SIZE;
	assert_int_equal(s->size, p - want);
	read_trampoline(f, to, got, s->size);
	assert_memory_equal(got, want, s->size);
	assert_true(patch_is_site(&f->patch, ip));
	assert_true(patch_code_marked(&f->patch, ip));
}

/* What the child's area looks like without us is what it was; changed bytes are those of edits. */
static void check_original(const struct fixture *f)
{
	static uint8_t now[AREA];

	assert_int_equal(tracee_read(f->pid, taddr(at(f->area)), now, AREA), AREA);
	for (unsigned i = 0; i < AREA; i++) {
		bool edited = false;

		for (size_t s = 0; s < f->patch.nsites; s++)
			for (unsigned e = 0; e < f->patch.sites[s].nedits; e++)
				edited |= at(f->area) + i - f->patch.sites[s].edit[e].at < f->patch.sites[s].edit[e].n;
		if (!edited)
			assert_int_equal(now[i], f->area[i]);
	}
	patch_original(&f->patch, at(f->area), now, AREA);
	assert_memory_equal(now, f->area, AREA);
}

static void check_put_back(struct fixture *f)
{
	static uint8_t now[AREA];

	patch_forget_sites(&f->patch, f->pid, 0, UINT64_MAX);
	assert_int_equal(f->patch.nsites, 0);
	assert_int_equal(tracee_read(f->pid, taddr(at(f->area)), now, AREA), AREA);
	assert_memory_equal(now, f->area, AREA);
}

/* ---- which form ---- */

#define PAD13 "\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc\xcc"
#define MOV_NR "\xb8\x14\0\0\0"
#define NOPS "\x90\x90\x90\x90\x90\x90\x90\x90\x90\x90"

static void takes_a_pad_nearby(void **state)
{
	struct fixture *f = *state;
	/* Behind it, before it, and at the far end of a short jump: from 0x302, 127 bytes on. */
	const uint32_t behind = SITE(f, 0x100, MOV_NR, "\xc3" PAD13), before = SITE(f, 0x220, MOV_NR, "\0\0\0");
	const uint32_t far = SITE(f, 0x30a, NOPS, "\0\0\0"), too_far = SITE(f, 0x408, NOPS, "\0\0\0");

	memcpy(f->area + 0x200, "\xc3" PAD13 "\xcc\xcc", 16);
	memset(f->area + 0x38b, 0xcc, 5);
	memset(f->area + 0x48b, 0xcc, 5);
	begin(f);
	assert_int_equal(patch(f, behind), 0);
	check_site(f, behind, SITE_PAD);
	assert_int_equal(patch(f, before), 0);
	check_site(f, before, SITE_PAD);
	assert_int_equal(patch(f, far), 0);
	check_site(f, far, SITE_PAD);
	assert_int_equal(patch(f, too_far), -ENOSPC);
	assert_int_equal(patch(f, far), -EALREADY);
	check_original(f);
	check_put_back(f);
	end(f);
}

static void padding_must_be_dead_and_long_enough(void **state)
{
	struct fixture *f = *state;
	/* Four bytes up to a multiple of 16; five that end before one; five behind one, which end nowhere. */
	const uint32_t four = SITE(f, 0x100, NOPS, "\0\0\0"), before = SITE(f, 0x300, NOPS, "\0\0\0");
	const uint32_t behind = SITE(f, 0x500, NOPS, "\0\0\0");

	memset(f->area + 0x12c, 0xcc, 4);
	memset(f->area + 0x329, 0xcc, 6);
	memset(f->area + 0x520, 0xcc, 6);
	begin(f);
	assert_int_equal(patch(f, four), -ENOSPC);
	assert_int_equal(patch(f, before), -ENOSPC);
	assert_int_equal(patch(f, behind), -ENOSPC);
	check_original(f);
	end(f);
}

static void one_pad_serves_one_site(void **state)
{
	struct fixture *f = *state;
	const uint32_t a = SITE(f, 0x100, NOPS, "\0\0\0"), b = SITE(f, 0x110, NOPS, "\0\0\0");

	memset(f->area + 0x12b, 0xcc, 5);
	begin(f);
	assert_int_equal(patch(f, a), 0);
	check_site(f, a, SITE_PAD);
	assert_int_equal(patch(f, b), -ENOSPC);
	patch_forget_sites(&f->patch, f->pid, a - INT80_SIZE, a);
	assert_false(patch_is_site(&f->patch, a));
	assert_int_equal(patch(f, b), 0);
	check_site(f, b, SITE_PAD);
	check_put_back(f);
	end(f);
}

static void puns_to_a_page_of_its_own(void **state)
{
	struct fixture *f = *state;
	uint32_t ip[30];

	for (unsigned i = 0; i < COUNT(ip); i++) {
		ip[i] = SITE(f, 0x100 + i * 16, "", "\0\0\0");
		aim(f, ip[i], FREE_AT + 0x200);
	}
	begin(f);
	unsigned done = 0;

	for (unsigned i = 0; i < COUNT(ip); i++) {
		int rc = patch(f, ip[i]);

		/* 256 bytes hold so many of ten, and no more. */
		assert_true(rc == 0 || (rc == -ENOSPC && done >= 20));
		if (rc < 0)
			continue;
		done++;
		check_site(f, ip[i], SITE_PUNNED);
		assert_in_range(site_of(f, ip[i])->trampoline, FREE_AT, FREE_AT + 0x300);
		/* What follows is unchanged. */
		for (unsigned k = 0; k < 3; k++)
			assert_int_equal(child_byte(f, ip[i] + k), f->area[ip[i] - at(f->area) + k]);
	}
	assert_true(done >= 20);
	assert_int_equal(f->patch.npages, 1);
	for (size_t i = 0; i < f->patch.nsites; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(abs((int)(f->patch.sites[i].trampoline - f->patch.sites[k].trampoline)) >= TRAMPOLINE_SIZE);
	check_original(f);
	check_put_back(f);
	end(f);
}

static void puns_only_where_nothing_is(void **state)
{
	struct fixture *f = *state;
	/* Into the area; below what may be mapped; above what can be; across the end of a page. */
	const uint32_t mapped = SITE(f, 0x100, "", "\0\0\0"), low = SITE(f, 0x200, "", "\0\0\0");
	const uint32_t high = SITE(f, 0x300, "", "\0\0\0"), edge = SITE(f, 0x400, "", "\0\0\0");

	aim(f, mapped, at(f->area) + 0x2000);
	aim(f, low, 0x8000);
	aim(f, high, 0xfffff000);
	aim(f, edge, FREE_AT + 0x1000);
	begin(f);
	assert_int_equal(patch(f, mapped), -ENOSPC);
	assert_int_equal(patch(f, low), -ENOSPC);
	assert_int_equal(patch(f, high), -ENOSPC);
	assert_int_equal(patch(f, edge), 0);
	const uint32_t trampoline = site_of(f, edge)->trampoline;

	assert_true(trampoline % CODE_PAGE + TRAMPOLINE_SIZE <= CODE_PAGE);
	check_site(f, edge, SITE_PUNNED);
	end(f);
}

/* A site whose own bytes another one's jump needs, patched in either order. */
static void neighbours_do_not_take_each_others_bytes(void **state)
{
	for (unsigned order = 0; order < 2; order++) {
		struct fixture *f = *state;
		/* cd 80 | cd 80 d0: the first jumps to its address + 0xd080cd00. */
		const uint32_t first = SITE(f, 0x100, "", "\xcd\x80\xd0"), second = first + INT80_SIZE;

		aim(f, second, FREE_AT);
		f->area[0x104] = 0xd0;
		begin(f);
		assert_int_equal(patch(f, order ? second : first), 0);
		check_site(f, order ? second : first, SITE_PUNNED);
		assert_int_equal(patch(f, order ? first : second), -ENOSPC);
		check_original(f);
		check_put_back(f);
		end(f);
	}
}

/* 66 e9 is a jump of 16 bits; of eb, too. */
static void respects_a_size_prefix(void **state)
{
	struct fixture *f = *state;
	const uint32_t plain = SITE(f, 0x100, "\x66", "\xc3" PAD13), more = SITE(f, 0x200, "\x66\xf3\x2e", "\0\0\0");
	const uint32_t other = SITE(f, 0x300, "\xf3", "\xc3" PAD13), before = SITE(f, 0x400, "\x66\x90", "\xc3" PAD13);

	aim(f, more, FREE_AT);
	begin(f);
	assert_int_equal(patch(f, plain), -ENOSPC);
	assert_int_equal(patch(f, more), -ENOSPC);
	assert_int_equal(patch(f, other), 0);
	assert_int_equal(patch(f, before), 0);
	check_site(f, before, SITE_PAD);
	check_original(f);
	end(f);
}

static void takes_the_mov_before_it(void **state)
{
	static const struct {
		uint8_t before[6]; /* right in front of B8 */
		uint32_t nr;
		bool plain;
	} rows[] = {
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x90}, NR, true},
		{{0xbb, 1, 0, 0, 0, 0x90}, NR, true},
		/* mov ebx, 1: its last byte and the mov read as add [eax + 20], bh, which would have faulted */
		{{0x90, 0xbb, 1, 0, 0, 0}, NR, true},
		/* another number than the one it was called with: not this mov */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x90}, NR + 1, false},
		/* lea edi, [eax + 20] */
		{{0x90, 0x90, 0x90, 0x90, 0x90, 0x8d}, NR, false},
		/* mov dword [ebp - 0x48], 20 */
		{{0x90, 0x90, 0x90, 0x90, 0xc7, 0x45}, NR, false},
		/* cmp dword [edi + 0x14b8], 0 */
		{{0x90, 0x90, 0x90, 0x90, 0x83, 0xbf}, NR, false},
		/* mov eax, [eax + edi * 4 + 20] */
		{{0x90, 0x90, 0x90, 0x90, 0x8b, 0x84}, NR, false},
		/* a long nop */
		{{0x90, 0x90, 0x90, 0x90, 0x0f, 0x1f}, NR, false},
	};
	struct fixture *f = *state;
	uint32_t ip[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t *mov;

		ip[i] = SITE(f, 0x140 + (uint32_t)i * 64, "", "\0\0\0");
		memset(f->area + 0x140 + i * 64 - 32, 0x90, 32 - MOV_SIZE);
		mov = f->area + 0x140 + i * 64 - MOV_SIZE;
		*mov = 0xb8;
		memcpy(mov + 1, &rows[i].nr, sizeof(rows[i].nr));
		memcpy(mov - 6, rows[i].before, 6);
	}
	begin(f);
	for (size_t i = 0; i < COUNT(rows); i++) {
		int rc = patch(f, ip[i]);

		if (rc != (rows[i].plain ? 0 : -ENOSPC))
			fail_msg("row %zu: %d", i, rc);
		if (rc == 0)
			check_site(f, ip[i], SITE_MOV);
	}
	check_original(f);
	check_put_back(f);
	end(f);
}

/* Where a mapping ends, no jump may rely on what lies behind, and no mov be read before its start. */
static void ends_of_mappings(void **state)
{
	struct fixture *f = *state;
	const uint32_t end_of_area = SITE(f, AREA - INT80_SIZE, NOPS, ""), start = at(f->area) + INT80_SIZE;

	begin(f);
	assert_int_equal(patch(f, end_of_area), -ENOSPC);
	assert_int_equal(patch(f, start), -ENOSPC);
	assert_int_equal(patch(f, end_of_area + 1), -EFAULT);
	assert_int_equal(patch(f, at(f->area) + 0x800), -EFAULT);
	assert_int_equal(patch(f, 0x1000), -EACCES);
	end(f);

	SITE(f, AREA - INT80_SIZE, NOPS NOPS MOV_NR, "");
	begin(f);
	assert_int_equal(patch(f, end_of_area), 0);
	check_site(f, end_of_area, SITE_MOV);
	check_put_back(f);
	end(f);
}

static void leaves_a_key_and_shared_code_alone(void **state)
{
	struct fixture *f = *state;
	const uint32_t ip = SITE(f, 0x100, NOPS, "\xc3" PAD13);
	uint8_t *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	assert_ptr_not_equal(shared, MAP_FAILED);
	memcpy(shared + 0x100, f->area + 0x100, 16);
	begin(f);
	assert_int_equal(table_insert(f->table.table, ip, NR, FREE_SIXTH, f), 0);
	assert_int_equal(patch(f, ip), -EEXIST);
	assert_int_equal(patch(f, at(shared) + 0x102), -EACCES);
	check_original(f);
	end(f);
	munmap(shared, 4096);
}

/* ---- and back ---- */

static void what_the_program_has_written_since_stays(void **state)
{
	struct fixture *f = *state;
	const uint32_t ip = SITE(f, 0x100, NOPS, "\xc3" PAD13);

	begin(f);
	assert_int_equal(patch(f, ip), 0);
	assert_int_equal(patch_poke(f->pid, ip - INT80_SIZE, "\x0f\x0b", INT80_SIZE), 0);
	patch_forget_sites(&f->patch, f->pid, 0, UINT64_MAX);
	assert_int_equal(f->patch.nsites, 0);
	assert_int_equal(child_byte(f, ip - 2), 0x0f);
	assert_int_equal(child_byte(f, ip - 1), 0x0b);
	/* The pad was still ours. */
	assert_int_equal(child_byte(f, ip + 1), 0xcc);
	end(f);
}

static void check_undo(const struct fixture *f, uint64_t rip, uint64_t want_rip, int popped)
{
	struct user_regs_struct regs = {.rip = rip, .rsp = 0x1000}, want = {.rip = want_rip, .rsp = 0x1000u + (unsigned)popped};

	assert_true(site_undo(&f->patch, &regs));
	assert_memory_equal(&regs, &want, sizeof(regs));
}

static void leaves_code_alone_that_can_be_rewritten(void **state)
{
	struct fixture *f = *state;
	const uint32_t ip = SITE(f, 0x100, NOPS, "\xc3" PAD13);
	uint8_t *writable = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	assert_ptr_not_equal(writable, MAP_FAILED);
	memcpy(writable + 0x100, f->area + 0x100, 16);
	begin(f);
	assert_int_equal(patch(f, at(writable) + 0x102), -EACCES);
	assert_int_equal(patch(f, ip), 0);
	end(f);
	munmap(writable, 4096);
}

static void takes_a_task_out_of_a_trampoline(void **state)
{
	struct fixture *f = *state;
	const uint32_t pad = SITE(f, 0x100, NOPS, "\xc3" PAD13), mov = SITE(f, 0x240, NOPS NOPS MOV_NR, "\0\0\0");
	const uint32_t pun = SITE(f, 0x340, "", "\0\0\0");

	aim(f, pun, FREE_AT);
	begin(f);
	/* First: with a site patched, calls are made by way of the code, which is not mapped here. */
	assert_int_equal(patch(f, pun), 0);
	assert_int_equal(patch(f, pad), 0);
	assert_int_equal(patch(f, mov), 0);
	/* At the pad; at the push; behind it. */
	check_undo(f, site_of(f, pad)->edit[0].at, pad - 2, 0);
	check_undo(f, site_of(f, pad)->trampoline, pad - 2, 0);
	check_undo(f, site_of(f, pad)->trampoline + 5, pad - 2, 4);
	check_undo(f, site_of(f, pun)->trampoline, pun - 2, 0);
	check_undo(f, site_of(f, pun)->trampoline + 5, pun - 2, 4);
	/* At the mov, behind it, behind the push. */
	check_undo(f, site_of(f, mov)->trampoline, mov - 7, 0);
	check_undo(f, site_of(f, mov)->trampoline + 5, mov - 2, 0);
	check_undo(f, site_of(f, mov)->trampoline + 10, mov - 2, 4);

	const uint64_t others[] = {pad - 2, pad, mov - 7, site_of(f, mov)->trampoline + TRAMPOLINE_MOV_SIZE,
				   site_of(f, pad)->trampoline - 1, site_of(f, pad)->trampoline + (1ull << 32), 0};

	for (unsigned i = 0; i < COUNT(others); i++) {
		struct user_regs_struct regs = {.rip = others[i], .rsp = 0x1000}, want = regs;

		assert_false(site_undo(&f->patch, &regs));
		assert_memory_equal(&regs, &want, sizeof(regs));
	}
	end(f);
}

#define WITH_AREA(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_AREA(takes_a_pad_nearby),
		WITH_AREA(padding_must_be_dead_and_long_enough),
		WITH_AREA(one_pad_serves_one_site),
		WITH_AREA(puns_to_a_page_of_its_own),
		WITH_AREA(puns_only_where_nothing_is),
		WITH_AREA(neighbours_do_not_take_each_others_bytes),
		WITH_AREA(respects_a_size_prefix),
		WITH_AREA(takes_the_mov_before_it),
		WITH_AREA(ends_of_mappings),
		WITH_AREA(leaves_a_key_and_shared_code_alone),
		WITH_AREA(what_the_program_has_written_since_stays),
		WITH_AREA(leaves_code_alone_that_can_be_rewritten),
		WITH_AREA(takes_a_task_out_of_a_trampoline),
	};

	return cmocka_run_group_tests_name("sites", tests, NULL, NULL);
}
