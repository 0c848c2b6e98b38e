/* SPDX-License-Identifier: MIT */
/*
 * How the entries of one address space are counted, as a state machine: a pure
 * function over a table. An execve starts anew with MODE_STOPS; a fork copies.
 */
#ifndef ET_MODE_MODE_H
#define ET_MODE_MODE_H

enum mode {
	MODE_STOPS,         /* each entry stops, by the filter; nothing is patched */
	MODE_PATCHING,     /* its tasks are brought to a stand, so that it can be patched */
	MODE_PATCHED,       /* entries count in place */
	MODE_ADDING,        /* patched; its tasks are brought to a stand, so that a site can be, too */
	MODE_YIELDING,      /* its tasks are brought to a stand, so that all can be taken out for now */
	MODE_CLOSING,       /* the same, for good */
	MODE_CLOSED,        /* each entry stops, for good */
	MODE_STUCK,         /* the same, but what was patched could not be taken out: it counts nothing */
	MODES
};

enum mode_event {
	MODE_WANTED,   /* an entry is worth patching for */
	MODE_STAND,    /* all tasks that matter stand */
	MODE_DONE,     /* what was begun when they stood has been done */
	MODE_FAILED,   /* it could not be done */
	MODE_GONE,     /* the task that wanted it is gone */
	MODE_TOUCHED,  /* the program is about to change memory that is patched */
	MODE_REFUSED,  /* the program does something that no patch may stand in the way of */
	MODE_EVENTS
};

enum mode_action {
	MODE_NOTHING,
	MODE_QUIESCE,  /* bring its tasks to a stand */
	MODE_PATCH,   /* patch the vDSO, or the site that is wanted */
	MODE_LIFT,    /* take all out */
	MODE_RELEASE, /* let its tasks go on */
};

struct mode_step {
	enum mode to;
	enum mode_action action;
};

/* What follows from an event. Events that mean nothing in a mode change nothing. */
struct mode_step mode_step(enum mode from, enum mode_event event);

/* Do tasks of the address space wait at their stops? */
static inline _Bool mode_holds(enum mode m)
{
	return m == MODE_PATCHING || m == MODE_ADDING || m == MODE_YIELDING || m == MODE_CLOSING;
}

/* Is something in the program changed? */
static inline _Bool mode_is_patched(enum mode m)
{
	return m == MODE_PATCHED || m == MODE_ADDING || m == MODE_YIELDING || m == MODE_CLOSING || m == MODE_STUCK;
}

extern const char *const mode_name[MODES];
extern const char *const mode_event_name[MODE_EVENTS];

#endif
