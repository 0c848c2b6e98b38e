/* SPDX-License-Identifier: MIT */
/*
 * What a trace saw, as plain values: the product of the tracing stages and the
 * input of estimate/ and report/. A saved trace loads into the same struct.
 * Everything in it is owned by it; trace_fini() frees all.
 */
#ifndef ET_MODEL_TRACE_H
#define ET_MODEL_TRACE_H

#include "model/entry.h"
#include "model/reason.h"
#include "model/stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One syscall number's share of a site. */
struct call_count {
	enum abi abi;    /* the table that nr belongs to */
	int64_t nr;      /* as the program gave it; -1 and the like stay as they are */
	char *name;      /* NULL when the table has no such number */
	uint64_t entries;
};

/* One place that enters the kernel, by one path, in one image. */
struct site {
	enum entry_path path;
	uint32_t image;       /* index into trace.images */
	char *module;         /* file path, "[vdso]", "[anon]" ... */
	uint64_t offset;      /* ELF virtual address in the file; else from the mapping's start */
	char *instruction;    /* as decoded, "call dword ptr gs:[0x10]"; NULL if unknown */
	char *entered_at;     /* far-call: where the 64-bit syscall stood, "module+0x12"; else NULL */
	char *function;       /* NULL if unknown; "name+0x1c" when only a symbol is known */
	char *inlined_in;     /* the function of the program that function was inlined into; else NULL */
	char *source;         /* "file.c:12", NULL if unknown */
	uint64_t entries;     /* the sum over calls */
	struct call_count *calls;
	size_t ncalls;
	struct stack *stacks; /* heaviest first; their entries add up to this site's */
	size_t nstacks;       /* 0 where no stacks were taken */
};

/* One program file that ran, under one ABI. */
struct image {
	char *exe;
	char *build_id;     /* hex; NULL if unknown */
	enum abi abi;
	uint64_t processes; /* that ran it, by exec or by fork */
	uint64_t threads;   /* tasks that ran it, first threads included */
	uint64_t entries;
	uint64_t in_place; /* of its processes, those whose calls were counted in the program itself */
	bool in_kernel;    /* a program in the kernel counted it */
	char *by_stops;    /* why others were not: a clause; NULL where in place was not asked for, or all were */
	uint64_t stops[STOP_REASONS]; /* of its entries, those that stopped where in place was asked for */
	uint64_t rerouted; /* of its entries, calls by int 0x80 that were made through the vDSO instead, so cheaper */
};

/* The entries of an image that stopped, for whatever reason. */
uint64_t image_stops(const struct image *im);

/* Something that a tracer cannot see or could not follow. */
struct blind_spot {
	char *kind;     /* stable id, "seccomp-filter", "syscall-user-dispatch", "nested-ptrace" ... */
	uint64_t count; /* of what note says; 0 where it cannot be known */
	char *note;     /* one sentence for people */
};

enum exit_kind {
	EXIT_NONE, /* it did not end under our eyes: detached, or never started */
	EXIT_CODE,
	EXIT_SIGNAL,
};

/* Facts about the machine, each a key and a value; also the fingerprint of a calibration. */
struct host_fact {
	char *key; /* "cpu", "microcode", "kernel", "hypervisor", "mitigations.spectre_v2" ... */
	char *value;
};

struct host {
	struct host_fact *facts;
	size_t nfacts;
};

/* A file that code was executed from, known by its content. */
struct module_id {
	char *path;     /* as in site.module */
	char *build_id; /* hex */
};

struct cost_table; /* model/cost.h */

struct trace {
	/* ---- what was traced, when and by whom ---- */
	char *tool;       /* the version of entrytrace that traced; NULL in older files */
	char *started;    /* UTC, ISO 8601; NULL in older files */
	char *host_name;  /* NULL in older files */
	char **command;   /* NULL-terminated */
	int64_t *pids;    /* attached to these */
	size_t npids;
	uint64_t runs;    /* merged of so many traces; 0: of one */
	char **hosts;     /* that these were made on, each once */
	size_t nhosts;

	/* ---- how it went ---- */
	enum exit_kind exit_kind;
	int exit_value;    /* exit code or signal number */
	bool running;      /* a look at it while it goes on */
	char *partial;     /* NULL, or why the trace is cut short, one clause */
	double wall_seconds;
	double cpu_user, cpu_system; /* seconds, of the traced run (so inflated by tracing) */
	double cpu_untraced; /* seconds, of the run that --baseline made first; 0 when there was none */
	struct host host;
	struct cost_table *prices; /* that it was priced with; NULL: none */

	/* ---- what of it is left, behind a filter ---- */
	char *shown;      /* the filter, as given; NULL: all is there */
	uint64_t whole_entries, whole_sites; /* before it */

	/* ---- what was seen ---- */
	uint64_t entries; /* the sum over sites */
	struct image *images;
	size_t nimages;
	struct site *sites;
	size_t nsites;
	struct module_id *modules; /* those with a build id */
	size_t nmodules;
	struct blind_spot *blind_spots;
	size_t nblind_spots;
};

/* Totals of one path over all sites. */
struct path_total {
	uint64_t entries;
	uint64_t sites;
};

void trace_path_totals(const struct trace *t, struct path_total out[ENTRY_PATHS]);

/*
 * Puts images, sites, calls, stacks, modules and blind spots in an order that
 * does not depend on which happened to be first (trace_order.c).
 */
void trace_sort(struct trace *t);

/* The build id of the module with that path; NULL if unknown. */
const char *trace_build_id(const struct trace *t, const char *path);

/*
 * How much of "name+0x1c" is the name; *offset is 0x1c. All of it, and *offset
 * untouched, where there is no distance.
 */
size_t function_name(const char *function, uint64_t *offset);

void host_fini(struct host *host);
/* Returns NULL when the fact is not known. */
const char *host_fact(const struct host *host, const char *key);
void trace_fini(struct trace *t);

#endif
