#!/bin/sh
# SPDX-License-Identifier: MIT
# Twice as much of everything: what the tracer takes for it. GROWTH scales it, in percent.
set -u
exec "$builddir/tests/bench/growth" "$builddir/entrytrace" "${GROWTH:-100}"
