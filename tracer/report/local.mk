# SPDX-License-Identifier: MIT
libentrytrace_a_SOURCES += \
	tracer/report/format.c tracer/report/format.h tracer/report/formats.h \
	tracer/report/text.c tracer/report/text.h tracer/report/text_paths.c \
	tracer/report/text_sites.c tracer/report/text_savings.c \
	tracer/report/page.c tracer/report/page.h tracer/report/number.c tracer/report/number.h \
	tracer/report/json.c tracer/report/csv.c \
	tracer/report/text_stacks.c tracer/report/folded.c tracer/report/speedscope.c \
	tracer/report/frame_text.c tracer/report/frame_text.h \
	tracer/report/calibration.c tracer/report/calibration.h
