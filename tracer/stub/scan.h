/* SPDX-License-Identifier: MIT */
#ifndef ET_STUB_SCAN_H
#define ET_STUB_SCAN_H
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
struct scan_rule { uint16_t pad_offset; uint32_t from; bool raw; };
struct scan_range { uint64_t start, end; };
struct scanned; struct scan_cache;
static inline struct scanned *scanned_new(void) { return 0; }
static inline struct scanned *scanned_copy(const struct scanned *s) { (void)s; return 0; }
static inline void scanned_free(struct scanned *s) { (void)s; }
static inline bool scanned_overlap(const struct scanned *s, uint64_t a, uint64_t b) { (void)s; (void)a; (void)b; return false; }
static inline struct scan_cache *scan_cache_new(void) { return 0; }
static inline void scan_cache_free(struct scan_cache *c) { (void)c; }
static inline int scan_space(pid_t p, const struct scan_rule *r, struct scan_cache *c, struct scanned *d, const struct scan_range *o, size_t n, char **w) { (void)p;(void)r;(void)c;(void)d;(void)o;(void)n;(void)w; return 0; }
#endif
