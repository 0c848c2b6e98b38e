/* SPDX-License-Identifier: MIT */
/*
 * Shows a JIT compiler's call sites: code in memory that is writable and executable all
 * the time, whose sites make many calls and are then rewritten in part: the number
 * before the int 0x80, the instruction behind it, the int 0x80 itself, which becomes a
 * call of the vDSO and is one again, or all of it, a byte further on. Nothing tells a
 * tracer. What runs is what was written; with the word "verify" the program looks, too,
 * whether its bytes are still those that it wrote, as some compilers do.
 */
#include "support/sample.h"

#include <linux/mman.h>

enum { PAGE = 4096, SITES = 6, SITE_BYTES = 64, HOT = 200, FEW = 10, MOV_EAX = 0xb8, MOV_ECX = 0xb9, RET = 0xc3, NOP = 0x90 };

/* As it is written: mov eax, NR; int 0x80 or call esi; mov ecx, MARK; ret. */
struct site {
	unsigned char bytes[SITE_BYTES];
	unsigned shift; /* nops before it */
	unsigned long nr, mark;
	bool vdso;
};

static struct site sites[SITES];
static unsigned char *page;
static bool verify;
static unsigned wrong;
static long pid, parent;

static unsigned put_long(unsigned char *to, unsigned at, unsigned long value)
{
	for (unsigned i = 0; i < 4; i++)
		to[at++] = (unsigned char)(value >> 8 * i);
	return at;
}

/* Writes what has changed, as a compiler that patches a call does. */
static void write_site(unsigned k)
{
	struct site *s = &sites[k];
	unsigned char now[SITE_BYTES];
	volatile unsigned char *to = page + k * SITE_BYTES;
	unsigned at = 0;

	while (at < s->shift)
		now[at++] = NOP;
	now[at++] = MOV_EAX;
	at = put_long(now, at, s->nr);
	now[at++] = s->vdso ? 0xff : 0xcd;
	now[at++] = s->vdso ? 0xd6 : 0x80;
	now[at++] = MOV_ECX;
	at = put_long(now, at, s->mark);
	while (at < SITE_BYTES)
		now[at++] = RET;
	for (unsigned i = 0; i < SITE_BYTES; i++) {
		if (verify)
			wrong += to[i] != s->bytes[i];
		if (now[i] != s->bytes[i])
			to[i] = now[i];
		s->bytes[i] = now[i];
	}
}

static void run(const struct sample *s, unsigned k, unsigned times)
{
	const struct site *site = &sites[k];

	while (times--) {
		unsigned long got, mark = 0;

		truth_add(site->vdso ? s->vdso : PATH_INT80, ABI_I386, (long)site->nr);
		__asm__ volatile("call *%[at]"
				 : "=a"(got), "+c"(mark)
				 : [at] "r"(page + k * SITE_BYTES), "S"(s->sysinfo)
				 : "memory", "cc");
		wrong += (long)got != (site->nr == __NR_getpid ? pid : parent);
		wrong += mark != site->mark;
	}
}

static void change(struct site *s, unsigned how)
{
	switch (how % 5) {
	case 0:
		s->nr = s->nr == __NR_getpid ? __NR_getppid : __NR_getpid;
		break;
	case 1:
		s->mark = s->mark * 1664525 + 1013904223;
		break;
	case 2:
		s->vdso = !s->vdso;
		break;
	case 3:
		s->shift = (s->shift + 1) % 8;
		break;
	default:
		s->nr = s->nr == __NR_getpid ? __NR_getppid : __NR_getpid;
		s->mark ^= 0x00ff00ff;
		break;
	}
}

int sample_main(struct sample *s)
{
	if (!s->sysinfo)
		sample_skip(s, "this kernel gives 32-bit programs no vDSO");
	page = sample_map(PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, -1, false);
	if (!page)
		sample_skip(s, "this system maps no page both writable and executable");
	pid = sys0(__NR_getpid);
	parent = sys0(__NR_getppid);
	for (unsigned k = 0; k < SITES; k++) {
		sites[k].nr = k % 2 ? __NR_getpid : __NR_getppid;
		sites[k].mark = k;
		write_site(k);
	}
	verify = same_text(s->word, "verify");
	for (unsigned i = 0; i < s->rounds; i++) {
		for (unsigned k = 0; k < SITES; k++)
			run(s, k, HOT);
		for (unsigned n = 0; n < 4; n++) {
			for (unsigned k = 0; k < SITES; k++) {
				change(&sites[k], i + n + k);
				write_site(k);
				run(s, k, FEW);
			}
		}
	}
	return wrong != 0;
}
