/* SPDX-License-Identifier: MIT */
/* A helper's end, also when its number belongs to somebody else by then. */
#include "unit.h"

#include "base/helper.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A helper that waits for the end of the conversation, or ends at once. */
static struct helper start(int at_once)
{
	struct helper h;
	int rc = helper_fork(&h);

	if (rc == 1) {
		char c;

		if (!at_once)
			while (read(h.sock, &c, 1) > 0)
				continue;
		_exit(0);
	}
	assert_int_equal(rc, 0);
	return h;
}

static void ends_a_helper(void **state)
{
	struct helper h = start(0);
	pid_t pid = h.pid;

	(void)state;
	helper_end(&h);
	assert_int_equal(h.sock, -1);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	helper_end(&h);
}

/* Makes a process of this number; -1 where that is not permitted. */
static pid_t process_numbered(pid_t pid)
{
	struct clone_args args = {.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&pid, .set_tid_size = 1};
	pid_t got = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (got == 0) {
		pause();
		_exit(0);
	}
	return got;
}

static void spares_the_next_of_its_number(void **state)
{
	struct helper h = start(1);
	pid_t innocent;
	int status;

	(void)state;
	/* As the tracer does, which waits for all that it has. */
	assert_int_equal(wait4(-1, NULL, __WALL, NULL), h.pid);
	innocent = process_numbered(h.pid);
	if (innocent < 0) {
		helper_end(&h);
		skip();
	}
	assert_int_equal(innocent, h.pid);
	helper_end(&h);
	assert_int_equal(waitpid(innocent, &status, WNOHANG), 0);
	kill(innocent, SIGKILL);
	waitpid(innocent, &status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ends_a_helper),
		cmocka_unit_test(spares_the_next_of_its_number),
	};

	return cmocka_run_group_tests_name("helper", tests, NULL, NULL);
}
