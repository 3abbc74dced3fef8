/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The integer types of the tree. Everything that also compiles for the host
 * tests includes this header and no system header.
 */
#ifndef LIB_TYPES_H
#define LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t		u8;
typedef uint16_t	u16;
typedef uint32_t	u32;
typedef uint64_t	u64;
typedef int8_t		s8;
typedef int16_t		s16;
typedef int32_t		s32;
typedef int64_t		s64;

typedef u64		phys_addr_t;	/* a physical address, never dereferenced */

#if __STDC_HOSTED__
#include <sys/types.h>
#else
typedef long		ssize_t;	/* bytes, or a negative error */
typedef unsigned int	mode_t, uid_t, gid_t;
typedef unsigned long	dev_t, ino_t;
typedef int		pid_t;
#endif
typedef s64		loff_t;		/* a place in a file, bytes */
typedef u16		umode_t;	/* kind and permissions of a file, S_* */

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define min(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b) ({ __typeof__(a) _a = (a); __typeof__(b) _b = (b); _a > _b ? _a : _b; })

/* @a is a power of two; the result has the type of @x. */
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a)		ALIGN_DOWN((x) + ((__typeof__(x))(a) - 1), a)
#define IS_ALIGNED(x, a)	(((x) & ((__typeof__(x))(a) - 1)) == 0)

#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __section(s)	__attribute__((section(s)))
#define __noreturn	__attribute__((noreturn))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define __used		__attribute__((used))
#define __unused	__attribute__((unused))
#define __user				/* points into a user program: only <asm/uaccess.h> follows it */
#define __noinline	__attribute__((noinline))
#define __inline_always	inline __attribute__((always_inline))
#define barrier()	__asm__ volatile("" ::: "memory")
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define static_assert	_Static_assert

#endif
