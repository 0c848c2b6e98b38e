# SPDX-License-Identifier: MIT
libentrytrace_a_SOURCES += \
	tracer/report/format.c tracer/report/format.h tracer/report/formats.h \
	tracer/report/doc.c tracer/report/doc.h tracer/report/parts.h \
	tracer/report/part_programs.c tracer/report/part_tree.c tracer/report/filter.c tracer/report/filter.h \
	tracer/report/part_summary.c tracer/report/part_paths.c tracer/report/part_sites.c \
	tracer/report/part_stacks.c tracer/report/part_savings.c \
	tracer/report/text.c tracer/report/text.h tracer/report/text_doc.c \
	tracer/report/page.c tracer/report/page.h tracer/report/number.c tracer/report/number.h \
	tracer/report/json.c tracer/report/csv.c \
	tracer/report/folded.c tracer/report/speedscope.c \
	tracer/report/frame_text.c tracer/report/frame_text.h \
	tracer/report/compare.c tracer/report/compare.h tracer/report/compare_formats.h \
	tracer/report/compare_text.c tracer/report/compare_data.c tracer/report/cell_csv.c tracer/report/cell_csv.h \
	tracer/report/gate.c tracer/report/gate.h \
	tracer/report/html.c tracer/report/html.h tracer/report/html_doc.c tracer/report/html_flame.c \
	tracer/report/html_charts.c tracer/report/html_assets.c \
	tracer/report/openmetrics.c tracer/report/callgrind.c \
	tracer/report/merge.c tracer/report/merge.h \
	tracer/report/calibration.c tracer/report/calibration.h
