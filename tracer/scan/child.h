/* SPDX-License-Identifier: MIT */
#ifndef ET_SCAN_CHILD_H
#define ET_SCAN_CHILD_H

/*
 * Locks itself in and reads the files that come on sock until the other end closes.
 * spool is a file of its own for unpacking, or -1.
 */
_Noreturn void scan_child_main(int sock, int spool);

#endif
