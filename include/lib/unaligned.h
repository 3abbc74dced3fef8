/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Little-endian loads and stores at any address. Through a packed type, not
 * through memcpy(): string.c builds memcpy() itself from these.
 */
#ifndef LIB_UNALIGNED_H
#define LIB_UNALIGNED_H

#include <lib/types.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "loads below do not swap");

struct unaligned_u16 { u16 v; } __packed __attribute__((may_alias));
struct unaligned_u32 { u32 v; } __packed __attribute__((may_alias));
struct unaligned_u64 { u64 v; } __packed __attribute__((may_alias));

static inline u16 get_unaligned_le16(const void *p)
{
	return ((const struct unaligned_u16 *)p)->v;
}

static inline u32 get_unaligned_le32(const void *p)
{
	return ((const struct unaligned_u32 *)p)->v;
}

static inline u64 get_unaligned_le64(const void *p)
{
	return ((const struct unaligned_u64 *)p)->v;
}

static inline void put_unaligned_le16(u16 v, void *p)
{
	((struct unaligned_u16 *)p)->v = v;
}

static inline void put_unaligned_le32(u32 v, void *p)
{
	((struct unaligned_u32 *)p)->v = v;
}

static inline void put_unaligned_le64(u64 v, void *p)
{
	((struct unaligned_u64 *)p)->v = v;
}

#endif
