/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The string functions of ISO C that the tree uses, with ISO C's contracts, and
 * the bounded copies that never leave a string unterminated.
 */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <lib/types.h>

void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);

size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);
char *strstr(const char *s, const char *sub);

/**
 * strscpy() - copy a string into a buffer of @size bytes
 * Return: length copied without the NUL, or -1 when @src had to be cut;
 *         @dst is terminated in both cases. @size is at least 1.
 */
int strscpy(char *dst, const char *src, size_t size);

/** memzero_explicit() - clear what is not read again, such as keys: the compiler does not leave it out */
static inline void memzero_explicit(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}

#endif
