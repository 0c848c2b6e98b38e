# SPDX-License-Identifier: MIT
libentrytrace_a_SOURCES += \
	tracer/host/host.c tracer/host/host.h tracer/host/hypervisor.c tracer/host/hypervisor.h \
	tracer/loops/loops.c tracer/loops/loops.h tracer/loops/page.h tracer/loops/vdso.c
libentrytrace_a_SOURCES += \
	tracer/calibrate/calibrate.c tracer/calibrate/calibrate.h \
	tracer/calibrate/rig.c tracer/calibrate/rig.h tracer/calibrate/rows.c tracer/calibrate/rows.h \
	tracer/calibrate/block.c tracer/calibrate/block.h \
	tracer/calibrate/analyse.c tracer/calibrate/analyse.h \
	tracer/calibrate/stats.c tracer/calibrate/stats.h \
	tracer/calibrate/clock.c tracer/calibrate/clock.h \
	tracer/calibrate/pmu.c tracer/calibrate/pmu.h
libentrytrace_a_SOURCES += \
	tracer/estimate/estimate.c tracer/estimate/estimate.h \
	tracer/estimate/join.c tracer/estimate/join.h
