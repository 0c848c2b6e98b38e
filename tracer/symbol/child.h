/* SPDX-License-Identifier: MIT */
#ifndef ET_SYMBOL_CHILD_H
#define ET_SYMBOL_CHILD_H

/* Locks itself in and answers requests on sock until the other end closes. */
_Noreturn void symbol_child_main(int sock);

#endif
