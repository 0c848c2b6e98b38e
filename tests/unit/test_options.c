/* SPDX-License-Identifier: MIT */
/* The command line: what it says, and what it refuses. */
#include "base/cleanup.h"
#include "cli/help.h"
#include "cli/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ARGS_MAX 32

struct line {
	char *argv[ARGS_MAX];
	int argc;
	char *text;
};

/* Splits a command line at blanks; an argument of its own for each word. */
static struct line line_of(const char *words)
{
	struct line l = {.text = xstrdup(words)};

	l.argv[l.argc++] = xstrdup("entrytrace");
	for (char *w = strtok(l.text, " "); w && l.argc < ARGS_MAX - 1; w = strtok(NULL, " "))
		l.argv[l.argc++] = w;
	return l;
}

static int parse(struct line *l, const char *words, struct config *cfg, struct err *err)
{
	*l = line_of(words);
	return options_parse(l->argc, l->argv, cfg, err);
}

static void done(struct line *l, struct config *cfg)
{
	config_fini(cfg);
	free(l->argv[0]);
	free(l->text);
}

/* What the operands must be, by the first word and their number. */
static void stops_at_the_program(void **state)
{
	static const struct {
		const char *words, *program;
		size_t operands;
		enum command command;
	} rows[] = {
		{"ls", "ls", 1, CMD_RUN},
		{"ls -o x", "ls", 3, CMD_RUN},
		{"run ls --help", "ls", 2, CMD_RUN},
		{"-o out ls -l", "ls", 2, CMD_RUN},
		{"-oout ls -l", "ls", 2, CMD_RUN},
		{"--output=out -- ls --", "ls", 2, CMD_RUN},
		{"-- -ls", "-ls", 1, CMD_RUN},
		{"-- calibrate", "calibrate", 1, CMD_RUN},
		{"-- run", "run", 1, CMD_RUN},
		{"-k ls -k", "ls", 2, CMD_RUN},
		{"--stacks ls all", "ls", 2, CMD_RUN},
		{"--stacks=all all", "all", 1, CMD_RUN},
		{"-ko out ls", "ls", 1, CMD_RUN},
		{"--stacks --top 3 ls", "ls", 1, CMD_RUN},
		{"--save --stacks ls", "ls", 1, CMD_RUN},
		{"ls --stacks", "ls", 2, CMD_RUN},
		{"-o f report g", "report", 2, CMD_RUN},
		{"report f", "f", 1, CMD_REPORT},
		{"report --format json f", "f", 1, CMD_REPORT},
		{"report f --format json", "f", 1, CMD_REPORT},
		{"report -- --format", "--format", 1, CMD_REPORT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config cfg;
		struct err err = {0};
		struct line l;

		if (parse(&l, rows[i].words, &cfg, &err) != 0)
			fail_msg("%s: %s", rows[i].words, err.text);
		assert_int_equal(cfg.command, rows[i].command);
		assert_int_equal(cfg.noperands, rows[i].operands);
		assert_string_equal(cfg.operands[0], rows[i].program);
		assert_null(cfg.operands[cfg.noperands]);
		done(&l, &cfg);
	}
}

static void options_reach_the_config(void **state)
{
	struct config cfg;
	struct err err = {0};
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "-p 12 --attach=34 --stack-bytes 4096 -kp56 --no-progress", &cfg, &err), 0);
	assert_int_equal(cfg.npids, 3);
	assert_int_equal(cfg.pids[0], 12);
	assert_int_equal(cfg.pids[1], 34);
	assert_int_equal(cfg.pids[2], 56);
	assert_int_equal(cfg.stack_bytes, 4096);
	assert_int_equal(cfg.stacks, STACKS_SAMPLED);
	assert_int_equal(cfg.progress, PROGRESS_NO);
	assert_string_equal(cfg.format, "text");
	assert_null(cfg.output);
	done(&l, &cfg);

	assert_int_equal(parse(&l, "run -o out --format csv --top=0 --color never --save kept --calibration t.json "
			       "--baseline ls", &cfg, &err), 0);
	assert_string_equal(cfg.output, "out");
	assert_string_equal(cfg.format, "csv");
	assert_string_equal(cfg.save, "kept");
	assert_string_equal(cfg.calibration, "t.json");
	assert_int_equal(cfg.top, 0);
	assert_int_equal(cfg.color, COLOR_NEVER);
	assert_true(cfg.baseline);
	assert_true(cfg.estimate);
	done(&l, &cfg);

	assert_int_equal(parse(&l, "calibrate --precise --format=json", &cfg, &err), 0);
	assert_int_equal(cfg.effort, EFFORT_PRECISE);
	done(&l, &cfg);
	assert_int_equal(parse(&l, "--no-estimate --stacks=all --weight cycles --follow-orphans x", &cfg, &err), 0);
	assert_false(cfg.estimate);
	assert_true(cfg.follow_orphans);
	assert_int_equal(cfg.weight, WEIGHT_CYCLES);
	assert_int_equal(cfg.stacks, STACKS_ALL);
	done(&l, &cfg);
}

static void help_needs_nothing_else(void **state)
{
	struct config cfg;
	struct err err = {0};
	struct line l;

	(void)state;
	assert_int_equal(parse(&l, "--help --nonsense", &cfg, &err), 0);
	assert_int_equal(cfg.command, CMD_HELP);
	assert_false(cfg.about_one);
	done(&l, &cfg);
	assert_int_equal(parse(&l, "report -h", &cfg, &err), 0);
	assert_int_equal(cfg.command, CMD_HELP);
	assert_true(cfg.about_one);
	assert_int_equal(cfg.about, CMD_REPORT);
	done(&l, &cfg);
	assert_int_equal(parse(&l, "-V", &cfg, &err), 0);
	assert_int_equal(cfg.command, CMD_VERSION);
	done(&l, &cfg);
}

static void refuses_with_one_line(void **state)
{
	static const struct {
		const char *words, *says;
	} rows[] = {
		{"", "nothing to trace"},
		{"--", "nothing to trace"},
		{"--nope ls", "unknown option: --nope"},
		{"-x ls", "unknown option: -x"},
		{"report --attach 3 f", "unknown option: --attach"},
		{"calibrate --baseline", "unknown option: --baseline"},
		{"-o", "missing argument: -o"},
		{"--top", "missing argument: --top"},
		{"--top=x ls", "'x': give a number from 0"},
		{"--top=-1 ls", "'-1': give a number from 0"},
		{"--top=99999999999999999999 ls", "give a number from 0"},
		{"--stack-bytes=1 ls", "give a number from 256"},
		{"-p 0", "give a number from 1"},
		{"-p ,", "',': give a number from 1"},
		{"-p 3,x,5", "'x': give a number from 1"},
		{"-p 12x", "'12x': give a number"},
		{"-p 4294967297", "give a number"},
		{"--format=xml ls", "choose one of text"},
		{"--color=pink ls", "choose one of auto, always, never"},
		{"--stacks=some ls", "choose one of off, sampled, all"},
		{"--output= ls", "--output: it is empty"},
		{"--baseline=yes ls", "--baseline"},
		{"-p 12 ls", "attach"},
		{"-p 12 --baseline", "--baseline"},
		{"calibrate now", "unexpected argument: 'now'"},
		{"calibrate --format=csv", "choose one of text, json"},
		{"report", "no file"},
		{"compare a", "only one file"},
		{"compare a b c", "more than two files"},
		{"compare --format speedscope a b", "choose one of"},
		{"--fail-if entries ls", "it compares nothing"},
		{"--fail-if new_sites>0 ls", "needs two traces"},
		{"--save x -o x ls", "name two files"},
		{"--save - ls", "--format json -o -"},
		{"--weight cycles ls", "add --stacks"},
		{"--tree ls", "add --stacks"},
		{"calibrate --quick --precise", "the opposite of each other"},
		{"--stacks all ls", "write --stacks=all"},
		{"-k off", "write --stacks=off"},
		{"-f ls", "always traced"},
		{"-ff ls", "always traced"},
		{"-c ls", "leave it out"},
		{"-e trace=read ls", "--syscall="},
		{"--columns entries,nome ls", "no such column: 'nome': choose from entries, share"},
		{"--columns= ls", "it is empty"},
		{"--duration 0 ls", "give seconds"},
		{"--duration 1h ls", "give seconds"},
		{"--interval nan ls", "give seconds"},
		{"--width 20 ls", "a number from 40"},
		{"-E =x ls", "write VAR=VALUE"},
		{"-E A=1 -p 12", "for a program to start"},
		{"-u me -p 12", "for a program to start"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct config cfg;
		struct err err = {0};
		struct line l;

		assert_int_equal(parse(&l, rows[i].words, &cfg, &err), -EINVAL);
		if (!strstr(err.text, rows[i].says))
			fail_msg("'%s' says: %s", rows[i].words, err.text);
		assert_null(strchr(err.text, '\n'));
		done(&l, &cfg);
	}
}

static char *printed(void print(FILE *))
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	print(f);
	fclose(f);
	return out;
}

static void help_of_all(FILE *f)
{
	for (unsigned c = 0; c < COMMANDS; c++)
		help_print(f, true, (enum command)c, 80);
}

/* Every option that is not hidden is in the help, the man page and the completion; hidden ones are in none. */
static void all_options_are_told(void **state)
{
	auto_free char *help = printed(help_of_all);
	auto_free char *man = printed(help_man);
	auto_free char *completion = printed(help_completion);

	(void)state;
	for (size_t i = 0; i < noptions; i++) {
		const struct opt *o = &options[i];
		auto_free char *plain = xasprintf("--%s", o->name);
		char roff[64], *r = roff;

		for (const char *c = plain; *c && r < roff + sizeof(roff) - 3; c++) {
			if (*c == '-')
				*r++ = '\\';
			*r++ = *c;
		}
		*r = '\0';
		assert_int_equal(!!strstr(help, plain), !o->hidden);
		assert_int_equal(!!strstr(man, roff), !o->hidden);
		assert_int_equal(!!strstr(completion, plain), !o->hidden);
		assert_non_null(o->help);
		assert_true(o->hidden || o->man);
		assert_true(o->on && !(o->on & ~(unsigned)ON_ALL));
	}
}

/* The same letter or name twice for one command would hide an option. */
static void no_option_hides_another(void **state)
{
	(void)state;
	for (size_t i = 0; i < noptions; i++)
		for (size_t k = 0; k < i; k++) {
			if (!(options[i].on & options[k].on))
				continue;
			assert_string_not_equal(options[i].name, options[k].name);
			assert_true(!options[i].letter || options[i].letter != options[k].letter);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_at_the_program),
		cmocka_unit_test(options_reach_the_config),
		cmocka_unit_test(help_needs_nothing_else),
		cmocka_unit_test(refuses_with_one_line),
		cmocka_unit_test(all_options_are_told),
		cmocka_unit_test(no_option_hides_another),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
