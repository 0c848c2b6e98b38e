/* SPDX-License-Identifier: MIT */
#include "patch/form.h"

#include "decode/insn.h"

#include <errno.h>
#include <string.h>

/* Where the parts of the code stand behind its first push. */
enum { MOVE = 3, INSN = 5, INT80 = 7, LANDING_PAD = 9, END = 13 };

/* As the kernel's alternatives leave it, pushes first. A mov of two registers can be written in two ways. */
static const struct {
	uint8_t code[INT80];
	bool sysenter;
} heads[] = {
	{{0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05}, false}, /* mov ebp, ecx; syscall */
	{{0x51, 0x52, 0x55, 0x8b, 0xe9, 0x0f, 0x05}, false},
	{{0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34}, true}, /* mov ebp, esp; sysenter */
	{{0x51, 0x52, 0x55, 0x8b, 0xec, 0x0f, 0x34}, true},
};

static const uint8_t tail[] = {0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3}; /* int 0x80; pop ebp; pop edx; pop ecx; ret */

/* Before the pushes since Linux 7.0. */
static const uint8_t no_op[] = {0x0f, 0x1f, 0x00};

/* The length of a no-op that fills space, 0 where something else stands. */
static unsigned filler(const uint8_t *code, size_t n)
{
	static const char *const words[] = {"nop", "lea esi, [esi", "lea esi, cs:[esi", "lea edi, [edi",
					    "xchg ax, ax", "mov esi, esi", "int3"};
	struct insn insn;

	if (insn_decode(code, n, CPU_MODE_32, taddr(0), &insn) != 0)
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strncmp(insn.text, words[i], strlen(words[i])) == 0)
			return insn.len;
	return 0;
}

/* Does it enter by int 0x80, behind nothing but pushes and no-ops? Then calls and restarts are the same instruction. */
static bool enters_by_int80(const uint8_t *code, size_t n)
{
	size_t at = n >= 3 && memcmp(code, heads[0].code, 3) == 0 ? 3 : 0;

	for (unsigned len; at < n && (len = filler(code + at, n - at)); at += len)
		;
	return at + 2 <= n && code[at] == tail[0] && code[at + 1] == tail[1];
}

/* Is there room at offset gap? */
static bool has_room(const uint8_t *code, size_t n, unsigned gap)
{
	size_t at = gap;

	while (at < gap + FORM_GAP) {
		unsigned len = filler(code + at, n - at);

		if (!len)
			return false;
		at += len;
	}
	return true;
}

int vsyscall_recognise(const uint8_t *code, size_t n, struct vsyscall_form *out, const char **why)
{
	unsigned pushes = n >= sizeof(no_op) && memcmp(code, no_op, sizeof(no_op)) == 0 ? sizeof(no_op) : 0;
	const uint8_t *first = code + pushes;
	size_t i = 0;

	if (n > FORM_MAX)
		n = FORM_MAX;
	*why = enters_by_int80(code, n) ?
	       "the vDSO enters by int 0x80 here, which a call and its restart have in common" :
	       "the vDSO's __kernel_vsyscall has a form that is not known to be safe to count in place";
	if (n < pushes + END)
		return -ENOTSUP;
	while (i < sizeof(heads) / sizeof(*heads) && memcmp(first, heads[i].code, sizeof(heads[i].code)) != 0)
		i++;
	if (i == sizeof(heads) / sizeof(*heads) || memcmp(first + INT80, tail, sizeof(tail)) != 0)
		return -ENOTSUP;
	*out = (struct vsyscall_form){
		.sysenter = heads[i].sysenter,
		.pushes = pushes,
		.move = pushes + MOVE,
		.insn = pushes + INSN,
		.int80 = pushes + INT80,
		.landing_pad = pushes + LANDING_PAD,
		.gap = pushes + END,
	};
	*why = "the vDSO has no room behind __kernel_vsyscall";
	return has_room(code, n, out->gap) ? 0 : -ENOTSUP;
}
