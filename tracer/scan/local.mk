# SPDX-License-Identifier: MIT
# The scan of files: who needs 32-bit support, before anything runs.
libentrytrace_a_SOURCES += \
	tracer/model/entry_form.c tracer/model/entry_form.h tracer/model/entry_forms.def \
	tracer/decode/decoder.h tracer/decode/find.c tracer/decode/find.h \
	tracer/decode/walk.c tracer/decode/walk.h \
	tracer/elf/facts.c tracer/elf/facts.h \
	tracer/scan/elf.c tracer/scan/elf.h \
	tracer/scan/file.c tracer/scan/file.h \
	tracer/scan/hits.c tracer/scan/hits.h \
	tracer/scan/judge.c tracer/scan/judge.h \
	tracer/cli/scan.c
