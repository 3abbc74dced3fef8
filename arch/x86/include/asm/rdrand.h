/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_RDRAND_H
#define ASM_RDRAND_H

#include <lib/types.h>

/**
 * rdrand_fill() - fill @buf from the CPU's random number generator
 * Return: false when there is none, or one that is stuck; @buf is undefined then.
 */
bool rdrand_fill(void *buf, size_t size);

#endif
