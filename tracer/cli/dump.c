/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/options.h"
#include "model/entry.h"
#include "store/table.h"

/* Text for roff: no hyphen turns into a dash, no line into a request. */
static void roff(FILE *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		fputs("\\&", out);
	for (; *text; text++) {
		if (*text == '-')
			fputs("\\-", out);
		else if (*text == '\\')
			fputs("\\e", out);
		else
			fputc(*text, out);
	}
}

static void man_choices(FILE *out, const struct opt *o)
{
	if (!o->choice)
		return;
	fprintf(out, "\n%s is one of", o->arg);
	for (unsigned i = 0; o->choice(i); i++) {
		fprintf(out, "%s\\fB", i == 0 ? " " : o->choice(i + 1) ? ", " : " and ");
		roff(out, o->choice(i));
		fputs("\\fR", out);
	}
	fputs(".\n", out);
}

static void man_option(FILE *out, const struct opt *o)
{
	fputs(".TP\n", out);
	if (o->letter)
		fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
	fputs("\\fB\\-\\-", out);
	roff(out, o->name);
	fputs("\\fR", out);
	if (o->arg)
		fprintf(out, "%s=\\fI%s\\fR%s", o->bare ? "[" : "", o->arg, o->bare ? "]" : "");
	fputc('\n', out);
	roff(out, o->man);
	man_choices(out, o);
	fputc('\n', out);
}

void help_man(FILE *out)
{
	fputs(".SH COMMANDS\n", out);
	for (unsigned c = 0; c < COMMANDS; c++) {
		fprintf(out, ".TP\n\\fB%s\\fR\n", command_info[c].name);
		roff(out, command_info[c].man);
		fputc('\n', out);
	}
	fputs(".SH OPTIONS\n", out);
	for (unsigned c = 0; c < COMMANDS; c++) {
		fprintf(out, ".SS entrytrace %s\n", command_info[c].name);
		for (unsigned g = 0; g < OPT_GROUPS; g++)
			for (size_t i = 0; i < noptions; i++)
				if (options[i].group == g && options[i].on & 1u << c && !options[i].hidden)
					man_option(out, &options[i]);
	}
	fputs(".SH ENTRY PATHS\n", out);
	for (unsigned p = 0; p < ENTRY_PATHS; p++) {
		fputs(".TP\n\\fB", out);
		roff(out, entry_path_info[p].id);
		fputs("\\fR\n", out);
		roff(out, entry_path_info[p].meaning);
		fputs(".\n", out);
	}
}

static bool shown(const struct opt *o, unsigned c)
{
	return o->on & 1u << c && !o->hidden;
}

/* One shell word list of a command's options; those with an argument end in "=". */
static void completion_words(FILE *out, unsigned c)
{
	const char *gap = "";

	for (size_t i = 0; i < noptions; i++) {
		const struct opt *o = &options[i];

		if (!shown(o, c))
			continue;
		if (o->letter)
			fprintf(out, "%s-%c", gap, o->letter), gap = " ";
		fprintf(out, "%s--%s%s", gap, o->name, o->arg && !o->bare ? "=" : ""), gap = " ";
		if (o->bare)
			for (unsigned k = 0; o->choice(k); k++)
				fprintf(out, " --%s=%s", o->name, o->choice(k));
	}
}

/* A case arm per option with an argument: what its argument may be. */
static void completion_arguments(FILE *out)
{
	for (size_t i = 0; i < noptions; i++) {
		const struct opt *o = &options[i];
		const char *gap = "\t";

		if (!o->arg || o->hidden || o->bare)
			continue;
		for (unsigned c = 0; c < COMMANDS; c++) {
			if (!(o->on & 1u << c))
				continue;
			fprintf(out, "%s%s:--%s", gap, command_info[c].name, o->name);
			gap = " | ";
			if (o->letter)
				fprintf(out, "%s%s:-%c", gap, command_info[c].name, o->letter);
		}
		fputs(")\n\t\t", out);
		if (o->choice) {
			fputs("COMPREPLY=($(compgen -W \"", out);
			for (unsigned k = 0; o->choice(k); k++)
				fprintf(out, "%s%s", k ? " " : "", o->choice(k));
			fputs("\" -- \"$cur\"))\n", out);
		} else if (o->completes == COMPLETE_FILE) {
			fputs("COMPREPLY=($(compgen -f -- \"$cur\"))\n\t\tcompopt -o filenames\n", out);
		} else if (o->completes == COMPLETE_TABLE) {
			fputs("COMPREPLY=($(compgen -W \"" COST_TABLE_SKYLAKE "\" -- \"$cur\") $(compgen -f -- \"$cur\"))\n"
			      "\t\tcompopt -o filenames\n", out);
		} else if (o->completes == COMPLETE_USER) {
			fputs("COMPREPLY=($(compgen -u -- \"$cur\"))\n", out);
		} else if (o->completes == COMPLETE_PATH_ID) {
			fputs("COMPREPLY=($(compgen -W \"", out);
			for (unsigned p = 0; p < ENTRY_PATHS; p++)
				fprintf(out, "%s%s", p ? " " : "", entry_path_info[p].id);
			fputs("\" -- \"$cur\"))\n", out);
		} else if (o->completes == COMPLETE_PID) {
			fputs("COMPREPLY=($(cd /proc && compgen -G '[0-9]*' | grep -- \"^$cur\"))\n", out);
		} else {
			fputs("COMPREPLY=()\n", out);
		}
		fputs("\t\treturn\n\t\t;;\n", out);
	}
}

void help_completion(FILE *out)
{
	fputs("# bash completion for entrytrace, generated from its option table\n"
	      "_entrytrace_options()\n{\n\tcase $1 in\n", out);
	for (unsigned c = 0; c < COMMANDS; c++) {
		fprintf(out, "\t%s) echo \"", command_info[c].name);
		completion_words(out, c);
		fputs("\" ;;\n", out);
	}
	fputs("\tesac\n}\n\n", out);

	fputs("# The argument of $command's option $1, as far as typed in $cur.\n"
	      "_entrytrace_argument()\n{\n\tcase $command:$1 in\n", out);
	completion_arguments(out);
	fputs("\tesac\n\treturn 1\n}\n\n", out);

	fputs("_entrytrace()\n{\n"
	      "\tlocal cur prev words cword command=run i=1\n"
	      "\t_get_comp_words_by_ref -n = cur prev words cword || return\n"
	      "\tcase ${words[1]} in\n\t", out);
	for (unsigned c = 0; c < COMMANDS; c++)
		fprintf(out, "%s%s", c ? " | " : "", command_info[c].name);
	fputs(")\n\t\t[ \"$cword\" -gt 1 ] && command=${words[1]} i=2 ;;\n\tesac\n\n"
	      "\t# Past the options stands the program: complete as its own command line.\n"
	      "\twhile [ \"$i\" -lt \"$cword\" ]; do\n"
	      "\t\tcase ${words[i]} in\n"
	      "\t\t--) i=$((i + 1)); break ;;\n"
	      "\t\t-*)\n"
	      "\t\t\tcur= _entrytrace_argument \"${words[i]}\" && i=$((i + 1)) ;;\n"
	      "\t\t*) break ;;\n"
	      "\t\tesac\n"
	      "\t\ti=$((i + 1))\n"
	      "\tdone\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [ \"$command\" = run ] && [ \"$i\" -le \"$cword\" ] && { [ \"$i\" -lt \"$cword\" ] || [ \"${words[i-1]}\" = -- ]; }; then\n"
	      "\t\t_command_offset \"$i\"\n"
	      "\t\treturn\n"
	      "\tfi\n\n"
	      "\tcase $cur in\n"
	      "\t--*=*)\n"
	      "\t\tlocal option=${cur%%=*}\n"
	      "\t\tcur=${cur#*=}\n"
	      "\t\t_entrytrace_argument \"$option\" && return ;;\n"
	      "\tesac\n"
	      "\tcase $prev in\n"
	      "\t-*) _entrytrace_argument \"$prev\" && return ;;\n"
	      "\tesac\n"
	      "\tcase $cur in\n"
	      "\t-*)\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$(_entrytrace_options \"$command\")\" -- \"$cur\"))\n"
	      "\t\tcase ${COMPREPLY[0]-} in *=) compopt -o nospace ;; esac ;;\n"
	      "\t*)\n"
	      "\t\tcase $command in\n"
	      "\t\trun)\n"
	      "\t\t\tCOMPREPLY=($(compgen -c -- \"$cur\") $(compgen -f -- \"$cur\"))\n", out);
	fputs("\t\t\t[ \"$cword\" = 1 ] && COMPREPLY=($(compgen -W \"", out);
	for (unsigned c = 0; c < COMMANDS; c++)
		fprintf(out, "%s%s", c ? " " : "", command_info[c].name);
	fputs("\" -- \"$cur\") \"${COMPREPLY[@]}\") ;;\n"
	      "\t\tcalibrate) ;;\n"
	      "\t\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	      "\t\tesac\n"
	      "\t\tcompopt -o filenames ;;\n"
	      "\tesac\n"
	      "}\n"
	      "complete -F _entrytrace entrytrace\n", out);
}
