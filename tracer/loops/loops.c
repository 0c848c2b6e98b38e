/* SPDX-License-Identifier: MIT */
#include "loops/loops.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10u /* Linux 6.3 */
#endif

/* Where the program finds its descriptors: asm/page.inc. */
enum { FD_PAGE = 3, FD_SOCKET = 4, FD_PMU = 5, FD_ABOVE = 16 };

#define PATIENCE_MS 2000

/* asm/blob.asm */
extern const char loops32_start[], loops32_end[], loops64_start[], loops64_end[];

static const struct {
	const char *name, *start, *end;
} program[LOOPS_PROGRAMS] = {
	[LOOPS_32] = {"entrytrace-loops32", loops32_start, loops32_end},
	[LOOPS_64] = {"entrytrace-loops64", loops64_start, loops64_end},
};

/* ---- the program as a file ---- */

static int write_all(int fd, const char *p, const char *end)
{
	while (p < end) {
		ssize_t n = write(fd, p, (size_t)(end - p));

		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		p += n;
	}
	return 0;
}

static int memory_file(enum loops_bits bits)
{
	/* vm.memfd_noexec=1 needs the flag, which kernels before it refuse. */
	auto_close int fd = memfd_create(program[bits].name, MFD_CLOEXEC | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(program[bits].name, MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	int r = write_all(fd, program[bits].start, program[bits].end);
	return r < 0 ? r : steal_fd(&fd);
}

/* Where memory files cannot be executed: a file that loses its name once it is open. */
static int disk_file(enum loops_bits bits)
{
	const char *dirs[] = {getenv("XDG_RUNTIME_DIR"), getenv("TMPDIR"), "/tmp", "/var/tmp"};
	int r = -EACCES;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		char path[512];

		if (!dirs[i] || (size_t)snprintf(path, sizeof(path), "%s/entrytrace-XXXXXX", dirs[i]) >= sizeof(path))
			continue;
		int out = mkostemp(path, O_CLOEXEC);
		if (out < 0)
			continue;
		r = write_all(out, program[bits].start, program[bits].end);
		if (r == 0 && fchmod(out, 0500) < 0)
			r = -errno;
		/* A file that is open for writing is not executed (ETXTBSY). */
		close(out);
		int in = r == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		bool runs = in >= 0 && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0;
		unlink(path);
		if (runs)
			return in;
		if (in >= 0)
			close(in);
		r = -EACCES;
	}
	return r;
}

/* Memory that both sides map. */
static int page_file(void)
{
	int fd = memfd_create("entrytrace-loop-page", MFD_CLOEXEC);

	if (fd < 0)
		fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd;
}

/* ---- the child ---- */

struct parts {
	int page, socket, exe, failed;
	pid_t parent;
};

static void place(int fd, int at)
{
	if (dup2(fd, at) < 0)
		_exit(3);
}

static int above(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FD_ABOVE);
}

static void __attribute__((noreturn)) become(const struct parts *p, const struct loops_options *opt,
					     struct loop_page *page, const char *name)
{
	auto_free char *arg = strdup(name);
	char *argv[] = {arg, NULL}, *envp[] = {NULL};
	sigset_t none;
	cpu_set_t one;

	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* What ends entrytrace must not leave a loop behind. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != p->parent)
		_exit(3);
	if (opt->cpu >= 0) {
		CPU_ZERO(&one);
		CPU_SET((unsigned)opt->cpu, &one);
		sched_setaffinity(0, sizeof(one), &one);
	}
	/* Fewer preemptions where it is allowed; preempted blocks are dropped anyway. */
	setpriority(PRIO_PROCESS, 0, -20);
	int pmu = opt->open_pmu ? above(opt->open_pmu(opt->ctx)) : -1;
	place(p->page, FD_PAGE);
	place(p->socket, FD_SOCKET);
	if (pmu >= 0)
		place(pmu, FD_PMU);
	page->pmu_fd = pmu >= 0 ? FD_PMU : -1;
	execveat(p->exe, "", argv, envp, AT_EMPTY_PATH);
	int e = errno;
	_exit(write(p->failed, &e, sizeof(e)) == sizeof(e) ? 3 : 4);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Makes what parent and child share; the child's ends stand above the places that it will fill. */
static int share(struct loops *l, struct parts *p, int *failed)
{
	int pair[2], pipes[2];
	auto_close int page = page_file();

	if (page < 0 || ftruncate(page, LOOP_PAGE_SIZE) < 0)
		return -errno;
	void *map = mmap(NULL, LOOP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
	if (map == MAP_FAILED)
		return -errno;
	l->page = map;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	l->socket = pair[0];
	p->socket = above(pair[1]);
	close(pair[1]);
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return -errno;
	*failed = pipes[0];
	p->failed = above(pipes[1]);
	close(pipes[1]);
	p->page = above(page);
	return p->socket < 0 || p->failed < 0 || p->page < 0 ? -EMFILE : 0;
}

/* Waits for the program's byte: 0, -ETIMEDOUT, or -ECHILD when it is gone. */
static int await(const struct loops *l)
{
	struct pollfd pfd = {.fd = l->socket, .events = POLLIN};
	char byte;
	int n;

	do
		n = poll(&pfd, 1, PATIENCE_MS);
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return -ETIMEDOUT;
	return recv(l->socket, &byte, 1, 0) == 1 ? 0 : -ECHILD;
}

/* Returns the wait status. */
static int reap(struct loops *l)
{
	int status = 0;

	while (waitpid(l->pid, &status, 0) < 0 && errno == EINTR)
		;
	l->pid = 0;
	return status;
}

static int check_page(const struct loop_page *p)
{
	return p->magic == LOOP_PAGE_MAGIC && p->blocks_at == offsetof(struct loop_page, blocks) &&
	       p->block_size == sizeof(struct loop_block) && p->nrows <= LOOP_MAX_ROWS ? 0 : -EPROTO;
}

static int start(struct loops *l, enum loops_bits bits, const struct loops_options *opt, int exe)
{
	struct parts p = {.page = -1, .socket = -1, .failed = -1, .parent = getpid()};
	auto_close int failed = -1;
	int e = 0;

	int r = share(l, &p, &failed);
	p.exe = above(exe);
	if (r == 0) {
		l->page->chain = opt->chain;
		memcpy(l->page->nr, opt->nr, sizeof(opt->nr));
		l->pid = fork();
		if (l->pid == 0)
			become(&p, opt, l->page, program[bits].name);
		r = l->pid < 0 ? -errno : 0;
	}
	close_fd(&p.page);
	close_fd(&p.socket);
	close_fd(&p.exe);
	close_fd(&p.failed);
	/* The other end closes by itself once the exec succeeded. */
	if (r == 0 && read(failed, &e, sizeof(e)) == sizeof(e))
		r = -e;
	if (r == 0)
		r = await(l);
	if (r == 0)
		r = check_page(l->page);
	if (r < 0)
		loops_stop(l);
	return r;
}

static int start_somehow(struct loops *l, enum loops_bits bits, const struct loops_options *opt)
{
	auto_close int memory = memory_file(bits);
	int r = memory < 0 ? memory : start(l, bits, opt, memory);

	if (memory < 0 || r == -EACCES || r == -EPERM) {
		auto_close int disk = disk_file(bits);

		r = disk < 0 ? disk : start(l, bits, opt, disk);
	}
	return r;
}

int loops_start(struct loops *l, enum loops_bits bits, const struct loops_options *opt, struct err *err)
{
	struct sigaction ignored = {.sa_handler = SIG_IGN}, before;
	int r;

	*l = (struct loops){.socket = -1};
	/* Memory files count as files, too: where their size is limited, an error is enough. */
	sigaction(SIGXFSZ, &ignored, &before);
	r = start_somehow(l, bits, opt);
	sigaction(SIGXFSZ, &before, NULL);
	if (r == -ENOEXEC)
		return err_set(err, r, "this kernel runs no %d-bit programs", bits == LOOPS_32 ? 32 : 64);
	return r < 0 ? err_set(err, r, "the loop program does not start: %s", strerror(-r)) : 0;
}

int loops_run(struct loops *l, uint32_t nblocks, int *signal_out)
{
	char byte = 0;
	int r;

	*signal_out = 0;
	if (nblocks == 0 || nblocks > LOOP_MAX_BLOCKS)
		return -EINVAL;
	l->page->nblocks = nblocks;
	r = send(l->socket, &byte, 1, MSG_NOSIGNAL) == 1 ? await(l) : -ECHILD;
	if (r < 0 && l->pid > 0) {
		if (r == -ETIMEDOUT)
			kill(l->pid, SIGKILL);
		int status = reap(l);

		*signal_out = r == -ECHILD && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	}
	return r;
}

int loops_row(const struct loops *l, const char *name)
{
	for (uint32_t i = 0; i < l->page->nrows; i++)
		if (strncmp(l->page->names[i], name, LOOP_NAME_SIZE) == 0)
			return (int)i;
	return -1;
}

void loops_stop(struct loops *l)
{
	if (l->socket >= 0)
		close(l->socket);
	if (l->pid > 0) {
		kill(l->pid, SIGKILL);
		reap(l);
	}
	if (l->page)
		munmap(l->page, LOOP_PAGE_SIZE);
	*l = (struct loops){.socket = -1};
}
