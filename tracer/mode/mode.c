/* SPDX-License-Identifier: MIT */
#include "mode/mode.h"

#include <stddef.h>

const char *const mode_name[MODES] = {
	[MODE_STOPS] = "stops",       [MODE_PATCHING] = "patching", [MODE_PATCHED] = "patched",
	[MODE_ADDING] = "adding",     [MODE_YIELDING] = "yielding",   [MODE_CLOSING] = "closing",
	[MODE_CLOSED] = "closed",     [MODE_STUCK] = "stuck",
};

const char *const mode_event_name[MODE_EVENTS] = {
	[MODE_WANTED] = "wanted", [MODE_STAND] = "stand",     [MODE_DONE] = "done",       [MODE_FAILED] = "failed",
	[MODE_GONE] = "gone",     [MODE_TOUCHED] = "touched", [MODE_REFUSED] = "refused",
};

static const struct {
	enum mode from;
	enum mode_event event;
	struct mode_step step;
} table[] = {
	{MODE_STOPS, MODE_WANTED, {MODE_PATCHING, MODE_QUIESCE}},
	{MODE_STOPS, MODE_REFUSED, {MODE_CLOSED, MODE_NOTHING}},

	{MODE_PATCHING, MODE_STAND, {MODE_PATCHING, MODE_PATCH}},
	{MODE_PATCHING, MODE_DONE, {MODE_PATCHED, MODE_RELEASE}},
	{MODE_PATCHING, MODE_FAILED, {MODE_CLOSED, MODE_RELEASE}},
	{MODE_PATCHING, MODE_GONE, {MODE_STOPS, MODE_RELEASE}},
	{MODE_PATCHING, MODE_REFUSED, {MODE_CLOSED, MODE_RELEASE}},

	{MODE_PATCHED, MODE_WANTED, {MODE_ADDING, MODE_QUIESCE}},
	{MODE_PATCHED, MODE_TOUCHED, {MODE_YIELDING, MODE_QUIESCE}},
	{MODE_PATCHED, MODE_REFUSED, {MODE_CLOSING, MODE_QUIESCE}},

	{MODE_ADDING, MODE_STAND, {MODE_ADDING, MODE_PATCH}},
	{MODE_ADDING, MODE_DONE, {MODE_PATCHED, MODE_RELEASE}},
	{MODE_ADDING, MODE_FAILED, {MODE_PATCHED, MODE_RELEASE}}, /* that site stays as it is */
	{MODE_ADDING, MODE_GONE, {MODE_PATCHED, MODE_RELEASE}},
	{MODE_ADDING, MODE_TOUCHED, {MODE_YIELDING, MODE_QUIESCE}},
	{MODE_ADDING, MODE_REFUSED, {MODE_CLOSING, MODE_QUIESCE}},

	{MODE_YIELDING, MODE_STAND, {MODE_YIELDING, MODE_LIFT}},
	{MODE_YIELDING, MODE_DONE, {MODE_STOPS, MODE_RELEASE}},
	{MODE_YIELDING, MODE_FAILED, {MODE_STUCK, MODE_RELEASE}},
	{MODE_YIELDING, MODE_REFUSED, {MODE_CLOSING, MODE_NOTHING}},

	{MODE_CLOSING, MODE_STAND, {MODE_CLOSING, MODE_LIFT}},
	{MODE_CLOSING, MODE_DONE, {MODE_CLOSED, MODE_RELEASE}},
	{MODE_CLOSING, MODE_FAILED, {MODE_STUCK, MODE_RELEASE}},
};

struct mode_step mode_step(enum mode from, enum mode_event event)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (table[i].from == from && table[i].event == event)
			return table[i].step;
	return (struct mode_step){from, MODE_NOTHING};
}
