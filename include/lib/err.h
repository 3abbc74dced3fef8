/* SPDX-License-Identifier: BSD-2-Clause */
/* Pointers that may be an error number instead: the last page of the address space holds no object. */
#ifndef LIB_ERR_H
#define LIB_ERR_H

#include <lib/types.h>
#include <uapi/errno.h>

#define MAX_ERRNO	4095

static inline void *ERR_PTR(long error)
{
	return (void *)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)ptr;
}

/** IS_ERR() - whether @ptr is an error; NULL is none */
static inline bool IS_ERR(const void *ptr)
{
	return (unsigned long)ptr >= (unsigned long)-MAX_ERRNO;
}

/** IS_ERR_VALUE() - the same for an address or length that is no pointer */
static inline bool IS_ERR_VALUE(unsigned long value)
{
	return IS_ERR((const void *)value);
}

/** ERR_CAST() - an error on its way through a function that returns another kind of pointer */
static inline void *ERR_CAST(const void *ptr)
{
	return (void *)ptr;
}

#endif
