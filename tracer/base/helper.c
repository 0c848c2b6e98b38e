/* SPDX-License-Identifier: MIT */
#include "base/helper.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Room for one descriptor. */
union control {
	char buf[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

int helper_send(int sock, const void *a, size_t na, const void *b, size_t nb, int fd, int flags)
{
	/* sendmsg() does not write to what the iovec points to, whatever its type says. */
	struct iovec iov[2] = {{0}};
	union control control = {0};
	struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

	memcpy(&iov[0].iov_base, &a, sizeof(a));
	iov[0].iov_len = na;
	memcpy(&iov[1].iov_base, &b, sizeof(b));
	iov[1].iov_len = nb;
	if (fd >= 0) {
		msg.msg_control = control.buf;
		msg.msg_controllen = sizeof(control.buf);
		struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL | flags) < 0 ? -errno : 0;
}

ssize_t helper_receive(int sock, void *buf, size_t size, int *fd)
{
	struct iovec iov = {buf, size};
	union control control = {0};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.buf,
		.msg_controllen = sizeof(control.buf),
	};
	ssize_t got = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);

	*fd = -1;
	if (got <= 0)
		return got;
	struct cmsghdr *h = CMSG_FIRSTHDR(&msg);

	if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(h), sizeof(*fd));
	return msg.msg_flags & MSG_TRUNC ? -1 : got;
}

int helper_fork(struct helper *h)
{
	sigset_t all, before;
	int pair[2], rc = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return -errno;
	*h = (struct helper){.pidfd = -1, .sock = pair[0]};
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	h->pid = fork();
	if (h->pid == 0) {
		close(pair[0]);
		h->sock = pair[1];
		return 1;
	}
	/* Nobody can have waited for it yet, so the number still is its own. */
	if (h->pid > 0)
		h->pidfd = pidfd_open(h->pid, 0);
	else
		rc = -errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(pair[1]);
	if (rc) {
		close(pair[0]);
		h->sock = -1;
	}
	return rc;
}

int helper_keep_only(int sock)
{
	struct rlimit limit;
	rlim_t n = 1024;

	if (dup2(sock, 0) < 0)
		return -errno;
	if (syscall(SYS_close_range, 1, ~0U, 0) == 0)
		return 0;
	/* Before Linux 5.9, and where a sandbox does not know it. */
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1 << 20)
		n = limit.rlim_cur;
	for (int fd = 1; (rlim_t)fd < n; fd++)
		close(fd);
	return 0;
}

void helper_end(struct helper *h)
{
	siginfo_t si;

	if (h->sock < 0)
		return;
	close(h->sock);
	h->sock = -1;
	/* Without a pidfd (Linux before 5.3) the closed socket must do; it then is left to who waits for all. */
	if (h->pidfd < 0)
		return;
	pidfd_send_signal(h->pidfd, SIGKILL, NULL, 0);
	/* The tracer's own wait may have been faster. */
	while (waitid(P_PIDFD, (id_t)h->pidfd, &si, WEXITED | __WALL) < 0 && errno == EINTR)
		;
	close(h->pidfd);
	h->pidfd = -1;
}
