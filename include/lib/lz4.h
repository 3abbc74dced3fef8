/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_LZ4_H
#define LIB_LZ4_H

#include <lib/types.h>

/**
 * lz4_decompress() - expand one LZ4 block (lz4_Block_format.md)
 * @src, @src_size: the compressed block, hostile
 * @dst, @dst_size: room for the result
 *
 * Never reads outside [@src, @src + @src_size) nor writes outside
 * [@dst, @dst + @dst_size). @src may lie in the same buffer as @dst as long as
 * it ends at or after @dst + @dst_size plus the in-place margin,
 * (@dst_size >> 8) + 65536 bytes: the reader then stays ahead of the writer.
 * Return: bytes written, or -1 when the block is malformed or does not fit.
 */
s64 lz4_decompress(const void *src, size_t src_size, void *dst, size_t dst_size);

#endif
