/* SPDX-License-Identifier: MIT */
/*
 * Shows libraries in layouts that tracers stumble over, loaded while the program runs;
 * its calls, theirs and the C library's go on all the while. The word is the layout:
 *
 *   plain      none of them
 *   textrel    its code is written while it is loaded (DT_TEXTREL)
 *   hole       code, headers and data in one file page, as linkers made them before
 *              2018, and segments far apart: its first mapping reaches beyond its file
 *   data       bytes of syscall and sysenter stand in its code segment, and are never run
 *   execstack  it asks for an executable stack, and gets it when it is loaded
 */
#include "support/truth.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

enum { HOT = 300, PER_ROUND = 10 };

static unsigned wrong;
static enum entry_path vdso;

struct library {
	void *handle;
	long (*int80)(long nr);
	long (*by_vdso)(long nr);
	unsigned (*sum)(void);
};

static void own_calls(unsigned n, pid_t parent)
{
	truth_add_n(vdso, ABI_I386, SYS_getppid, n);
	while (n--)
		wrong += getppid() != parent;
}

static int load(struct library *l, const char *name)
{
	l->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL);
	if (!l->handle) {
		fprintf(stderr, "layout: %s\n", dlerror());
		return 0;
	}
	*(void **)&l->int80 = dlsym(l->handle, "lib_int80");
	*(void **)&l->by_vdso = dlsym(l->handle, "lib_vdso");
	*(void **)&l->sum = dlsym(l->handle, "lib_sum");
	return l->int80 && l->by_vdso && l->sum;
}

int main(int argc, char **argv)
{
	char name[4096], text[4096] = "", *slash;
	const char *layout = "plain";
	unsigned long rounds = 20;
	pid_t parent = getppid();
	struct library l;
	int tell = 0;

	vdso = truth_vdso_path(getauxval(AT_SYSINFO));
	if (vdso == PATH_UNKNOWN) {
		fputs("layout: this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	truth_add(vdso, ABI_I386, SYS_getppid);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--truth") == 0)
			tell = 1;
		else if (argv[i][0] >= '0' && argv[i][0] <= '9')
			rounds = strtoul(argv[i], NULL, 10);
		else
			layout = argv[i];
	}
	slash = strrchr(argv[0], '/');
	snprintf(name, sizeof(name), "%.*s./layout-%s.so", slash ? (int)(slash - argv[0] + 1) : 0, argv[0], layout);
	own_calls(HOT, parent);
	for (unsigned long i = 0; i < rounds; i++) {
		unsigned first;

		if (!load(&l, name))
			return 1;
		first = l.sum();
		for (unsigned k = 0; k < PER_ROUND; k++) {
			truth_add(PATH_INT80, ABI_I386, SYS_getpgrp);
			wrong += l.int80(SYS_getpgrp) != getpgid(0);
			truth_add(vdso, ABI_I386, SYS_getppid);
			wrong += l.by_vdso(SYS_getppid) != parent;
			own_calls(1, parent);
		}
		/* It was written, or read, as the layout has it. */
		wrong += first != 0 || l.sum() > 1;
		dlclose(l.handle);
		own_calls(PER_ROUND, parent);
	}
	if (tell)
		truth_print(text, sizeof(text), "rows");
	printf("%lu rounds done, %u calls went wrong\n%s", rounds, wrong, text);
	return wrong != 0;
}
