/* SPDX-License-Identifier: MIT */
/*
 * grow KIND N: a 32-bit program that has N of something, all at the same time, and makes a
 * few calls with each. What a tracer itself spends on it should grow as N does.
 *
 * grow KIND-loop N: one that has 2,000 mappings and changes a small one N times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 20 /* of each thread, process, site */
#define PAGE 4096U
#define OTHER_MAPPINGS 2000 /* of a program that changes one again and again */

/* mov $20, %eax (getpid); call *%gs:0x10; ret: a call site, as a C library has hundreds. */
static const unsigned char site_code[] = {0xb8, 0x14, 0, 0, 0, 0x65, 0xff, 0x15, 0x10, 0, 0, 0, 0xc3};
#define SITE_BYTES 16U

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "grow: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *map(size_t bytes, int protection)
{
	void *p = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static void some_calls(void)
{
	for (int i = 0; i < CALLS; i++)
		syscall(SYS_getppid);
}

static pthread_barrier_t all_there;

static void *thread(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&all_there);
	some_calls();
	pthread_barrier_wait(&all_there);
	return NULL;
}

static void threads(unsigned n)
{
	pthread_t *ids = calloc(n, sizeof(*ids));
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	pthread_barrier_init(&all_there, NULL, n + 1);
	for (unsigned i = 0; i < n; i++) {
		errno = pthread_create(&ids[i], &small, thread, NULL);
		if (errno)
			fail("pthread_create");
	}
	pthread_barrier_wait(&all_there);
	pthread_barrier_wait(&all_there);
	for (unsigned i = 0; i < n; i++)
		pthread_join(ids[i], NULL);
	free(ids);
}

static void processes(unsigned n)
{
	int gate[2];
	char byte;

	if (pipe(gate) != 0)
		fail("pipe");
	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			fail("fork");
		if (pid == 0) {
			close(gate[1]);
			some_calls();
			_exit(read(gate[0], &byte, 1) == 0 ? 0 : 1);
		}
	}
	close(gate[1]);
	while (wait(NULL) > 0)
		;
}

static void call_site(const void *code)
{
	int result;

	__asm__ volatile("call *%1" : "=a"(result) : "r"(code) : "memory");
}

static void sites(unsigned n)
{
	unsigned char *code = map(n * SITE_BYTES, PROT_READ | PROT_WRITE);

	for (unsigned i = 0; i < n; i++)
		memcpy(code + i * SITE_BYTES, site_code, sizeof(site_code));
	if (mprotect(code, n * SITE_BYTES, PROT_READ | PROT_EXEC) != 0)
		fail("mprotect");
	for (unsigned k = 0; k < CALLS; k++)
		for (unsigned i = 0; i < n; i++)
			call_site(code + i * SITE_BYTES);
}

/* Each a file of its own, with one site. */
static void modules(unsigned n)
{
	char folder[] = "/tmp/grow-XXXXXX", name[64];

	if (!mkdtemp(folder))
		fail("mkdtemp");
	for (unsigned i = 0; i < n; i++) {
		void *code;
		int fd;

		snprintf(name, sizeof(name), "%s/%u", folder, i);
		fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0700);
		if (fd < 0 || write(fd, site_code, sizeof(site_code)) != (ssize_t)sizeof(site_code))
			fail(name);
		code = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
		if (code == MAP_FAILED)
			fail("mmap");
		close(fd);
		for (unsigned k = 0; k < CALLS; k++)
			call_site(code);
	}
	for (unsigned i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%u", folder, i);
		unlink(name);
	}
	rmdir(folder);
}

/* Neighbours differ in what they allow, so that the kernel makes no one of them. */
static void mappings(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		map(PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE);
	some_calls();
}

static void remap_loop(unsigned n)
{
	void *p;

	mappings(OTHER_MAPPINGS);
	p = map(PAGE, PROT_READ | PROT_WRITE);

	for (unsigned i = 0; i < n; i++) {
		p = mremap(p, (1 + i % 2) * PAGE, (2 - i % 2) * PAGE, MREMAP_MAYMOVE);
		if (p == MAP_FAILED)
			fail("mremap");
	}
}

/* The third argument means nothing to munmap; here it looks like PROT_EXEC. */
static void munmap_loop(unsigned n)
{
	mappings(OTHER_MAPPINGS);
	for (unsigned i = 0; i < n; i++)
		if (syscall(SYS_munmap, map(PAGE, PROT_READ), PAGE, -1) != 0)
			fail("munmap");
}

static void protect_loop(unsigned n)
{
	void *p;

	mappings(OTHER_MAPPINGS);
	p = map(PAGE, PROT_READ);

	for (unsigned i = 0; i < n; i++)
		if (mprotect(p, PAGE, i % 2 ? PROT_READ : PROT_READ | PROT_WRITE) != 0)
			fail("mprotect");
}

static const struct kind {
	const char *name;
	void (*run)(unsigned n);
} kinds[] = {
	{"threads", threads},
	{"processes", processes},
	{"sites", sites},
	{"modules", modules},
	{"mappings", mappings},
	{"remap-loop", remap_loop},
	{"munmap-loop", munmap_loop},
	{"protect-loop", protect_loop},
};

int main(int argc, char **argv)
{
	unsigned long n = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds) && n > 0 && n < 1000000; i++) {
		if (strcmp(argv[1], kinds[i].name) == 0) {
			kinds[i].run((unsigned)n);
			return 0;
		}
	}
	fprintf(stderr, "usage: grow KIND N\n");
	return 2;
}
