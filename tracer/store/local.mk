# SPDX-License-Identifier: MIT
# What is kept in files: traces and calibration tables, read and written side by side.
libentrytrace_a_SOURCES += \
	tracer/store/table.h tracer/store/table_load.c tracer/store/table_keep.c tracer/store/table_built_in.c \
	tracer/store/trace.h tracer/store/trace_load.c tracer/store/trace_write.c \
	tracer/store/site.c tracer/store/site.h \
	tracer/store/stacks.c tracer/store/stacks.h tracer/store/host.c tracer/store/host.h
