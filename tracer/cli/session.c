/* SPDX-License-Identifier: MIT */
/*
 * One run, from end to end: the only place that wires the stages together.
 *
 *   front process ──┬── program, under a seccomp filter
 *                   └── tracer: stop → classify → count → estimate → report
 */
#include "cli/command.h"

#include "cli/baseline.h"
#include "cli/counting.h"
#include "cli/emit.h"
#include "cli/front.h"
#include "cli/pricing.h"
#include "cli/tracer_process.h"
#include "model/fingerprint.h"
#include "report/format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the tracer's process, behind the last count. */
static int report(const struct tracer_process *tp, struct trace *trace, struct err *err)
{
	struct estimate est;
	struct estimate *priced = NULL;
	int rc;

	trace->host = host_copy(&tp->pricing->host);
	trace->cpu_untraced = tp->baseline_cpu > 0 ? tp->baseline_cpu : 0;
	if (pricing_estimate(tp->pricing, trace, tp->baseline_cpu, &est))
		priced = &est;
	rc = emit_report(tp->cfg, tp->out, trace, priced, err);
	if (tp->save) {
		int saved = emit_save(tp->cfg, tp->save, trace, priced, rc ? NULL : err);

		rc = rc ? rc : saved;
	}
	if (tp->evidence && fflush(tp->evidence) != 0 && !rc)
		rc = err_set(err, -errno, "cannot write the evidence to %s: %s", tp->cfg->record_evidence,
			     strerror(errno));
	if (priced)
		estimate_fini(priced);
	return rc;
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
	if (cfg->count == COUNT_KERNEL && report_format_find(cfg->format) && report_format_find(cfg->format)->of_stacks)
		return err_set(err, -EINVAL, "--format %s shows call stacks, and none are taken in the kernel: leave out --count=kernel",
			       cfg->format);
	for (size_t i = 0; i < cfg->npids; i++)
		if (cfg->pids[i] == getpid())
			return err_set(err, -EINVAL, "cannot attach to process %d: that is entrytrace itself",
				       (int)cfg->pids[i]);
	return 0;
}

static bool wants_progress(const struct config *cfg)
{
	if (cfg->progress == PROGRESS_AUTO)
		return isatty(STDERR_FILENO);
	return cfg->progress == PROGRESS_YES;
}

/* Starts the tracer beside a program that waits at its gate, and sees both through. */
static int run_with(struct tracer_process *tp, struct spawn *program, struct err *err)
{
	struct front front = {.program = program ? program->pid : 0, .shared = tp->shared};
	int done[2];
	int failure = 0;

	if (pipe2(done, O_CLOEXEC) != 0)
		return err_set(err, -errno, "cannot make a pipe: %s", strerror(errno)), EXIT_TROUBLE;
	if (front_listen(&front, err) != 0)
		return EXIT_TROUBLE;
	tp->done = done[1];
	front.progress = tp->progress = wants_progress(tp->cfg);
	front.tracer = tracer_process_start(tp, err);
	close(done[1]);
	front.done = done[0];
	if (front.tracer < 0)
		return EXIT_TROUBLE;
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

/* Starts what is to be traced, or turns to what runs already. */
static int trace(struct tracer_process *tp, const struct inherited *in, struct err *err)
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
	tp->program = &program;
	status = run_with(tp, &program, err);
	spawn_close(&program);
	return status;
}

int session_run(const struct config *cfg)
{
	struct err err = {0};
	struct pricing pricing;
	struct inherited in;
	struct tracer_process tp = {.cfg = cfg, .report = report, .pricing = &pricing, .baseline_cpu = -1};
	int status = EXIT_TROUBLE;

	inherited_set_aside(&in);
	if (check_what(cfg, &err) == 0 && open_outputs(cfg, &tp, &err) == 0) {
		/* Measured here, if at all: never under the filter, never while the program runs. */
		pricing_open(cfg, &pricing);
		if (cfg->count != COUNT_KERNEL)
			tp.by_stops = counting_choose(cfg, &tp.pass);
		status = trace(&tp, &in, &err);
		pricing_close(&pricing);
	}
	if (err.code)
		diag("%s", err.text);
	if (tp.save)
		fclose(tp.save);
	if (tp.evidence)
		fclose(tp.evidence);
	return status;
}
