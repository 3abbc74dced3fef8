/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of the user program that runs on this thread. Nothing else in the
 * kernel touches it. An address may be anything: one outside of the program's half,
 * or where nothing is or may be, is -EFAULT.
 *
 * Context: a thread that may sleep, as a page may have to be made first. With
 * preemption or interrupts off pages are not made: what is not there is -EFAULT.
 */
#ifndef ASM_UACCESS_H
#define ASM_UACCESS_H

#include <asm/extable.h>
#include <asm/page.h>
#include <asm/smap.h>
#include <uapi/errno.h>

/** access_ok() - whether [@ptr, @ptr + @n) is in a program's half */
static inline bool access_ok(const void __user *ptr, size_t n)
{
	return n <= TASK_SIZE && (unsigned long)ptr <= TASK_SIZE - n;
}

/** copy_user() - usercopy.S: between stac() and clac(); returns the bytes not copied */
size_t copy_user(void *dst, const void *src, size_t n);

/** zero_user() - usercopy.S: the same with zeros */
size_t zero_user(void *dst, size_t n);

/**
 * raw_copy_from_user(), raw_copy_to_user(), raw_clear_user() - as far as it goes; return the bytes not done
 * copy_from_user(), copy_to_user(), clear_user() - all of it: 0, else -EFAULT, and how much was done is unknown
 */
static inline size_t raw_copy_from_user(void *dst, const void __user *src, size_t n)
{
	if (unlikely(!access_ok(src, n)))
		return n;
	stac();
	n = copy_user(dst, src, n);
	clac();
	return n;
}

static inline size_t raw_copy_to_user(void __user *dst, const void *src, size_t n)
{
	if (unlikely(!access_ok(dst, n)))
		return n;
	stac();
	n = copy_user(dst, src, n);
	clac();
	return n;
}

static inline int copy_from_user(void *dst, const void __user *src, size_t n)
{
	return unlikely(raw_copy_from_user(dst, src, n)) ? -EFAULT : 0;
}

static inline int copy_to_user(void __user *dst, const void *src, size_t n)
{
	return unlikely(raw_copy_to_user(dst, src, n)) ? -EFAULT : 0;
}

static inline size_t raw_clear_user(void __user *dst, size_t n)
{
	if (unlikely(!access_ok(dst, n)))
		return n;
	stac();
	n = zero_user(dst, n);
	clac();
	return n;
}

static inline int clear_user(void __user *dst, size_t n)
{
	return unlikely(raw_clear_user(dst, n)) ? -EFAULT : 0;
}

/* One object of 1, 2, 4 or 8 bytes, moved by one instruction. */
#define __get_user_asm(v, ptr, err, reg)					\
	__asm__ volatile("1: mov %2, %" reg "1\n"				\
			 "   xorl %0, %0\n"					\
			 "2:\n"							\
			 _ASM_EXTABLE("1b", "2b")				\
			 : "+r"(err), "=&q"(v) : "m"(*(ptr)))

#define __put_user_asm(v, ptr, err, reg)					\
	__asm__ volatile("1: mov %" reg "2, %1\n"				\
			 "   xorl %0, %0\n"					\
			 "2:\n"							\
			 _ASM_EXTABLE("1b", "2b")				\
			 : "+r"(err), "=m"(*(ptr)) : "q"(v))

#define __user_sized(op, v, ptr, err) do {					\
	switch (sizeof(*(ptr))) {						\
	case 1: op(v, (u8 *)(ptr), err, "b"); break;				\
	case 2: op(v, (u16 *)(ptr), err, "w"); break;				\
	case 4: op(v, (u32 *)(ptr), err, "k"); break;				\
	case 8: op(v, (u64 *)(ptr), err, "q"); break;				\
	}									\
} while (0)

/**
 * get_user() - @x = *@ptr; 0 or -EFAULT, and then @x is 0
 * put_user() - *@ptr = @x
 */
#define get_user(x, ptr) ({							\
	const __typeof__(*(ptr)) *_gu_ptr = (ptr);				\
	int _gu_err = -EFAULT;							\
	u64 _gu_val = 0;							\
	static_assert(sizeof(*_gu_ptr) <= 8, "one object");			\
	if (likely(access_ok(_gu_ptr, sizeof(*_gu_ptr)))) {			\
		stac();								\
		__user_sized(__get_user_asm, _gu_val, _gu_ptr, _gu_err);	\
		clac();								\
	}									\
	(x) = (__typeof__(*(ptr)))(_gu_err ? 0 : _gu_val);			\
	_gu_err; })

#define put_user(x, ptr) ({							\
	__typeof__(*(ptr)) *_pu_ptr = (ptr);					\
	__typeof__(*(ptr)) _pu_x = (__typeof__(*(ptr)))(x);			\
	u64 _pu_val = (u64)_pu_x;						\
	int _pu_err = -EFAULT;							\
	if (likely(access_ok(_pu_ptr, sizeof(*_pu_ptr)))) {			\
		stac();								\
		__user_sized(__put_user_asm, _pu_val, _pu_ptr, _pu_err);	\
		clac();								\
	}									\
	_pu_err; })

/**
 * user_access_begin() - for several objects in [@ptr, @ptr + @n): false when that is not a program's
 * unsafe_put_user() - *@ptr = @x; goes to @label, still between the two, when that faults
 * unsafe_get_user() - @x = *@ptr, as well
 * user_access_end() - no more of them
 */
static inline bool user_access_begin(const void __user *ptr, size_t n)
{
	if (unlikely(!access_ok(ptr, n)))
		return false;
	stac();
	return true;
}

#define user_access_end()	clac()

#define __unsafe_put_asm(x, ptr, insn, label)					\
	__asm__ goto("1: " insn " %0, %1\n"					\
		     _ASM_EXTABLE("1b", "%l2")					\
		     : : "er"(x), "m"(*(ptr)) : "memory" : label)

#define unsafe_put_user(x, ptr, label) do {					\
	__typeof__(*(ptr)) _up_x = (__typeof__(*(ptr)))(x);			\
	static_assert(sizeof(_up_x) == 4 || sizeof(_up_x) == 8, "one object");	\
	if (sizeof(_up_x) == 8)							\
		__unsafe_put_asm((u64)_up_x, (u64 *)(ptr), "movq", label);	\
	else									\
		__unsafe_put_asm((u32)(u64)_up_x, (u32 *)(ptr), "movl", label);	\
} while (0)

#define __unsafe_get_asm(x, ptr, insn, label)					\
	__asm__ goto("1: " insn " %1, %0\n"					\
		     _ASM_EXTABLE("1b", "%l2")					\
		     : "=r"(x) : "m"(*(ptr)) : : label)

#define unsafe_get_user(x, ptr, label) do {					\
	static_assert(sizeof(*(ptr)) == 4 || sizeof(*(ptr)) == 8, "one object"); \
	if (sizeof(*(ptr)) == 8) {						\
		u64 _ug_x;							\
		__unsafe_get_asm(_ug_x, (const u64 *)(ptr), "movq", label);	\
		(x) = (__typeof__(x))_ug_x;					\
	} else {								\
		u32 _ug_x;							\
		__unsafe_get_asm(_ug_x, (const u32 *)(ptr), "movl", label);	\
		(x) = (__typeof__(x))(u64)_ug_x;				\
	}									\
} while (0)

/**
 * strncpy_from_user() - a string of at most @n bytes with its NUL
 * Return: its length without the NUL; @n when there is no NUL in @n bytes, and then
 * @dst has no NUL either; -EFAULT.
 */
long strncpy_from_user(char *dst, const char __user *src, long n);

/** strnlen_user() - length of a string without its NUL; @n when there is none in @n bytes; -EFAULT */
long strnlen_user(const char __user *src, long n);

/**
 * copy_struct_from_user() - a structure that grows from version to version: the program's has @usize bytes, ours @size
 * What the program does not have is zero; what we do not know has to be, else -E2BIG.
 * Return: 0, -E2BIG or -EFAULT.
 */
int copy_struct_from_user(void *dst, size_t size, const void __user *src, size_t usize);

/**
 * futex_cmpxchg_user() - if *@ptr is @old make it @new, at once
 * @seen: what was there. Return: 0 or -EFAULT. @ptr is a multiple of 4.
 */
int futex_cmpxchg_user(u32 __user *ptr, u32 old, u32 new, u32 *seen);

#endif
