/* SPDX-License-Identifier: MIT */
#include "cli/tracer_process.h"

#include "base/cleanup.h"
#include "base/signame.h"
#include "base/vec.h"
#include "cli/kernel_process.h"
#include "elf/build_id.h"
#include "syscalls/names.h"
#include "report/format.h"
#include "stack/sampler.h"
#include "symbol/symbol.h"
#include "tracee/procfs.h"
#include "trace/inplace.h"
#include "trace/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Between two looks at counters in the program. */
enum { TICK_US = 100000 };

/* Entries after which an int 0x80 site is patched: under --count=inplace, and =auto. */
enum { PATCH_SOON = 16, PATCH_WORTHWHILE = 1000 };

/* Calls through the vDSO after which an image is planted, likewise: that costs as much as some dozens of stops. */
enum { PLANT_SOON = 1, PLANT_WORTHWHILE = 32 };

/* How long the report may take when the front process is gone, in seconds. */
enum { ALONE_S = 10 };

/* For the handler below only. */
static struct {
	pid_t front;
	struct trace_shared *shared;
	timer_t deadline;
	bool has_deadline;
} orphaned;

/* Only to end a wait: the flag is in the shared page. */
static void wake_up(int sig)
{
	(void)sig;
}

/*
 * The front process has gone, whatever ended it: the program is not to outlive
 * it, but what was counted is reported. Nobody is left who could end us when
 * that hangs, so that a timer must.
 */
static void front_gone(int sig)
{
	const struct itimerspec limit = {.it_value.tv_sec = ALONE_S};
	const struct itimerval often = {.it_interval.tv_usec = TICK_US / 4, .it_value.tv_usec = TICK_US / 4};

	(void)sig;
	if (getppid() == orphaned.front)
		return; /* somebody else's signal */
	atomic_store(&orphaned.shared->finish, 1);
	/* A wait may just be about to begin. */
	setitimer(ITIMER_REAL, &often, NULL);
	if (orphaned.has_deadline)
		timer_settime(orphaned.deadline, 0, &limit, NULL);
}

static void prepare_for_front_gone(pid_t front, struct trace_shared *shared)
{
	struct sigevent kill_us = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	struct sigaction sa = {.sa_handler = front_gone};

	orphaned.front = front;
	orphaned.shared = shared;
	orphaned.has_deadline = timer_create(CLOCK_MONOTONIC, &kill_us, &orphaned.deadline) == 0;
	sigaction(SIGUSR2, &sa, NULL);
	prctl(PR_SET_PDEATHSIG, SIGUSR2);
	if (getppid() != front)
		_exit(EXIT_TROUBLE);
}

/* The program keeps the limit that it was given; we may need more files than it. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void stand_apart(pid_t front, struct trace_shared *shared)
{
	static const int ours[] = {SIGUSR1, SIGUSR2, SIGALRM};
	struct sigaction sa = {.sa_handler = SIG_IGN};
	sigset_t not_ours;

	/* A process group of its own: what the program sends to its group is not meant for us. */
	setpgid(0, 0);
	/* Nor what it sends to all that it may. */
	sigfillset(&not_ours);
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		sigdelset(&not_ours, ours[i]);
	sigaction(SIGPIPE, &sa, NULL);
	sigaction(SIGXFSZ, &sa, NULL);
	sa.sa_handler = wake_up;
	sigaction(SIGUSR1, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
	sa.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &sa, NULL);
	prepare_for_front_gone(front, shared);
	sigprocmask(SIG_SETMASK, &not_ours, NULL);
}

static int seize(const struct tracer_process *tp, struct tracer *tr, struct err *err)
{
	int rc = 0;
	char byte = 1;

	if (!tp->program) {
		for (size_t i = 0; i < tp->cfg->npids && rc == 0; i++)
			rc = tracer_attach(tr, tp->cfg->pids[i], err);
		if (rc == 0)
			atomic_store(&tp->shared->state, TRACER_RUNNING);
		return rc;
	}
	if (read(tp->program->ready, &byte, 1) != 1)
		return err_set(err, -ECHILD, "the program's process ended before it could be traced");
	rc = tracer_launch(tr, tp->program->pid, err);
	if (rc == 0 && write(tp->program->gate, &byte, 1) != 1)
		rc = err_set(err, -errno, "cannot let the program start: %s", strerror(errno));
	return rc;
}

/* What it takes to name sites and their stacks. */
struct naming {
	struct modules *modules;
	struct trace *trace;
	bool snapshot;          /* the trace goes on: stacks stay where they are */
	const void *last;       /* the module whose build id was noted last */
	struct symbols *symbols;
	struct tracer *tr;      /* NULL where the kernel counted */
	struct tally_site *seen; /* the last one that was looked at for early names */
};

/*
 * The function that has the code, when the site lies in others that were inlined
 * there; not where it has the name of one of its own parts.
 */
static char *inlined_in(const struct symbol_info *info)
{
	const char *inner = info->frames[0].function, *outer;
	size_t i = 0;

	while (i < info->nframes && info->frames[i].inlined)
		i++;
	outer = i > 0 && i < info->nframes ? info->frames[i].function : NULL;
	return inner && outer && strcmp(inner, outer) != 0 ? xstrdup(outer) : NULL;
}

/* Once for each module, which come in no order. */
static void note_build_id(struct naming *naming, const struct module *m, int fd)
{
	struct trace *t = naming->trace;

	if (!t || fd < 0 || naming->last == m)
		return;
	naming->last = m;
	auto_free char *id = elf_build_id(fd);

	for (size_t i = 0; id && i < t->nmodules; i++)
		if (strcmp(t->modules[i].path, m->name) == 0 && strcmp(t->modules[i].build_id, id) == 0)
			return;
	if (id)
		*vec_push(t->modules, t->nmodules) = (struct module_id){xstrdup(m->name), steal_ptr(id)};
}

static void name_function(struct symbols *symbols, const struct module *m, int fd, struct site *site)
{
	struct symbol_info info = {0};

	if (symbols_resolve(symbols, m->name, fd, site->offset, &info) == 0 && info.nframes) {
		if (info.frames[0].function)
			site->function = xstrdup(info.frames[0].function);
		if (info.frames[0].source)
			site->source = xstrdup(info.frames[0].source);
		site->inlined_in = inlined_in(&info);
	}
	symbol_info_fini(&info);
}

static bool named(const struct site *site)
{
	return site->function || site->source;
}

/* The file will not be found again: its sites so far get their names now. */
static void name_before_closing(void *ctx, struct module *m)
{
	struct naming *naming = ctx;
	struct tally_site *s, *next;

	HASH_ITER(hh, naming->tr->tally.sites, s, next)
		if (s->key.module == m && !named(&s->site))
			name_function(naming->symbols, m, m->fd, &s->site);
}

/* The tally keeps who a site belongs to without looking at it. */
static struct module *module_of(const void *identity)
{
	struct module *m;

	memcpy(&m, &identity, sizeof(m));
	return m;
}

static void name_passing(void *ctx)
{
	struct naming *naming = ctx;
	struct modules *ms = &naming->tr->modules;

	for (;;) {
		struct tally_site *s = naming->seen ? naming->seen->hh.next : naming->tr->tally.sites;
		struct module *m = s ? module_of(s->key.module) : NULL;
		int fd = m && m->passing ? modules_fd(ms, m) : -1;

		if (!s)
			return;
		naming->seen = s;
		if (fd >= 0 && !named(&s->site))
			name_function(naming->symbols, m, fd, &s->site);
	}
}

static void name_site(void *ctx, const void *module, struct site *site)
{
	struct naming *naming = ctx;
	struct sampler *stacks = naming->snapshot || !naming->tr ? NULL : naming->tr->on_entry_ctx;
	struct module *m = module_of(module);
	int fd;

	for (size_t i = 0; i < site->ncalls; i++)
		site->calls[i].name = syscall_name(site->calls[i].abi, site->calls[i].nr);
	if (!naming->symbols)
		return;
	fd = modules_fd(naming->modules, m);
	note_build_id(naming, m, fd);
	if (fd >= 0 && !named(site))
		name_function(naming->symbols, m, fd, site);
	if (stacks)
		sampler_take(stacks, site, naming->symbols, site);
}

static void entry_stack(void *ctx, const struct site *site, struct thread *t,
			const struct user_regs_struct *regs)
{
	sampler_entry(ctx, site, t, regs);
}

static void counted_stacks(void *ctx, const struct site *site, int64_t n)
{
	sampler_skip(ctx, site, n);
}

/* The samples that were lost are entries without a stack: said where all that is missing is said. */
static void note_losses(struct tally *tally, const struct sampler *stacks)
{
	struct sampler_losses lost = sampler_losses(stacks);

	if (lost.samples)
		tally_blind(tally, "stacks-lost", lost.samples,
			    "stack samples that were lost when an unwind worker died; their entries are counted, without a stack");
	if (lost.deaths)
		tally_blind(tally, "unwind-worker-died", lost.deaths,
			    "times that an unwind worker died and was started again");
	if (lost.unread)
		tally_blind(tally, "stacks-unread", lost.unread,
			    "stack samples of tasks that were gone before their memory could be read");
}

static char **copy_words(char *const *words)
{
	size_t n = 0;
	char **copy;

	while (words && words[n])
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(words[i]);
	return copy;
}

/* CPU time of what still runs; what has ended is in the tracer's sums. */
static void add_running_cpu(const struct tracer *tr, struct trace *out)
{
	struct thread *t, *next;
	double user, system;

	HASH_ITER(hh, tr->threads.by_tid, t, next) {
		if (t->tid != t->tgid || !procfs_cpu(t->tid, &user, &system))
			continue;
		out->cpu_user += user;
		out->cpu_system += system;
	}
}

struct looker {
	const struct tracer_process *tp;
	struct tracer *tr;
};

/* What was seen so far, for the front process or whoever sent it a signal; then tracing goes on. */
static void look(void *ctx, unsigned what)
{
	const struct looker *l = ctx;
	struct timespec now;
	struct trace trace = {.running = true, .command = copy_words(l->tp->program ? l->tp->cfg->operands : NULL)};
	struct naming naming = {.modules = &l->tr->modules, .trace = &trace, .tr = l->tr, .snapshot = true};

	if (l->tr->phase == PHASE_STARTING && !l->tr->attached)
		what = 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	trace.wall_seconds = (double)(now.tv_sec - l->tr->start.tv_sec) + (double)(now.tv_nsec - l->tr->start.tv_nsec) * 1e-9;
	trace.cpu_user = l->tr->cpu_user;
	trace.cpu_system = l->tr->cpu_system;
	add_running_cpu(l->tr, &trace);
	/* Names of functions take time, which a summary does not give. */
	naming.symbols = what & (LOOK_REPORT | LOOK_LIVE) ? symbols_new() : NULL;
	if (what) {
		tally_snapshot(&l->tr->tally, &trace, name_site, &naming);
		l->tp->look(l->tp, &trace, what);
	}
	if (naming.symbols)
		symbols_free(naming.symbols);
	trace_fini(&trace);
}

static void collect(const struct tracer_process *tp, struct naming *naming, unsigned alive, bool ran,
		    struct trace *out)
{
	struct tracer *tr = naming->tr;
	char name[32];

	*out = (struct trace){
		.command = tracer_process_command(tp),
		.exit_kind = tr->exit_kind,
		.exit_value = tr->exit_value,
		.wall_seconds = (double)(tr->end.tv_sec - tr->start.tv_sec) +
				(double)(tr->end.tv_nsec - tr->start.tv_nsec) * 1e-9,
		.cpu_user = tr->cpu_user,
		.cpu_system = tr->cpu_system,
	};
	if (!ran)
		out->partial = xasprintf("the program was killed by %s while it was being started, before it ran",
					 signame(tr->exit_value, name, sizeof(name)));
	else if (alive && tr->main_ended)
		out->partial = xasprintf(
			"%u process%s of the program still run%s; what happens there from here on is not counted (--follow-orphans waits for the end)",
			alive, alive == 1 ? "" : "es", alive == 1 ? "s" : "");
	else if (alive && atomic_load(&tp->shared->time_over))
		out->partial = xasprintf("it was to last %g seconds, and the program ended with it", tp->cfg->duration);
	else if (alive)
		out->partial = xstrdup("the trace was interrupted, and the program ended with it");
	if (tr->on_entry_ctx) {
		sampler_finish(tr->on_entry_ctx);
		note_losses(&tr->tally, tr->on_entry_ctx);
	}
	tally_finish(&tr->tally, out, name_site, naming);
	for (size_t i = 0; tr->not_in_kernel && i < out->nimages; i++)
		if (!out->images[i].by_stops)
			out->images[i].by_stops = xstrdup(tr->not_in_kernel);
}

/*
 * The program's main process has ended and others live on, under a filter that
 * needs a tracer. They are kept going, out of everybody's way.
 */
static void stay_behind(const struct tracer_process *tp, struct tracer *tr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	if (chdir("/") != 0)
		diag("cannot leave the working folder: %s", strerror(errno));
	/* Files that are still open would keep a disk busy, a reader waiting, a lock held. */
	fclose(tp->out);
	if (tp->save)
		fclose(tp->save);
	if (tp->evidence)
		fclose(tp->evidence);
	tr->evidence = NULL;
	close(tp->done);
	tracer_run(tr);
}

/* Processes, not threads: what a user counts. */
static unsigned alive_processes(const struct tracer *tr)
{
	struct thread *t, *next;
	unsigned n = 0;

	HASH_ITER(hh, tr->threads.by_tid, t, next)
		n += t->tid == t->tgid;
	return n;
}

static int start_stacks(const struct tracer_process *tp, struct tracer *tr, struct err *err)
{
	const struct report_format *format = report_format_find(tp->cfg->format);
	const struct sampler_options opt = {
		.all = tp->cfg->stacks == STACKS_ALL,
		.bytes = tp->cfg->stack_bytes,
	};

	if (tp->cfg->stacks == STACKS_OFF && !(format && format->of_stacks))
		return 0;
	tr->on_entry_ctx = sampler_new(&opt, &tr->modules, err);
	if (!tr->on_entry_ctx)
		return err->code;
	tr->on_entry = entry_stack;
	tr->on_counted = counted_stacks;
	tr->learn_after = opt.all ? UINT64_MAX : SAMPLER_FIRST;
	return 0;
}

static void stop_stacks(struct tracer *tr)
{
	tr->on_entry = NULL;
	tr->on_counted = NULL;
	sampler_free(tr->on_entry_ctx);
	tr->on_entry_ctx = NULL;
}

/* Entries that are counted in place wake nobody up: who wants to see them has to look. */
static void start_ticks(const struct tracer_process *tp, struct tracer *tr)
{
	const struct itimerval often = {.it_interval.tv_usec = TICK_US, .it_value.tv_usec = TICK_US};

	tr->ticks = tr->pass.secret && (tr->on_counted || tp->progress);
	if (tr->ticks)
		setitimer(ITIMER_REAL, &often, NULL);
}

static int work(const struct tracer_process *tp, struct tracer *tr)
{
	struct err *err = &tp->shared->err;
	struct looker looker = {tp, tr};
	struct naming naming = {.modules = &tr->modules, .symbols = symbols_new(), .tr = tr};
	struct trace trace;
	unsigned alive;
	bool ran;
	int rc = start_stacks(tp, tr, err);

	if (rc == 0)
		rc = seize(tp, tr, err);
	if (rc == 0) {
		start_ticks(tp, tr);
		tr->modules.closing = name_before_closing;
		tr->modules.passing = name_passing;
		tr->modules.ctx = &naming;
		tr->on_look = look;
		tr->on_look_ctx = &looker;
		tracer_run(tr);
		/* It never became the program: the front process has been told why, unless it was killed. */
		if (tr->phase == PHASE_STARTING && !(tr->main_ended && tr->exit_kind == EXIT_SIGNAL))
			return 0;
		if (tr->fault.code) {
			*err = tr->fault;
			atomic_store(&tp->shared->exit_code, EXIT_TROUBLE);
			return EXIT_TROUBLE;
		}
		setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
		ran = tr->phase != PHASE_STARTING;
		tracer_hand_over(tr);
		alive = tr->attached ? 0 : alive_processes(tr);
		atomic_store(&tp->shared->state, TRACER_REPORTING);
		shared_wipe_line(tp->shared);
		/* From here on all are named, and taken out of the tally. */
		tr->modules.passing = NULL;
		naming.trace = &trace;
		collect(tp, &naming, alive, ran, &trace);
		tr->modules.closing = NULL;
		if (symbols_useless(naming.symbols))
			diag("functions have no names: the process that looks them up ends at once here; does a sandbox deny what it needs?");
		symbols_free(naming.symbols);
		stop_stacks(tr);
		rc = tp->report(tp, &trace, err);
		trace_fini(&trace);
		/* Those that live on must not end with the front process, which may go at once now. */
		if (alive && tr->main_ended)
			prctl(PR_SET_PDEATHSIG, 0);
		/* Before the state: the front process may look at once, and not wait for our exit. */
		atomic_store(&tp->shared->exit_code, rc == EXIT_GATE ? EXIT_GATE : rc ? EXIT_TROUBLE : 0);
		atomic_store(&tp->shared->state, TRACER_DONE);
		if (alive && tr->main_ended) {
			stay_behind(tp, tr);
			return 0;
		}
	}
	return rc == EXIT_GATE ? EXIT_GATE : rc ? EXIT_TROUBLE : 0;
}

void tracer_process_name(struct tally *tally, struct modules *modules, struct trace *out)
{
	struct naming naming = {.modules = modules, .trace = out, .symbols = symbols_new()};

	tally_finish(tally, out, name_site, &naming);
	symbols_free(naming.symbols);
}

void tracer_process_snapshot(const struct tally *tally, struct modules *modules, unsigned what, struct trace *out)
{
	struct naming naming = {.modules = modules, .trace = out, .snapshot = true};

	naming.symbols = what & (LOOK_REPORT | LOOK_LIVE) ? symbols_new() : NULL;
	tally_snapshot(tally, out, name_site, &naming);
	if (naming.symbols)
		symbols_free(naming.symbols);
}

char **tracer_process_command(const struct tracer_process *tp)
{
	return copy_words(tp->program ? tp->cfg->operands : NULL);
}

pid_t tracer_process_start(const struct tracer_process *tp, struct err *err)
{
	pid_t front = getpid(), pid = fork();
	struct tracer tr;
	char *why_not = NULL;
	int status;

	if (pid < 0)
		return err_set(err, -errno, "cannot start the tracer's process: %s", strerror(errno));
	if (pid > 0)
		return pid;
	stand_apart(front, tp->shared);
	raise_file_limit();
	if (kernel_process_wanted(tp)) {
		status = kernel_process(tp, &why_not);
		if (status != KERNEL_PROCESS_NOT_HERE)
			_exit(status);
	}
	tracer_init(&tr, tp->shared);
	tr.pass = tp->pass;
	tr.plant_after = tp->cfg->count == COUNT_INPLACE ? PLANT_SOON : PLANT_WORTHWHILE;
	tr.patch_after = tp->cfg->count == COUNT_INPLACE ? PATCH_SOON : PATCH_WORTHWHILE;
	tr.follow_orphans = tp->cfg->follow_orphans;
	tr.evidence = tp->evidence;
	tr.not_in_kernel = why_not;
	status = work(tp, &tr);
	tracer_fini(&tr);
	_exit(status);
}
