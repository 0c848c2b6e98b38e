/* SPDX-License-Identifier: MIT */
/*
 * What reaches whom.
 *
 *   who started us
 *     └─ front process ─┬─ program          in the same process group and session
 *                       ├─ witness          as the front process was started in
 *                       └─ tracer           in a process group of its own
 *
 * Alone, the program would be what the front process is: it would have that
 * process number, and what is sent there. So the front process blocks all
 * signals, ends by none of them but SIGKILL, and sorts each by two questions.
 *
 * Was it sent to the whole process group (terminal, kill(0, N), kill %1), or to
 * everybody? Then the program has it already, and it is nothing to us. The
 * signal itself does not say so: si_code is SI_USER for both. sudo(8) and other
 * front processes guess by si_code and by the sender's group; here the witness,
 * which is in the same group and gets whatever goes to that, tells it for sure.
 * As the program answers for its group itself, no signal ends the run that the
 * program would survive alone, and it stops at Ctrl-Z if and only if it would.
 *
 * Who sent it to us alone? A process of the program's own family means its
 * parent, kill(getppid(), SIGUSR1): it goes on to the one who started us, and
 * comes there from the number that is known there. All others mean the program:
 * it goes on to that at once, each one, however many come; one with a value by
 * rt_sigqueueinfo(2), with the sender as it was. Kernel signals to us alone,
 * the SIGHUP of a session leader and the SIGALRM of an alarm(2) that was set
 * before, are the program's too. SIGKILL and SIGSTOP cannot be passed on.
 *
 * When the program has stopped, we stop by the same signal, so that the shell
 * gets its terminal back; the SIGCONT of fg and bg goes to the group, a SIGCONT
 * to us alone is passed on, and if only the program is continued, the witness
 * sees that and continues us.
 *
 * Asked to end (SIGINT, SIGTERM, SIGQUIT, SIGHUP): with a program that lives,
 * that is the program's to answer. Where it has ended, and with -p, the tracer
 * finishes; a second request drops what is left. Meanwhile the tracer is
 * watched: it is continued when something stops it, and each request asks it
 * for a sign of life. If it gives none for a second and is asked to end again,
 * it is killed, and the program with it (PTRACE_O_EXITKILL). SIGKILL to the
 * front process ends all in any case: the tracer then reports what it has, and
 * must be done with that in time (cli/tracer_process.c).
 */
#include "cli/front.h"

#include "base/err.h"
#include "base/monotonic.h"
#include "base/signame.h"
#include "cli/live.h"
#include "cli/progress.h"
#include "model/config.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How often the tracer is reminded that it was asked for something, in ms. */
#define REMIND_MS 20
#define TICK_MS 250
/* A tracer that is silent for so long may be killed, and is given up on when that takes longer. */
#define SILENT_NS 1000000000ull
#define KILLED_NS 2000000000ull
/* Requests that come together, as timeout(1) sends them, are one. */
#define TOGETHER_NS 100000000ull

struct supervisor {
	struct front *f;
	struct progress_line line;
	uint64_t end_ns, summary_ns; /* when to finish, and when to write the next summary; 0: never */
	bool program_gone, tracer_gone;
	int program_status, tracer_status;
	/* requests to end that the tracer has not come by yet */
	unsigned requests;
	uint64_t first_ns, last_ns;
	uint64_t killed_ns; /* when the silent tracer was killed; 0: it was not */
};

static bool ends(int sig)
{
	return sig == SIGINT || sig == SIGTERM || sig == SIGHUP || sig == SIGQUIT;
}

static void send_on(pid_t program, pid_t to, const struct signalfd_siginfo *si)
{
	siginfo_t info = {.si_signo = (int)si->ssi_signo, .si_code = si->ssi_code};

	if (si->ssi_code != SI_QUEUE) {
		kill(to, (int)si->ssi_signo);
		return;
	}
	/* What the program sends comes, for others, from where they know it to be. */
	info.si_pid = program == (pid_t)si->ssi_pid ? getpid() : (pid_t)si->ssi_pid;
	info.si_uid = si->ssi_uid;
	info.si_value.sival_ptr = (void *)(uintptr_t)si->ssi_ptr;
	syscall(SYS_rt_sigqueueinfo, to, info.si_signo, &info);
}

/* Is the sender one of the program's processes, alive or gone? */
static bool from_family(const struct supervisor *s, const struct signalfd_siginfo *si)
{
	pid_t pid = (pid_t)si->ssi_pid;
	uint64_t tracer;

	if (si->ssi_code > 0 || !pid)
		return false;
	if (pid == s->f->program)
		return true;
	if (!shared_is_family(s->f->shared, pid))
		return false;
	/* A stranger may have the number of one that is gone. */
	return !procfs_status(pid, "TracerPid", 10, &tracer) || (pid_t)tracer == s->f->tracer;
}

/* Each request asks the tracer's loop for a sign of life. */
static void note_request(struct supervisor *s)
{
	uint64_t now = monotonic_ns();

	if (s->requests && now - s->last_ns < TOGETHER_NS)
		return;
	if (!s->requests++)
		s->first_ns = now;
	s->last_ns = now;
	atomic_fetch_add(&s->f->shared->asked, 1);
	if (!s->f->program || s->program_gone)
		atomic_fetch_add(&s->f->shared->finish, 1);
}

/* The time is over, or the view was left: tracing ends, and the program with it. */
static void end_now(struct supervisor *s)
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

	uint64_t began = atomic_load(&s->f->shared->began_ns);

	/* To get ready takes a while in the kernel, which is not part of the time. */
	if (s->end_ns && began && s->end_ns < began + (uint64_t)(s->f->duration * 1e9))
		s->end_ns = began + (uint64_t)(s->f->duration * 1e9);
	if (s->end_ns && now >= s->end_ns && !s->tracer_gone && atomic_load(&s->f->shared->state) == TRACER_STARTING)
		s->end_ns = now + REMIND_MS * 1000000ull;
	if (s->end_ns && now >= s->end_ns) {
		s->end_ns = 0;
		atomic_store(&s->f->shared->time_over, true);
		end_now(s);
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

static void on_signal(struct supervisor *s, const struct signalfd_siginfo *si)
{
	int sig = (int)si->ssi_signo;
	bool family, to_group, alone = s->f->program && !s->program_gone;

	/* Our own, of a pipe that nobody reads; our children's; what the witness wakes us with. */
	if ((pid_t)si->ssi_pid == getpid() || (sig == SIGCHLD && si->ssi_code > 0) ||
	    (si->ssi_code == SI_USER && witness_is(&s->f->witness, (pid_t)si->ssi_pid)))
		return;
	/* A program of its own may want it: only where it cannot be meant for that, or summaries were asked for. */
	if (sig == SIGUSR1 && (!s->f->program || s->f->interval > 0)) {
		ask_to_look(s, LOOK_REPORT);
		return;
	}
	family = s->f->program && from_family(s, si);
	to_group = witness_got(&s->f->witness, sig);
	if (!family && ends(sig) && !(sigismember(&s->f->ignored, sig) && !alone))
		note_request(s);
	if (to_group)
		return;
	if (family)
		send_on(s->f->program, getppid(), si);
	else if (alone)
		send_on(s->f->program, s->f->program, si);
}

/*
 * The program was stopped: stop by the same signal, so that the one who started
 * us sees that, and a shell gets the terminal back.
 */
static void stop_along(struct supervisor *s, int sig)
{
	sigset_t one;

	shared_wipe_line(s->f->shared);
	witness_watch(&s->f->witness, s->f->program);
	if (sig != SIGTSTP && sig != SIGTTIN && sig != SIGTTOU)
		sig = SIGSTOP;
	sigemptyset(&one);
	sigaddset(&one, sig);
	if (sig != SIGSTOP) {
		/* One that waits here is the same; ignoring it drops it. */
		signal(sig, SIG_IGN);
		signal(sig, SIG_DFL);
	}
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(sig);
	sigprocmask(SIG_BLOCK, &one, NULL);
	witness_unwatch(&s->f->witness);
}

/*
 * Its end is only looked at until we end ourselves: so long, others may still
 * ask the kernel what it has used.
 */
static void look_at_program(struct supervisor *s)
{
	siginfo_t si;

	while (s->f->program && !s->program_gone) {
		si.si_pid = 0;
		if (waitid(P_PID, (id_t)s->f->program, &si, WEXITED | WNOHANG | WNOWAIT) == 0 && si.si_pid) {
			s->program_gone = true;
			s->program_status = si.si_code == CLD_EXITED ? W_EXITCODE(si.si_status, 0) : si.si_status;
		} else if (waitid(P_PID, (id_t)s->f->program, &si, WSTOPPED | WNOHANG) == 0 && si.si_pid) {
			stop_along(s, si.si_status);
		} else {
			return;
		}
	}
}

static void reap_tracer(struct supervisor *s)
{
	int status;

	while (!s->tracer_gone && waitpid(s->f->tracer, &status, WNOHANG | WUNTRACED) > 0) {
		if (WIFSTOPPED(status)) {
			/* Nobody but the program has a reason to stop it. */
			kill(s->f->tracer, SIGCONT);
		} else {
			s->tracer_gone = true;
			s->tracer_status = status;
		}
	}
}

/* Reminds a tracer that was asked for something, and ends one that has nothing more to say. */
static void look_after_tracer(struct supervisor *s)
{
	struct trace_shared *sh = s->f->shared;
	uint64_t now = monotonic_ns();

	if (s->tracer_gone)
		return;
	if (atomic_load(&sh->answered) == atomic_load(&sh->asked)) {
		s->requests = 0;
		if (!atomic_load(&sh->finish))
			return;
	}
	if (s->requests > 1 && now - s->first_ns > SILENT_NS && !s->killed_ns) {
		s->killed_ns = now;
		kill(s->f->tracer, SIGKILL);
	} else {
		kill(s->f->tracer, SIGUSR1);
	}
}

static bool done(const struct supervisor *s)
{
	/* Killed, and still there: it hangs in the kernel, where nobody can help it. */
	if (s->killed_ns && monotonic_ns() - s->killed_ns > KILLED_NS)
		return true;
	return (s->tracer_gone || atomic_load(&s->f->shared->state) == TRACER_DONE) &&
	       (s->program_gone || !s->f->program);
}

static int next_tick(const struct supervisor *s)
{
	if (!s->tracer_gone && (s->requests || atomic_load(&s->f->shared->finish)))
		return REMIND_MS;
	if (s->killed_ns)
		return REMIND_MS;
	return s->f->progress || s->f->live ? TICK_MS : -1;
}

static void watch_live(struct supervisor *s, struct pollfd *keys)
{
	struct live *l = s->f->live;

	if (!l)
		return;
	/* The report follows on the same terminal. */
	if (s->tracer_gone || atomic_load(&s->f->shared->state) >= TRACER_REPORTING || (keys->revents & (POLLHUP | POLLERR))) {
		live_close(l);
		s->f->live = NULL;
		keys->fd = -1;
		atomic_store(&s->f->shared->live_on, false);
		return;
	}
	if ((keys->revents & POLLIN) && !live_keys(l))
		end_now(s);
	if (live_tick(l, s->f->shared))
		ask_to_look(s, LOOK_LIVE);
}

static void watch(struct supervisor *s)
{
	/* When the tracer has let go of the pipe, only the program's end is waited for. */
	struct pollfd p[3] = {{.fd = s->f->signals, .events = POLLIN}, {.fd = s->f->done, .events = POLLIN},
			      {.fd = s->f->live ? live_keys_fd(s->f->live) : -1, .events = POLLIN}};

	while (!done(s)) {
		struct signalfd_siginfo si;

		poll(p, 3, until_time(s, next_tick(s)));
		if (p[1].revents)
			p[1].fd = -1;
		watch_live(s, &p[2]);
		while (read(s->f->signals, &si, sizeof(si)) == (ssize_t)sizeof(si))
			on_signal(s, &si);
		reap_tracer(s);
		look_at_program(s);
		look_after_tracer(s);
		keep_time(s);
		if (s->f->progress)
			progress_tick(&s->line, s->f->shared);
	}
	live_close(s->f->live);
	s->f->live = NULL;
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
	const char *with_it = s->f->program ? ", and the program with it" : "";

	if (s->killed_ns) {
		diag("the tracer did not answer and was killed%s; there is no report", with_it);
		return EXIT_TROUBLE;
	}
	if (s->tracer_gone && WIFSIGNALED(s->tracer_status)) {
		diag("the tracer was killed by signal %d (%s)%s; there is no report", WTERMSIG(s->tracer_status),
		     strsignal(WTERMSIG(s->tracer_status)), with_it);
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

/* A hangup that was ignored when we were started stays ignored, as nohup(1) wants; likewise the others. */
static void note_ignored(struct front *f)
{
	struct sigaction sa;

	sigemptyset(&f->ignored);
	for (int sig = 1; sig < 65; sig++)
		if (sigaction(sig, NULL, &sa) == 0 && sa.sa_handler == SIG_IGN)
			sigaddset(&f->ignored, sig);
	/* A shell ignores these for all that it starts in the background; -p has no program to ask. */
	if (!f->program) {
		sigdelset(&f->ignored, SIGINT);
		sigdelset(&f->ignored, SIGQUIT);
	}
}

int front_listen(struct front *f, struct err *err)
{
	sigset_t block;
	int rc;

	note_ignored(f);
	sigfillset(&block);
	/* Without a program, it is we who stop at Ctrl-Z. */
	if (!f->program)
		sigdelset(&block, SIGTSTP);
	sigprocmask(SIG_BLOCK, &block, NULL);
	witness_init(&f->witness);
	rc = f->program ? witness_start(&f->witness, err) : 0;
	if (rc)
		return rc;
	f->signals = signalfd(-1, &block, SFD_CLOEXEC | SFD_NONBLOCK);
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
	look_at_program(&s);
	watch(&s);
	close(f->signals);
	witness_end(&f->witness);
	/* Its times are ours from here on, for who asks what his children took. */
	if (f->program)
		waitpid(f->program, NULL, WNOHANG);
	return outcome(&s);
}
