/* SPDX-License-Identifier: MIT */
#include "cli/kernel_process.h"

#include "base/cleanup.h"
#include "base/monotonic.h"
#include "cli/kernel_vdso.h"
#include "kernel/engine.h"
#include "report/format.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Between two looks at the counters, in milliseconds: their tables must not run full. */
enum { TICK_MS = 250 };

struct counting {
	const struct tracer_process *tp;
	struct kernel_engine *engine;
	struct modules modules;
	struct tally tally;
	struct vdso_facts vdso;
	struct timespec start, end;
	struct pollfd *watched; /* the ring, then a pidfd for each main process */
	nfds_t nwatched;
	nfds_t running;         /* main processes that have not ended */
	pid_t front;
	sigset_t wait_mask;
};

static int pidfd_open_(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int watch(struct counting *c, pid_t pid, struct err *err)
{
	int fd = pidfd_open_(pid);

	if (fd < 0)
		return err_set(err, -errno, "cannot attach to process %d: %s", (int)pid,
			       errno == ESRCH ? "there is no such process" : strerror(errno));
	c->watched[c->nwatched++] = (struct pollfd){.fd = fd, .events = POLLIN};
	c->running++;
	return 0;
}

static int begin(struct counting *c, struct err *err)
{
	const struct tracer_process *tp = c->tp;
	const struct kernel_options opt = {.vdso = &c->vdso, .tally = &c->tally, .modules = &c->modules,
					   .uid = UINT32_MAX};
	char byte = 1;
	int rc;

	kernel_vdso_look(&c->vdso, &c->modules);
	rc = kernel_open(&opt, &c->engine, err);
	if (rc != 0)
		return rc;
	c->watched = xcalloc(tp->cfg->npids + 2, sizeof(*c->watched));
	c->watched[c->nwatched++] = (struct pollfd){.fd = kernel_fd(c->engine), .events = POLLIN};
	for (size_t i = 0; !tp->program && i < tp->cfg->npids && rc == 0; i++) {
		rc = watch(c, tp->cfg->pids[i], err);
		if (rc == 0)
			rc = kernel_follow(c->engine, tp->cfg->pids[i], true, err);
	}
	if (tp->program && rc == 0) {
		if (read(tp->program->ready, &byte, 1) != 1)
			return err_set(err, -ECHILD, "the program's process ended before it could be counted");
		rc = watch(c, tp->program->pid, err);
		if (rc == 0)
			rc = kernel_follow(c->engine, tp->program->pid, false, err);
	}
	if (rc == 0)
		rc = kernel_start(c->engine, err);
	clock_gettime(CLOCK_MONOTONIC, &c->start);
	atomic_store(&tp->shared->began_ns, monotonic_ns());
	if (rc == 0 && tp->program && write(tp->program->gate, &byte, 1) != 1)
		rc = err_set(err, -errno, "cannot let the program start: %s", strerror(errno));
	if (rc == 0)
		atomic_store(&tp->shared->state, TRACER_RUNNING);
	return rc;
}

static void see_ends(struct counting *c)
{
	for (nfds_t i = 1; i < c->nwatched; i++) {
		if (!c->watched[i].revents || c->watched[i].fd < 0)
			continue;
		close(c->watched[i].fd);
		c->watched[i].fd = -1;
		c->running--;
	}
	if (!c->running)
		atomic_store(&c->tp->shared->main_ended, true);
}

static bool over(const struct counting *c)
{
	const struct tracer_process *tp = c->tp;

	if (atomic_load(&tp->shared->finish))
		return true;
	if (c->running)
		return false;
	return !tp->cfg->follow_orphans || !kernel_alive(c->engine, 1);
}

static double seconds_between(const struct timespec *from, const struct timespec *to)
{
	return (double)(to->tv_sec - from->tv_sec) + (double)(to->tv_nsec - from->tv_nsec) * 1e-9;
}

/* What was seen so far is to be shown; then counting goes on. */
static void look(struct counting *c)
{
	const struct tracer_process *tp = c->tp;
	unsigned what = atomic_exchange(&tp->shared->look, 0);
	struct trace trace = {.running = true, .command = tracer_process_command(tp)};
	struct timespec now;

	if (what) {
		kernel_collect(c->engine);
		clock_gettime(CLOCK_MONOTONIC, &now);
		trace.wall_seconds = seconds_between(&c->start, &now);
		kernel_cpu(c->engine, &trace.cpu_user, &trace.cpu_system);
		tracer_process_snapshot(&c->tally, &c->modules, what, &trace);
		for (size_t i = 0; i < trace.nimages; i++)
			trace.images[i].in_kernel = true;
		tp->look(tp, &trace, what);
	}
	trace_fini(&trace);
}

/* Its time is over, or the view was left: what entrytrace started ends with it, as it does under a tracer. */
static bool ended_by_us(const struct counting *c)
{
	return c->tp->program && c->running && atomic_load(&c->tp->shared->finish) && getppid() == c->front;
}

static void count(struct counting *c)
{
	const struct timespec tick = {.tv_nsec = TICK_MS * 1000000l};

	while (!over(c)) {
		int n = ppoll(c->watched, c->nwatched, &tick, &c->wait_mask);

		shared_answer(c->tp->shared);
		look(c);
		if (n < 0)
			continue;
		kernel_read(c->engine);
		see_ends(c);
		if (n == 0 || kernel_crowded(c->engine)) {
			kernel_collect(c->engine);
			atomic_store(&c->tp->shared->entries, c->tally.entries);
			atomic_store(&c->tp->shared->tasks, kernel_alive(c->engine, 1000));
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &c->end);
	if (ended_by_us(c))
		kernel_kill(c->engine);
	kernel_stop(c->engine);
}

static void describe(struct counting *c, struct trace *out)
{
	const struct tracer_process *tp = c->tp;
	unsigned alive = kernel_alive(c->engine, 100000);
	int status;

	*out = (struct trace){
		.command = tracer_process_command(tp),
		.wall_seconds = seconds_between(&c->start, &c->end),
	};
	kernel_cpu(c->engine, &out->cpu_user, &out->cpu_system);
	if (tp->program && !c->running && kernel_status(c->engine, tp->program->pid, &status)) {
		out->exit_kind = WIFSIGNALED(status) ? EXIT_SIGNAL : EXIT_CODE;
		out->exit_value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
	}
	if (ended_by_us(c) && atomic_load(&tp->shared->time_over))
		out->partial = xasprintf("it was to last %g seconds, and the program ended with it", tp->cfg->duration);
	else if (ended_by_us(c))
		out->partial = xstrdup("the trace was interrupted, and the program ended with it");
	else if (tp->program && c->running)
		out->partial = xstrdup("counting was interrupted; the program went on");
	else if (tp->program && alive)
		out->partial = xasprintf(
			"%u process%s of the program still run%s; what happens there from here on is not counted (--follow-orphans waits for the end)",
			alive, alive == 1 ? "" : "es", alive == 1 ? "s" : "");
	tracer_process_name(&c->tally, &c->modules, out);
}

static int report(struct counting *c, struct err *err)
{
	const struct tracer_process *tp = c->tp;
	struct trace trace;
	int rc;

	atomic_store(&tp->shared->state, TRACER_REPORTING);
	shared_wipe_line(tp->shared);
	describe(c, &trace);
	rc = tp->report(tp, &trace, err);
	trace_fini(&trace);
	atomic_store(&tp->shared->exit_code, rc == EXIT_GATE ? EXIT_GATE : rc ? EXIT_TROUBLE : 0);
	atomic_store(&tp->shared->state, TRACER_DONE);
	return rc;
}

bool kernel_process_wanted(const struct tracer_process *tp)
{
	const struct report_format *format = report_format_find(tp->cfg->format);

	if (tp->cfg->count == COUNT_KERNEL)
		return true;
	return tp->cfg->count == COUNT_AUTO && tp->cfg->npids && !tp->evidence &&
	       tp->cfg->stacks == STACKS_OFF && !(format && format->of_stacks);
}

int kernel_process(const struct tracer_process *tp, char **why_not)
{
	struct counting c = {.tp = tp, .front = getppid()};
	struct err *err = &tp->shared->err;
	sigset_t block;
	int rc;

	/* Asked to finish: the signal is heard only while we wait. */
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &c.wait_mask);
	rc = begin(&c, err);
	if (rc == 0) {
		count(&c);
		/* It never became the program: the front process has been told why. */
		if (kernel_began(c.engine) || !tp->program)
			rc = report(&c, err);
	}
	if (!c.engine && tp->cfg->count == COUNT_AUTO) {
		*why_not = xasprintf("it ran already, and entrytrace %s", err->text);
		*err = (struct err){0};
		sigprocmask(SIG_SETMASK, &c.wait_mask, NULL);
		modules_fini(&c.modules);
		return KERNEL_PROCESS_NOT_HERE;
	}
	kernel_free(c.engine);
	tally_fini(&c.tally);
	modules_fini(&c.modules);
	free(c.watched);
	return rc == EXIT_GATE ? EXIT_GATE : rc ? EXIT_TROUBLE : 0;
}
