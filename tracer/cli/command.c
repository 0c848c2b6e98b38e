/* SPDX-License-Identifier: MIT */
#include "cli/command.h"

#include "base/err.h"
#include "cli/help.h"
#include "cli/options.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Columns of the terminal at fd, 80 where there is none. */
static unsigned columns(int fd)
{
	struct winsize ws;

	return ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col ? ws.ws_col : 80;
}

static int print_help(const struct config *cfg)
{
	help_print(stdout, cfg->about_one, cfg->about, columns(STDOUT_FILENO));
	return 0;
}

static int print_version(const struct config *cfg)
{
	(void)cfg;
	puts(PACKAGE_STRING);
	return 0;
}

static int dump_options(const struct config *cfg)
{
	static const struct {
		const char *form;
		void (*print)(FILE *out);
	} forms[] = {
		{"man", help_man}, {"completion", help_completion}, {"zsh", help_completion_zsh}, {"fish", help_completion_fish},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (strcmp(cfg->dump, forms[i].form) == 0)
			forms[i].print(stdout);
	return 0;
}

static int (*const run[])(const struct config *cfg) = {
	[CMD_RUN] = session_run,
	[CMD_CALIBRATE] = calibrate_run,
	[CMD_REPORT] = report_run,
	[CMD_COMPARE] = compare_run,
	[CMD_SCAN] = scan_run,
	[CMD_SURVEY] = survey_run,
	[CMD_HELP] = print_help,
	[CMD_VERSION] = print_version,
	[CMD_DUMP_OPTIONS] = dump_options,
};

int command_main(int argc, char **argv)
{
	struct config cfg;
	struct err err = {0};
	int status;

	/* Only to know which signs the terminal can show; numbers stay as C has them. */
	setlocale(LC_CTYPE, "");
	if (options_parse(argc, argv, &cfg, &err) == 0) {
		status = run[cfg.command](&cfg);
	} else {
		diag("%s", err.text);
		status = EXIT_TROUBLE;
	}
	if (fflush(stdout) != 0) {
		diag("cannot write: standard output: %s", strerror(errno));
		status = status ? status : EXIT_TROUBLE;
	}
	config_fini(&cfg);
	return status;
}
