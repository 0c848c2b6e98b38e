/* SPDX-License-Identifier: MIT */
/*
 * cores A B: do two core files of a 32-bit program, run without address space
 * randomisation, tell the same crash?
 *
 * Compared are each thread's registers and signal, the signal's details, the
 * auxiliary vector, and all memory that is in A. Memory that only B lists must
 * not be in the file. Left out are process ids, the 16 random bytes that the
 * kernel gives each program, and its pages of time before the vDSO; and in the
 * vDSO the start of __kernel_vsyscall, which may lead elsewhere; and on the stack the
 * words that a call of it leaves behind, below what the program uses. Prints a line for each difference. Exit code: 0 the
 * same, 1 not, 2 unusable.
 */
#include <elf.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* struct elf_prstatus of i386 (linux/elfcore.h): what lies before pr_pid and behind the times. */
enum { STATUS_IDS = 24, STATUS_REGS = 72, STATUS_REGS_SIZE = 17 * 4 };

/* How much of __kernel_vsyscall may be changed. */
enum { VSYSCALL_CHANGED = 32 };

/* So many bytes below its return address does a call write that counts itself. */
enum { CALL_LEAVES = 24 };

/* The [vvar] mappings are at most so large (six pages in Linux 7.3), and end where the vDSO begins. */
enum { VVAR_SIZE = 0x8000 };

struct core {
	const char *name;
	int fd;
	Elf *elf;
	size_t nload;
	uint32_t random, vdso, vsyscall;
};

static bool differ;

static _Noreturn void unusable(const char *name, const char *why)
{
	printf("%s: %s\n", name, why);
	exit(2);
}

static void difference(const char *what, uint64_t at)
{
	differ = true;
	printf("%s %#" PRIx64 " differs\n", what, at);
}

static uint32_t word(const void *p)
{
	uint32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* The nth note of a type; NULL if there are fewer. */
static const uint8_t *note(const struct core *c, uint32_t type, unsigned nth, size_t *size)
{
	size_t n = 0;

	elf_getphdrnum(c->elf, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr ph;
		GElf_Nhdr nh;
		size_t at = 0, name, desc;
		Elf_Data *data;

		if (!gelf_getphdr(c->elf, (int)i, &ph) || ph.p_type != PT_NOTE)
			continue;
		data = elf_getdata_rawchunk(c->elf, (int64_t)ph.p_offset, ph.p_filesz, ELF_T_NHDR);
		while (data && (at = gelf_getnote(data, at, &nh, &name, &desc)) > 0)
			if (nh.n_type == type && nth-- == 0) {
				*size = nh.n_descsz;
				return (const uint8_t *)data->d_buf + desc;
			}
	}
	return NULL;
}

static struct core open_core(const char *name)
{
	struct core c = {.name = name, .fd = open(name, O_RDONLY)};
	const uint8_t *aux;
	size_t size;

	if (c.fd < 0)
		unusable(name, "cannot be opened");
	c.elf = elf_begin(c.fd, ELF_C_READ_MMAP, NULL);
	if (!c.elf || elf_getphdrnum(c.elf, &c.nload) != 0 || gelf_getclass(c.elf) != ELFCLASS32)
		unusable(name, "is no core file of a 32-bit program");
	aux = note(&c, NT_AUXV, 0, &size);
	if (!aux)
		unusable(name, "has no auxiliary vector");
	for (size_t i = 0; i + 8 <= size; i += 8) {
		uint32_t value = word(aux + i + 4);

		switch (word(aux + i)) {
		case AT_RANDOM:
			c.random = value;
			break;
		case AT_SYSINFO:
			c.vsyscall = value;
			break;
		case AT_SYSINFO_EHDR:
			c.vdso = value;
			break;
		default:
			break;
		}
	}
	return c;
}

static void compare_notes(const struct core *a, const struct core *b)
{
	size_t na, nb;
	const uint8_t *x, *y;

	for (unsigned i = 0;; i++) {
		x = note(a, NT_PRSTATUS, i, &na);
		y = note(b, NT_PRSTATUS, i, &nb);
		if (!x && !y && i > 0)
			break;
		if (!x || !y || na != nb || na < STATUS_REGS + STATUS_REGS_SIZE)
			unusable(b->name, "has other threads");
		for (unsigned at = 0; at < STATUS_IDS; at += 4)
			if (word(x + at) != word(y + at))
				difference("the status of a thread, at byte", at);
		for (unsigned reg = 0; reg < STATUS_REGS_SIZE; reg += 4)
			if (word(x + STATUS_REGS + reg) != word(y + STATUS_REGS + reg)) {
				difference("the register of number", reg / 4);
				printf("  %#x, %#x\n", word(x + STATUS_REGS + reg), word(y + STATUS_REGS + reg));
			}
	}
	static const uint32_t whole[] = {NT_SIGINFO, NT_AUXV, NT_FPREGSET};

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++) {
		x = note(a, whole[i], 0, &na);
		y = note(b, whole[i], 0, &nb);
		if (!x != !y || (x && (na != nb || memcmp(x, y, na) != 0)))
			difference("the note of type", whole[i]);
	}
}

/* What differs from run to run, or may. */
static bool excused(const struct core *c, uint32_t at)
{
	return at - c->random < 16 || c->vdso - at - 1 < VVAR_SIZE || (c->vdso && at - c->vsyscall < VSYSCALL_CHANGED);
}

static bool find_load(const struct core *c, uint64_t at, GElf_Phdr *ph)
{
	for (size_t i = 0; i < c->nload; i++)
		if (gelf_getphdr(c->elf, (int)i, ph) && ph->p_type == PT_LOAD && ph->p_vaddr == at)
			return true;
	return false;
}

static void compare_segment(const struct core *a, const GElf_Phdr *x, const struct core *b, const GElf_Phdr *y)
{
	Elf_Data *p = elf_getdata_rawchunk(a->elf, (int64_t)x->p_offset, x->p_filesz, ELF_T_BYTE);
	Elf_Data *q = elf_getdata_rawchunk(b->elf, (int64_t)y->p_offset, y->p_filesz, ELF_T_BYTE);

	size_t first = 0, last = 0, n = 0;

	if (!p || !q)
		unusable(b->name, "is cut short");
	for (size_t i = 0; i < p->d_size; i++) {
		if (((const uint8_t *)p->d_buf)[i] == ((const uint8_t *)q->d_buf)[i] ||
		    excused(a, (uint32_t)(x->p_vaddr + i)))
			continue;
		if (n++ == 0)
			first = i;
		last = i;
	}
	/* What a call of the vDSO leaves on the stack, below its return address. */
	if (n && !(a->random - x->p_vaddr < x->p_filesz && last - first < CALL_LEAVES))
		difference("memory from", x->p_vaddr + first);
}

static void compare_memory(const struct core *a, const struct core *b)
{
	GElf_Phdr x, y;

	for (size_t i = 0; i < a->nload; i++) {
		if (!gelf_getphdr(a->elf, (int)i, &x) || x.p_type != PT_LOAD)
			continue;
		if (!find_load(b, x.p_vaddr, &y) || x.p_memsz != y.p_memsz || x.p_flags != y.p_flags ||
		    x.p_filesz != y.p_filesz)
			difference("the mapping at", x.p_vaddr);
		else if (x.p_filesz)
			compare_segment(a, &x, b, &y);
	}
	for (size_t i = 0; i < b->nload; i++)
		if (gelf_getphdr(b->elf, (int)i, &y) && y.p_type == PT_LOAD && y.p_filesz &&
		    !find_load(a, y.p_vaddr, &x))
			difference("memory that only the second has, at", y.p_vaddr);
}

int main(int argc, char **argv)
{
	if (argc != 3 || elf_version(EV_CURRENT) == EV_NONE)
		unusable("cores", "wants two core files");
	struct core a = open_core(argv[1]), b = open_core(argv[2]);

	compare_notes(&a, &b);
	compare_memory(&a, &b);
	elf_end(a.elf);
	elf_end(b.elf);
	close(a.fd);
	close(b.fd);
	return differ;
}
