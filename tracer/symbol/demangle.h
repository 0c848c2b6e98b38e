/* SPDX-License-Identifier: MIT */
#ifndef ET_SYMBOL_DEMANGLE_H
#define ET_SYMBOL_DEMANGLE_H

/*
 * The name as its programmer wrote it, without parameters: C++, Rust (both
 * schemes, without the hash) and D. A name that is not mangled comes back as
 * it is. Returns a string to free.
 */
char *demangle(const char *name) __attribute__((returns_nonnull, nonnull));

#endif
