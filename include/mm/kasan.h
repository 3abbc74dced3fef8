/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * KASAN: every access the compiler makes is checked against a shadow byte that
 * tells how many of 8 bytes may be touched. Built with SAN=1; without it all of
 * this is nothing.
 *
 * Shadow starts out as one page of zeros shown everywhere, which allows all. It
 * becomes real memory where something is first forbidden, and on stacks. What
 * finds no memory for its shadow goes unchecked.
 *
 * A report names the kind, the address, and the line; each place is reported
 * once, and the kernel goes on.
 */
#ifndef MM_KASAN_H
#define MM_KASAN_H

#include <lib/types.h>

#ifdef LANTERN_SAN
#define KASAN		1
#define KASAN_TRACK	8		/* bytes behind each slab object, see struct kasan_track */

/* What a shadow byte says: 0 all 8 bytes may be touched, 1 to 7 the first ones, else why none. 0xf1 to 0xf8 are gcc's. */
#define KASAN_STACK_LEFT	0xf1
#define KASAN_STACK_MID		0xf2
#define KASAN_STACK_RIGHT	0xf3
#define KASAN_STACK_SCOPE	0xf8
#define KASAN_VMALLOC_FREE	0xf5
#define KASAN_VMALLOC_REDZONE	0xf6
#define KASAN_GLOBAL_REDZONE	0xf9
#define KASAN_SLAB_FREE		0xfb
#define KASAN_SLAB_REDZONE	0xfc
#define KASAN_PAGE_FREE		0xff

/* Offsets from _text, 0: not known. */
struct kasan_track {
	u32	alloc_ip, free_ip;
};

static_assert(sizeof(struct kasan_track) == KASAN_TRACK, "the slab leaves as much room");

/**
 * kasan_poison() - forbid [@va, @va + @size); @va a multiple of 8, the last 8 bytes whole
 * kasan_unpoison() - allow it, to the byte
 * Return: false when there was no memory for the shadow. Context: any.
 */
bool kasan_poison(const void *va, size_t size, u8 why);
bool kasan_unpoison(const void *va, size_t size);

/** kasan_kmalloc() - of an object or a run of pages just allocated only @size bytes were asked for; NULL is let through */
void *kasan_kmalloc(void *object, size_t size);

/** kasan_slab_alloc() - an object of @size bytes is taken by the code at @ip */
void kasan_slab_alloc(void *object, size_t size, struct kasan_track *track, unsigned long ip);

/**
 * kasan_slab_free() - an object is freed by the code at @ip, and kept back for a while
 * Return: one that was kept back long enough, to be freed in its place; NULL: none.
 * A double free is reported, and the object not freed again.
 */
void *kasan_slab_free(void *object, size_t size, struct kasan_track *track, unsigned long ip);

/** kasan_quarantine_take() - one of those kept back, NULL when there are none */
void *kasan_quarantine_take(void);

/** kasan_vmalloc() - @size bytes in whole pages at @va, the rest of the last page forbidden; false: no memory */
bool kasan_vmalloc(const void *va, size_t size);

/* What the slab knows of an address, for the report. */
struct slab_object {
	const char		*cache;
	const void		*start;
	size_t			size;
	const struct kasan_track *track;
};

/** slab_find_object() - the object at or just before @va; false when its page is no slab's */
bool slab_find_object(const void *va, struct slab_object *out);
#else
#define KASAN		0
#define KASAN_TRACK	0
#define KASAN_VMALLOC_FREE	0
#define KASAN_SLAB_REDZONE	0
#define KASAN_PAGE_FREE		0

struct kasan_track;

static inline bool kasan_poison(const void *va, size_t size, u8 why) { return true; }
static inline bool kasan_unpoison(const void *va, size_t size) { return true; }
static inline void *kasan_kmalloc(void *object, size_t size) { return object; }
static inline void kasan_slab_alloc(void *object, size_t size, struct kasan_track *track, unsigned long ip) { }
static inline void *kasan_slab_free(void *object, size_t size, struct kasan_track *track, unsigned long ip)
{
	return object;
}
static inline void *kasan_quarantine_take(void) { return NULL; }
static inline bool kasan_vmalloc(const void *va, size_t size) { return true; }
#endif
#endif
