/* SPDX-License-Identifier: MIT */
/*
 * The command line. Commands and options are each declared once, in
 * commands.def and options.def; everything that lists them reads these tables.
 */
#ifndef ET_CLI_OPTIONS_H
#define ET_CLI_OPTIONS_H

#include "base/err.h"
#include "model/config.h"

#include <stdbool.h>
#include <stddef.h>

/* Which commands take an option: a bit per command. */
enum {
	ON_RUN = 1 << CMD_RUN,
	ON_CALIBRATE = 1 << CMD_CALIBRATE,
	ON_REPORT = 1 << CMD_REPORT,
	ON_COMPARE = 1 << CMD_COMPARE,
	ON_SCAN = 1 << CMD_SCAN,
	ON_SURVEY = 1 << CMD_SURVEY,
	ON_ALL = ON_RUN | ON_CALIBRATE | ON_REPORT | ON_COMPARE | ON_SCAN | ON_SURVEY,
};

/* The help lists options under these headings, in this order. */
enum opt_group {
	GROUP_SCAN,
	GROUP_TRACE,
	GROUP_SURVEY,
	GROUP_STACKS,
	GROUP_OUTPUT,
	GROUP_SHOW,
	GROUP_PRICE,
	GROUP_HELP,
	OPT_GROUPS,
};

enum opt_kind {
	KIND_STRING,  /* const char *field = the argument */
	KIND_NAME,    /* the same, and the argument must be one of choice() */
	KIND_CHOICE,  /* an enum field = the index of the argument in choice() */
	KIND_NUMBER,  /* unsigned field = the argument, min..max */
	KIND_ENUM,    /* no argument; an enum field = value */
	KIND_BOOL,    /* no argument; bool field = value */
	KIND_PID,     /* appends to config.pids */
	KIND_SECONDS, /* double field = the argument, more than nothing */
	KIND_LIST,    /* appends to a const char ** field; its count is the size_t behind it */
	KIND_COMMAND, /* no argument; does the command in value instead, and parses no further */
	KIND_DUMP,    /* a KIND_NAME that also asks for CMD_DUMP_OPTIONS */
};

enum completes { COMPLETE_NOTHING, COMPLETE_FILE, COMPLETE_PID, COMPLETE_PATH_ID, COMPLETE_TABLE, COMPLETE_USER };

struct opt {
	/* ---- for the parser ---- */
	unsigned on;
	char letter;          /* 0: none */
	const char *name;
	const char *arg;      /* what help calls the argument; NULL: there is none */
	enum opt_kind kind;
	size_t field;         /* offset in struct config */
	int value;
	unsigned min, max;
	const char *(*choice)(unsigned i); /* the i-th allowed argument, NULL behind the last */
	const char *bare;     /* the argument may be left out and is then this; given only as --name=ARG */

	/* ---- for the reader ---- */
	enum opt_group group;
	enum completes completes;
	bool hidden;
	const char *help;     /* a few words */
	const char *man;      /* sentences */
};

struct command_info {
	enum command id;
	const char *name;
	const char *usage;    /* a line per form, without the program's name */
	const char *help;
	const char *man;
};

extern const struct opt options[];
extern const size_t noptions;
extern const char *const opt_group_title[OPT_GROUPS];
extern const struct command_info command_info[COMMANDS];

/*
 * Reads the command line into cfg. On failure returns -EINVAL with one line in
 * err; cfg is to be freed by config_fini() either way.
 */
int options_parse(int argc, char **argv, struct config *cfg, struct err *err);

enum given { GIVEN_NOT, GIVEN, GIVEN_BARE /* without its argument */ };

/* options_check.c: do they go together? seen has a member for each of options[]. */
int options_check(const struct config *cfg, const enum given *seen, struct err *err);
/* What an option that other tracers have is here, for whoever is used to it; NULL for all others. */
const char *options_habit(const char *option);

#endif
