/* SPDX-License-Identifier: MIT */
#include "cli/front.h"

#include "base/err.h"
#include "base/monotonic.h"
#include "cli/progress.h"
#include "model/config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a signal may take to show up in the program before it is passed on, in ms. */
#define GRACE_MS 200
/* How often the tracer is reminded that it was asked to finish, in ms. */
#define REMIND_MS 20
#define TICK_MS 250

/* Signals that people and supervisors send to the process that they started. */
static const int passed_on[] = {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM};
#define NPASSED (sizeof(passed_on) / sizeof(passed_on[0]))

struct waiting {
	bool pending;
	uint64_t since_ns;
	unsigned times; /* sent so far */
};

struct supervisor {
	struct front *f;
	struct progress_line line;
	struct waiting waiting[NPASSED];
	uint64_t end_ns, summary_ns; /* when to finish, and when to write the next summary; 0: never */
	bool program_gone, tracer_gone;
	int program_status, tracer_status;
};

static void ask_to_finish(struct supervisor *s)
{
	atomic_fetch_add(&s->f->shared->finish, 1);
	kill(s->f->tracer, SIGUSR1);
}

/* Something is to be shown of what was seen so far. */
static void ask_to_look(struct supervisor *s, unsigned what)
{
	atomic_fetch_or(&s->f->shared->look, what);
	kill(s->f->tracer, SIGUSR1);
}

static void keep_time(struct supervisor *s)
{
	uint64_t now = monotonic_ns();

	if (s->end_ns && now >= s->end_ns) {
		s->end_ns = 0;
		atomic_store(&s->f->shared->time_over, true);
		ask_to_finish(s);
	}
	if (s->summary_ns && now >= s->summary_ns && !s->tracer_gone) {
		s->summary_ns = now + (uint64_t)(s->f->interval * 1e9);
		ask_to_look(s, LOOK_SUMMARY);
	}
}

/* Milliseconds until the next of them, but at most ms; -1: no limit. */
static int until_time(const struct supervisor *s, int ms)
{
	const uint64_t due[] = {s->end_ns, s->summary_ns};
	uint64_t now = monotonic_ns();

	for (size_t i = 0; i < sizeof(due) / sizeof(due[0]); i++) {
		uint64_t left = due[i] > now ? (due[i] - now) / 1000000 + 1 : 0;

		if (due[i] && (ms < 0 || left < (uint64_t)ms))
			ms = left > 60000 ? 60000 : (int)left;
	}
	return ms;
}

/*
 * Ctrl-C at a terminal reaches the program by itself, as it is in the same
 * process group. What was sent to this process alone by kill(1) is passed on,
 * unless the program is seen to get it from the same sender; a second one
 * means that the program does not listen.
 */
static void on_signal(struct supervisor *s, const struct signalfd_siginfo *si)
{
	bool by_process = si->ssi_code == SI_USER || si->ssi_code == SI_QUEUE || si->ssi_code == SI_TKILL;
	bool ends = si->ssi_signo == SIGINT || si->ssi_signo == SIGTERM || si->ssi_signo == SIGHUP ||
		    si->ssi_signo == SIGQUIT;

	/* A program of its own may want it: only where it cannot be meant for that, or summaries were asked for. */
	if (si->ssi_signo == SIGUSR1 && (!s->f->program || s->f->interval > 0)) {
		ask_to_look(s, LOOK_REPORT);
		return;
	}
	if (!s->f->program || s->program_gone) {
		if (ends)
			ask_to_finish(s);
		return;
	}
	if (!by_process || (pid_t)si->ssi_pid == s->f->program)
		return;
	for (size_t i = 0; i < NPASSED; i++) {
		struct waiting *w = &s->waiting[i];

		if (passed_on[i] != (int)si->ssi_signo)
			continue;
		if (ends && w->times++ > 0 && !w->pending)
			ask_to_finish(s);
		w->pending = true;
		w->since_ns = monotonic_ns();
	}
}

static void pass_on(struct supervisor *s)
{
	uint64_t now = monotonic_ns(), grace = GRACE_MS * 1000000ull;

	for (size_t i = 0; i < NPASSED; i++) {
		struct waiting *w = &s->waiting[i];
		uint64_t seen = atomic_load(&s->f->shared->seen_ns[passed_on[i]]);

		if (!w->pending || now - w->since_ns < grace)
			continue;
		w->pending = false;
		if (!s->program_gone && seen + grace < w->since_ns)
			kill(s->f->program, passed_on[i]);
	}
}

/*
 * The program was stopped from the terminal: stop too, so that the shell gets
 * the terminal back. The same signal waits here, blocked; if SIGCONT came
 * meanwhile, the kernel has taken it away again, and nothing happens.
 */
static void stop_along(int sig)
{
	sigset_t one;

	if (sig != SIGTSTP && sig != SIGTTIN && sig != SIGTTOU)
		return;
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	sigprocmask(SIG_BLOCK, &one, NULL);
}

static void reap(struct supervisor *s)
{
	int status;

	while (s->f->program && !s->program_gone &&
	       waitpid(s->f->program, &status, WNOHANG | WUNTRACED) > 0) {
		if (WIFSTOPPED(status)) {
			shared_wipe_line(s->f->shared);
			stop_along(WSTOPSIG(status));
		} else {
			s->program_gone = true;
			s->program_status = status;
		}
	}
	if (!s->tracer_gone && waitpid(s->f->tracer, &status, WNOHANG) > 0) {
		s->tracer_gone = true;
		s->tracer_status = status;
	}
}

static bool done(const struct supervisor *s)
{
	return (s->tracer_gone || atomic_load(&s->f->shared->state) == TRACER_DONE) &&
	       (s->program_gone || !s->f->program);
}

static int next_tick(const struct supervisor *s)
{
	if (atomic_load(&s->f->shared->finish) && !s->tracer_gone)
		return REMIND_MS;
	for (size_t i = 0; i < NPASSED; i++)
		if (s->waiting[i].pending)
			return REMIND_MS;
	return s->f->progress ? TICK_MS : -1;
}

static void watch(struct supervisor *s)
{
	/* When the tracer has let go of the pipe, only the program's end is waited for. */
	struct pollfd p[2] = {{.fd = s->f->signals, .events = POLLIN}, {.fd = s->f->done, .events = POLLIN}};

	while (!done(s)) {
		struct signalfd_siginfo si;

		poll(p, 2, until_time(s, next_tick(s)));
		if (p[1].revents)
			p[1].fd = -1;
		while (read(s->f->signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
			if (si.ssi_signo != SIGCHLD)
				on_signal(s, &si);
		reap(s);
		pass_on(s);
		keep_time(s);
		if (atomic_load(&s->f->shared->finish) && !s->tracer_gone)
			kill(s->f->tracer, SIGUSR1);
		if (s->f->progress)
			progress_tick(&s->line, s->f->shared);
	}
	shared_wipe_line(s->f->shared);
}

/* The program was killed by a signal: end the same way, without a second core file. */
static int die_of(int sig)
{
	struct rlimit no_core = {0, 0};
	sigset_t set;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	return 128 + sig;
}

static int outcome(const struct supervisor *s)
{
	const struct trace_shared *sh = s->f->shared;
	int own = atomic_load(&sh->exit_code);

	if (s->tracer_gone && WIFSIGNALED(s->tracer_status)) {
		diag("the tracer was killed by signal %d (%s), and the program with it; there is no report",
		     WTERMSIG(s->tracer_status), strsignal(WTERMSIG(s->tracer_status)));
		return EXIT_TROUBLE;
	}
	/* The report is there, and which condition held was said: that is what was asked for. */
	if (own == EXIT_GATE)
		return EXIT_GATE;
	if (own || (s->tracer_gone && WEXITSTATUS(s->tracer_status) != 0)) {
		diag("%s", sh->err.text[0] ? sh->err.text : "the tracer ended early");
		return EXIT_TROUBLE;
	}
	if (!s->f->program)
		return 0;
	/* It ended because its time was over, which is what was asked for. */
	if (atomic_load(&sh->time_over) && WIFSIGNALED(s->program_status) && WTERMSIG(s->program_status) == SIGKILL)
		return 0;
	return WIFSIGNALED(s->program_status) ? die_of(WTERMSIG(s->program_status))
					      : WEXITSTATUS(s->program_status);
}

int front_listen(struct front *f, struct err *err)
{
	struct sigaction sa;
	sigset_t block, read_here;

	/* Signals that were ignored when we were started stay ignored, as nohup(1) wants. */
	sigemptyset(&read_here);
	sigaddset(&read_here, SIGCHLD);
	for (size_t i = 0; i < NPASSED; i++)
		if (sigaction(passed_on[i], NULL, &sa) == 0 && sa.sa_handler != SIG_IGN)
			sigaddset(&read_here, passed_on[i]);
	block = read_here;
	sigaddset(&block, SIGTSTP);
	sigaddset(&block, SIGTTIN);
	sigaddset(&block, SIGTTOU);
	sigprocmask(SIG_BLOCK, &block, NULL);
	f->signals = signalfd(-1, &read_here, SFD_CLOEXEC | SFD_NONBLOCK);
	return f->signals < 0 ? err_set(err, -errno, "cannot watch for signals: %s", strerror(errno)) : 0;
}

int front_supervise(struct front *f)
{
	struct supervisor s = {.f = f};

	/* Words that nobody reads any more are no reason to end otherwise than the program did. */
	signal(SIGPIPE, SIG_IGN);
	progress_init(&s.line);
	s.end_ns = f->duration > 0 ? monotonic_ns() + (uint64_t)(f->duration * 1e9) : 0;
	s.summary_ns = f->interval > 0 ? monotonic_ns() + (uint64_t)(f->interval * 1e9) : 0;
	reap(&s);
	watch(&s);
	close(f->signals);
	return outcome(&s);
}
