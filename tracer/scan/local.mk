# SPDX-License-Identifier: MIT
# The scan of files: who needs 32-bit support, before anything runs.
libentrytrace_a_SOURCES += \
	tracer/model/entry_form.c tracer/model/entry_form.h tracer/model/entry_forms.def \
	tracer/model/needs_ia32.c tracer/model/needs_ia32.h \
	tracer/decode/decoder.h tracer/decode/find.c tracer/decode/find.h \
	tracer/decode/reach.c tracer/decode/reach.h \
	tracer/decode/walk.c tracer/decode/walk.h \
	tracer/elf/facts.c tracer/elf/facts.h tracer/elf/facts_loads.c tracer/elf/facts_reader.h \
	tracer/elf/frames.c tracer/elf/frames.h tracer/elf/pclntab.c tracer/elf/pclntab.h \
	tracer/elf/ranges.c tracer/elf/ranges.h \
	tracer/scan/archive.c tracer/scan/archive.h \
	tracer/scan/by_id.c tracer/scan/by_id.h \
	tracer/scan/child.c tracer/scan/child.h \
	tracer/scan/content.c tracer/scan/content.h \
	tracer/scan/csv.c tracer/scan/elf.c tracer/scan/elf.h \
	tracer/scan/file.c tracer/scan/file.h \
	tracer/scan/hits.c tracer/scan/hits.h \
	tracer/scan/idset.c tracer/scan/idset.h \
	tracer/scan/join.c tracer/scan/join.h \
	tracer/scan/json.c tracer/scan/judge.c tracer/scan/judge.h \
	tracer/scan/mounts.c tracer/scan/system.c tracer/scan/system.h \
	tracer/scan/packages.c tracer/scan/packages.h \
	tracer/scan/output.c tracer/scan/output.h \
	tracer/scan/pool.c tracer/scan/pool.h \
	tracer/scan/reached.c tracer/scan/reached.h \
	tracer/scan/reader.c tracer/scan/reader.h \
	tracer/scan/result.c tracer/scan/result.h \
	tracer/scan/scan.c tracer/scan/scan.h \
	tracer/scan/sarif.c tracer/scan/sentence.c tracer/scan/sentence.h \
	tracer/scan/small.c tracer/scan/small.h \
	tracer/scan/text.c tracer/scan/verdict.c tracer/scan/verdict.h \
	tracer/scan/walk.c tracer/scan/walk.h \
	tracer/scan/wire.c tracer/scan/wire.h \
	tracer/cli/scan.c
