/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_XXHASH_H
#define LIB_XXHASH_H

#include <lib/types.h>

/** xxh64() - XXH64 of @len bytes (xxhash_spec.md); @p needs no alignment */
u64 xxh64(const void *p, size_t len, u64 seed);

#endif
