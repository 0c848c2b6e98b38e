/* SPDX-License-Identifier: MIT */
/* A vDSO made here, in each layout that kernels have had, with and without its own CFI. */
#include "unit.h"

#include "elf/vdso.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_every_layout),
		cmocka_unit_test(refuses_what_is_no_vdso),
		cmocka_unit_test(survives_damage),
	};

	return cmocka_run_group_tests_name("vdso", tests, NULL, NULL);
}
