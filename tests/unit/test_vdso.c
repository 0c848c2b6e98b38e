/* SPDX-License-Identifier: MIT */
/* A vDSO made here, in each layout that kernels have had. */
#include "unit.h"

#include "elf/vdso.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CODE 0x400u

/* Header, .dynsym with __kernel_vsyscall, .dynstr, and the code at CODE. */
struct image {
	Elf32_Ehdr eh;
	Elf32_Shdr sh[3];
	Elf32_Sym sym[2];
	char str[32];
	uint8_t pad[CODE - sizeof(Elf32_Ehdr) - 3 * sizeof(Elf32_Shdr) - 2 * sizeof(Elf32_Sym) - 32];
	uint8_t code[0x100];
};

static struct image make(const uint8_t *code, size_t n)
{
	struct image im = {
		.eh = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
		       .e_type = ET_DYN, .e_machine = EM_386, .e_version = EV_CURRENT,
		       .e_shoff = offsetof(struct image, sh), .e_ehsize = sizeof(Elf32_Ehdr),
		       .e_shentsize = sizeof(Elf32_Shdr), .e_shnum = 3},
		.sh = {[1] = {.sh_type = SHT_DYNSYM, .sh_offset = offsetof(struct image, sym), .sh_link = 2,
			      .sh_size = 2 * sizeof(Elf32_Sym), .sh_entsize = sizeof(Elf32_Sym)},
		       [2] = {.sh_type = SHT_STRTAB, .sh_offset = offsetof(struct image, str), .sh_size = 32}},
		.sym = {[1] = {.st_name = 1, .st_value = CODE, .st_shndx = 1}},
		.str = "\0__kernel_vsyscall",
	};

	memset(im.code, 0xcc, sizeof(im.code));
	memcpy(im.code, code, n);
	return im;
}

#define CODE_OF(...) sizeof((uint8_t[]){__VA_ARGS__}), {__VA_ARGS__}

static const struct layout {
	const char *what;
	size_t n;
	uint8_t code[32];
	enum vdso_insn insn;
	uint64_t pad, ret;
	uint64_t fast_pad, fast_ret;
} layouts[] = {
	{"AMD", CODE_OF(0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_SYSCALL, CODE + 9, 12, 0, 0},
	{"Intel", CODE_OF(0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_SYSENTER, CODE + 9, 12, 0, 0},
	{"no fast instruction, classic",
	 CODE_OF(0x51, 0x52, 0x55, 0x90, 0x90, 0x90, 0x90, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_INT80, CODE + 9, 12, 0, 0},
	{"nothing but an int 0x80", CODE_OF(0xcd, 0x80, 0xc3), VDSO_INSN_INT80, CODE + 2, 0, 0, 0},
	{"no fast instruction, Linux 7.0",
	 CODE_OF(0xcd, 0x80, 0xc3, 0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_INT80, CODE + 2, 0, CODE + 12, 12},
	{"an int 0x80 behind another one, without a fast instruction",
	 CODE_OF(0xcd, 0x80, 0xc3, 0x51, 0x52, 0x55, 0x89, 0xcd, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_INT80, CODE + 2, 0, 0, 0},
	{"Linux 7.0, AMD",
	 CODE_OF(0x0f, 0x1f, 0x00, 0x51, 0x52, 0x55, 0x89, 0xcd, 0x0f, 0x05, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_SYSCALL, CODE + 12, 12, 0, 0},
	{"before Linux 4.4, with a jump back",
	 CODE_OF(0x51, 0x52, 0x55, 0x89, 0xe5, 0x0f, 0x34, 0x90, 0x90, 0xcd, 0x80, 0x5d, 0x5a, 0x59, 0xc3),
	 VDSO_INSN_SYSENTER, CODE + 11, 12, 0, 0},
	{"nothing enters the kernel", CODE_OF(0x31, 0xc0, 0xc3), VDSO_INSN_NONE, 0, 0, 0, 0},
	{"a stack that cannot be followed", CODE_OF(0x89, 0xec, 0xcd, 0x80, 0xc3), VDSO_INSN_NONE, 0, 0, 0, 0},
	{"a jump to nowhere", CODE_OF(0xeb, 0xfe), VDSO_INSN_NONE, 0, 0, 0, 0},
};

static void follows_every_layout(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(layouts); i++) {
		const struct layout *l = &layouts[i];
		struct image im = make(l->code, l->n);
		struct vdso_facts f;

		assert_int_equal(vdso_decode(&im, sizeof(im), &f, NULL), 0);
		if (f.insn != l->insn)
			fail_msg("%s: instruction %d", l->what, f.insn);
		if (l->insn == VDSO_INSN_NONE)
			continue;
		assert_int_equal(f.vsyscall, CODE);
		if (f.landing_pad != l->pad || f.ret_offset != l->ret)
			fail_msg("%s: landing pad %#lx, return address at %lu", l->what,
				 (unsigned long)f.landing_pad, (unsigned long)f.ret_offset);
		if (f.fast_pad != l->fast_pad || f.fast_ret_offset != l->fast_ret)
			fail_msg("%s: fast instructions come back at %#lx, return address at %lu", l->what,
				 (unsigned long)f.fast_pad, (unsigned long)f.fast_ret_offset);
	}
}

static void refuses_what_is_no_vdso(void **state)
{
	struct image im = make(layouts[0].code, layouts[0].n);
	struct vdso_facts f;
	struct err err = {0};

	(void)state;
	im.eh.e_machine = EM_AARCH64;
	assert_int_equal(vdso_decode(&im, sizeof(im), &f, &err), -ENOEXEC);
	assert_true(err.text[0] != '\0');
	im.eh.e_machine = EM_386;
	im.eh.e_ident[0] = 0;
	assert_int_equal(vdso_decode(&im, sizeof(im), &f, &err), -ENOEXEC);
	assert_int_equal(vdso_decode(&im, 4, &f, &err), -ENOEXEC);
}

/* Every single damaged byte of the head, and every length: an answer, never a crash. */
static void survives_damage(void **state)
{
	const struct image good = make(layouts[0].code, layouts[0].n);
	struct vdso_facts f;

	(void)state;
	for (size_t at = 0; at < offsetof(struct image, pad); at++) {
		static const uint8_t values[] = {0x00, 0x7f, 0xff};

		for (size_t v = 0; v < COUNT(values); v++) {
			struct image im = good;

			((uint8_t *)&im)[at] = values[v];
			vdso_decode(&im, sizeof(im), &f, NULL);
			assert_true(f.insn == VDSO_INSN_NONE || f.landing_pad < sizeof(im) + 16);
		}
	}
	for (size_t n = 0; n < sizeof(good); n += 7) {
		void *cut = malloc(n ? n : 1);

		memcpy(cut, &good, n);
		vdso_decode(cut, n, &f, NULL);
		free(cut);
	}
}

/*
 * A rewritten vDSO whose call frame information, were it run, has rows of a
 * hundred million registers, and says that the return address lies elsewhere.
 */
static void runs_no_program_of_it(void **state)
{
	struct {
		struct image im;
		Elf32_Shdr sh[4];
		uint8_t frames[0x100];
	} bad = {.im = make(layouts[0].code, layouts[0].n)};
	static const uint8_t cie_and_fde[] = {
		0x14, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0x7c, 8,
		0x0c, 4, 8,                         /* DW_CFA_def_cfa esp+8 */
		0x05, 0xff, 0xff, 0x3f, 1,          /* DW_CFA_offset_extended of register 0xfffff */
		0, 0, 0,
		0x18, 0, 0, 0, 0x1c, 0, 0, 0, (uint8_t)CODE, CODE >> 8, 0, 0, 0x40, 0, 0, 0,
		0x05, 0xff, 0xff, 0xff, 0x3f, 1,    /* of register 0x7ffffff */
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	struct vdso_facts f;
	struct rusage before, after;

	(void)state;
	memcpy(bad.frames, cie_and_fde, sizeof(cie_and_fde));
	memcpy(bad.im.str + 19, ".eh_frame", 10);
	memcpy(bad.sh, bad.im.sh, sizeof(bad.im.sh));
	bad.sh[3] = (Elf32_Shdr){.sh_type = SHT_PROGBITS, .sh_name = 19, .sh_flags = SHF_ALLOC,
				 .sh_addr = (uint32_t)((uint8_t *)bad.frames - (uint8_t *)&bad),
				 .sh_offset = (uint32_t)((uint8_t *)bad.frames - (uint8_t *)&bad),
				 .sh_size = sizeof(bad.frames)};
	bad.im.eh.e_shoff = (uint32_t)((uint8_t *)bad.sh - (uint8_t *)&bad);
	bad.im.eh.e_shnum = 4;
	bad.im.eh.e_shstrndx = 2;
	getrusage(RUSAGE_SELF, &before);
	assert_int_equal(vdso_decode(&bad, sizeof(bad), &f, NULL), 0);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(f.ret_offset, 12);
	assert_true(after.ru_maxrss - before.ru_maxrss < 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_no_program_of_it),
		cmocka_unit_test(follows_every_layout),
		cmocka_unit_test(refuses_what_is_no_vdso),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests_name("vdso", tests, NULL, NULL);
}
