/* SPDX-License-Identifier: MIT */
/* The survey command: the whole machine, counted in the kernel until somebody says stop. */
#include "base/cleanup.h"
#include "base/monotonic.h"
#include "cli/command.h"
#include "cli/emit.h"
#include "cli/kernel_vdso.h"
#include "cli/pricing.h"
#include "cli/survey_figures.h"
#include "cli/survey_scope.h"
#include "cli/tracer_process.h"
#include "kernel/engine.h"
#include "launch/spawn.h"
#include "model/fingerprint.h"
#include "report/format.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
	COLLECT_MS = 1000,   /* the kernel's tables must not run full */
	EVERY_LIVE = 2,      /* seconds between two looks */
	EVERY = 10,
};

struct survey {
	const struct config *cfg;
	struct pricing pricing;
	struct modules modules;
	struct tally tally;
	struct vdso_facts vdso;
	struct kernel_engine *engine;
	struct survey_figures figures;
	struct utsname uname;
	struct report_style style;
	FILE *out, *save;
	bool json, live;
	int signals;
	uint64_t started_ns;
};

static double elapsed(const struct survey *s)
{
	return (double)(monotonic_ns() - s->started_ns) * 1e-9;
}

static int open_outputs(struct survey *s, struct err *err)
{
	s->json = strcmp(s->cfg->format, "json") == 0;
	s->out = emit_open(s->cfg->output, stdout, err);
	if (!s->out || (s->cfg->save && !(s->save = emit_open(s->cfg->save, NULL, err))))
		return err->code;
	s->live = !s->json && isatty(STDERR_FILENO) && isatty(STDOUT_FILENO) && s->cfg->progress != PROGRESS_NO;
	s->style = emit_style(s->cfg, s->out);
	uname(&s->uname);
	s->figures.host = s->uname.nodename;
	return 0;
}

static int listen_for_signals(struct survey *s, struct err *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? err_set(err, -errno, "cannot watch for signals: %s", strerror(errno)) : 0;
}

static int begin(struct survey *s, struct err *err)
{
	struct kernel_options opt = {.vdso = &s->vdso, .tally = &s->tally, .modules = &s->modules,
				     .whole_machine = true};
	int rc = survey_scope(s->cfg, &opt, err);

	if (rc == 0)
		rc = open_outputs(s, err);
	if (rc != 0)
		return rc;
	kernel_vdso_look(&s->vdso, &s->modules);
	rc = kernel_open(&opt, &s->engine, err);
	if (rc != 0)
		return rc;
	rc = pricing_open(s->cfg, &s->pricing, err);
	if (rc != 0)
		return rc;
	survey_prices(&s->figures, &s->pricing);
	rc = listen_for_signals(s, err);
	if (rc == 0)
		rc = kernel_start(s->engine, err);
	s->started_ns = monotonic_ns();
	return rc;
}

static int show(struct survey *s, struct err *err)
{
	int rc = 0;

	survey_look(&s->figures, &s->tally, s->engine, elapsed(s));
	if (s->live)
		survey_live(stderr, &s->figures, &s->tally, &s->style);
	errno = 0;
	if (s->json) {
		survey_json(s->out, &s->figures, &s->tally);
		rc = emit_flush(s->out, s->cfg->output, err);
	}
	if (s->cfg->metrics) {
		int written = survey_metrics(s->cfg->metrics, &s->figures, &s->tally, err);

		rc = rc ? rc : written;
	}
	return rc;
}

/* Until a signal or the end of the time. */
static int watch(struct survey *s, struct err *err)
{
	struct pollfd p[2] = {{.fd = kernel_fd(s->engine), .events = POLLIN}, {.fd = s->signals, .events = POLLIN}};
	double every = s->cfg->interval > 0 ? s->cfg->interval : s->live ? EVERY_LIVE : EVERY;
	double next_look = every, next_collect = 0;
	int rc = 0;

	if (s->live)
		fputs("\033[2J", stderr);
	/* What an earlier survey left there is over. */
	if (s->cfg->metrics)
		rc = survey_metrics(s->cfg->metrics, &s->figures, &s->tally, err);
	while (rc == 0) {
		double now = elapsed(s);
		double until = next_look < next_collect ? next_look : next_collect;

		if (s->cfg->duration > 0 && now >= s->cfg->duration)
			break;
		if (s->cfg->duration > 0 && s->cfg->duration < until)
			until = s->cfg->duration;
		poll(p, 2, until > now ? (int)((until - now) * 1000) + 1 : 0);
		if (p[1].revents)
			break;
		kernel_read(s->engine);
		now = elapsed(s);
		if (now >= next_collect || now >= next_look || kernel_crowded(s->engine)) {
			kernel_collect(s->engine);
			next_collect = now + COLLECT_MS * 1e-3;
		}
		if (now >= next_look) {
			rc = show(s, err);
			next_look += every;
		}
	}
	return rc;
}

static int report(struct survey *s, struct err *err)
{
	struct trace trace = {.wall_seconds = elapsed(s)};
	struct estimate est;
	struct estimate *priced = NULL;
	int rc = 0;

	/* No program: the report is of a machine. */
	trace.command = xcalloc(2, sizeof(*trace.command));
	trace.command[0] = xasprintf("survey of %s", s->uname.nodename);
	for (size_t i = 0; i < s->figures.n; i++)
		trace.cpu_user += s->figures.programs[i].cpu_seconds;
	tracer_process_name(&s->tally, &s->modules, &trace);
	trace.host = host_copy(&s->pricing.host);
	if (pricing_estimate(&s->pricing, &trace, -1, &est))
		priced = &est;
	if (s->live)
		fputs("\033[H\033[J", stderr);
	if (!s->json)
		rc = emit_report(s->cfg, s->out, &trace, priced, err);
	if (s->save) {
		int saved = emit_save(s->cfg, s->save, &trace, priced, rc ? NULL : err);

		rc = rc ? rc : saved;
	}
	if (priced)
		estimate_fini(priced);
	trace_fini(&trace);
	return rc;
}

int survey_run(const struct config *cfg)
{
	struct survey s = {.cfg = cfg, .signals = -1};
	struct err err = {0};
	struct inherited in = {0};
	int rc;

	inherited_set_aside(&in);
	rc = begin(&s, &err);
	if (rc == 0)
		rc = watch(&s, &err);
	if (rc == 0) {
		kernel_stop(s.engine);
		rc = show(&s, &err);
		rc = rc ? rc : report(&s, &err);
	}
	if (rc != 0)
		diag("%s", err.text);
	kernel_free(s.engine);
	tally_fini(&s.tally);
	modules_fini(&s.modules);
	survey_figures_fini(&s.figures);
	pricing_close(&s.pricing);
	if (s.signals >= 0)
		close(s.signals);
	if (s.out && s.out != stdout && fclose(s.out) != 0 && rc == 0) {
		diag("cannot write the report to %s: %s", cfg->output, strerror(errno));
		rc = -errno;
	}
	if (s.save)
		fclose(s.save);
	return rc ? EXIT_TROUBLE : 0;
}
