/* SPDX-License-Identifier: MIT */
#include "classify/record.h"

#include "base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum kind {
	KIND_PATH,
	KIND_ABI,
	KIND_VDSO_INSN,
	KIND_BOOL,
	KIND_U16,
	KIND_U32,
	KIND_U64,
	KIND_SIGNED,
	KIND_TAIL,
};

/* What a line stands for: a field of one record. */
struct record {
	struct verdict verdict;
	struct evidence ev;
};

#define CALLEE(i)                                                                 \
	{"callee" #i ".at", KIND_U64, offsetof(struct record, ev.callee[i].at.v)}, \
	{"callee" #i, KIND_TAIL, offsetof(struct record, ev.callee[i].bytes)}

static const struct field {
	const char *key;
	enum kind kind;
	size_t at;
} fields[] = {
	/* The first one is written always, so that every record has a line. */
	{"path", KIND_PATH, offsetof(struct record, verdict.path)},
	{"site", KIND_U64, offsetof(struct record, verdict.site.v)},
	{"entered", KIND_U64, offsetof(struct record, verdict.entered.v)},
	{"arch", KIND_ABI, offsetof(struct record, ev.arch)},
	{"cs", KIND_U16, offsetof(struct record, ev.cs)},
	{"ip", KIND_U64, offsetof(struct record, ev.ip.v)},
	{"sp", KIND_U64, offsetof(struct record, ev.sp.v)},
	{"nr", KIND_SIGNED, offsetof(struct record, ev.nr)},
	{"image64", KIND_BOOL, offsetof(struct record, ev.image64)},
	{"restart", KIND_BOOL, offsetof(struct record, ev.restart)},
	{"vdso.base", KIND_U64, offsetof(struct record, ev.vdso_base.v)},
	{"vdso.size", KIND_U64, offsetof(struct record, ev.vdso.size)},
	{"vdso.insn", KIND_VDSO_INSN, offsetof(struct record, ev.vdso.insn)},
	{"vdso.vsyscall", KIND_U64, offsetof(struct record, ev.vdso.vsyscall)},
	{"vdso.landing_pad", KIND_U64, offsetof(struct record, ev.vdso.landing_pad)},
	{"vdso.ret_offset", KIND_U64, offsetof(struct record, ev.vdso.ret_offset)},
	{"vdso.fast_pad", KIND_U64, offsetof(struct record, ev.vdso.fast_pad)},
	{"vdso.fast_ret_offset", KIND_U64, offsetof(struct record, ev.vdso.fast_ret_offset)},
	{"code", KIND_TAIL, offsetof(struct record, ev.code)},
	{"ret", KIND_U64, offsetof(struct record, ev.ret.v)},
	{"caller", KIND_TAIL, offsetof(struct record, ev.caller)},
	CALLEE(0),
	CALLEE(1),
	CALLEE(2),
	CALLEE(3),
	{"has_far", KIND_BOOL, offsetof(struct record, ev.has_far)},
	{"far_depth", KIND_U32, offsetof(struct record, ev.far_depth)},
	{"far_ret", KIND_U64, offsetof(struct record, ev.far_ret.v)},
	{"far_caller", KIND_TAIL, offsetof(struct record, ev.far_caller)},
};

static_assert(CALLEE_PIECES == 4, "each piece has its lines");

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static const char *const vdso_insn_name[] = {
	[VDSO_INSN_NONE] = "none",
	[VDSO_INSN_INT80] = "int80",
	[VDSO_INSN_SYSENTER] = "sysenter",
	[VDSO_INSN_SYSCALL] = "syscall",
};

#define VDSO_INSNS (sizeof(vdso_insn_name) / sizeof(vdso_insn_name[0]))

static void write_tail(FILE *out, const char *key, const struct code_tail *tail)
{
	if (tail->n == 0)
		return;
	fprintf(out, "%s ", key);
	for (unsigned i = 0; i < tail->n; i++)
		fprintf(out, "%02x", tail->b[i]);
	putc('\n', out);
}

static void write_hex(FILE *out, const char *key, uint64_t value)
{
	if (value)
		fprintf(out, "%s 0x%" PRIx64 "\n", key, value);
}

static void write_field(FILE *out, const struct field *f, const void *value)
{
	switch (f->kind) {
	case KIND_PATH:
		fprintf(out, "%s %s\n", f->key, entry_path_info[*(const enum entry_path *)value].id);
		break;
	case KIND_ABI:
		fprintf(out, "%s %s\n", f->key, abi_name[*(const enum abi *)value]);
		break;
	case KIND_VDSO_INSN:
		fprintf(out, "%s %s\n", f->key, vdso_insn_name[*(const enum vdso_insn *)value]);
		break;
	case KIND_BOOL:
		if (*(const bool *)value)
			fprintf(out, "%s 1\n", f->key);
		break;
	case KIND_U16:
		write_hex(out, f->key, *(const uint16_t *)value);
		break;
	case KIND_U32:
		write_hex(out, f->key, *(const uint32_t *)value);
		break;
	case KIND_U64:
		write_hex(out, f->key, *(const uint64_t *)value);
		break;
	case KIND_SIGNED:
		if (*(const int64_t *)value)
			fprintf(out, "%s %" PRId64 "\n", f->key, *(const int64_t *)value);
		break;
	case KIND_TAIL:
		write_tail(out, f->key, value);
		break;
	}
}

void evidence_write(FILE *out, const struct evidence *ev, const struct verdict *verdict)
{
	struct record r = {.verdict = *verdict, .ev = *ev};

	for (size_t i = 0; i < FIELDS; i++)
		write_field(out, &fields[i], (const char *)&r + fields[i].at);
	putc('\n', out);
}

static bool read_tail(const char *text, struct code_tail *tail)
{
	unsigned byte;
	int used;

	for (tail->n = 0; *text; text += used) {
		if (tail->n == CODE_TAIL_MAX || sscanf(text, "%2x%n", &byte, &used) != 1 || used != 2)
			return false;
		tail->b[tail->n++] = (uint8_t)byte;
	}
	return true;
}

static bool read_number(const char *text, uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 0);
	return errno == 0 && end != text && !*end && *out <= max;
}

static bool read_field(const struct field *f, const char *text, void *value)
{
	uint64_t number = 0;
	char *end;

	switch (f->kind) {
	case KIND_PATH:
		return (*(enum entry_path *)value = entry_path_by_id(text)) != ENTRY_PATHS;
	case KIND_ABI:
		return (*(enum abi *)value = abi_by_name(text)) != ABIS;
	case KIND_VDSO_INSN:
		while (number < VDSO_INSNS && strcmp(text, vdso_insn_name[number]) != 0)
			number++;
		*(enum vdso_insn *)value = (enum vdso_insn)number;
		return number < VDSO_INSNS;
	case KIND_BOOL:
		return read_number(text, 1, &number) && (*(bool *)value = number, true);
	case KIND_U16:
		return read_number(text, UINT16_MAX, &number) && (*(uint16_t *)value = (uint16_t)number, true);
	case KIND_U32:
		return read_number(text, UINT32_MAX, &number) && (*(uint32_t *)value = (uint32_t)number, true);
	case KIND_U64:
		return read_number(text, UINT64_MAX, value);
	case KIND_SIGNED:
		errno = 0;
		*(int64_t *)value = strtoll(text, &end, 0);
		return errno == 0 && end != text && !*end;
	case KIND_TAIL:
		return read_tail(text, value);
	}
	return false;
}

static const struct field *find_field(const char *key)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strcmp(key, fields[i].key) == 0)
			return &fields[i];
	return NULL;
}

int evidence_read(FILE *in, unsigned *line, struct evidence *ev, struct verdict *verdict,
		  struct err *err)
{
	struct record r = {0};
	auto_free char *text = NULL;
	size_t size = 0;
	bool any = false;
	ssize_t len;

	while ((len = getline(&text, &size, in)) > 0) {
		const struct field *f;
		char *value;

		++*line;
		if (text[len - 1] == '\n')
			text[len - 1] = '\0';
		if (text[0] == '#')
			continue;
		if (!text[0] && any)
			break;
		if (!text[0])
			continue;
		value = strchr(text, ' ');
		if (value)
			*value++ = '\0';
		f = find_field(text);
		if (!f || !value || !read_field(f, value, (char *)&r + f->at))
			return err_set(err, -EINVAL, "line %u: cannot make sense of '%s'", *line, text);
		any = true;
	}
	*ev = r.ev;
	*verdict = r.verdict;
	return any;
}
