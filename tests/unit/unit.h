/* SPDX-License-Identifier: MIT */
/* What every unit test includes, in the order that cmocka wants. */
#ifndef ET_TESTS_UNIT_H
#define ET_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
