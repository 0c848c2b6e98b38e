/* SPDX-License-Identifier: MIT */
/* From argv to an exit status. */
#ifndef ET_CLI_COMMAND_H
#define ET_CLI_COMMAND_H

#include "model/config.h"

/* All of entrytrace: parses the command line, does what it says, returns the exit status. */
int command_main(int argc, char **argv);

/*
 * The commands. Each prints its own failure as one line and returns the exit
 * status of the process.
 */
int session_run(const struct config *cfg);    /* session.c */
int calibrate_run(const struct config *cfg);  /* calibrate.c */
int report_run(const struct config *cfg);     /* report.c */
int compare_run(const struct config *cfg);    /* compare.c */
int scan_run(const struct config *cfg);       /* scan.c */
int survey_run(const struct config *cfg);     /* survey.c */

#endif
