/* SPDX-License-Identifier: MIT */
/*
 * inroot [-r] [-b FOLDER]... ROOT COMMAND [ARG...]: runs a command with ROOT as its root
 * folder, in namespaces of its own: mounts, processes, network (with a loopback that is up),
 * System V IPC. FOLDERs are to be seen inside under their own names; /tmp, /dev/shm and
 * /run are empty, writable, and gone afterwards. When the command ends, all that it
 * started ends with it: so no server outlives a bench, whatever happens to its script.
 *
 * Root becomes nobody inside, unless -r is given; an ordinary user stays who he is, and
 * needs a kernel that grants user namespaces. Exit code: the command's; 77 where this
 * system does not grant what is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static _Noreturn void fail(const char *what, const char *name)
{
	fprintf(stderr, "inroot: %s %s: %s\n", what, name, strerror(errno));
	exit(77);
}

/* A path below the root. */
struct path {
	char text[PATH_MAX];
};

static struct path below(const char *root, const char *name)
{
	struct path p;

	if ((size_t)snprintf(p.text, sizeof(p.text), "%s%s", root, name) >= sizeof(p.text)) {
		errno = ENAMETOOLONG;
		fail("cannot name", name);
	}
	return p;
}

/* Makes a folder, and those that it lies in. */
static void make_folders(struct path p)
{
	for (char *s = p.text + 1; (s = strchr(s, '/')); s++) {
		*s = '\0';
		mkdir(p.text, 0755);
		*s = '/';
	}
	if (mkdir(p.text, 0755) != 0 && errno != EEXIST)
		fail("cannot make", p.text);
}

static void bind_folder(const char *root, const char *folder)
{
	struct path to = below(root, folder);

	make_folders(to);
	if (mount(folder, to.text, NULL, MS_BIND | MS_REC, NULL) != 0)
		fail("cannot bind", folder);
}

static void mount_new(const char *root, const char *folder, const char *type, const char *options)
{
	struct path to = below(root, folder);

	make_folders(to);
	if (mount(type, to.text, type, MS_NOSUID, options) != 0)
		fail("cannot mount", to.text);
}

static void bind_devices(const char *root)
{
	static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};

	mount_new(root, "/dev", "tmpfs", "mode=0755");
	mount_new(root, "/dev/shm", "tmpfs", "mode=1777");
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		struct path to = below(root, devices[i]);
		int fd = open(to.text, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

		if (fd < 0 || mount(devices[i], to.text, NULL, MS_BIND, NULL) != 0)
			fail("cannot bind", devices[i]);
		close(fd);
	}
	if (symlink("/proc/self/fd", below(root, "/dev/fd").text) != 0)
		fail("cannot link", "/dev/fd");
}

static void loopback_up(void)
{
	struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) != 0)
		fail("cannot bring up", "lo");
	close(fd);
}

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		fail("cannot write", name);
	close(fd);
}

/* An ordinary user may do all this in a user namespace, where he keeps his own ids. */
static void enter_namespaces(bool root_user)
{
	int namespaces = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC;
	unsigned uid = getuid(), gid = getgid();
	char map[64];

	if (unshare(namespaces | (root_user ? 0 : CLONE_NEWUSER)) != 0)
		fail("this system grants no namespaces to", root_user ? "root" : "ordinary users");
	if (root_user)
		return;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "%u %u 1\n", uid, uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "%u %u 1\n", gid, gid);
	write_file("/proc/self/gid_map", map);
}

static _Noreturn void run(char **argv, bool become_nobody)
{
	if (become_nobody && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
		fail("cannot become", "nobody");
	prctl(PR_SET_DUMPABLE, 1);
	execvp(argv[0], argv);
	fail("cannot run", argv[0]);
}

/* The first process of the namespace: whoever is left when it ends is killed. */
static _Noreturn void first_process(const char *root, char **argv, bool become_nobody)
{
	int status;
	pid_t child, ended;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mount_new(root, "/proc", "proc", NULL);
	if (chroot(root) != 0 || chdir("/tmp") != 0)
		fail("cannot enter", root);
	child = fork();
	if (child == 0)
		run(argv, become_nobody);
	do
		ended = wait(&status);
	while (ended != child && (ended > 0 || errno == EINTR));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int main(int argc, char **argv)
{
	bool root_user = geteuid() == 0, stay_root = false;
	const char *folders[16];
	size_t nfolders = 0;
	char root[PATH_MAX];
	int option, status;
	pid_t first;

	while ((option = getopt(argc, argv, "+rb:")) != -1) {
		if (option == 'r')
			stay_root = true;
		else if (option == 'b' && nfolders < sizeof(folders) / sizeof(*folders))
			folders[nfolders++] = optarg;
		else
			return 2;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: inroot [-r] [-b FOLDER]... ROOT COMMAND [ARG...]\n");
		return 2;
	}
	if (!realpath(argv[optind], root))
		fail("no such folder:", argv[optind]);
	/* Whoever kills the script that started us ends what runs inside, too. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	enter_namespaces(root_user);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		fail("cannot keep mounts from", "others");
	mount_new(root, "/tmp", "tmpfs", "mode=1777");
	mount_new(root, "/run", "tmpfs", "mode=1777");
	for (size_t i = 0; i < nfolders; i++)
		bind_folder(root, folders[i]);
	bind_devices(root);
	loopback_up();
	first = fork();
	if (first == 0)
		first_process(root, argv + optind + 1, root_user && !stay_root);
	if (first < 0 || waitpid(first, &status, 0) != first)
		fail("cannot wait for", argv[optind + 1]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
