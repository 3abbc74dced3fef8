/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shadow, and what gcc calls: a check before each access, the gaps around
 * global variables, the end of a variable's scope. The linker puts our memcpy()
 * and its like before those of kernel/lib/string.c (ld --wrap).
 */
#include "internal.h"
#include <asm/page.h>
#include <asm/sections.h>
#include <lib/string.h>

static bool enabled;			/* set with the globals; also while at the physical address no shadow is read */

/* ---------------------------------------------------------------- writing shadow */

static bool in_image(unsigned long va)
{
	return va >= (unsigned long)_text && va < (unsigned long)_end;
}

static bool make_real(unsigned long va, size_t size)
{
	return in_image(va) || kasan_populate((unsigned long)shadow_of(va), (unsigned long)shadow_of(va + size - 1) + 1);
}

static void fill(u8 *from, u8 *to, u8 value)
{
	volatile u8 *p = from;			/* not memset(): this is what checks it */

	for (; p < to && ((unsigned long)p & 7 || to - p < 8); p++)
		*p = value;
	for (; to - p >= 8; p += 8)
		*(volatile u64 *)p = value * 0x0101010101010101ULL;
	for (; p < to; p++)
		*p = value;
}

bool kasan_poison(const void *va, size_t size, u8 why)
{
	unsigned long start = (unsigned long)va;

	if (!size)
		return true;
	if (!make_real(start, size))
		return false;
	fill(shadow_of(start), shadow_of(ALIGN(start + size, GRANULE)), why);
	return true;
}

/* Shadow that is not real allows all already. */
bool kasan_unpoison(const void *va, size_t size)
{
	unsigned long at = (unsigned long)va, end = at + size, stop;

	for (; at < end; at = stop) {
		stop = min(ALIGN_DOWN(at, PAGE_SIZE * GRANULE) + PAGE_SIZE * GRANULE, end);
		if (in_image(at) || kasan_is_real((unsigned long)shadow_of(at)))
			fill(shadow_of(at), shadow_of(stop), 0);
	}
	if (end % GRANULE == 0)
		return true;
	if (!make_real(end, 1))
		return false;
	*shadow_of(end) = end % GRANULE;
	return true;
}

bool kasan_vmalloc(const void *va, size_t size)
{
	size_t whole = ALIGN(size, PAGE_SIZE), used = ALIGN(size, GRANULE);

	return kasan_populate((unsigned long)shadow_of((unsigned long)va), (unsigned long)shadow_of((unsigned long)va + whole)) &&
	       kasan_unpoison(va, size) &&
	       kasan_poison((const char *)va + used, whole - used, KASAN_VMALLOC_REDZONE);
}

/* ---------------------------------------------------------------- reading it */

/* The first byte of [va, va + size) that may not be touched, 0: all may. */
static unsigned long find_bad(unsigned long va, size_t size)
{
	unsigned long end = va + size;

	while (va < end) {
		s8 shadow = *(volatile s8 *)shadow_of(va);
		unsigned long next = ALIGN_DOWN(va, GRANULE) + GRANULE;

		if (shadow < 0)
			return va;
		if (shadow && min(next, end) - 1 - ALIGN_DOWN(va, GRANULE) >= (unsigned long)shadow)
			return max(va, ALIGN_DOWN(va, GRANULE) + shadow);
		va = next;
	}
	return 0;
}

/* Addresses that have no shadow fault by themselves. */
static __inline_always void check(unsigned long va, size_t size, bool write, unsigned long ip)
{
	unsigned long bad;

	if (!enabled || va < page_offset_base || !size || va + size < va)
		return;
	bad = find_bad(va, size);
	if (unlikely(bad))
		kasan_report(bad, va, size, write, ip);
}

#define CALLER	((unsigned long)__builtin_return_address(0))

#define DEFINE_CHECK(name, n, write)					\
void __asan_##name##n##_noabort(unsigned long va);			\
void __asan_##name##n##_noabort(unsigned long va)			\
{									\
	check(va, n, write, CALLER);					\
}
DEFINE_CHECK(load, 1, false)
DEFINE_CHECK(load, 2, false)
DEFINE_CHECK(load, 4, false)
DEFINE_CHECK(load, 8, false)
DEFINE_CHECK(load, 16, false)
DEFINE_CHECK(store, 1, true)
DEFINE_CHECK(store, 2, true)
DEFINE_CHECK(store, 4, true)
DEFINE_CHECK(store, 8, true)
DEFINE_CHECK(store, 16, true)

void __asan_loadN_noabort(unsigned long va, size_t size);
void __asan_loadN_noabort(unsigned long va, size_t size)
{
	check(va, size, false, CALLER);
}

void __asan_storeN_noabort(unsigned long va, size_t size);
void __asan_storeN_noabort(unsigned long va, size_t size)
{
	check(va, size, true, CALLER);
}

void *__wrap_memcpy(void *dst, const void *src, size_t n);
void *__wrap_memmove(void *dst, const void *src, size_t n);
void *__wrap_memset(void *dst, int c, size_t n);
int __wrap_memcmp(const void *a, const void *b, size_t n);
void *__real_memcpy(void *dst, const void *src, size_t n);
void *__real_memmove(void *dst, const void *src, size_t n);
void *__real_memset(void *dst, int c, size_t n);
int __real_memcmp(const void *a, const void *b, size_t n);

void *__wrap_memcpy(void *dst, const void *src, size_t n)
{
	check((unsigned long)src, n, false, CALLER);
	check((unsigned long)dst, n, true, CALLER);
	return __real_memcpy(dst, src, n);
}

void *__wrap_memmove(void *dst, const void *src, size_t n)
{
	check((unsigned long)src, n, false, CALLER);
	check((unsigned long)dst, n, true, CALLER);
	return __real_memmove(dst, src, n);
}

void *__wrap_memset(void *dst, int c, size_t n)
{
	check((unsigned long)dst, n, true, CALLER);
	return __real_memset(dst, c, n);
}

int __wrap_memcmp(const void *a, const void *b, size_t n)
{
	check((unsigned long)a, n, false, CALLER);
	check((unsigned long)b, n, false, CALLER);
	return __real_memcmp(a, b, n);
}

/* ---------------------------------------------------------------- variables */

/* As gcc writes it, in its libsanitizer's version 8. */
struct asan_global {
	const void	*start;
	size_t		size, size_with_redzone;
	const char	*name, *module;
	unsigned long	has_dynamic_init;
	const void	*location, *odr_indicator;
};

void __asan_register_globals(const struct asan_global *global, size_t nr);
void __asan_register_globals(const struct asan_global *global, size_t nr)
{
	enabled = true;
	for (; nr--; global++) {
		size_t used = ALIGN(global->size, GRANULE);

		kasan_poison((const char *)global->start + used, global->size_with_redzone - used, KASAN_GLOBAL_REDZONE);
		kasan_unpoison(global->start, global->size);
	}
}

void __asan_unregister_globals(const struct asan_global *global, size_t nr);
void __asan_unregister_globals(const struct asan_global *global, size_t nr)
{
}

void __asan_poison_stack_memory(const void *va, size_t size);
void __asan_poison_stack_memory(const void *va, size_t size)
{
	kasan_poison(va, size, KASAN_STACK_SCOPE);
}

void __asan_unpoison_stack_memory(const void *va, size_t size);
void __asan_unpoison_stack_memory(const void *va, size_t size)
{
	kasan_unpoison(va, size);
}

/* A stack that is left for good is forbidden or allowed again as a whole, by whoever frees or takes its memory. */
void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}
