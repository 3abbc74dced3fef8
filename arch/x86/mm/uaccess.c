// SPDX-License-Identifier: BSD-2-Clause
/*
 * Strings and single words of user programs, <asm/uaccess.h>. A string is read a
 * word at a time; where a whole word cannot be read, its bytes are tried one by
 * one, as the string may end before what cannot be read begins.
 */
#include <asm/uaccess.h>
#include <lib/string.h>

#define ONES	0x0101010101010101UL
#define HIGHS	0x8080808080808080UL

/* Bit 7 of the lowest byte of @v that is zero, and of none below it. */
static inline u64 zero_bytes(u64 v)
{
	return (v - ONES) & ~v & HIGHS;
}

/* How much of @n bytes at @src may be asked for; 0: none. */
static long in_reach(const char __user *src, long n)
{
	unsigned long room = TASK_SIZE - (unsigned long)src;

	return (unsigned long)src < TASK_SIZE && n > 0 ? min(n, (long)room) : 0;
}

/* Context: between stac() and clac(). @dst NULL: the string is only measured. */
static __inline_always long copy_string(char *dst, const char *src, long n)
{
	long at = 0;
	int err;
	u64 v;

	for (; at + 8 <= n; at += 8) {
		u64 zero;

		err = -EFAULT;
		__get_user_asm(v, (const u64 *)(src + at), err, "q");
		if (unlikely(err))
			break;
		zero = zero_bytes(v);
		if (dst)
			__builtin_memcpy(dst + at, &v, 8);
		if (zero)
			return at + (__builtin_ctzl(zero) >> 3);
	}
	for (; at < n; at++) {
		err = -EFAULT;
		__get_user_asm(v, (const u8 *)(src + at), err, "b");
		if (err)
			return -EFAULT;
		if (dst)
			dst[at] = v;
		if (!(u8)v)
			return at;
	}
	return n;
}

long strncpy_from_user(char *dst, const char __user *src, long n)
{
	long reach = in_reach(src, n), len;

	if (!reach)
		return n > 0 ? -EFAULT : 0;
	stac();
	len = copy_string(dst, src, reach);
	clac();
	return len == reach && reach < n ? -EFAULT : len;
}

long strnlen_user(const char __user *src, long n)
{
	long reach = in_reach(src, n), len;

	if (!reach)
		return n > 0 ? -EFAULT : 0;
	stac();
	len = copy_string(NULL, src, reach);
	clac();
	return len == reach && reach < n ? -EFAULT : len;
}

int futex_cmpxchg_user(u32 __user *ptr, u32 old, u32 new, u32 *seen)
{
	int err = -EFAULT;

	if (!access_ok(ptr, sizeof(*ptr)))
		return -EFAULT;
	stac();
	__asm__ volatile("1: lock cmpxchgl %3, %2\n"
			 "   xorl %0, %0\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+r"(err), "+a"(old), "+m"(*ptr) : "r"(new) : "memory");
	clac();
	*seen = old;
	return err;
}

int copy_struct_from_user(void *dst, size_t size, const void __user *src, size_t usize)
{
	const u8 __user *rest = (const u8 __user *)src + size;
	u8 byte;

	memset(dst, 0, size);
	if (copy_from_user(dst, src, min(size, usize)))
		return -EFAULT;
	for (; usize > size; usize--, rest++) {
		if (get_user(byte, rest))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}
