/* SPDX-License-Identifier: MIT */
/*
 * What seccomp(2) and prctl(2) answer about a task's filters and no_new_privs, and what
 * they do: printed, so that two runs can be compared.
 *
 *   privileges WORD
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_TSYNC
#define SECCOMP_FILTER_FLAG_TSYNC 1
#endif

static void tell(const char *who)
{
	printf("%s: seccomp %d, no_new_privs %d\n", who, prctl(PR_GET_SECCOMP, 0, 0, 0, 0),
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	fflush(stdout);
}

static void answer(const char *what, long result)
{
	printf("%s: %ld%s%s\n", what, result, result < 0 ? ", " : "", result < 0 ? strerror(errno) : "");
	fflush(stdout);
}

static struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
static const struct sock_fprog allow_all = {1, allow};

static void install(unsigned flags, const struct sock_fprog *prog)
{
	answer("filter", syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, prog));
}

static void no_new_privs(void)
{
	answer("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

static void end_of(pid_t pid, const char *what)
{
	int status = 0;

	answer(what, waitpid(pid, &status, 0) == pid ? 0 : -1);
	printf("%s: wait status 0x%x\n", what, (unsigned)status);
	fflush(stdout);
}

/* In a child: what it sets is not its parent's. */
static void in_child(const char *what, void (*work)(void))
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		work();
		tell("child");
		_exit(0);
	}
	end_of(pid, what);
	tell("parent");
}

/* ---- words ---- */

static void probe(void)
{
	tell("at first");
	install(0, NULL);
	install(SECCOMP_FILTER_FLAG_TSYNC, NULL);
	install(0x80000000u, &allow_all);
	install(0, &(struct sock_fprog){0, allow});
	install(0, &(struct sock_fprog){1, (void *)16});
	answer("filter, by prctl", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0));
	answer("no_new_privs, wrong", prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0));
	answer("no_new_privs, 2", prctl(PR_SET_NO_NEW_PRIVS, 2, 0, 0, 0));
	tell("afterwards");
}

static void set_privs(void)
{
	no_new_privs();
	tell("self");
}

static void set_filter(void)
{
	no_new_privs();
	install(0, &allow_all);
	in_child("grandchild", set_privs);
}

static void children(void)
{
	in_child("no_new_privs in a child", set_privs);
	in_child("a filter in a child", set_filter);
}

struct meeting {
	pthread_barrier_t barrier;
	unsigned flags;
};

static void *other(void *arg)
{
	struct meeting *m = arg;

	tell("other thread");
	pthread_barrier_wait(&m->barrier);
	pthread_barrier_wait(&m->barrier);
	tell("other thread");
	return NULL;
}

static void with_thread(unsigned flags)
{
	struct meeting m = {.flags = flags};
	pthread_t t;

	pthread_barrier_init(&m.barrier, NULL, 2);
	if (pthread_create(&t, NULL, other, &m) != 0)
		exit(1);
	pthread_barrier_wait(&m.barrier);
	no_new_privs();
	install(flags, &allow_all);
	tell("main thread");
	pthread_barrier_wait(&m.barrier);
	pthread_join(t, NULL);
	if (pthread_create(&t, NULL, (void *(*)(void *))(void *)tell, "made later") != 0)
		exit(1);
	pthread_join(t, NULL);
}

static void threads(void)
{
	with_thread(0);
}

static void tsync(void)
{
	with_thread(SECCOMP_FILTER_FLAG_TSYNC);
}

/* A filter that wants a tracer, which nobody is. */
static void wants_tracer(void)
{
	struct sock_filter trace[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 7),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdir, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	no_new_privs();
	install(0, &(struct sock_fprog){6, trace});
	for (int i = 0; i < 3; i++) {
		answer("getppid", syscall(SYS_getppid));
		answer("mkdir", syscall(SYS_mkdir, "/dev/null/x", 0700));
	}
	answer("close", close(1000));
}

/* ---- strict mode: in children, which end ---- */

static void say(const char *text)
{
	if (write(1, text, strlen(text)) < 0)
		_exit(1);
}


static void keeps(void)
{
	char byte;
	int ends[2];

	if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
		_exit(1);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
	say("strict\n");
	say(read(ends[0], &byte, 1) == 1 ? "read\n" : "nothing read\n");
	syscall(SYS_exit, 3);
}


static void by_seccomp(void)
{
	answer("strict, with flags", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL));
	answer("strict, with an argument", syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, &allow_all));
	syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
	say("strict\n");
	syscall(SYS_getpid);
	say("too far\n");
}

static void exits_group(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	_exit(5);
}

static void asks(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	say("strict\n");
	prctl(PR_GET_SECCOMP);
	say("too far\n");
}

static void behind_filter(void)
{
	no_new_privs();
	install(0, &allow_all);
	answer("strict, under a filter", prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT));
}

static void reads_clock(void)
{
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	say("strict\n");
	__builtin_ia32_rdtsc();
	say("too far\n");
}

static int status_of_thread;

static void *strict_thread(void *arg)
{
	(void)arg;
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	say("strict\n");
	syscall(SYS_getpid);
	say("too far\n");
	return &status_of_thread;
}

static void one_thread(void)
{
	pthread_t t;

	if (pthread_create(&t, NULL, strict_thread, NULL) != 0)
		_exit(1);
	usleep(300000);
	say("the other thread goes on\n");
	tell("main thread");
	_exit(6);
}

static void strict(void)
{
	in_child("read, write, exit", keeps);
	in_child("by seccomp", by_seccomp);
	in_child("exit_group", exits_group);
	in_child("prctl", asks);
	in_child("under a filter", behind_filter);
	in_child("rdtsc", reads_clock);
	in_child("one thread", one_thread);
}

static const struct {
	const char *word;
	void (*work)(void);
} words[] = {
	{"probe", probe}, {"children", children}, {"threads", threads}, {"tsync", tsync}, {"wants-tracer", wants_tracer}, {"strict", strict},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(argv[1], words[i].word) == 0) {
			words[i].work();
			return 0;
		}
	fputs("no such word\n", stderr);
	return 1;
}
