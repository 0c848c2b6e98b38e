/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "base/cleanup.h"
#include "base/vec.h"
#include "report/compare.h"
#include "report/format.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <popt.h>
#include <stdlib.h>
#include <string.h>

/* The words for an enum's values, in the enum's order, as a choice() function. */
#define NAMES(fn, ...) \
	static const char *fn(unsigned i) \
	{ \
		static const char *const names[] = {__VA_ARGS__}; \
		return i < sizeof(names) / sizeof(*names) ? names[i] : NULL; \
	}

NAMES(count_name, "auto", "inplace", "stop", "kernel")
NAMES(native_name, "auto", "count", "skip")
NAMES(stacks_name, "off", "sampled", "all")
NAMES(weight_name, "entries", "cycles")
NAMES(sort_name, "cost", "entries", "name")
NAMES(call_name, "none", "getppid")
NAMES(color_name, "auto", "always", "never")
NAMES(table_format_name, "text", "json")
NAMES(survey_format_name, "text", "json")
NAMES(dump_name, "man", "completion", "zsh", "fish")
NAMES(scan_format_name, "text", "json", "csv", "sarif")
NAMES(scan_gate_name, "needs-ia32")

static const char *format_name(unsigned i)
{
	return i < nreport_formats ? report_formats[i]->name : NULL;
}

static const char *compare_format_name(unsigned i)
{
	return i < ncompare_formats ? compare_formats[i]->name : NULL;
}

const struct opt options[] = {
#define OPT(...) {__VA_ARGS__},
#include "cli/options.def"
#undef OPT
};
const size_t noptions = sizeof(options) / sizeof(*options);

const struct command_info command_info[COMMANDS] = {
#define COMMAND(...) {__VA_ARGS__},
#include "cli/commands.def"
#undef COMMAND
};

const char *const opt_group_title[OPT_GROUPS] = {
	[GROUP_SCAN] = "Scanning",
	[GROUP_TRACE] = "Tracing",
	[GROUP_SURVEY] = "What to survey",
	[GROUP_STACKS] = "Call stacks",
	[GROUP_OUTPUT] = "Output",
	[GROUP_SHOW] = "What is shown",
	[GROUP_PRICE] = "Prices",
	[GROUP_HELP] = "Help",
};

static_assert(sizeof(enum color) == sizeof(int), "enum fields are written as int");

static int choice_index(const struct opt *o, const char *arg)
{
	const char *name;

	for (unsigned i = 0; (name = o->choice(i)); i++)
		if (strcmp(name, arg) == 0)
			return (int)i;
	return -1;
}

static int bad_choice(const struct opt *o, const char *arg, struct err *err)
{
	char list[256] = "";
	const char *name;

	for (unsigned i = 0; (name = o->choice(i)); i++) {
		size_t n = strlen(list);

		snprintf(list + n, sizeof(list) - n, "%s%s", i ? ", " : "", name);
	}
	return err_set(err, -EINVAL, "bad argument of --%s: '%s': choose one of %s", o->name, arg, list);
}

static int number(const struct opt *o, const char *arg, unsigned min, unsigned max, unsigned *out,
		  struct err *err)
{
	char *end;

	errno = 0;
	unsigned long v = strtoul(arg, &end, 10);
	if (errno || end == arg || *end || arg[0] < '0' || arg[0] > '9' || v < min || v > max)
		return err_set(err, -EINVAL, "bad argument of --%s: '%s': give a number from %u to %u",
			       o->name, arg, min, max);
	*out = (unsigned)v;
	return 0;
}

static int seconds(const struct opt *o, const char *arg, char *field, struct err *err)
{
	char *end;
	double v = strtod(arg, &end);

	if (end == arg || *end || !(v >= 0.001 && v < 1e9) || !strchr("0123456789.", arg[0]) || strpbrk(arg, "xX"))
		return err_set(err, -EINVAL, "bad argument of --%s: '%s': give seconds, such as 10 or 0.5", o->name, arg);
	memcpy(field, &v, sizeof(v));
	return 0;
}

/* field is where a pointer and, behind it, a count are. */
static void append(char *field, const char *arg)
{
	const char **list;
	size_t n;

	memcpy(&list, field, sizeof(list));
	memcpy(&n, field + sizeof(list), sizeof(n));
	*vec_push(list, n) = arg;
	memcpy(field, &list, sizeof(list));
	memcpy(field + sizeof(list), &n, sizeof(n));
}

/* One or several, as pidof(1) prints them and as ps -o pid= may, or with commas between. */
static int add_pids(const struct opt *o, const char *arg, struct config *cfg, struct err *err)
{
	static const char between[] = ", \t\n";
	const char *at = arg + strspn(arg, between);
	unsigned n;
	int r = 0;

	/* An argument of none at all is told to be no number. */
	do {
		auto_free char *one = xasprintf("%.*s", (int)strcspn(at, between), at);

		r = number(o, *one ? one : arg, 1, INT_MAX, &n, err);
		if (r == 0)
			*vec_push(cfg->pids, cfg->npids) = (pid_t)n;
		at += strlen(one);
		at += strspn(at, between);
	} while (r == 0 && *at);
	return r;
}

/* Stores one option; arg lives in cfg->words, or is a constant. */
static int apply(const struct opt *o, const char *arg, struct config *cfg, struct err *err)
{
	char *field = (char *)cfg + o->field;
	int value = o->value;
	unsigned n = 0;
	int r;

	switch (o->kind) {
	case KIND_DUMP:
		cfg->command = CMD_DUMP_OPTIONS;
		__attribute__((fallthrough));
	case KIND_NAME:
		if (choice_index(o, arg) < 0)
			return bad_choice(o, arg, err);
		__attribute__((fallthrough));
	case KIND_STRING:
		if (!*arg)
			return err_set(err, -EINVAL, "bad argument of --%s: it is empty: give a %s",
				       o->name, o->arg);
		memcpy(field, &arg, sizeof(arg));
		return 0;
	case KIND_CHOICE:
		value = choice_index(o, arg);
		if (value < 0)
			return bad_choice(o, arg, err);
		__attribute__((fallthrough));
	case KIND_ENUM:
		memcpy(field, &value, sizeof(value));
		return 0;
	case KIND_BOOL:
		*(bool *)field = value;
		return 0;
	case KIND_NUMBER:
		r = number(o, arg, o->min, o->max, &n, err);
		memcpy(field, &n, r == 0 ? sizeof(n) : 0);
		return r;
	case KIND_PID:
		return add_pids(o, arg, cfg, err);
	case KIND_SECONDS:
		return seconds(o, arg, field, err);
	case KIND_LIST:
		if (!*arg)
			return err_set(err, -EINVAL, "bad argument of --%s: it is empty: give a %s", o->name, o->arg);
		append(field, arg);
		return 0;
	case KIND_COMMAND:
		cfg->about = cfg->command;
		cfg->command = (enum command)value;
		return 0;
	}
	return 0;
}

static const struct opt *find_long(unsigned on, const char *name, size_t len)
{
	for (size_t i = 0; i < noptions; i++)
		if (options[i].on & on && strncmp(options[i].name, name, len) == 0 && !options[i].name[len])
			return &options[i];
	return NULL;
}

static const struct opt *find_letter(unsigned on, char letter)
{
	for (size_t i = 0; i < noptions; i++)
		if (options[i].on & on && options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* Does word, an option, take the next word as its argument? */
static bool takes_next(unsigned on, const char *word)
{
	const struct opt *o = NULL;

	if (word[1] == '-') {
		if (!strchr(word, '='))
			o = find_long(on, word + 2, strlen(word + 2));
		return o && o->arg && !o->bare;
	}
	for (size_t i = 1; word[i]; i++) {
		o = find_letter(on, word[i]);
		if (o && o->arg && !o->bare)
			return !word[i + 1];
	}
	return false;
}

/*
 * popt has optional arguments, but lets them swallow the next word, which here
 * is the program. So a bare "--stacks" becomes "--stacks=sampled" before popt
 * sees it. Words behind the program's name are not looked at.
 */
static void spell_out_bare(unsigned on, int argc, char **argv, char **spelt, enum given *seen)
{
	for (int i = 1; i < argc; i++) {
		const char *word = argv[i];

		if (word[0] != '-' || !word[1] || strcmp(word, "--") == 0)
			break;
		const struct opt *o = word[1] == '-' ? find_long(on, word + 2, strlen(word + 2)) : NULL;
		if (o && o->bare)
			seen[o - options] = GIVEN_BARE;
		if (o && o->bare)
			argv[i] = spelt[i] = xasprintf("--%s=%s", o->name, o->bare);
		else if (takes_next(on, word))
			i++;
	}
}

/* popt's own table; the value that it returns is the index in options, plus one. */
static struct poptOption *popt_table(unsigned on)
{
	struct poptOption *t = NULL;
	size_t n = 0;

	for (size_t i = 0; i < noptions; i++) {
		const struct opt *o = &options[i];

		if (!(o->on & on))
			continue;
		struct poptOption *p = vec_push(t, n);
		p->longName = o->name;
		p->shortName = o->bare ? 0 : o->letter;
		p->argInfo = o->arg ? POPT_ARG_STRING : POPT_ARG_NONE;
		p->val = (int)i + 1;
		if (o->bare && o->letter) { /* the letter alone: never an argument */
			p = vec_push(t, n);
			p->shortName = o->letter;
			p->argInfo = POPT_ARG_NONE;
			p->val = (int)i + 1;
		}
	}
	vec_push(t, n);
	return t;
}

static int popt_failure(poptContext ctx, int code, const struct config *cfg, struct err *err)
{
	const char *word = poptBadOption(ctx, POPT_BADOPTION_NOALIAS);
	const char *cmd = command_info[cfg->command].name;

	if (code == POPT_ERROR_NOARG)
		return err_set(err, -EINVAL, "missing argument: %s: 'entrytrace %s --help' shows what it takes",
			       word, cmd);
	if (code == POPT_ERROR_BADOPT && cfg->command == CMD_RUN && options_habit(word))
		return err_set(err, -EINVAL, "unknown option: %s: %s", word, options_habit(word));
	if (code == POPT_ERROR_BADOPT)
		return err_set(err, -EINVAL, "unknown option: %s: 'entrytrace %s --help' lists the options",
			       word, cmd);
	return err_set(err, -EINVAL, "bad option: %s: %s; see 'entrytrace %s --help'", word,
		       poptStrerror(code), cmd);
}

static void take_operands(struct config *cfg, const char **rest)
{
	size_t first = cfg->nwords;

	for (; rest && *rest; rest++, cfg->noperands++)
		*vec_push(cfg->words, cfg->nwords) = xstrdup(*rest);
	vec_push(cfg->words, cfg->nwords);
	cfg->operands = cfg->words + first;
}

int options_parse(int argc, char **argv, struct config *cfg, struct err *err)
{
	*cfg = (struct config){
		.command = CMD_RUN,
		.format = report_formats[0]->name,
		.top = 10,
		.frames = 8,
		.estimate = true,
		.stack_bytes = 16384,
	};
	/* A command is the first word or none: "entrytrace -o f report" runs a program called report. */
	for (size_t i = 0; argc > 1 && i < COMMANDS; i++) {
		if (strcmp(argv[1], command_info[i].name) == 0) {
			cfg->command = command_info[i].id;
			cfg->about_one = true;
			argc--;
			argv++;
			break;
		}
	}

	unsigned on = 1u << cfg->command;
	auto_free char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	auto_free char **spelt = xcalloc((size_t)argc + 1, sizeof(*spelt));
	memcpy(words, argv, (size_t)argc * sizeof(*words));
	auto_free enum given *seen = xcalloc(noptions, sizeof(*seen));
	spell_out_bare(on, argc, words, spelt, seen);

	auto_free struct poptOption *table = popt_table(on);
	/* What stands behind a program's name is the program's. */
	poptContext ctx = poptGetContext("entrytrace", argc, (const char **)(void *)words, table,
					 cfg->command == CMD_RUN ? POPT_CONTEXT_POSIXMEHARDER : 0);
	int code, r = 0;

	while (r == 0 && cfg->command < COMMANDS && (code = poptGetNextOpt(ctx)) != -1) {
		if (code < -1) {
			r = popt_failure(ctx, code, cfg, err);
			break;
		}
		const struct opt *o = &options[code - 1];
		char *arg = poptGetOptArg(ctx);

		if (arg)
			*vec_push(cfg->words, cfg->nwords) = arg;
		r = apply(o, arg ? arg : o->bare, cfg, err);
		if (!seen[code - 1])
			seen[code - 1] = arg || !o->bare ? GIVEN : GIVEN_BARE;
	}
	if (r == 0) {
		take_operands(cfg, poptGetArgs(ctx));
		r = options_check(cfg, seen, err);
	}
	poptFreeContext(ctx);
	for (int i = 0; i < argc; i++)
		free(spelt[i]);
	return r;
}
