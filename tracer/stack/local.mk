# SPDX-License-Identifier: MIT
# Call stacks: snapshots, and the client of the unwind workers.
libentrytrace_a_SOURCES += \
	tracer/stack/capture.c tracer/stack/capture.h \
	tracer/stack/link.c tracer/stack/link.h \
	tracer/stack/name.c tracer/stack/name.h \
	tracer/stack/schedule.c tracer/stack/schedule.h \
	tracer/stack/sampler.c tracer/stack/sampler.h \
	tracer/stack/unwinders.c tracer/stack/unwinders.h \
	tracer/stack/wire.h

AM_CPPFLAGS += -DWORKER_DIR='"$(pkglibexecdir)"'
