/* SPDX-License-Identifier: MIT */
#include "host/host.h"

#include "base/cleanup.h"
#include "base/err.h"
#include "base/vec.h"
#include "host/hypervisor.h"
#include "loops/loops.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"

static void add(struct host *h, char *key, const char *value)
{
	struct host_fact *f = vec_push(h->facts, h->nfacts);

	f->key = key;
	f->value = xstrdup(value && *value ? value : "unknown");
}

static void add_const(struct host *h, const char *key, const char *value)
{
	add(h, xstrdup(key), value);
}

/* The first line of a small file without its newline; "" when it cannot be read. */
static void read_line(const char *path, char *buf, int size)
{
	auto_fclose FILE *f = fopen(path, "re");

	buf[0] = '\0';
	if (f && fgets(buf, size, f))
		buf[strcspn(buf, "\n")] = '\0';
}

/* ---- /proc/cpuinfo, first CPU: microcode updates and feature flags as the kernel sees them ---- */

static const struct {
	const char *field, *key;
} cpu_field[] = {
	{"model name", "cpu"}, {"vendor_id", "vendor"}, {"cpu family", "family"},
	{"model", "model"}, {"stepping", "stepping"}, {"microcode", "microcode"},
};

#define CPU_FIELDS (sizeof(cpu_field) / sizeof(*cpu_field))

static bool has_word(const char *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = list; (at = strstr(at, word)); at += n)
		if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
			return true;
	return false;
}

static void add_cpu(struct host *h)
{
	auto_fclose FILE *f = fopen("/proc/cpuinfo", "re");
	char *value[CPU_FIELDS] = {0};
	const char *fred = "unknown";
	auto_free char *line = NULL;
	size_t room = 0;

	while (f && getline(&line, &room, f) > 1) {
		char *colon = strchr(line, ':'), *end = line + strcspn(line, "\t:");

		if (!colon)
			continue;
		char *v = colon + 1 + strspn(colon + 1, " ");
		v[strcspn(v, "\n")] = '\0';
		*end = '\0';
		for (size_t i = 0; i < CPU_FIELDS; i++)
			if (!value[i] && strcmp(line, cpu_field[i].field) == 0)
				value[i] = xstrdup(v);
		/* The flag is there only when the kernel uses it: Linux clears it with fred=off. */
		if (strcmp(line, "flags") == 0)
			fred = has_word(v, "fred") ? "on" : "off";
	}
	for (size_t i = 0; i < CPU_FIELDS; i++) {
		add_const(h, cpu_field[i].key, value[i]);
		free(value[i]);
	}
	add_const(h, "fred", fred);
}

static int visible(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static void add_mitigations(struct host *h)
{
	struct dirent **list;
	int n = scandir(VULNERABILITIES, &list, visible, alphasort);

	for (int i = 0; i < n; i++) {
		char path[512], line[256];

		snprintf(path, sizeof(path), VULNERABILITIES "/%s", list[i]->d_name);
		read_line(path, line, sizeof(line));
		add(h, xasprintf("mitigations.%s", list[i]->d_name), line);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
}

static const char *vdso_entry(void)
{
	struct loops_options opt = {.cpu = -1, .chain = 1};
	struct loops l;
	const char *id = "none";

	if (loops_start(&l, LOOPS_32, &opt, NULL) < 0)
		return id;
	if (l.page->vdso_call)
		id = entry_path_info[loops_vdso_path(l.page)].id;
	loops_stop(&l);
	return id;
}

/* Seccomp filters of ours are inherited by what we measure and by what we trace, and cost at every entry. */
static void add_seccomp(struct host *h)
{
	auto_fclose FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	const char *value = "unknown";
	char filters[32] = "";

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "Seccomp:", 8) == 0)
			value = strtol(line + 8, NULL, 10) ? "filtered" : "none";
		if (strncmp(line, "Seccomp_filters:", 16) == 0)
			snprintf(filters, sizeof(filters), "%ld filters", strtol(line + 16, NULL, 10));
	}
	add_const(h, "seccomp", strcmp(value, "filtered") == 0 && *filters ? filters : value);
}

void host_read(struct host *out)
{
	struct utsname u;
	char line[256];

	*out = (struct host){0};
	add_cpu(out);
	add_const(out, "kernel", uname(&u) == 0 ? u.release : NULL);
	hypervisor_name(line, sizeof(line));
	add_const(out, "hypervisor", line);
	read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", line, sizeof(line));
	add_const(out, "clocksource", line);
	add_const(out, "vdso_entry", vdso_entry());
	add_seccomp(out);
	add_mitigations(out);
}
