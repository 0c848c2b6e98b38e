/* SPDX-License-Identifier: MIT */
#include "report/frame_text.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

char *frame_text(const struct frame *f)
{
	if (f->kind == FRAME_FAR_CALL)
		return xstrdup("[far call 64→32]");
	if (!f->function) {
		const char *base = f->module ? strrchr(f->module, '/') : NULL;

		return xasprintf("%s+0x%" PRIx64, base ? base + 1 : f->module ? f->module : "[unmapped]",
				 f->offset);
	}
	/* "name+0x1c" is one call site of many; as a frame it is the function. */
	const char *plus = strrchr(f->function, '+');

	if (plus && plus != f->function && strncmp(plus, "+0x", 3) == 0)
		return xasprintf("%.*s", (int)(plus - f->function), f->function);
	return xstrdup(f->function);
}

const char *stack_cut_text(const struct stack *s)
{
	static const char *const text[STACK_ENDS] = {
		[STACK_CUT_SLICE] = "[cut: beyond the copied bytes]",
		[STACK_CUT_LIMIT] = "[cut: too many frames]",
		[STACK_CUT_LOST] = "[cut: caller unknown]",
		[STACK_CUT_CYCLE] = "[cut: leads back into itself]",
		[STACK_NONE] = "[no stack: sample lost]",
	};

	return text[s->end];
}

struct weighed_line *weighed_line(struct weighed_line **lines, char *text)
{
	struct weighed_line *l;

	HASH_FIND_STR(*lines, text, l);
	if (l) {
		free(text);
	} else {
		l = xcalloc(1, sizeof(*l));
		l->text = text;
		HASH_ADD_KEYPTR(hh, *lines, l->text, strlen(l->text), l);
	}
	return l;
}

void weighed_add(struct weighed_line **lines, char *text, uint64_t weight)
{
	weighed_line(lines, text)->weight += weight;
}

static int heavier_first(const struct weighed_line *a, const struct weighed_line *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->text, b->text);
}

void weighed_sort(struct weighed_line **lines)
{
	HASH_SORT(*lines, heavier_first);
}

void weighed_free(struct weighed_line **lines)
{
	struct weighed_line *l, *next;

	HASH_ITER(hh, *lines, l, next) {
		HASH_DEL(*lines, l);
		free(l->text);
		free(l);
	}
}

int stack_weights_check(const struct trace *t, const struct estimate *est, enum weight weight,
			struct err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nsites; i++)
		n += t->sites[i].nstacks;
	if (n == 0 && t->nsites)
		return err_set(err, -EINVAL, "this trace holds no call stacks: trace with --stacks");
	if (weight == WEIGHT_CYCLES && (!est || !est->have_table || !est->sites))
		return err_set(err, -EINVAL,
			       "stacks cannot be weighted by cycles without a calibration: run 'entrytrace calibrate', or weight them by entries");
	return 0;
}

uint64_t stack_weight(const struct trace *t, const struct estimate *est, size_t site,
		      const struct stack *s, enum weight weight)
{
	(void)t;
	if (weight == WEIGHT_ENTRIES)
		return s->entries;
	const struct priced *p = &est->sites[site].per_entry;
	double cycles = p->known ? p->value * (double)s->entries + 0.5 : 0;

	return cycles > 0 && cycles < 1.8e19 ? (uint64_t)cycles : 0;
}

/* The separator and line ends must not come from a name. */
static void put_name(FILE *out, const char *name)
{
	auto_free char *plain = text_escape(name, true);

	for (char *p = plain; *p; p++)
		if (*p == ';')
			*p = ':';
	fputs(plain, out);
}

char *folded_line(const struct trace *t, const struct site *site, const struct stack *s)
{
	char *line = NULL;
	size_t size;
	FILE *out = open_memstream(&line, &size);

	const char *exe = t->images[site->image].exe, *base = strrchr(exe, '/');
	const char *cut = s ? stack_cut_text(s) : NULL;

	put_name(out, base ? base + 1 : exe);
	if (cut)
		fprintf(out, ";%s", cut);
	for (size_t i = s ? s->nframes : 0; i-- > 0;) {
		auto_free char *name = frame_text(&s->frames[i]);

		fputc(';', out);
		put_name(out, name);
	}
	if (!s) {
		const char *file = strrchr(site->module, '/');

		fputc(';', out);
		put_name(out, file ? file + 1 : site->module);
		fputc(';', out);
		if (site->function)
			put_name(out, site->function);
		else
			fprintf(out, "0x%" PRIx64, site->offset);
	}
	fprintf(out, ";[%s]", entry_path_info[site->path].id);
	fclose(out);
	return line;
}
