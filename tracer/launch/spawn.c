/* SPDX-License-Identifier: MIT */
#include "launch/spawn.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "launch/explain.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

extern char **environ;

/* What the child sends when it could not become the program. */
struct failure {
	int exec_errno;      /* of execve; 0 when it did not come so far */
	char path[PATH_MAX]; /* the file that execve was last asked for */
	struct err err;      /* when exec_errno is 0 */
};

/*
 * As execvp(3) without its last resort: a file that the kernel refuses is not
 * handed to a shell, since that would run something else than what was asked.
 */
static void exec_by_path(char *const argv[], struct failure *f)
{
	const char *path = getenv("PATH");
	bool denied = false;

	snprintf(f->path, sizeof(f->path), "%s", argv[0]);
	if (strchr(argv[0], '/') || !*argv[0]) {
		execve(argv[0], argv, environ);
		f->exec_errno = errno;
		return;
	}
	for (const char *p = path ? path : "/bin:/usr/bin"; p; p = strchr(p, ':') ? strchr(p, ':') + 1 : NULL) {
		int len = (int)strcspn(p, ":");
		char file[PATH_MAX];

		if (snprintf(file, sizeof(file), "%.*s%s%s", len, p, len ? "/" : "", argv[0]) >=
		    (int)sizeof(file))
			continue;
		execve(file, argv, environ);
		f->exec_errno = errno;
		if (errno == EACCES)
			denied = true;
		else if (errno != ENOENT && errno != ENOTDIR) {
			memcpy(f->path, file, sizeof(file));
			return;
		} else if (access(file, F_OK) == 0) {
			/* It exists, but what it needs does not: that is the answer. */
			memcpy(f->path, file, sizeof(file));
			return;
		}
		if (denied && errno == EACCES && !strchr(f->path, '/'))
			memcpy(f->path, file, sizeof(file));
	}
	f->exec_errno = denied ? EACCES : ENOENT;
}

static void tell(int fd, const struct failure *f)
{
	if (write(fd, f, sizeof(*f)) != (ssize_t)sizeof(*f))
		_exit(125);
}

int identity_find(const char *user, struct identity *out, struct err *err)
{
	const struct passwd *pw = getpwnam(user);
	char *end;
	unsigned long uid = strtoul(user, &end, 10);

	*out = (struct identity){.ngroups = (int)(sizeof(out->groups) / sizeof(out->groups[0]))};
	if (!pw && end != user && !*end && uid < UINT32_MAX)
		pw = getpwuid((uid_t)uid);
	if (!pw)
		return err_set(err, -ENOENT, "there is no user '%s' to run the program as", user);
	out->uid = pw->pw_uid;
	out->gid = pw->pw_gid;
	if (getgrouplist(pw->pw_name, pw->pw_gid, out->groups, &out->ngroups) < 0)
		return err_set(err, -E2BIG, "user '%s' is in more groups than can be taken over", user);
	return 0;
}

/* Groups first: without root they could not be changed any more. */
static int turn_into(const struct identity *user, struct failure *f)
{
	if (setgroups((size_t)user->ngroups, user->groups) == 0 && setresgid(user->gid, user->gid, user->gid) == 0 &&
	    setresuid(user->uid, user->uid, user->uid) == 0)
		return 0;
	return err_set(&f->err, -errno, "cannot run the program as user %u: %s", (unsigned)user->uid, strerror(errno));
}

/* In the child, up to execve. Never returns. */
static void become(char *const argv[], const struct filter_pass *pass, const struct inherited *in, int gate, int ready,
		   int failed)
{
	struct failure f = {0};
	char byte = 0;

	for (int fd = 0; fd < 3; fd++)
		if (in->streams[fd] > 0)
			dup2(in->streams[fd], fd);
	if (in->environ)
		environ = in->environ;

	if (gate >= 0) {
		/* Yama's ptrace_scope 1 lets only ancestors attach; the tracer is a sibling. */
		if (pass)
			prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		if (write(ready, &byte, 1) != 1 || read(gate, &byte, 1) != 1)
			_exit(125);
		if (pass)
			prctl(PR_SET_PTRACER, 0, 0, 0, 0);
		if (pass && filter_install(pass, &f.err) != 0) {
			tell(failed, &f);
			_exit(125);
		}
	}
	/* Behind the filter, which only root installs without giving up setuid programs. */
	if (in->user && turn_into(in->user, &f) != 0) {
		tell(failed, &f);
		_exit(125);
	}
	exec_by_path(argv, &f);
	tell(failed, &f);
	_exit(127);
}

struct how {
	const struct filter_pass *pass; /* NULL: no filter */
	bool gated;                     /* waits until it may start */
	bool keep_input;                /* untraced only */
};

static void hide_output(bool keep_input)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = keep_input ? 1 : 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
}

/* Without /proc, as many numbers are tried as a program commonly has at most. */
enum { FDS_TRIED = 1024 };

static void note_descriptors(struct inherited *in)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *de;

	in->fds = NULL;
	in->nfds = 0;
	for (int fd = 3; !dir && fd < FDS_TRIED; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			*vec_push(in->fds, in->nfds) = fd;
	while (dir && (de = readdir(dir))) {
		int fd = (int)strtol(de->d_name, NULL, 10);

		if (fd > 2 && fd != dirfd(dir))
			*vec_push(in->fds, in->nfds) = fd;
	}
	if (dir)
		closedir(dir);
}

static void fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd >= 0)
		close(fd);
}

void inherited_set_aside(struct inherited *in)
{
	struct sigaction sa = {.sa_handler = SIG_DFL};
	sigset_t set;

	note_descriptors(in);
	fill_standard();
	sigaction(SIGCHLD, &sa, &in->sigchld);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &set, &in->mask);
}

void inherited_drop(struct inherited *in, bool keep_output)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < in->nfds; i++)
		close(in->fds[i]);
	free(in->fds);
	in->fds = NULL;
	in->nfds = 0;
	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	if (!keep_output)
		dup2(null, STDOUT_FILENO);
	close(null);
}

static void give_back(const struct inherited *in)
{
	sigaction(SIGCHLD, &in->sigchld, NULL);
	sigprocmask(SIG_SETMASK, &in->mask, NULL);
}

static int start(char *const argv[], const struct inherited *in, const struct how *how,
		 struct spawn *out, struct err *err)
{
	bool traced = how->gated;
	int gate[2] = {-1, -1}, ready[2] = {-1, -1}, failed[2] = {-1, -1};
	int rc = 0;
	pid_t pid = -1;

	if ((traced && (pipe2(gate, O_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0)) ||
	    pipe2(failed, O_CLOEXEC) != 0 || (pid = fork()) < 0)
		rc = err_set(err, -errno, "cannot start a process: %s", strerror(errno));
	if (pid == 0) {
		give_back(in);
		if (traced) {
			close(gate[1]);
			close(ready[0]);
		} else {
			hide_output(how->keep_input);
		}
		close(failed[0]);
		become(argv, how->pass, in, gate[0], ready[1], failed[1]);
	}
	if (gate[0] >= 0)
		close(gate[0]);
	if (ready[1] >= 0)
		close(ready[1]);
	if (failed[1] >= 0)
		close(failed[1]);
	*out = (struct spawn){.pid = pid, .gate = gate[1], .ready = ready[0], .failed = failed[0]};
	if (rc)
		spawn_close(out);
	return rc;
}

int spawn(char *const argv[], const struct inherited *in, const struct filter_pass *pass,
	  struct spawn *out, struct err *err)
{
	return start(argv, in, &(struct how){.pass = pass, .gated = true}, out, err);
}

int spawn_gated(char *const argv[], const struct inherited *in, struct spawn *out, struct err *err)
{
	return start(argv, in, &(struct how){.gated = true}, out, err);
}

int spawn_untraced(char *const argv[], const struct inherited *in, bool keep_input, struct spawn *out,
		   struct err *err)
{
	return start(argv, in, &(struct how){.keep_input = keep_input}, out, err);
}

int spawn_failure(const struct spawn *sp, struct err *err)
{
	struct failure f;
	ssize_t n;

	do
		n = read(sp->failed, &f, sizeof(f));
	while (n < 0 && errno == EINTR);
	if (n != (ssize_t)sizeof(f))
		return 0;
	if (f.exec_errno)
		return explain_exec(f.path, f.exec_errno, err);
	*err = f.err;
	return 125;
}

void spawn_close(struct spawn *sp)
{
	int *fds[] = {&sp->gate, &sp->ready, &sp->failed};

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}
