/* SPDX-License-Identifier: MIT */
#include "tracee/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#define PAGE 4096u

/* process_vm_readv(2) takes addresses as pointers; this is the one place that makes one. */
static struct iovec remote(struct taddr at, size_t n)
{
	return (struct iovec){.iov_base = (void *)(uintptr_t)at.v, .iov_len = n};
}

/*
 * The way that is always there for a tracer, a word at a time, for where a
 * sandbox denies process_vm_readv(2). Returns how many bytes were read.
 */
static size_t peek(pid_t tid, struct taddr addr, void *buf, size_t n)
{
	uint8_t *to = buf;
	size_t done = 0;

	while (done < n) {
		uint64_t at = addr.v + done, word_at = at & ~7ull;
		size_t skip = at - word_at, take = 8 - skip < n - done ? 8 - skip : n - done;
		long word;

		errno = 0;
		word = ptrace(PTRACE_PEEKDATA, tid, (void *)(uintptr_t)word_at, NULL);
		if (errno)
			break;
		memcpy(to + done, (char *)&word + skip, take);
		done += take;
	}
	return done;
}

static bool denied(ssize_t got)
{
	return got < 0 && (errno == EPERM || errno == ENOSYS || errno == EACCES);
}

/* As process_vm_readv(2): the elements in order, up to the first that cannot be read whole. */
static ssize_t read_all(pid_t tid, const struct iovec *to, const struct iovec *from, unsigned n)
{
	ssize_t got = process_vm_readv(tid, to, n, from, n, 0);
	size_t sum = 0;

	if (!denied(got))
		return got;
	for (unsigned i = 0; i < n; i++) {
		size_t part = peek(tid, taddr((uintptr_t)from[i].iov_base), to[i].iov_base, from[i].iov_len);

		if (part < from[i].iov_len)
			break;
		sum += part;
	}
	return sum ? (ssize_t)sum : -1;
}

size_t tracee_read(pid_t tid, struct taddr addr, void *buf, size_t n)
{
	size_t first = PAGE - addr.v % PAGE;

	/* Split at the first page end: an element is read whole or not at all. */
	if (first > n)
		first = n;

	struct iovec to[2] = {{buf, first}, {(char *)buf + first, n - first}};
	struct iovec from[2] = {remote(addr, first), remote(taddr_add(addr, (int64_t)first), n - first)};
	ssize_t got = process_vm_readv(tid, &(struct iovec){buf, n}, 1, from, n > first ? 2 : 1, 0);

	if (denied(got))
		got = read_all(tid, to, from, n > first ? 2 : 1);
	return got > 0 ? (size_t)got : 0;
}

int tracee_write(pid_t tid, struct taddr addr, const void *buf, size_t n)
{
	struct iovec from = {.iov_base = (void *)(uintptr_t)buf, .iov_len = n};
	struct iovec to = remote(addr, n);
	ssize_t put = process_vm_writev(tid, &from, 1, &to, 1, 0);

	if (put < 0)
		return -errno;
	return (size_t)put == n ? 0 : -EFAULT;
}

/* The tail, behind lead bytes that lead_from is read into. Returns how many of those were read. */
static size_t read_tail(pid_t tid, struct iovec lead, struct iovec lead_from, struct taddr end, size_t want,
			struct code_tail *out)
{
	size_t in_page = (end.v - 1) % PAGE + 1;
	size_t near = want < in_page ? want : in_page;
	size_t far = want - near;
	uint8_t buf[CODE_TAIL_MAX];
	/* The page that holds the end first, then what is before it: it may not be mapped. */
	struct iovec to[3] = {lead, {buf + far, near}, {buf, far}};
	struct iovec from[3] = {lead_from, remote(taddr_add(end, -(int64_t)near), near),
				remote(taddr_add(end, -(int64_t)want), far)};
	unsigned first = lead.iov_len ? 0 : 1, n = (far ? 3 : 2) - first;
	ssize_t got = read_all(tid, to + first, from + first, n);

	out->n = 0;
	if (got < (ssize_t)(lead.iov_len + near))
		return got >= (ssize_t)lead.iov_len ? lead.iov_len : 0;
	out->n = (uint8_t)((size_t)got == lead.iov_len + want ? want : near);
	memcpy(out->b, buf + want - out->n, out->n);
	return lead.iov_len;
}

void tracee_read_tail(pid_t tid, struct taddr end, size_t want, struct code_tail *out)
{
	read_tail(tid, (struct iovec){0}, (struct iovec){0}, end, want, out);
}

bool tracee_read_word_and_tail(pid_t tid, struct taddr at, uint32_t *word, struct taddr end, size_t want,
			       struct code_tail *out)
{
	struct iovec to = {.iov_base = word, .iov_len = sizeof(*word)};

	return read_tail(tid, to, remote(at, sizeof(*word)), end, want, out) == sizeof(*word);
}

int tracee_get_regs(pid_t tid, struct user_regs_struct *regs)
{
	return ptrace(PTRACE_GETREGS, tid, NULL, regs) == 0 ? 0 : -errno;
}

int tracee_set_regs(pid_t tid, const struct user_regs_struct *regs)
{
	return ptrace(PTRACE_SETREGS, tid, NULL, regs) == 0 ? 0 : -errno;
}
