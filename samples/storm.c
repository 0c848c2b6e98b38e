/* SPDX-License-Identifier: MIT */
/*
 * A signal storm: a timer of 0.1 ms that its handler winds up again, makes calls
 * of its own, and raises a second signal now and then, while the program reads
 * from a slow pipe. A read is disturbed so often at most, so that a slow machine
 * gets on, too. SA_RESTART lets the kernel restart the read, so every read is one
 * fresh vDSO entry however often it was interrupted. With the word "jump" the
 * handler leaves by siglongjmp at times: then the read is made anew, and no
 * restart comes.
 */
/* For the names of registers in a signal frame. */
#define _GNU_SOURCE
#include "support/truth.h"

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

static volatile unsigned long alarms, in_handler, reads;
/* How often the read under way may still be interrupted, and left by a jump. */
static volatile sig_atomic_t alarms_left, jumps_left;
static sigjmp_buf back;
static uint32_t landing_pad;

static void wind_up(void)
{
	setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, 100}}, NULL);
}

/* Was it inside the kernel, or is about to restart its call? Else the read may not have begun. */
static int inside_call(const ucontext_t *uc)
{
	uint32_t ip = (uint32_t)uc->uc_mcontext.gregs[REG_EIP];

	return ip == landing_pad || ip == landing_pad - 2;
}

static void on_alarm(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info;
	alarms++;
	if (alarms % 3 == 0) {
		in_handler++;
		syscall(SYS_getppid);
	}
	if (alarms % 7 == 0)
		raise(SIGUSR1);
	if (jumps_left > 0 && alarms % 11 == 0 && inside_call(context)) {
		jumps_left--;
		siglongjmp(back, 1);
	}
	if (alarms_left > 0) {
		alarms_left--;
		wind_up();
	}
}

static void on_usr1(int sig)
{
	(void)sig;
}

static void feed(int fd, unsigned long bytes)
{
	for (unsigned long i = 0; i < bytes; i++) {
		usleep(1000);
		if (write(fd, "x", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	enum entry_path vdso = truth_vdso_path(getauxval(AT_SYSINFO));
	struct sigaction sa = {.sa_sigaction = on_alarm, .sa_flags = SA_RESTART | SA_SIGINFO};
	int jumps = 0;
	unsigned long rounds = 50;
	char text[4096] = "", byte;
	int ends[2];

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "jump") == 0)
			jumps = 3;
		else if (strcmp(argv[i], "--truth") != 0)
			rounds = strtoul(argv[i], NULL, 10);
	}
	if (vdso == PATH_UNKNOWN) {
		fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	if (pipe(ends) != 0)
		return 1;
	landing_pad = (uint32_t)truth_landing_pad(getauxval(AT_SYSINFO));
	fflush(stdout);
	if (fork() == 0) {
		close(ends[0]);
		feed(ends[1], rounds);
	}
	close(ends[1]);
	sigaction(SIGALRM, &sa, NULL);
	sa.sa_handler = on_usr1;
	sa.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &sa, NULL);
	do {
		jumps_left = jumps;
		sigsetjmp(back, 1);
		alarms_left = 20;
		wind_up();
		reads++;
		/* Its own number: the C library's start-up reads too, but never with readv. */
	} while (syscall(SYS_readv, ends[0], &(struct { void *p; size_t n; }){&byte, 1}, 1) != 0);
	jumps_left = alarms_left = 0;
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	wait(NULL);
	truth_add_n(vdso, ABI_I386, SYS_readv, reads);
	truth_add_n(vdso, ABI_I386, SYS_getppid, in_handler);
	if (argc > 1 && strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	printf("%lu bytes read\n%s", rounds, text);
	return 0;
}
