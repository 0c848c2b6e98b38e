/* SPDX-License-Identifier: MIT */
#include "elf/vdso.h"

#include "decode/insn.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>

/* __kernel_vsyscall has been 13 to 20 bytes long in every kernel; more is not followed. */
#define VSYSCALL_MAX 64

static bool find_symbol(Elf *elf, const char *name, uint64_t *value)
{
	Elf_Scn *scn = NULL;

	while ((scn = elf_nextscn(elf, scn))) {
		GElf_Shdr sh;
		Elf_Data *data;

		if (!gelf_getshdr(scn, &sh) || sh.sh_type != SHT_DYNSYM || sh.sh_entsize == 0)
			continue;
		data = elf_getdata(scn, NULL);
		for (size_t i = 0; data && i < sh.sh_size / sh.sh_entsize; i++) {
			GElf_Sym sym;
			const char *s;

			if (!gelf_getsym(data, (int)i, &sym))
				break;
			s = elf_strptr(elf, sh.sh_link, sym.st_name);
			if (s && strcmp(s, name) == 0 && sym.st_shndx != SHN_UNDEF) {
				*value = sym.st_value;
				return true;
			}
		}
	}
	return false;
}

static enum vdso_insn entry_kind(enum insn_kind kind)
{
	switch ((int)kind) {
	case INSN_INT80:
		return VDSO_INSN_INT80;
	case INSN_SYSENTER:
		return VDSO_INSN_SYSENTER;
	case INSN_SYSCALL:
		return VDSO_INSN_SYSCALL;
	default:
		return VDSO_INSN_NONE;
	}
}

/* Code that is followed to the end of its int 0x80. */
struct way {
	enum vdso_insn first; /* of the instructions on the way that enter the kernel */
	uint64_t end;
	int64_t pushed;       /* bytes */
};

static bool follow(const uint8_t *image, size_t n, uint64_t start, struct way *out)
{
	uint64_t at = start;

	*out = (struct way){.first = VDSO_INSN_NONE};
	/* No more steps than there are bytes: a jump could lead round in a circle. */
	for (unsigned steps = 0; steps < VSYSCALL_MAX; steps++) {
		struct insn insn;

		if (at >= n || at - start >= VSYSCALL_MAX ||
		    insn_decode(image + at, n - at, CPU_MODE_32, taddr(at), &insn) != 0 ||
		    insn.kind == INSN_RET || !insn.stack_known)
			return false;
		out->pushed -= insn.stack_delta;
		at = insn.kind == INSN_JMP && insn.target_known ? insn.target.v : at + insn.len;
		if (out->first == VDSO_INSN_NONE)
			out->first = entry_kind(insn.kind);
		if (insn.kind == INSN_INT80) {
			out->end = at;
			return out->pushed >= 0;
		}
	}
	return false;
}

/*
 * int 0x80; ret: the kernel has put that over the no-op before the code for a
 * fast instruction, which nothing reaches any more.
 */
static void find_fast_pad(const uint8_t *image, size_t n, struct vdso_facts *f)
{
	struct way fast;
	struct insn insn;

	if (f->insn != VDSO_INSN_INT80 || f->landing_pad >= n ||
	    insn_decode(image + f->landing_pad, n - f->landing_pad, CPU_MODE_32, taddr(f->landing_pad), &insn) != 0 ||
	    insn.kind != INSN_RET || !follow(image, n, f->landing_pad + insn.len, &fast) ||
	    (fast.first != VDSO_INSN_SYSENTER && fast.first != VDSO_INSN_SYSCALL))
		return;
	f->fast_pad = fast.end;
	f->fast_ret_offset = (uint64_t)fast.pushed;
}

/*
 * By the code alone. Its call frame information says the same, but the image is
 * the program's memory, and may hold anything: its programs are not run here.
 */
static void follow_vsyscall(const uint8_t *image, size_t n, struct vdso_facts *f)
{
	struct way way;

	if (!follow(image, n, f->vsyscall, &way))
		return;
	f->insn = way.first;
	f->landing_pad = way.end;
	f->ret_offset = (uint64_t)way.pushed;
	find_fast_pad(image, n, f);
}

/* elf_memory() wants a buffer that it may write to. */
static Elf *open_copy(void *copy, size_t n)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	return elf_memory(copy, n);
}

int vdso_decode(const void *image, size_t n, struct vdso_facts *facts, struct err *err)
{
	void *copy = xcalloc(1, n);
	Elf *elf;
	GElf_Ehdr eh;
	int rc = 0;

	*facts = (struct vdso_facts){.size = n};
	memcpy(copy, image, n);
	elf = open_copy(copy, n);
	if (!elf || !gelf_getehdr(elf, &eh) || eh.e_machine != EM_386 ||
	    eh.e_ident[EI_CLASS] != ELFCLASS32) {
		rc = err_set(err, -ENOEXEC, "the vDSO is no 32-bit x86 ELF image");
	} else if (find_symbol(elf, "__kernel_vsyscall", &facts->vsyscall)) {
		follow_vsyscall(image, n, facts);
	}
	if (elf)
		elf_end(elf);
	free(copy);
	return rc;
}
