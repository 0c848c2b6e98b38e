/* SPDX-License-Identifier: MIT */
/* The option table as completions of zsh and fish; bash's is in dump.c. */
#include "cli/help.h"

#include "cli/options.h"
#include "model/entry.h"
#include "store/table.h"

#include <string.h>

/* Text within single quotes; also is spelt with a backslash before it. */
static void quoted(FILE *out, const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", out);
		else if (*text && strchr(also, *text))
			fprintf(out, "\\%c", *text);
		else
			fputc(*text, out);
	}
}

static void path_ids(FILE *out)
{
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		fprintf(out, "%s%s", p ? " " : "", entry_path_info[p].id);
}

static void choices(FILE *out, const struct opt *o)
{
	for (unsigned k = 0; o->choice(k); k++)
		fprintf(out, "%s%s", k ? " " : "", o->choice(k));
}

/* ---- zsh ---- */

static void zsh_argument(FILE *out, const struct opt *o)
{
	fputs(o->bare ? "::" : ":", out);
	quoted(out, o->arg, ":");
	fputc(':', out);
	if (o->choice) {
		fputc('(', out);
		choices(out, o);
		fputc(')', out);
		return;
	}
	switch (o->completes) {
	case COMPLETE_FILE:
		fputs("_files", out);
		break;
	case COMPLETE_PID:
		fputs("_pids", out);
		break;
	case COMPLETE_PATH_ID:
		fputc('(', out);
		path_ids(out);
		fputc(')', out);
		break;
	case COMPLETE_TABLE:
		fputs("{_files; compadd " COST_TABLE_SKYLAKE "}", out);
		break;
	case COMPLETE_USER:
		fputs("_users", out);
		break;
	case COMPLETE_NOTHING:
		fputc(' ', out);
		break;
	}
}

/* '*--long=[help]:ARG:...', one of them for each spelling. */
static void zsh_option(FILE *out, const struct opt *o)
{
	const char *many = o->kind == KIND_LIST || o->kind == KIND_PID ? "*" : "";

	if (o->letter) {
		fprintf(out, "\t\t'%s-%c%s[", many, o->letter, o->arg && !o->bare ? "+" : "");
		quoted(out, o->help, "[]:");
		fputc(']', out);
		if (o->arg && !o->bare)
			zsh_argument(out, o);
		fputs("'\n", out);
	}
	fprintf(out, "\t\t'%s--%s%s[", many, o->name, o->bare ? "=-" : o->arg ? "=" : "");
	quoted(out, o->help, "[]:");
	fputc(']', out);
	if (o->arg)
		zsh_argument(out, o);
	fputs("'\n", out);
}

void help_completion_zsh(FILE *out)
{
	fputs("#compdef entrytrace\n# generated from entrytrace's option table\n\n_entrytrace()\n{\n"
	      "\tlocal command=run\n\tlocal -a options commands\n\tcommands=(\n", out);
	for (unsigned c = 0; c < COMMANDS; c++) {
		fprintf(out, "\t\t'%s:", command_info[c].name);
		quoted(out, command_info[c].help, ":");
		fputs("'\n", out);
	}
	fputs("\t)\n\tif (( CURRENT > 2 )) && (( ${commands[(I)${words[2]}:*]} )); then\n"
	      "\t\tcommand=${words[2]}\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n\tcase $command in\n", out);
	for (unsigned c = 0; c < COMMANDS; c++) {
		fprintf(out, "\t%s) options=(\n", command_info[c].name);
		for (size_t i = 0; i < noptions; i++)
			if ((options[i].on & 1u << c) && !options[i].hidden)
				zsh_option(out, &options[i]);
		fputs("\t\t) ;;\n", out);
	}
	fputs("\tesac\n"
	      "\tif [[ $command != run ]]; then\n"
	      "\t\t_arguments -s $options '*:saved trace:_files'\n"
	      "\telse\n"
	      "\t\t(( CURRENT == 2 )) && [[ $PREFIX != -* ]] && _describe -t commands command commands\n"
	      "\t\t_arguments -s -S $options '(-)1:program:_command_names -e' '*::argument:_normal'\n"
	      "\tfi\n}\n\n_entrytrace \"$@\"\n", out);
}

/* ---- fish ---- */

static void fish_option(FILE *out, const struct opt *o, unsigned c)
{
	fprintf(out, "complete -c entrytrace -n '__entrytrace_is %s' -l %s", command_info[c].name, o->name);
	if (o->letter)
		fprintf(out, " -s %c", o->letter);
	fputs(" -d '", out);
	quoted(out, o->help, "");
	fputc('\'', out);
	if (o->choice) {
		fprintf(out, "%s -a '", o->bare ? "" : " -x");
		choices(out, o);
		fputc('\'', out);
	} else if (o->completes == COMPLETE_PATH_ID) {
		fputs(" -x -a '", out);
		path_ids(out);
		fputc('\'', out);
	} else if (o->completes == COMPLETE_PID) {
		fputs(" -x -a '(__fish_complete_pids)'", out);
	} else if (o->completes == COMPLETE_USER) {
		fputs(" -x -a '(__fish_complete_users)'", out);
	} else if (o->completes == COMPLETE_TABLE) {
		fputs(" -r -F -a '" COST_TABLE_SKYLAKE "'", out);
	} else if (o->completes == COMPLETE_FILE) {
		fputs(" -r -F", out);
	} else if (o->arg) {
		fputs(" -x", out);
	}
	fputc('\n', out);
}

void help_completion_fish(FILE *out)
{
	fputs("# fish completion for entrytrace, generated from its option table\n\n"
	      "# Is the command line one of this command? What stands behind a program's name is the program's.\n"
	      "function __entrytrace_is\n"
	      "\tset -l words (commandline -opc)\n"
	      "\tset -l command run\n"
	      "\tif set -q words[2]; and contains -- $words[2]", out);
	for (unsigned c = 0; c < COMMANDS; c++)
		fprintf(out, " %s", command_info[c].name);
	fputs("\n\t\tset command $words[2]\n\tend\n\ttest $command = $argv[1]\nend\n\n"
	      "function __entrytrace_first\n\ttest (count (commandline -opc)) -eq 1\nend\n\n", out);
	for (unsigned c = 0; c < COMMANDS; c++) {
		fprintf(out, "complete -c entrytrace -n __entrytrace_first -a %s -d '", command_info[c].name);
		quoted(out, command_info[c].help, "");
		fputs("'\n", out);
	}
	fputs("complete -c entrytrace -n '__entrytrace_is run' -a '(__fish_complete_subcommand --fcs-skip=1)'\n", out);
	for (unsigned c = 0; c < COMMANDS; c++)
		for (size_t i = 0; i < noptions; i++)
			if ((options[i].on & 1u << c) && !options[i].hidden)
				fish_option(out, &options[i], c);
}
