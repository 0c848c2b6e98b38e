# SPDX-License-Identifier: MIT
libentrytrace_a_SOURCES += \
	tracer/cli/command.c tracer/cli/command.h \
	tracer/cli/options.c tracer/cli/options_check.c tracer/cli/options.h tracer/cli/options.def tracer/cli/commands.def \
	tracer/cli/baseline.c tracer/cli/baseline.h \
	tracer/cli/counting.c tracer/cli/counting.h \
	tracer/cli/emit.c tracer/cli/emit.h \
	tracer/cli/calibrate.c tracer/cli/pricing.c tracer/cli/pricing.h \
	tracer/cli/kernel_process.c tracer/cli/kernel_process.h \
	tracer/cli/kernel_vdso.c tracer/cli/kernel_vdso.h \
	tracer/cli/survey.c tracer/cli/survey_scope.c tracer/cli/survey_scope.h \
	tracer/cli/survey_figures.c tracer/cli/survey_figures.h \
	tracer/cli/survey_live.c tracer/cli/survey_json.c tracer/cli/survey_metrics.c \
	tracer/cli/front.c tracer/cli/front.h \
	tracer/cli/witness.c tracer/cli/witness.h \
	tracer/cli/live.c tracer/cli/live.h tracer/cli/live_draw.c tracer/cli/live_view.h \
	tracer/cli/compare.c tracer/cli/gates.c tracer/cli/gates.h \
	tracer/cli/report.c tracer/cli/saved.c tracer/cli/saved.h \
	tracer/cli/progress.c tracer/cli/progress.h \
	tracer/cli/session.c \
	tracer/cli/tracer_process.c tracer/cli/tracer_process.h \
	tracer/cli/help.c tracer/cli/help.h tracer/cli/dump.c tracer/cli/dump_shells.c
