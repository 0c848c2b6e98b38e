/* SPDX-License-Identifier: MIT */
/*
 * What the user asked for, as plain values: the product of cli/options. The
 * stages read it and never change it. It owns what it holds; config_fini()
 * frees it.
 */
#ifndef ET_MODEL_CONFIG_H
#define ET_MODEL_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Exit statuses of entrytrace's own; all others are the program's. */
enum {
	EXIT_GATE = 3,          /* a condition of --fail-if holds */
	EXIT_TROUBLE = 125,     /* entrytrace itself failed, or was asked for what it cannot do */
	EXIT_CANNOT_EXEC = 126, /* the program is there and cannot be executed */
	EXIT_NOT_FOUND = 127,   /* there is no such program */
};

enum command {
	CMD_RUN,
	CMD_CALIBRATE,
	CMD_REPORT,
	CMD_COMPARE,
	CMD_SCAN,
	CMD_SURVEY,
	COMMANDS,           /* how many a user can name */
	CMD_HELP = COMMANDS, /* print config.about's help, or all of it */
	CMD_VERSION,
	CMD_DUMP_OPTIONS,   /* print the options as config.dump says: for the build */
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum progress { PROGRESS_AUTO, PROGRESS_YES, PROGRESS_NO };
enum native { NATIVE_AUTO, NATIVE_COUNT, NATIVE_SKIP };
enum count { COUNT_AUTO, COUNT_INPLACE, COUNT_STOP, COUNT_KERNEL };
enum stacks { STACKS_OFF, STACKS_SAMPLED, STACKS_ALL };
enum sort { SORT_COST, SORT_ENTRIES, SORT_NAME };
enum weight { WEIGHT_ENTRIES, WEIGHT_CYCLES };
enum call { CALL_NONE, CALL_GETPPID };
enum effort { EFFORT_DEFAULT, EFFORT_QUICK, EFFORT_PRECISE };

struct config {
	enum command command;

	/* ---- what to work on ---- */
	char **operands;     /* run: the program and its arguments; report: the file. NULL-terminated */
	size_t noperands;
	pid_t *pids;         /* run -p: attach to these instead */
	size_t npids;

	/* ---- where the result goes ---- */
	const char *output;  /* NULL: standard error (run), standard output (the others) */
	const char *format;  /* id of a format in report/; never NULL */
	const char *save;    /* run: keep the whole trace here too; or NULL */
	const char **fail_if; /* conditions, as given; see report/gate.h */
	size_t nfail_if;
	const char *programs, *modules, *paths, *syscalls; /* filters, see report/filter.h; NULL: all */
	enum sort sort;
	const char *columns; /* of the list of sites, separated by commas; NULL: the usual ones */
	unsigned frames;     /* of a stack that are shown; 0 is all */
	bool tree;           /* the call tree */
	unsigned width;      /* columns; 0: those of the terminal */
	unsigned top;        /* how many sites to list; 0 is all */
	enum color color;
	enum progress progress;

	/* ---- prices ---- */
	const char *calibration; /* a file, or a built-in table's name; NULL: this machine's own */
	bool estimate;           /* false: --no-estimate */
	bool baseline;           /* run the program once untraced first */
	enum effort effort;      /* calibrate: how long to measure */
	enum call call;          /* calibrate: what each entry asks for */

	/* ---- how to trace ---- */
	enum native native;      /* entries of 64-bit code, native programs' own */
	enum count count;        /* entries: by a stop each, or in the program where that is exact */
	bool follow_orphans;     /* go on until all processes have ended */
	const char *record_evidence; /* developers: fixtures for the tests of classify; or NULL */

	const char **env;        /* -E: VAR=VALUE, or VAR alone */
	size_t nenv;
	const char *user;        /* -u; NULL: as we are */
	double duration;         /* seconds; 0: to the end */
	bool live;               /* a full screen that refreshes */
	double interval;         /* seconds between summaries, or two looks of a survey; 0: none, or as that likes */

	/* ---- survey: of whom ---- */
	const char *cgroup, *unit, *container, *survey_user, *survey_programs; /* NULL: all */
	const char *metrics;     /* a file for node_exporter; or NULL */

	/* ---- stacks ---- */
	enum stacks stacks;
	unsigned stack_bytes;
	enum weight weight;

	/* ---- scan ---- */
	bool one_file_system;
	bool system;             /* the whole machine, and what it starts */
	bool sites;              /* list every site */
	const char **traces;     /* saved traces to join */
	size_t ntraces;
	const char *scan_gate;   /* --fail-if: "needs-ia32"; or NULL */

	/* ---- help and the like ---- */
	bool about_one;      /* CMD_HELP: about the command below only */
	enum command about;
	const char *dump;    /* CMD_DUMP_OPTIONS: "man" or "completion" */

	char **words;        /* holds what the strings above point to */
	size_t nwords;
};

void config_fini(struct config *cfg);

#endif
