/* SPDX-License-Identifier: MIT */
#include "cli/tracer_process.h"

#include "cli/kernel_process.h"
#include "launch/names.h"
#include "report/format.h"
#include "stack/sampler.h"
#include "symbol/symbol.h"
#include "trace/inplace.h"
#include "trace/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

/* Between two looks at counters in the program. */
enum { TICK_US = 100000 };

/* Entries after which an int 0x80 site is patched: under --count=inplace, and =auto. */
enum { PATCH_SOON = 16, PATCH_WORTHWHILE = 1000 };

/* Calls through the vDSO after which an image is planted, likewise: that costs as much as some dozens of stops. */
enum { PLANT_SOON = 1, PLANT_WORTHWHILE = 32 };

/* Only to end a wait: the flag is in the shared page. */
static void wake_up(int sig)
{
	(void)sig;
}

static void stand_apart(pid_t front)
{
	static const int not_ours[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU,
				       SIGPIPE, SIGUSR2, SIGALRM, SIGXFSZ};
	struct sigaction sa = {.sa_handler = SIG_IGN};
	sigset_t none;

	/* The program must not outlive the front process either, whatever ends that. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != front)
		_exit(EXIT_TROUBLE);
	/* A process group of its own: what the program sends to its group is not meant for us. */
	setpgid(0, 0);
	for (size_t i = 0; i < sizeof(not_ours) / sizeof(not_ours[0]); i++)
		sigaction(not_ours[i], &sa, NULL);
	sa.sa_handler = wake_up;
	sigaction(SIGUSR1, &sa, NULL);
	sa.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
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

/* The vDSO has no file; its image, as read from a process, stands in for one. */
static int image_fd(const struct module *m)
{
	int fd = memfd_create("vdso", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, m->image, m->image_size) != (ssize_t)m->image_size) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* What it takes to name sites and their stacks. */
struct naming {
	struct symbols *symbols;
	struct sampler *stacks; /* NULL without --stacks */
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

static void name_site(void *ctx, const void *module, struct site *site)
{
	const struct naming *naming = ctx;
	const struct module *m = module;
	struct symbol_info info = {0};
	int fd = m->image_size ? image_fd(m) : m->fd;

	for (size_t i = 0; i < site->ncalls; i++)
		site->calls[i].name = syscall_name(site->calls[i].abi, site->calls[i].nr);
	if (fd >= 0 && symbols_resolve(naming->symbols, m->name, fd, site->offset, &info) == 0 && info.nframes) {
		if (info.frames[0].function)
			site->function = xstrdup(info.frames[0].function);
		if (info.frames[0].source)
			site->source = xstrdup(info.frames[0].source);
		site->inlined_in = inlined_in(&info);
	}
	symbol_info_fini(&info);
	if (m->image_size && fd >= 0)
		close(fd);
	if (naming->stacks)
		sampler_take(naming->stacks, site, naming->symbols, site);
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

static void collect(const struct tracer_process *tp, struct tracer *tr, unsigned alive,
		    struct trace *out)
{
	struct naming naming = {.symbols = symbols_new(), .stacks = tr->on_entry_ctx};

	*out = (struct trace){
		.command = tracer_process_command(tp),
		.exit_kind = tr->exit_kind,
		.exit_value = tr->exit_value,
		.wall_seconds = (double)(tr->end.tv_sec - tr->start.tv_sec) +
				(double)(tr->end.tv_nsec - tr->start.tv_nsec) * 1e-9,
		.cpu_user = tr->cpu_user,
		.cpu_system = tr->cpu_system,
	};
	if (alive && tr->main_ended)
		out->partial = xasprintf(
			"%u process%s of the program still run%s; what happens there from here on is not counted (--follow-orphans waits for the end)",
			alive, alive == 1 ? "" : "es", alive == 1 ? "s" : "");
	else if (alive)
		out->partial = xstrdup("the trace was interrupted, and the program ended with it");
	if (naming.stacks) {
		sampler_finish(naming.stacks);
		note_losses(&tr->tally, naming.stacks);
	}
	tally_finish(&tr->tally, out, name_site, &naming);
	for (size_t i = 0; tr->not_in_kernel && i < out->nimages; i++)
		if (!out->images[i].by_stops)
			out->images[i].by_stops = xstrdup(tr->not_in_kernel);
	symbols_free(naming.symbols);
}

/*
 * The program's main process has ended and others live on, under a filter that
 * needs a tracer. They are kept going, out of everybody's way.
 */
static void stay_behind(const struct tracer_process *tp, struct tracer *tr)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, 0);
	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	if (chdir("/") != 0)
		diag("cannot leave the working folder: %s", strerror(errno));
	tr->background = true;
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
	struct sigaction sa = {.sa_handler = wake_up};

	tr->ticks = tr->pass.on && (tr->on_counted || tp->progress);
	if (!tr->ticks)
		return;
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
}

static int work(const struct tracer_process *tp, struct tracer *tr)
{
	struct err *err = &tp->shared->err;
	struct trace trace;
	unsigned alive;
	int rc = start_stacks(tp, tr, err);

	if (rc == 0)
		rc = seize(tp, tr, err);
	if (rc == 0) {
		start_ticks(tp, tr);
		tracer_run(tr);
		/* It never became the program: the front process has been told why. */
		if (!tr->running)
			return 0;
		if (tr->fault.code) {
			*err = tr->fault;
			atomic_store(&tp->shared->exit_code, EXIT_TROUBLE);
			return EXIT_TROUBLE;
		}
		setitimer(ITIMER_REAL, &(struct itimerval){{0, 0}, {0, 0}}, NULL);
		inplace_collect(tr);
		/* Counting is over. */
		tr->background = true;
		alive = tr->attached ? 0 : alive_processes(tr);
		atomic_store(&tp->shared->state, TRACER_REPORTING);
		shared_wipe_line(tp->shared);
		collect(tp, tr, alive, &trace);
		stop_stacks(tr);
		rc = tp->report(tp, &trace, err);
		trace_fini(&trace);
		/* Before the state: the front process may look at once, and not wait for our exit. */
		atomic_store(&tp->shared->exit_code, rc ? EXIT_TROUBLE : 0);
		atomic_store(&tp->shared->state, TRACER_DONE);
		if (alive && tr->main_ended) {
			fclose(tp->out);
			stay_behind(tp, tr);
			return 0;
		}
	}
	return rc ? EXIT_TROUBLE : 0;
}

void tracer_process_name(struct tally *tally, struct trace *out)
{
	struct naming naming = {.symbols = symbols_new()};

	tally_finish(tally, out, name_site, &naming);
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
	stand_apart(front);
	if (kernel_process_wanted(tp)) {
		status = kernel_process(tp, &why_not);
		if (status != KERNEL_PROCESS_NOT_HERE)
			_exit(status);
	}
	tracer_init(&tr, tp->shared);
	tr.pass = tp->pass;
	tr.plant_after = tp->cfg->count == COUNT_INPLACE ? PLANT_SOON : PLANT_WORTHWHILE;
	tr.patch_after = tp->cfg->count == COUNT_INPLACE ? PATCH_SOON : PATCH_WORTHWHILE;
	tr.by_stops = tp->by_stops;
	tr.follow_orphans = tp->cfg->follow_orphans;
	tr.evidence = tp->evidence;
	tr.not_in_kernel = why_not;
	status = work(tp, &tr);
	tracer_fini(&tr);
	_exit(status);
}
