/* SPDX-License-Identifier: MIT */
/*
 * One run, from end to end: the only place that wires the stages together.
 *
 *   front process ──┬── program, under a seccomp filter
 *                   └── tracer: stop → classify → count → estimate → report
 */
#include "cli/command.h"

#include "base/vec.h"
#include "cli/baseline.h"
#include "cli/counting.h"
#include "cli/emit.h"
#include "cli/front.h"
#include "cli/gates.h"
#include "cli/live.h"
#include "cli/pricing.h"
#include "cli/tracer_process.h"
#include "model/fingerprint.h"
#include "store/trace.h"
#include "tracee/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where, when and by what it was traced; and in an order that a second run gives as well. */
static void sign(const struct tracer_process *tp, struct trace *trace)
{
	time_t began = time(NULL) - (time_t)trace->wall_seconds;
	char text[sizeof("2026-01-01T00:00:00Z") + 8];
	struct utsname un;
	struct tm tm;

	trace->tool = xstrdup(PACKAGE_VERSION);
	if (gmtime_r(&began, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		trace->started = xstrdup(text);
	if (uname(&un) == 0)
		trace->host_name = xstrdup(un.nodename);
	for (size_t i = 0; i < tp->cfg->npids; i++)
		*vec_push(trace->pids, trace->npids) = tp->cfg->pids[i];
	for (size_t i = 0; i < trace->nimages; i++) {
		const char *id = trace_build_id(trace, trace->images[i].exe);

		trace->images[i].build_id = id ? xstrdup(id) : NULL;
	}
	trace_sort(trace);
}

/* The live view gives the terminal back first; a view that hangs keeps no report from its file. */
static void wait_for_terminal(const struct tracer_process *tp)
{
	const struct timespec tick = {0, 10000000};

	for (unsigned i = 0; i < 300 && atomic_load(&tp->shared->live_on); i++)
		nanosleep(&tick, NULL);
}

/* In the tracer's process, behind the last count. */
static int report(const struct tracer_process *tp, struct trace *trace, struct err *err)
{
	struct estimate est;
	struct estimate *priced = NULL;
	int rc;

	trace->host = host_copy(&tp->pricing->host);
	sign(tp, trace);
	trace->cpu_untraced = tp->baseline_cpu > 0 ? tp->baseline_cpu : 0;
	if (pricing_estimate(tp->pricing, trace, tp->baseline_cpu, &est))
		priced = &est;
	wait_for_terminal(tp);
	rc = emit_report(tp->cfg, tp->out, trace, priced, err);
	if (tp->save) {
		int saved = emit_save(tp->cfg, tp->save, trace, priced, rc ? NULL : err);

		rc = rc ? rc : saved;
	}
	if (tp->evidence && fflush(tp->evidence) != 0 && !rc)
		rc = err_set(err, -errno, "cannot write the evidence to %s: %s", tp->cfg->record_evidence,
			     strerror(errno));
	if (rc == 0)
		rc = gates_check(tp->cfg, trace, priced, NULL);
	if (rc == EXIT_TROUBLE)
		rc = err_set(err, -ENODATA, "whether a condition of --fail-if holds cannot be told");
	if (priced)
		estimate_fini(priced);
	return rc;
}

/* The whole trace, where the front process reads it. */
static void write_snapshot(const struct tracer_process *tp, const struct trace *trace, const struct estimate *est)
{
	FILE *f = fdopen(fcntl(tp->snapshot, F_DUPFD_CLOEXEC, 3), "w");

	if (!f)
		return;
	if (ftruncate(tp->snapshot, 0) == 0 && lseek(tp->snapshot, 0, SEEK_SET) == 0)
		trace_write(f, trace, est);
	fclose(f);
	atomic_store(&tp->shared->live_ready, true);
}

/* The same in between: tracing goes on, and no condition ends it. */
static void look(const struct tracer_process *tp, struct trace *trace, unsigned what)
{
	struct err err = {0};
	struct estimate est;
	bool priced;

	trace->host = host_copy(&tp->pricing->host);
	sign(tp, trace);
	priced = pricing_estimate(tp->pricing, trace, -1, &est);
	if ((what & LOOK_LIVE) && tp->snapshot >= 0)
		write_snapshot(tp, trace, priced ? &est : NULL);
	if ((what & LOOK_SUMMARY) && emit_summary(tp->cfg, tp->out, trace, priced ? &est : NULL, &err) < 0)
		diag("%s", err.text);
	if ((what & LOOK_REPORT) && emit_report(tp->cfg, tp->out, trace, priced ? &est : NULL, &err) < 0)
		diag("%s", err.text);
	if (priced)
		estimate_fini(&est);
}

/* -p names programs that run already, an operand one to start: it is the one or the other. */
static int check_what(const struct config *cfg, struct err *err)
{
	if (cfg->npids && cfg->noperands)
		return err_set(err, -EINVAL,
			       "give either a program to start or -p PID to attach to, not both (got '%s' and -p %d)",
			       cfg->operands[0], (int)cfg->pids[0]);
	if (!cfg->npids && !cfg->noperands)
		return err_set(err, -EINVAL, "nothing to trace: name a program, or -p PID; see --help");
	for (size_t i = 0; i < cfg->npids; i++)
		if (cfg->pids[i] == getpid())
			return err_set(err, -EINVAL, "cannot attach to process %d: that is entrytrace itself",
				       (int)cfg->pids[i]);
	return 0;
}

/* All that is known of processes comes from there. */
static int check_proc(struct err *err)
{
	enum procfs_kind kind = procfs_check();

	if (kind == PROCFS_FOREIGN)
		return err_set(err, -ENOENT,
			       "/proc is that of another pid namespace, and would tell of other processes: mount a new one first, as 'unshare --mount-proc' does");
	if (kind == PROCFS_ABSENT)
		diag("/proc is not mounted here: programs and files cannot be told, and entries are counted as unknown");
	return 0;
}

static bool wants_progress(const struct config *cfg)
{
	if (cfg->progress == PROGRESS_AUTO)
		return isatty(STDERR_FILENO);
	return cfg->progress == PROGRESS_YES;
}

static void open_live(const struct tracer_process *tp, struct front *front)
{
	struct err err;

	front->live = tp->cfg->live ? live_open(tp->snapshot, &err) : NULL;
	if (tp->cfg->live && !front->live)
		diag("%s", err.text);
	if (!front->live)
		atomic_store(&tp->shared->live_on, false);
}

/* Starts the tracer beside a program that waits at its gate, and sees both through. */
static int run_with(struct tracer_process *tp, struct spawn *program, struct err *err)
{
	struct front front = {
		.program = program ? program->pid : 0, .shared = tp->shared,
		.duration = tp->cfg->duration, .interval = tp->cfg->interval,
	};
	int done[2];
	int failure = 0;

	if (pipe2(done, O_CLOEXEC) != 0)
		return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno)), EXIT_TROUBLE;
	if (front_listen(&front, err) != 0)
		return EXIT_TROUBLE;
	tp->done = done[1];
	front.progress = tp->progress = !tp->cfg->live && wants_progress(tp->cfg);
	atomic_store(&tp->shared->live_on, tp->cfg->live);
	front.tracer = tracer_process_start(tp, err);
	close(done[1]);
	front.done = done[0];
	if (front.tracer < 0)
		return EXIT_TROUBLE;
	open_live(tp, &front);
	atomic_store(&tp->shared->watch_terminal, front.progress && tp->cfg->progress == PROGRESS_AUTO);
	if (program) {
		/* The tracer holds the gate now: when it fails, the program gives up too. */
		close(program->gate);
		program->gate = -1;
		failure = spawn_failure(program, err);
	}
	if (!failure)
		return front_supervise(&front);
	waitpid(program->pid, NULL, 0);
	waitpid(front.tracer, NULL, 0);
	return failure;
}

/* Opens what is written to, before anything runs: a wrong path costs no run. */
static int open_outputs(const struct config *cfg, struct tracer_process *tp, struct err *err)
{
	if (!(tp->out = emit_open(cfg->output, stderr, err)) ||
	    (cfg->save && !(tp->save = emit_open(cfg->save, NULL, err))) ||
	    (cfg->record_evidence && !(tp->evidence = emit_open(cfg->record_evidence, NULL, err))))
		return err->code;
	tp->shared = mmap(NULL, sizeof(*tp->shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	if (tp->shared == MAP_FAILED)
		return err_set(err, -errno, "cannot map memory: %s", strerror(errno));
	return 0;
}

/*
 * The view has the terminal: what of the program's streams is one goes to a
 * file instead, the name of which is returned, or comes from nowhere.
 */
static int set_streams_aside(struct inherited *in, char **name, struct err *err)
{
	const char *folder = getenv("TMPDIR");
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), file;

	*name = xasprintf("%s/entrytrace-output.XXXXXX", folder && *folder == '/' ? folder : "/tmp");
	file = mkostemp(*name, O_CLOEXEC | O_APPEND);
	if (null < 0 || file < 0)
		return err_set(err, -errno, "cannot make a file for the program's output: %s: %s", *name, strerror(errno));
	if (isatty(STDIN_FILENO))
		in->streams[0] = null;
	for (int fd = 1; fd < 3; fd++)
		if (isatty(fd))
			in->streams[fd] = file;
	return 0;
}

/* An empty one is not worth a word. */
static void tell_output(const char *name)
{
	struct stat st;

	if (!name || stat(name, &st) != 0)
		return;
	if (st.st_size == 0)
		unlink(name);
	else
		diag("what the program wrote to the terminal is in %s", name);
}

/* Starts what is to be traced, or turns to what runs already. */
static int trace(struct tracer_process *tp, struct inherited *in, struct err *err)
{
	struct spawn program;
	int status;

	if (tp->cfg->npids)
		return run_with(tp, NULL, err);
	if (tp->cfg->baseline) {
		status = baseline_run(tp->cfg->operands, in, &tp->baseline_cpu, err);
		if (status)
			return status;
	}
	if ((tp->cfg->count == COUNT_KERNEL ? spawn_gated(tp->cfg->operands, in, &program, err)
					    : spawn(tp->cfg->operands, in, &tp->pass, &program, err)) != 0)
		return EXIT_TROUBLE;
	inherited_drop(in, tp->out == stdout || tp->save == stdout || tp->evidence == stdout);
	tp->program = &program;
	status = run_with(tp, &program, err);
	spawn_close(&program);
	return status;
}

/* Does the entry of an environment set the variable that var (VAR or VAR=VALUE) is about? */
static bool same_variable(const char *entry, const char *var)
{
	size_t n = strcspn(var, "=");

	return strncmp(entry, var, n) == 0 && entry[n] == '=';
}

/* -E and -u: what the program gets that is not ours. */
static int change_program(const struct config *cfg, struct inherited *in, struct identity *user, struct err *err)
{
	size_t n = 0;

	if (cfg->user) {
		if (identity_find(cfg->user, user, err) < 0)
			return err->code;
		if (geteuid() != 0)
			return err_set(err, -EPERM, "only root can run a program as another user: --user %s", cfg->user);
		in->user = user;
	}
	for (char **e = environ; cfg->nenv && *e; e++) {
		bool changed = false;

		for (size_t i = 0; i < cfg->nenv; i++)
			changed |= same_variable(*e, cfg->env[i]);
		if (!changed)
			*vec_push(in->environ, n) = *e;
	}
	for (size_t i = 0; i < cfg->nenv; i++) {
		bool again = false;

		/* The last word on a variable counts. */
		for (size_t k = i + 1; k < cfg->nenv; k++)
			again |= same_variable(cfg->env[i], cfg->env[k]);
		if (strchr(cfg->env[i], '=') && !again)
			*vec_push(in->environ, n) = (char *)(uintptr_t)cfg->env[i];
	}
	if (cfg->nenv)
		vec_push(in->environ, n);
	return 0;
}

int session_run(const struct config *cfg)
{
	struct err err = {0};
	struct pricing pricing;
	struct inherited in = {0};
	struct identity user;
	char *output = NULL;
	struct tracer_process tp = {.cfg = cfg, .report = report, .look = look, .pricing = &pricing, .baseline_cpu = -1, .snapshot = -1};
	int status = EXIT_TROUBLE;

	inherited_set_aside(&in);
	if (cfg->live && ((tp.snapshot = live_snapshot_file(&err)) < 0 ||
			  (!cfg->npids && set_streams_aside(&in, &output, &err) < 0))) {
		diag("%s", err.text);
		free(output);
		return EXIT_TROUBLE;
	}
	if (check_what(cfg, &err) == 0 && check_proc(&err) == 0 && change_program(cfg, &in, &user, &err) == 0 && open_outputs(cfg, &tp, &err) == 0) {
		/* Measured here, if at all: never under the filter, never while the program runs. */
		if (pricing_open(cfg, &pricing, &err) == 0) {
			if (cfg->count != COUNT_KERNEL)
				counting_choose(cfg, &tp.pass);
			status = trace(&tp, &in, &err);
		}
		pricing_close(&pricing);
	}
	free(in.environ);
	if (err.code)
		diag("%s", err.text);
	tell_output(output);
	free(output);
	if (tp.save)
		fclose(tp.save);
	if (tp.evidence)
		fclose(tp.evidence);
	return status;
}
