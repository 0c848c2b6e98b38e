/* SPDX-License-Identifier: MIT */
/*
 * pty SECONDS [send TEXT | expect TEXT]... -- COMMAND...
 *
 * Runs COMMAND on a terminal of its own and goes through the steps in order:
 * "send" types TEXT; "expect" waits until TEXT was printed behind what earlier
 * steps consumed. In both, \r \n \003 \032 and the like are escapes. Then it
 * waits for COMMAND's end. All that came over the terminal goes to standard
 * output. Exits as COMMAND did; 122 when an expected text never came, 124 when
 * the time ran out.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NEVER_CAME = 122, TIMED_OUT = 124 };

struct session {
	int fd;
	pid_t child;
	double deadline;
	char text[65536];
	size_t n, consumed;
	bool ended;
};

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static _Noreturn void give_up(struct session *s, int code, const char *why, const char *what)
{
	fwrite(s->text, 1, s->n, stdout);
	fflush(stdout);
	fprintf(stderr, "pty: %s: %s\n", why, what);
	/* The session leader's end hangs up the terminal for all others. */
	kill(s->child, SIGKILL);
	exit(code);
}

/* Reads what there is, waiting for it; s->ended is set when the terminal is closed. */
static void more(struct session *s, const char *waiting_for)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	double left = s->deadline - now();
	ssize_t got;

	if (left <= 0 || poll(&p, 1, (int)(left * 1000) + 1) == 0)
		give_up(s, TIMED_OUT, "time is over, waiting for", waiting_for);
	got = read(s->fd, s->text + s->n, sizeof(s->text) - 1 - s->n);
	if (got > 0)
		s->n += (size_t)got;
	else if (got == 0 || errno != EINTR)
		s->ended = true;
	s->text[s->n] = '\0';
}

static void expect(struct session *s, const char *text)
{
	const char *found;

	while (!(found = memmem(s->text + s->consumed, s->n - s->consumed, text, strlen(text)))) {
		if (s->ended)
			give_up(s, NEVER_CAME, "the command ended without printing", text);
		more(s, text);
	}
	s->consumed = (size_t)(found - s->text) + strlen(text);
}

/* Replaces the escapes in place. */
static char *unescape(char *text)
{
	char *to = text;

	for (const char *p = text; *p;) {
		char c = *p++;

		if (c == '\\' && *p >= '0' && *p <= '7') {
			c = (char)strtol((char[]){p[0], p[1], p[2], '\0'}, NULL, 8);
			p += 3;
		} else if (c == '\\' && *p) {
			c = *p == 'n' ? '\n' : *p == 'r' ? '\r' : *p;
			p++;
		}
		*to++ = c;
	}
	*to = '\0';
	return text;
}

static void send_text(struct session *s, const char *text)
{
	if (write(s->fd, text, strlen(text)) != (ssize_t)strlen(text))
		give_up(s, NEVER_CAME, "the terminal took no input", text);
}

int main(int argc, char **argv)
{
	static struct session s;
	int command = 2, status = 0;

	while (command < argc && strcmp(argv[command], "--") != 0)
		command++;
	if (command + 1 >= argc) {
		fputs("usage: pty SECONDS [send TEXT | expect TEXT]... -- COMMAND...\n", stderr);
		return 125;
	}
	s.deadline = now() + atof(argv[1]);
	s.child = forkpty(&s.fd, NULL, NULL, &(struct winsize){.ws_row = 24, .ws_col = 80});
	if (s.child == 0) {
		/* A suite that runs in the background has these ignored; the program's terminal is another. */
		signal(SIGINT, SIG_DFL);
		signal(SIGQUIT, SIG_DFL);
		execvp(argv[command + 1], argv + command + 1);
		perror(argv[command + 1]);
		_exit(127);
	}
	for (int i = 2; i + 1 < command; i += 2) {
		if (strcmp(argv[i], "send") == 0)
			send_text(&s, unescape(argv[i + 1]));
		else
			expect(&s, unescape(argv[i + 1]));
	}
	while (!s.ended)
		more(&s, "the command's end");
	fwrite(s.text, 1, s.n, stdout);
	fflush(stdout);
	waitpid(s.child, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
