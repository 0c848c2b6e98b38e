/* SPDX-License-Identifier: MIT */
/*
 * A program that looks at itself and at what the kernel gave it: the auxiliary
 * vector as the C library and as /proc tell it, the vDSO's line in
 * /proc/self/maps, its ELF headers and symbols, and its own code and the vDSO's,
 * before and after some thousand calls. Prints one line for each thing that is
 * as it should be. With the word "int80" it also makes some thousand calls by
 * int 0x80 before it looks at its own code again.
 */
#include "support/truth.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

enum { CALLS = 1100 };

extern const char __executable_start[], etext[];
/* Its own int 0x80 is two bytes that a tracer may change. */
extern const char look_int80[];

struct range {
	uintptr_t from, to;
};

static enum entry_path vdso;
static unsigned wrong;

static void check(const char *what, int right)
{
	printf("%s: %s\n", what, right ? "as it should be" : "WRONG");
	wrong += !right;
}

static uint32_t checksum(uintptr_t from, uintptr_t to)
{
	uint32_t hash = 2166136261u;

	for (const uint8_t *p = (const uint8_t *)from; p < (const uint8_t *)to; p++)
		if (p != (const uint8_t *)look_int80 && p != (const uint8_t *)look_int80 + 1)
			hash = (hash ^ *p) * 16777619u;
	return hash;
}

/* The line of /proc/self/maps that ends with the name. */
static int find_range(const char *name, struct range *out)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned found = 0;
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned long from, to;

		if (strstr(line, name) && sscanf(line, "%lx-%lx", &from, &to) == 2) {
			*out = (struct range){from, to};
			found++;
		}
	}
	if (f)
		fclose(f);
	return found == 1;
}

static unsigned long aux_of_proc(unsigned long type)
{
	unsigned long aux[2], value = 0;
	int fd = open("/proc/self/auxv", O_RDONLY);

	while (read(fd, aux, sizeof(aux)) == (ssize_t)sizeof(aux) && aux[0] != AT_NULL)
		if (aux[0] == type)
			value = aux[1];
	close(fd);
	return value;
}

/* The address of a symbol of the vDSO, 0 if it has none of that name or lies outside. */
static uintptr_t vdso_symbol(uintptr_t base, const struct range *r, const char *name)
{
	const ElfW(Ehdr) *e = (const ElfW(Ehdr) *)base;
	const ElfW(Phdr) *ph = (const ElfW(Phdr) *)(base + e->e_phoff);
	const ElfW(Dyn) *dyn = NULL;
	const ElfW(Sym) *symbols = NULL;
	const char *strings = NULL;
	const uint32_t *hash = NULL, *gnu = NULL;
	uintptr_t bias = base;
	size_t n = 0;

	for (unsigned i = 0; i < e->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD)
			bias = base + ph[i].p_offset - ph[i].p_vaddr;
		else if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const ElfW(Dyn) *)(base + ph[i].p_offset);
	}
	for (; dyn && dyn->d_tag != DT_NULL; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			symbols = (const ElfW(Sym) *)(bias + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_STRTAB)
			strings = (const char *)(bias + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_HASH)
			hash = (const uint32_t *)(bias + dyn->d_un.d_ptr);
		else if (dyn->d_tag == DT_GNU_HASH)
			gnu = (const uint32_t *)(bias + dyn->d_un.d_ptr);
	}
	if (hash) {
		n = hash[1];
	} else if (gnu) {
		/* As many as the longest chain of the buckets reaches. */
		const uint32_t *buckets = gnu + 4 + gnu[2], *chains = buckets + gnu[0];

		for (unsigned b = 0; b < gnu[0]; b++)
			if (buckets[b] > n)
				n = buckets[b];
		while (n && !(chains[n - gnu[1]] & 1))
			n++;
		n++;
	}
	for (size_t i = 0; symbols && strings && i < n; i++) {
		uintptr_t at = bias + symbols[i].st_value;

		if (strcmp(strings + symbols[i].st_name, name) == 0)
			return at >= r->from && at < r->to ? at : 0;
	}
	return 0;
}

static __attribute__((noinline, noclone)) void calls(int by_int80)
{
	for (unsigned i = 0; i < CALLS; i++) {
		truth_add(vdso, ABI_I386, SYS_getppid);
		getppid();
	}
	for (unsigned i = 0; by_int80 && i < CALLS; i++) {
		long ret;

		truth_add(PATH_INT80, ABI_I386, SYS_getpgrp);
		__asm__ volatile(".globl look_int80\nlook_int80: int $0x80" : "=a"(ret) : "a"(SYS_getpgrp) : "memory");
	}
}

int main(int argc, char **argv)
{
	uintptr_t sysinfo = getauxval(AT_SYSINFO), header = getauxval(AT_SYSINFO_EHDR);
	struct range vdso_range = {0, 0}, again;
	uint32_t own, kernels;
	char text[4096] = "";
	int by_int80 = 0;

	vdso = truth_vdso_path(sysinfo);
	for (int i = 1; i < argc; i++)
		by_int80 |= strcmp(argv[i], "int80") == 0;
	if (vdso == PATH_UNKNOWN) {
		fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	check("one vDSO in the maps", find_range("[vdso]", &vdso_range));
	check("its header begins it", header == vdso_range.from);
	check("AT_SYSINFO lies within", sysinfo > vdso_range.from && sysinfo < vdso_range.to);
	check("AT_SYSINFO in /proc", aux_of_proc(AT_SYSINFO) == sysinfo);
	check("AT_SYSINFO_EHDR in /proc", aux_of_proc(AT_SYSINFO_EHDR) == header);
	if (wrong)
		return 1;
	check("an ELF file", memcmp((const void *)header, ELFMAG, SELFMAG) == 0);
	check("__kernel_vsyscall", vdso_symbol(header, &vdso_range, "__kernel_vsyscall") == sysinfo);
	check("__kernel_rt_sigreturn", vdso_symbol(header, &vdso_range, "__kernel_rt_sigreturn") != 0);
	own = checksum((uintptr_t)__executable_start, (uintptr_t)etext);
	kernels = checksum(vdso_range.from, vdso_range.to);
	calls(by_int80);
	check("its own code", checksum((uintptr_t)__executable_start, (uintptr_t)etext) == own);
	check("the vDSO's code", checksum(vdso_range.from, vdso_range.to) == kernels);
	calls(by_int80);
	check("the vDSO has not moved", find_range("[vdso]", &again) && again.from == vdso_range.from);
	if (argc > 1 && strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	printf("%s", text);
	return wrong != 0;
}
