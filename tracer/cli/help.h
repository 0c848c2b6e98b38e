/* SPDX-License-Identifier: MIT */
/* The three faces of the option table: for a terminal, for man(1), for bash. */
#ifndef ET_CLI_HELP_H
#define ET_CLI_HELP_H

#include "model/config.h"

#include <stdbool.h>
#include <stdio.h>

/* The help of one command, or, with one false, of the program as a whole. */
void help_print(FILE *out, bool one, enum command which, unsigned width);

/* roff for the man page: the sections COMMANDS, OPTIONS and ENTRY PATHS. */
void help_man(FILE *out);

/* Completion scripts for bash, zsh and fish. */
void help_completion(FILE *out);
void help_completion_zsh(FILE *out);
void help_completion_fish(FILE *out);

#endif
