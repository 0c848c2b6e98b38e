// SPDX-License-Identifier: MIT
/*
 * C++ exceptions around kernel entries: thrown by ordinary code between calls, by
 * a handler whose signal interrupted a call (the unwinder passes the signal
 * frame and the vDSO's frame), and by a handler of a fault. Built with
 * -fnon-call-exceptions. Claims getppid, tgkill and rt_sigsuspend.
 */
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

extern "C" {
#include "support/truth.h"
}

#ifndef AT_SYSINFO
#define AT_SYSINFO 32
#endif

namespace {

entry_path vdso;
unsigned long unwound;
// The header says that it never throws; interrupted by these handlers, it does.
long (*volatile enter)(long nr, ...) = syscall;

// Makes a call when it is unwound, as destructors do.
struct guard {
	~guard()
	{
		unwound++;
		truth_add(vdso, ABI_I386, SYS_getppid);
		getppid();
	}
};

void on_signal(int sig)
{
	throw std::runtime_error(std::to_string(sig));
}

__attribute__((noinline)) void deep(int depth)
{
	guard g;

	truth_add(vdso, ABI_I386, SYS_getppid);
	getppid();
	if (depth == 0)
		throw std::logic_error("deep");
	deep(depth - 1);
}

// Entered once: the handler leaves by its exception, and no sigreturn follows.
__attribute__((noinline)) void interrupted(pid_t pid)
{
	guard g;

	truth_add(vdso, ABI_I386, SYS_tgkill);
	enter(SYS_tgkill, pid, pid, SIGUSR1);
}

// The signal comes when the call waits for it, and not earlier.
__attribute__((noinline)) void interrupted_asleep()
{
	guard g;
	sigset_t alarm_only, none;

	sigemptyset(&none);
	sigemptyset(&alarm_only);
	sigaddset(&alarm_only, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_only, nullptr);
	ualarm(1000, 0);
	truth_add(vdso, ABI_I386, SYS_rt_sigsuspend);
	enter(SYS_rt_sigsuspend, &none, 8);
}

__attribute__((noinline)) void fault(volatile int *nowhere)
{
	guard g;

	*nowhere = 1;
}

template <typename F> bool throws(F f, const std::string &what)
{
	try {
		f();
	} catch (const std::exception &e) {
		return what == e.what();
	}
	return false;
}

} // namespace

int main(int argc, char **argv)
{
	unsigned long rounds = 20, right = 0;
	struct sigaction sa = {};
	char text[4096] = "";
	pid_t pid = getpid();

	vdso = truth_vdso_path(getauxval(AT_SYSINFO));
	for (int i = 1; i < argc; i++)
		if (std::strcmp(argv[i], "--truth") != 0)
			rounds = std::strtoul(argv[i], nullptr, 10);
	if (vdso == PATH_UNKNOWN) {
		std::fputs("this kernel gives 32-bit programs no vDSO\n", stderr);
		return 77;
	}
	sa.sa_handler = on_signal;
	// No sigreturn would take the signal out of the mask again.
	sa.sa_flags = SA_NODEFER | SA_RESTART;
	for (int sig : {SIGUSR1, SIGALRM, SIGSEGV})
		sigaction(sig, &sa, nullptr);
	for (unsigned long i = 0; i < rounds; i++) {
		right += throws([] { deep(5); }, "deep");
		right += throws([pid] { interrupted(pid); }, std::to_string(SIGUSR1));
		right += throws([] { fault(nullptr); }, std::to_string(SIGSEGV));
		if (i % 4 == 0)
			right += throws([] { interrupted_asleep(); }, std::to_string(SIGALRM));
		else
			right++;
	}
	if (argc > 1 && std::strcmp(argv[1], "--truth") == 0)
		truth_print(text, sizeof(text), "rows");
	std::printf("%lu of %lu thrown and caught, %lu unwound\n%s", right, rounds * 4, unwound, text);
	return right != rounds * 4;
}
