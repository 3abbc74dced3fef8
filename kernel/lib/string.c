/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and string functions. Blocks move eight bytes at a time through plain
 * general registers: "rep movs" counts as one instruction per element under an
 * emulator that counts them, and needs no CPU feature to be asked for. A tail
 * that is no multiple of eight is one more word that overlaps the last, so no
 * path loops over single bytes.
 *
 * gcc recognises loops that copy, fill or measure and turns them into calls of
 * memcpy(), memset() and strlen(): here, calls of themselves. opaque() in each
 * such loop hides the pattern, whatever the flags.
 */
#include <lib/string.h>
#include <lib/unaligned.h>

#define opaque(var)	__asm__("" : "+r"(var))

/* Fewer than eight bytes, the whole of it loaded before anything is stored. */
static inline void copy_small(u8 *dst, const u8 *src, size_t n)
{
	if (n >= 4) {
		u32 head = get_unaligned_le32(src), tail = get_unaligned_le32(src + n - 4);

		put_unaligned_le32(head, dst);
		put_unaligned_le32(tail, dst + n - 4);
	} else if (n >= 2) {
		u16 head = get_unaligned_le16(src), tail = get_unaligned_le16(src + n - 2);

		put_unaligned_le16(head, dst);
		put_unaligned_le16(tail, dst + n - 2);
	} else if (n) {
		*dst = *src;
	}
}

static inline void copy_32(u8 *dst, const u8 *src)
{
	u64 a = get_unaligned_le64(src), b = get_unaligned_le64(src + 8);
	u64 c = get_unaligned_le64(src + 16), d = get_unaligned_le64(src + 24);

	put_unaligned_le64(a, dst);
	put_unaligned_le64(b, dst + 8);
	put_unaligned_le64(c, dst + 16);
	put_unaligned_le64(d, dst + 24);
}

/* n >= 8; right for overlaps with dst below src: the tail is loaded first. */
static inline void copy_up(u8 *dst, const u8 *src, size_t n)
{
	u64 tail = get_unaligned_le64(src + n - 8);
	u8 *tail_dst = dst + n - 8;

	for (; n >= 32; n -= 32) {
		copy_32(dst, src);
		dst += 32;
		src += 32;
		opaque(src);
	}
	for (; n >= 8; n -= 8) {
		put_unaligned_le64(get_unaligned_le64(src), dst);
		dst += 8;
		src += 8;
		opaque(src);
	}
	put_unaligned_le64(tail, tail_dst);
}

/* n >= 8; right for overlaps with dst above src: the head is loaded first. */
static inline void copy_down(u8 *dst, const u8 *src, size_t n)
{
	u64 head = get_unaligned_le64(src);

	for (; n >= 32; n -= 32) {
		copy_32(dst + n - 32, src + n - 32);
		opaque(src);
	}
	for (; n >= 8; n -= 8) {
		put_unaligned_le64(get_unaligned_le64(src + n - 8), dst + n - 8);
		opaque(src);
	}
	put_unaligned_le64(head, dst);
}

void *memcpy(void *dst, const void *src, size_t n)
{
	if (n >= 8)
		copy_up(dst, src, n);
	else
		copy_small(dst, src, n);
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	if (n < 8)
		copy_small(dst, src, n);
	else if ((uintptr_t)dst - (uintptr_t)src >= n)
		copy_up(dst, src, n);
	else
		copy_down(dst, src, n);
	return dst;
}

static inline void fill_small(u8 *p, u64 pattern, size_t n)
{
	if (n >= 4) {
		put_unaligned_le32(pattern, p);
		put_unaligned_le32(pattern, p + n - 4);
	} else if (n >= 2) {
		put_unaligned_le16(pattern, p);
		put_unaligned_le16(pattern, p + n - 2);
	} else if (n) {
		*p = pattern;
	}
}

void *memset(void *dst, int c, size_t n)
{
	u64 pattern = (u8)c * 0x0101010101010101ULL;
	u8 *p = dst, *tail;

	if (n < 8) {
		fill_small(p, pattern, n);
		return dst;
	}
	tail = p + n - 8;
	for (; n >= 32; n -= 32) {
		put_unaligned_le64(pattern, p);
		put_unaligned_le64(pattern, p + 8);
		put_unaligned_le64(pattern, p + 16);
		put_unaligned_le64(pattern, p + 24);
		p += 32;
		opaque(p);
	}
	for (; n >= 8; n -= 8) {
		put_unaligned_le64(pattern, p);
		p += 8;
		opaque(p);
	}
	put_unaligned_le64(pattern, tail);
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *p = a, *q = b;

	while (n >= 8 && get_unaligned_le64(p) == get_unaligned_le64(q)) {
		p += 8;
		q += 8;
		n -= 8;
	}
	for (; n; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

size_t strlen(const char *s)
{
	const char *p = s;

	while (*p) {
		p++;
		opaque(p);
	}
	return p - s;
}

size_t strnlen(const char *s, size_t n)
{
	size_t len = 0;

	while (len < n && s[len])
		len++;
	return len;
}

int strcmp(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (u8)*a - (u8)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b || !*a)
			return (u8)*a - (u8)*b;
	}
	return 0;
}

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

char *strstr(const char *s, const char *sub)
{
	size_t n = strlen(sub);

	for (;; s++) {
		if (strncmp(s, sub, n) == 0)
			return (char *)s;
		if (!*s)
			return NULL;
	}
}

int strscpy(char *dst, const char *src, size_t size)
{
	size_t len = strnlen(src, size);
	bool cut = len == size;

	if (cut)
		len = size - 1;
	memcpy(dst, src, len);
	dst[len] = '\0';
	return cut ? -1 : (int)len;
}
