/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_PRINTF_H
#define LIB_PRINTF_H

#include <stdarg.h>
#include <lib/types.h>

/**
 * vsnprintf() - format into a bounded buffer
 * @buf, @size: result, always terminated when @size > 0
 * @fmt: ISO C: flags "-+ #0", width and precision (also *), lengths
 *       hh h l ll z t, conversions d i u x X o c s p %%; no floating point.
 *       %s of NULL prints "(null)"; %p prints 0x and 16 digits.
 * Return: the length the whole result has, which may be >= @size.
 */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);

#endif
