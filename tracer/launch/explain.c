/* SPDX-License-Identifier: MIT */
#include "launch/explain.h"

#include "base/cleanup.h"
#include "elf/header.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOT_FOUND = 127, CANNOT_EXECUTE = 126 };

/* The interpreter named in a "#!" line; false when there is none. */
static bool script_interpreter(const char *head, size_t n, char out[128])
{
	size_t i = 2, len;

	if (n < 3 || memcmp(head, "#!", 2) != 0)
		return false;
	while (i < n && (head[i] == ' ' || head[i] == '\t'))
		i++;
	len = strcspn(head + i, " \t\n");
	if (len == 0 || len > 127)
		return false;
	memcpy(out, head + i, len);
	out[len] = '\0';
	return true;
}

static void explain_missing(const char *path, const char *head, size_t n, int fd, struct err *err)
{
	char interp[128];
	struct elf_header eh;

	if (script_interpreter(head, n, interp))
		err_set(err, -ENOENT, "cannot run %s: its interpreter %s does not exist", path, interp);
	else if (elf_header_read(fd, &eh) == 0 && eh.interpreter[0])
		err_set(err, -ENOENT, "cannot run %s: its dynamic loader %s does not exist; %s", path,
			eh.interpreter,
			eh.machine == ELF_MACHINE_I386
				? "install the 32-bit C library (Debian and Ubuntu: libc6:i386)"
				: "install the C library that it needs");
	else
		err_set(err, -ENOENT, "cannot run %s: something that it needs does not exist", path);
}

static void explain_format(const char *path, const char *head, size_t n, int fd, struct err *err)
{
	struct elf_header eh;

	if (n == 0)
		err_set(err, -ENOEXEC, "cannot run %s: the file is empty", path);
	else if (n < 4 || memcmp(head, "\177ELF", 4) != 0)
		err_set(err, -ENOEXEC,
			"cannot run %s: it is neither an ELF program nor a script with a #! line", path);
	else if (elf_header_read(fd, &eh) != 0 || eh.truncated)
		err_set(err, -ENOEXEC, "cannot run %s: the ELF file is damaged or cut short", path);
	else if (eh.machine == ELF_MACHINE_OTHER)
		err_set(err, -ENOEXEC, "cannot run %s: it is built for another machine (%s), not for x86",
			path, eh.machine_name);
	else if (eh.machine == ELF_MACHINE_I386)
		err_set(err, -ENOEXEC,
			"cannot run %s: this kernel runs no 32-bit x86 programs; IA32 emulation is not built in, or switched off (boot with ia32_emulation=1 to allow it)",
			path);
	else if (eh.machine == ELF_MACHINE_X32)
		err_set(err, -ENOEXEC,
			"cannot run %s: this kernel runs no x32 programs (CONFIG_X86_X32_ABI, syscall.x32=y)",
			path);
	else
		err_set(err, -ENOEXEC, "cannot run %s: the kernel does not accept this ELF file", path);
}

int explain_exec(const char *path, int error, struct err *err)
{
	char head[256] = "";
	struct stat st;
	auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got = fd >= 0 ? read(fd, head, sizeof(head) - 1) : -1;
	size_t n = got > 0 ? (size_t)got : 0;
	bool exists = stat(path, &st) == 0;

	if ((error == ENOENT || error == ENOTDIR) && !exists) {
		err_set(err, -error, "cannot run %s: no such file%s", path,
			strchr(path, '/') ? "" : " in any folder of PATH");
		return NOT_FOUND;
	}
	if (error == ENOENT)
		explain_missing(path, head, n, fd, err);
	else if (error == ENOEXEC)
		explain_format(path, head, n, fd, err);
	else if (error == EACCES && exists && S_ISDIR(st.st_mode))
		err_set(err, -error, "cannot run %s: it is a directory", path);
	else if (error == EACCES && exists && !S_ISREG(st.st_mode))
		err_set(err, -error, "cannot run %s: it is not a regular file", path);
	else if (error == EACCES && exists && access(path, X_OK) != 0)
		err_set(err, -error, "cannot run %s: no permission to execute it (chmod +x?)", path);
	else if (error == EACCES)
		err_set(err, -error,
			"cannot run %s: permission denied; check the folders above it and whether its file system is mounted noexec",
			path);
	else
		err_set(err, -error, "cannot run %s: %s", path, strerror(error));
	return CANNOT_EXECUTE;
}
