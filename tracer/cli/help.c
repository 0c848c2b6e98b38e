/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/options.h"
#include "model/entry.h"

#include <string.h>

/* The column that explanations start at. */
#define HELP_AT 32

/* Prints text at the cursor's column col, broken at spaces and indented to indent. */
static void wrap(FILE *out, unsigned col, unsigned indent, unsigned width, const char *text)
{
	while (*text) {
		size_t word = strcspn(text, " ");

		if (col > indent && col + 1 + word > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			col = indent;
		} else if (col > indent) {
			fputc(' ', out);
			col++;
		}
		fwrite(text, 1, word, out);
		col += (unsigned)word;
		text += word;
		text += *text == ' ';
	}
	fputc('\n', out);
}

static void row(FILE *out, const char *left, const char *text, unsigned width)
{
	int n = fprintf(out, "  %s", left);

	if (n < HELP_AT - 1)
		fprintf(out, "%*s", HELP_AT - n, "");
	else
		fprintf(out, "\n%*s", HELP_AT, "");
	wrap(out, HELP_AT, HELP_AT, width, text);
}

static void option_row(FILE *out, const struct opt *o, unsigned width)
{
	char left[80], text[256];
	size_t n = 0;

	if (o->letter)
		n = (size_t)snprintf(left, sizeof(left), "-%c, ", o->letter);
	else
		n = (size_t)snprintf(left, sizeof(left), "    ");
	snprintf(left + n, sizeof(left) - n, "--%s%s%s%s%s", o->name, o->bare ? "[" : "", o->arg ? "=" : "",
		 o->arg ? o->arg : "", o->bare ? "]" : "");
	n = (size_t)snprintf(text, sizeof(text), "%s", o->help);
	for (unsigned i = 0; o->choice && o->choice(i); i++) {
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", i ? "|" : ": ", o->choice(i));
	}
	row(out, left, text, width);
}

static void usage(FILE *out, const struct command_info *cmd, const char *lead)
{
	for (const char *line = cmd->usage; *line;) {
		size_t n = strcspn(line, "\n");

		fprintf(out, "%s entrytrace %.*s\n", lead, (int)n, line);
		lead = "      ";
		line += n + (line[n] == '\n');
	}
}

static void option_rows(FILE *out, unsigned on, unsigned width)
{
	for (unsigned g = 0; g < OPT_GROUPS; g++) {
		bool titled = false;

		for (size_t i = 0; i < noptions; i++) {
			const struct opt *o = &options[i];

			if (o->group != g || o->hidden || !(o->on & on))
				continue;
			if (!titled)
				fprintf(out, "\n%s:\n", opt_group_title[g]);
			titled = true;
			option_row(out, o, width);
		}
	}
}

void help_print(FILE *out, bool one, enum command which, unsigned width)
{
	width = width < 60 ? 60 : width > 100 ? 100 : width;
	if (one) {
		usage(out, &command_info[which], "Usage:");
		fputc('\n', out);
		wrap(out, 0, 0, width, command_info[which].man);
		option_rows(out, 1u << which, width);
		return;
	}

	for (unsigned c = 0; c < COMMANDS; c++)
		usage(out, &command_info[c], c ? "      " : "Usage:");
	fputc('\n', out);
	wrap(out, 0, 0, width, "Shows how a program gets into the Linux kernel, call by call and site by site: "
	     "by int 0x80, by the vDSO, through a far-call thunk; and what another way in would save.");
	fputs("\nCommands:\n", out);
	for (unsigned c = 0; c < COMMANDS; c++)
		row(out, command_info[c].name, command_info[c].help, width);
	option_rows(out, ON_RUN, width);
	fputs("\n", out);
	wrap(out, 0, 0, width, "'entrytrace calibrate --help' and 'entrytrace report --help' list the options of "
	     "these commands.");
	fputs("\nEntry paths:\n", out);
	for (unsigned p = 0; p < ENTRY_PATHS; p++)
		row(out, entry_path_info[p].id, entry_path_info[p].meaning, width);
	fputs("\n", out);
	wrap(out, 0, 0, width, "The exit status is the program's. A failure of entrytrace itself gives 125, a program "
	     "that cannot be executed 126, one that is not found 127.");
}
