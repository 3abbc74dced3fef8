/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects smaller than pages: caches of one kind of object, and kmalloc() for
 * memory of any size, which takes from caches of fixed sizes and above 8 KiB
 * from whole pages.
 *
 * Built with DEBUG=1, every object has a red zone behind it and is filled with a
 * pattern while it is free; damage to either is reported when it is noticed.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include <mm/page_alloc.h>

#define KMALLOC_MAX_CACHE	8192	/* larger requests are runs of pages */

struct kmem_cache;

/**
 * kmem_cache_create() - a kind of object
 * @name:  a string that outlives the cache
 * @size:  bytes of an object, 1 to KMALLOC_MAX_CACHE
 * @align: power of two up to a page; 0 for 8
 * @ctor:  brings a new object into the state in which users free it again; run
 *         once per object and slab, not per allocation. NULL: none
 * Return: NULL when out of memory, or when @size or @align is out of range.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *));

/**
 * kmem_cache_destroy() - the end of a cache; NULL does nothing
 * Objects still allocated are reported and stay where they are, with the cache:
 * leaking them is better than giving them to somebody else.
 * Return: objects that were still allocated.
 */
unsigned long kmem_cache_destroy(struct kmem_cache *cache);

/**
 * kmem_cache_alloc() - one object, as the constructor or its last user left it
 * @gfp: GFP_KERNEL or GFP_ATOMIC; with __GFP_ZERO the object is cleared
 * Return: NULL when out of memory. Context: any.
 */
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp);

/** kmem_cache_free() - give it back; one of another cache is reported and not freed. NULL does nothing */
void kmem_cache_free(struct kmem_cache *cache, void *object);

/**
 * kmalloc() - @size bytes, aligned to 8, and to @size when it is a power of two
 * Return: NULL when out of memory, when @size is 0 or above 4 MiB.
 */
void *kmalloc(size_t size, gfp_t gfp);

static inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

/** kfree() - what kmalloc() or kmem_cache_alloc() gave; NULL does nothing; anything else is reported */
void kfree(void *object);

/** ksize() - bytes usable at @object, at least those asked for; 0 for NULL */
size_t ksize(const void *object);

/** slab_init() - the caches of kmalloc(); mm_init() calls it */
void slab_init(void);

#endif
