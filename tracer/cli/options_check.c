/* SPDX-License-Identifier: MIT */
/* What the options of a command line must fulfil together. */
#include "cli/options.h"

#include "report/format.h"
#include "report/gate.h"
#include "report/parts.h"

#include <errno.h>
#include <string.h>

/* What strace's users type, and what it is here. */
static const struct {
	char letter;
	const char *hint;
} habits[] = {
	{'f', "what a program starts is always traced: leave it out"},
	{'c', "counting is all that entrytrace does: leave it out"},
	{'C', "counting is all that entrytrace does: leave it out"},
	{'e', "to see some calls only, write --syscall=NAME,..."},
	{'P', "to see some files only, write --module=GLOB"},
	{'S', "to sort, write --sort=KEY"},
	{'t', "entries are counted, not listed with their times"},
	{'T', "entries are counted; what they cost is in the report"},
	{'v', "nothing is abbreviated"},
	{'s', "arguments are not shown"},
};

const char *options_habit(const char *option)
{
	for (size_t i = 0; i < sizeof(habits) / sizeof(*habits); i++)
		if (option[0] == '-' && option[1] == habits[i].letter && (!option[2] || option[2] == habits[i].letter))
			return habits[i].hint;
	return NULL;
}

static bool is_choice(const struct opt *o, const char *word)
{
	const char *name;

	for (unsigned i = 0; (name = o->choice(i)); i++)
		if (strcmp(name, word) == 0)
			return true;
	return false;
}

static bool given(const struct config *cfg, const enum given *seen, const char *name)
{
	for (size_t i = 0; i < noptions; i++)
		if (seen[i] && strcmp(options[i].name, name) == 0 && (options[i].on & 1u << cfg->command))
			return true;
	return false;
}

/* Options that make no sense together. */
static int check_pairs(const struct config *cfg, const enum given *seen, struct err *err)
{
	const struct report_format *format = report_format_find(cfg->format);
	bool stacks = cfg->stacks != STACKS_OFF || (format && format->of_stacks);

	if (cfg->save && cfg->output && strcmp(cfg->save, cfg->output) == 0)
		return err_set(err, -EINVAL, "the report and the saved trace cannot both go to %s: name two files", cfg->save);
	if (cfg->save && strcmp(cfg->save, "-") == 0)
		return err_set(err, -EINVAL, "a trace is saved in a file: for standard output write --format json -o -");
	if (given(cfg, seen, "quick") && given(cfg, seen, "precise"))
		return err_set(err, -EINVAL, "--quick and --precise say the opposite of each other: leave one out");
	if (cfg->command == CMD_RUN && given(cfg, seen, "weight") && !stacks)
		return err_set(err, -EINVAL, "--weight is about call stacks, and none are taken: add --stacks");
	if (cfg->command == CMD_RUN && cfg->tree && !stacks)
		return err_set(err, -EINVAL, "--tree is about call stacks, and none are taken: add --stacks");
	if (cfg->npids && (cfg->nenv || cfg->user))
		return err_set(err, -EINVAL, "%s is for a program to start, not for one that runs: leave it out",
			       cfg->nenv ? "--env" : "--user");
	for (size_t i = 0; i < cfg->nenv; i++)
		if (cfg->env[i][0] == '=')
			return err_set(err, -EINVAL, "bad argument of --env: '%s': write VAR=VALUE", cfg->env[i]);
	if (cfg->columns)
		return site_columns_check(cfg->columns, err);
	return 0;
}

/* The kernel's program looks at entries only; and no entry stops there, that skipping would spare. */
static int check_kernel(const struct config *cfg, struct err *err)
{
	const struct report_format *format = report_format_find(cfg->format);

	if (cfg->command != CMD_RUN || cfg->count != COUNT_KERNEL)
		return 0;
	if (cfg->stacks != STACKS_OFF || cfg->record_evidence)
		return err_set(err, -EINVAL, "no call stacks and no evidence are taken in the kernel: "
			       "--count=kernel: leave out %s",
			       cfg->stacks != STACKS_OFF ? "--stacks" : "--record-evidence");
	if (format && format->of_stacks)
		return err_set(err, -EINVAL, "--format %s shows call stacks, and none are taken in the kernel: "
			       "leave out --count=kernel", cfg->format);
	if (cfg->native == NATIVE_SKIP)
		return err_set(err, -EINVAL, "--native=skip spares stops, and nothing stops with --count=kernel: "
			       "leave one out");
	return 0;
}

/* "--stacks all ls": a bare option takes no next word. */
static int check_bare(const struct config *cfg, const enum given *seen, struct err *err)
{
	for (size_t i = 0; i < noptions && cfg->noperands && cfg->command == CMD_RUN; i++) {
		const struct opt *o = &options[i];

		if (seen[i] == GIVEN_BARE && is_choice(o, cfg->operands[0]))
			return err_set(err, -EINVAL, "'%s' would be the program to run: for the option write --%s=%s, "
				       "for a program of that name its path", cfg->operands[0], o->name, cfg->operands[0]);
	}
	return 0;
}

int options_check(const struct config *cfg, const enum given *seen, struct err *err)
{
	if (check_bare(cfg, seen, err) < 0 || check_pairs(cfg, seen, err) < 0 || check_kernel(cfg, err) < 0)
		return err->code;
	for (size_t i = 0; i < cfg->nfail_if; i++)
		if (gate_check(cfg->fail_if[i], cfg->command == CMD_COMPARE, err) < 0)
			return err->code;
	switch (cfg->command) {
	case CMD_RUN:
		if (!cfg->npids && !cfg->noperands)
			return err_set(err, -EINVAL, "nothing to trace: no program was named: "
				       "try 'entrytrace PROGRAM', or 'entrytrace --help'");
		if (cfg->npids && cfg->noperands)
			return err_set(err, -EINVAL, "cannot both attach and run: '%s': "
				       "leave out either --attach or the program", cfg->operands[0]);
		if (cfg->npids && cfg->baseline)
			return err_set(err, -EINVAL, "no untraced run of an attached process: --baseline: "
				       "leave it out, or name a program to run");
		return 0;
	case CMD_CALIBRATE:
		if (cfg->noperands)
			return err_set(err, -EINVAL, "unexpected argument: '%s': calibrate takes options only; "
				       "to trace a program of that name write 'entrytrace -- calibrate'",
				       cfg->operands[0]);
		return 0;
	case CMD_REPORT:
		if (!cfg->noperands)
			return err_set(err, -EINVAL, "no file was named: 'entrytrace report' takes saved traces");
		return 0;
	case CMD_COMPARE:
		if (cfg->noperands != 2)
			return err_set(err, -EINVAL, "%s: 'entrytrace compare' takes two saved traces, the old one first",
				       cfg->noperands > 2 ? "more than two files were named" :
				       cfg->noperands ? "only one file was named" : "no file was named");
		return 0;
	case CMD_SURVEY:
		if (cfg->noperands)
			return err_set(err, -EINVAL, "unexpected argument: '%s': survey takes options only; "
				       "to count one program write 'entrytrace --count=kernel %s'",
				       cfg->operands[0], cfg->operands[0]);
		return 0;
	case CMD_SCAN:
		if (!cfg->noperands && !cfg->system)
			return err_set(err, -EINVAL, "nothing to scan: name files or folders, or '-' for a list of "
				       "names on standard input");
		return 0;
	case CMD_HELP:
	case CMD_VERSION:
	case CMD_DUMP_OPTIONS:
		return 0;
	}
	return 0;
}
