/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slab is a run of pages cut into objects of one cache. The free objects of a
 * slab form a list of indices, whose links lie in the objects themselves, or
 * behind them where the constructor's work must be kept. Before the slabs each
 * CPU has a magazine of free objects per cache: taking one and putting one back
 * is a move of a pointer with interrupts off, and only an empty or a full
 * magazine goes to the slabs, half of it at a time, under the cache's lock.
 *
 * Every page of a slab knows its cache, so kfree() needs nothing but a pointer.
 */
#include "internal.h"
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <mm/fail_nth.h>
#include <mm/kasan.h>
#include <mm/slab.h>

#if defined(LANTERN_DEBUG) && !KASAN	/* which sees all of it, and at once */
#define DEBUG_OBJECTS	1
#else
#define DEBUG_OBJECTS	0
#endif

#define CHECKED_OBJECTS	(DEBUG_OBJECTS || KASAN)	/* more is done than moving a pointer */
#define CALLER		((unsigned long)__builtin_return_address(0))

#define NO_OBJECT	0xffff			/* end of a slab's free list */
#define MAGAZINE_SIZE	31
#define FREE_FILL	0x6b			/* DEBUG: a free object without constructor */
#define ZONE_IN_USE	0x5a5ad00d5a5ad00dULL	/* DEBUG: red zone of an allocated object */
#define ZONE_FREE	0xf4eef4eef4eef4eeULL

struct magazine {
	unsigned int	count;
	void		*object[MAGAZINE_SIZE];
};

struct kmem_cache {
	struct magazine	*cpu[NR_CPUS];	/* NULL until the CPU first wants one */
	const char	*name;
	void		(*ctor)(void *);
	unsigned int	size;		/* of an object, as asked for */
	unsigned int	stride;		/* from object to object */
	unsigned int	link;		/* offset of the free list's link in an object */
	unsigned int	order;		/* of a slab's run of pages */
	unsigned int	per_slab;
	unsigned int	capacity;	/* of a magazine of this cache, 0: it has none */

	struct spinlock	lock;		/* outer to zone->lock; guards the rest and page->inuse, page->free */
	struct list_head partial;	/* slabs with a free object, by page->list */
	struct list_head full;
	unsigned long	nr_slabs, nr_empty;
	unsigned long	taken;		/* objects allocated or in magazines */
	struct list_head caches;	/* in all_caches */
};

static const unsigned int kmalloc_sizes[] = { 8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192 };
static const char *const kmalloc_names[] = {
	"kmalloc-8", "kmalloc-16", "kmalloc-32", "kmalloc-64", "kmalloc-96", "kmalloc-128", "kmalloc-192",
	"kmalloc-256", "kmalloc-512", "kmalloc-1024", "kmalloc-2048", "kmalloc-4096", "kmalloc-8192",
};

#define KMALLOC_SMALL	256

static struct kmem_cache kmalloc_caches[ARRAY_SIZE(kmalloc_sizes)];
static struct kmem_cache *small_caches[KMALLOC_SMALL / 8];	/* by (size - 1) / 8 */
static struct kmem_cache magazine_cache, cache_cache;
static struct list_head all_caches;
static struct spinlock all_caches_lock;

/* ---------------------------------------------------------------- debug builds */

static u64 *red_zone(const struct kmem_cache *cache, void *object)
{
	return (u64 *)((char *)object + ALIGN(cache->size, 8));
}

static void debug_complain(const struct kmem_cache *cache, const void *object, const char *what)
{
	printk("slab: %s: %s: object %#lx\n", cache->name, what, (unsigned long)object);
}

static void debug_new(const struct kmem_cache *cache, void *object)
{
	*red_zone(cache, object) = ZONE_FREE;
	if (!cache->ctor)
		memset(object, FREE_FILL, cache->size);
}

static void debug_alloc(const struct kmem_cache *cache, void *object)
{
	const u8 *byte = object;
	unsigned int i;

	if (*red_zone(cache, object) != ZONE_FREE)
		debug_complain(cache, object, "red zone of a free object overwritten");
	for (i = 0; !cache->ctor && i < cache->size; i++)
		if (byte[i] != FREE_FILL) {
			debug_complain(cache, object, "written after free");
			break;
		}
	*red_zone(cache, object) = ZONE_IN_USE;
}

/* Return: whether the object may be freed. */
static bool debug_free(const struct kmem_cache *cache, void *object)
{
	u64 *zone = red_zone(cache, object);

	if (*zone == ZONE_FREE) {
		debug_complain(cache, object, "double free");
		return false;
	}
	if (*zone != ZONE_IN_USE)
		debug_complain(cache, object, "written past its end");
	debug_new(cache, object);
	return true;
}

/* ---------------------------------------------------------------- slabs, under cache->lock */

static void *object_at(const struct kmem_cache *cache, const struct page *slab, unsigned int index)
{
	return (char *)page_address(slab) + index * cache->stride;
}

static u16 *link_of(const struct kmem_cache *cache, void *object)
{
	return (u16 *)((char *)object + cache->link);
}

/* KASAN: who allocated an object, and who freed it. */
static struct kasan_track *track_of(const struct kmem_cache *cache, void *object)
{
	return (struct kasan_track *)((char *)object + cache->link + 8);
}

static struct page *slab_of(const struct kmem_cache *cache, const void *object)
{
	struct page *page = virt_to_page(object);

	return pfn_to_page(ALIGN_DOWN(page_to_pfn(page), 1UL << cache->order));
}

static struct page *new_slab(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *slab = alloc_pages(gfp & ~__GFP_ZERO, cache->order);
	unsigned int i;

	if (!slab)
		return NULL;
	for (i = 0; i < 1u << cache->order; i++) {
		slab[i].state = PAGE_SLAB;
		slab[i].cache = cache;
	}
	for (i = 0; i < cache->per_slab; i++) {
		void *object = object_at(cache, slab, i);

		if (cache->ctor)
			cache->ctor(object);
		if (DEBUG_OBJECTS)
			debug_new(cache, object);
		*link_of(cache, object) = i + 1 < cache->per_slab ? i + 1 : NO_OBJECT;
	}
	kasan_poison(page_address(slab), PAGE_SIZE << cache->order, KASAN_SLAB_REDZONE);
	slab->inuse = slab->free = 0;
	list_add(&slab->list, &cache->partial);
	cache->nr_slabs++;
	cache->nr_empty++;
	mem_count(MEM_SLAB_PAGES, 1L << cache->order);
	return slab;
}

static void delete_slab(struct kmem_cache *cache, struct page *slab)
{
	unsigned int i;

	list_del(&slab->list);
	for (i = 0; i < 1u << cache->order; i++)
		slab[i].state = PAGE_RESERVED;
	slab->state = PAGE_USED;
	cache->nr_slabs--;
	cache->nr_empty--;
	mem_count(MEM_SLAB_PAGES, -(1L << cache->order));
	__free_pages(slab, cache->order);
}

static void *slab_take(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *slab;
	void *object;

	if (list_empty(&cache->partial)) {
		slab = new_slab(cache, gfp);
		if (!slab)
			return NULL;
	}
	slab = list_first_entry(&cache->partial, struct page, list);
	object = object_at(cache, slab, slab->free);
	slab->free = *link_of(cache, object);
	if (!slab->inuse++)
		cache->nr_empty--;
	if (slab->free == NO_OBJECT) {
		list_del(&slab->list);
		list_add(&slab->list, &cache->full);
	}
	cache->taken++;
	return object;
}

/* One empty slab is kept for the next burst. */
static void slab_put(struct kmem_cache *cache, void *object)
{
	struct page *slab = slab_of(cache, object);

	*link_of(cache, object) = slab->free;
	if (slab->free == NO_OBJECT) {
		list_del(&slab->list);
		list_add(&slab->list, &cache->partial);
	}
	slab->free = (u32)((char *)object - (char *)page_address(slab)) / cache->stride;
	cache->taken--;
	if (!--slab->inuse && ++cache->nr_empty > 1)
		delete_slab(cache, slab);
}

/* ---------------------------------------------------------------- magazines, interrupts off */

static struct magazine *magazine_of_cpu(struct kmem_cache *cache)
{
	return cache->cpu[this_cpu_read(cpu_number)];
}

static struct magazine *new_magazine(struct kmem_cache *cache, gfp_t gfp)
{
	struct magazine *m;

	if (!cache->capacity)
		return NULL;
	spin_lock(&magazine_cache.lock);
	m = slab_take(&magazine_cache, gfp);
	spin_unlock(&magazine_cache.lock);
	if (m) {
		kasan_unpoison(m, sizeof(*m));
		m->count = 0;
	}
	return cache->cpu[this_cpu_read(cpu_number)] = m;
}

static __noinline void *cache_alloc_slow(struct kmem_cache *cache, gfp_t gfp)
{
	unsigned long flags = local_irq_save();
	struct magazine *m = magazine_of_cpu(cache);
	void *object;

	if (!m)
		m = new_magazine(cache, gfp);
	spin_lock(&cache->lock);
	object = slab_take(cache, gfp);
	/* more only as far as it costs no new slab */
	while (m && m->count < cache->capacity / 2 && !list_empty(&cache->partial))
		m->object[m->count++] = slab_take(cache, gfp);
	spin_unlock(&cache->lock);
	local_irq_restore(flags);
	return object;
}

static void flush(struct kmem_cache *cache, struct magazine *m, unsigned int keep)
{
	spin_lock(&cache->lock);
	while (m->count > keep)
		slab_put(cache, m->object[--m->count]);
	spin_unlock(&cache->lock);
}

static __noinline void cache_free_slow(struct kmem_cache *cache, void *object)
{
	unsigned long flags = local_irq_save();
	struct magazine *m = magazine_of_cpu(cache);

	if (!m)
		m = new_magazine(cache, GFP_ATOMIC);
	if (m) {
		if (m->count == cache->capacity)
			flush(cache, m, cache->capacity / 2);
		m->object[m->count++] = object;
	} else {
		spin_lock(&cache->lock);
		slab_put(cache, object);
		spin_unlock(&cache->lock);
	}
	local_irq_restore(flags);
}

/* ---------------------------------------------------------------- objects */

static __inline_always void *magazine_take(struct kmem_cache *cache)
{
	unsigned long flags = local_irq_save();
	struct magazine *m = magazine_of_cpu(cache);

	if (likely(m && m->count)) {
		void *object = m->object[--m->count];

		local_irq_restore(flags);
		if (!object)
			__builtin_unreachable();	/* a magazine holds no NULL: saves the caller a test */
		return object;
	}
	local_irq_restore(flags);
	return NULL;
}

/* Whatever is not a plain object from the CPU's magazine. */
static __noinline void *cache_alloc_full(struct kmem_cache *cache, gfp_t gfp, unsigned long ip)
{
	void *object;

	if (fail_nth(gfp))
		return NULL;
	object = magazine_take(cache);
	if (!object) {
		object = cache_alloc_slow(cache, gfp);
		if (!object)
			return NULL;
	}
	kasan_slab_alloc(object, cache->size, track_of(cache, object), ip);
	if (DEBUG_OBJECTS)
		debug_alloc(cache, object);
	if (gfp & __GFP_ZERO)
		memset(object, 0, cache->size);
	return object;
}

static __inline_always void *cache_alloc(struct kmem_cache *cache, gfp_t gfp, unsigned long ip)
{
	if (likely(!CHECKED_OBJECTS && !(gfp & __GFP_ZERO))) {
		void *object = magazine_take(cache);

		if (likely(object))
			return object;
	}
	return cache_alloc_full(cache, gfp, ip);
}

static __inline_always void cache_put(struct kmem_cache *cache, void *object)
{
	unsigned long flags = local_irq_save();
	struct magazine *m = magazine_of_cpu(cache);

	if (likely(m && m->count < cache->capacity)) {
		m->object[m->count++] = object;
		local_irq_restore(flags);
		return;
	}
	local_irq_restore(flags);
	cache_free_slow(cache, object);
}

/* With KASAN the object is kept back for a while, and another that was goes in its place. */
static __inline_always void cache_free(struct kmem_cache *cache, void *object, unsigned long ip)
{
	if (DEBUG_OBJECTS && !debug_free(cache, object))
		return;
	if (KASAN) {
		object = kasan_slab_free(object, cache->size, track_of(cache, object), ip);
		if (!object)
			return;
		cache = virt_to_page(object)->cache;
	}
	cache_put(cache, object);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return cache_alloc(cache, gfp, CALLER);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	const struct page *page;

	if (!object)
		return;
	page = virt_to_page(object);
	if (unlikely(page->state != PAGE_SLAB || page->cache != cache)) {
		debug_complain(cache, object, "freed to a cache it is not from");
		return;
	}
	cache_free(cache, object, CALLER);
}

static unsigned int run_order(size_t size)
{
	size_t pages = (size - 1) >> PAGE_SHIFT;

	return pages ? 64 - __builtin_clzl(pages) : 0;
}

static struct kmem_cache *kmalloc_cache(size_t size)
{
	if (likely(size <= KMALLOC_SMALL))
		return small_caches[(size - 1) / 8];
	return &kmalloc_caches[7 + 64 - __builtin_clzl((size - 1) >> 8)];
}

static __noinline void *kmalloc_pages(size_t size, gfp_t gfp)
{
	struct page *page;

	if (!size || size > PAGE_SIZE << (MAX_ORDER - 1))
		return NULL;
	page = alloc_pages(gfp, run_order(size));
	return page ? kasan_kmalloc(page_address(page), size) : NULL;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	if (likely(size - 1 < KMALLOC_SMALL))
		return kasan_kmalloc(cache_alloc(small_caches[(size - 1) / 8], gfp, CALLER), size);
	if (size - 1 < KMALLOC_MAX_CACHE)
		return kasan_kmalloc(cache_alloc_full(kmalloc_cache(size), gfp, CALLER), size);
	return kmalloc_pages(size, gfp);
}

static __noinline void kfree_pages(struct page *page, void *object)
{
	if (page->state == PAGE_USED && IS_ALIGNED((unsigned long)object, PAGE_SIZE))
		__free_pages(page, page->order);
	else
		printk("slab: kfree of %#lx, which is not allocated\n", (unsigned long)object);
}

void kfree(void *object)
{
	struct page *page;

	if (!object)
		return;
	page = virt_to_page(object);
	if (likely(page->state == PAGE_SLAB))
		cache_free(page->cache, object, CALLER);
	else
		kfree_pages(page, object);
}

size_t ksize(const void *object)
{
	const struct page *page;
	size_t size;

	if (!object)
		return 0;
	page = virt_to_page(object);
	size = page->state == PAGE_SLAB ? page->cache->size : PAGE_SIZE << page->order;
	if (KASAN)		/* who asks means to use it */
		kasan_unpoison(object, size);
	return size;
}

/* ---------------------------------------------------------------- caches */

/* Eight objects, if a run of 8 pages holds as many. */
static unsigned int slab_order(unsigned int stride)
{
	unsigned int order = 0;

	while (order < 3 && (PAGE_SIZE << order) / stride < 8)
		order++;
	return order;
}

static void cache_setup(struct kmem_cache *cache, const char *name, unsigned int size, unsigned int align,
			void (*ctor)(void *))
{
	bool keep_content = ctor || CHECKED_OBJECTS;
	unsigned int end = ALIGN(size, 8);
	unsigned long flags;

	memset(cache, 0, sizeof(*cache));
	spin_lock_init(&cache->lock);
	if (DEBUG_OBJECTS)
		end += sizeof(u64);
	cache->name = name;
	cache->ctor = ctor;
	cache->size = size;
	cache->link = keep_content ? end : 0;
	cache->stride = ALIGN(end + (keep_content ? 8 : 0) + KASAN_TRACK, max(align, 8u));
	cache->order = slab_order(cache->stride);
	cache->per_slab = (PAGE_SIZE << cache->order) / cache->stride;
	cache->capacity = size <= 256 ? MAGAZINE_SIZE : size <= 1024 ? 16 : 4;
	list_init(&cache->partial);
	list_init(&cache->full);
	flags = spin_lock_irqsave(&all_caches_lock);
	list_add_tail(&cache->caches, &all_caches);
	spin_unlock_irqrestore(&all_caches_lock, flags);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, void (*ctor)(void *))
{
	struct kmem_cache *cache;

	if (!size || size > KMALLOC_MAX_CACHE || align > PAGE_SIZE || align & (align - 1))
		return NULL;
	cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);
	if (cache)
		cache_setup(cache, name, size, align, ctor);
	return cache;
}

static void drop_magazines(struct kmem_cache *cache)
{
	unsigned long flags = local_irq_save();
	unsigned int i;

	for (i = 0; i < NR_CPUS; i++) {
		if (!cache->cpu[i])
			continue;
		flush(cache, cache->cpu[i], 0);
		spin_lock(&magazine_cache.lock);
		slab_put(&magazine_cache, cache->cpu[i]);
		spin_unlock(&magazine_cache.lock);
		cache->cpu[i] = NULL;
	}
	local_irq_restore(flags);
}

static void drop_quarantine(void)
{
	void *object;

	while ((object = kasan_quarantine_take()))
		cache_put(virt_to_page(object)->cache, object);
}

/* The objects of a slab that are not on its free list. */
static void report_leaks(const struct kmem_cache *cache, const struct page *slab)
{
	u8 is_free[PAGE_SIZE / 8 / 8] = { 0 };
	unsigned int i;

	for (i = slab->free; i != NO_OBJECT; i = *link_of(cache, object_at(cache, slab, i)))
		is_free[i / 8] |= 1u << i % 8;
	for (i = 0; i < cache->per_slab; i++)
		if (!(is_free[i / 8] >> i % 8 & 1))
			printk("slab: %s: leaked object %#lx\n", cache->name,
			       (unsigned long)object_at(cache, slab, i));
}

unsigned long kmem_cache_destroy(struct kmem_cache *cache)
{
	struct page *slab;
	unsigned long flags;

	if (!cache)
		return 0;
	drop_quarantine();
	drop_magazines(cache);
	flags = spin_lock_irqsave(&cache->lock);
	while (cache->nr_empty) {
		list_for_each_entry(slab, &cache->partial, list)
			if (!slab->inuse)
				break;
		delete_slab(cache, slab);
	}
	spin_unlock_irqrestore(&cache->lock, flags);
	if (cache->taken) {
		printk("slab: %s: destroyed with %lu objects allocated\n", cache->name, cache->taken);
		list_for_each_entry(slab, &cache->partial, list)
			report_leaks(cache, slab);
		list_for_each_entry(slab, &cache->full, list)
			report_leaks(cache, slab);
		return cache->taken;
	}
	flags = spin_lock_irqsave(&all_caches_lock);
	list_del(&cache->caches);
	spin_unlock_irqrestore(&all_caches_lock, flags);
	kmem_cache_free(&cache_cache, cache);
	return 0;
}

void slab_init(void)
{
	unsigned int i, small = 0;

	list_init(&all_caches);
	cache_setup(&magazine_cache, "magazine", sizeof(struct magazine), 64, NULL);
	magazine_cache.capacity = 0;
	cache_setup(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), 64, NULL);
	for (i = 0; i < ARRAY_SIZE(kmalloc_sizes); i++) {
		unsigned int size = kmalloc_sizes[i];

		/* 96 and 192 to what they are multiples of, the others to their size */
		cache_setup(&kmalloc_caches[i], kmalloc_names[i], size, min(size & -size, (unsigned int)PAGE_SIZE),
			    NULL);
		for (; small < ARRAY_SIZE(small_caches) && 8 * (small + 1) <= size; small++)
			small_caches[small] = &kmalloc_caches[i];
	}
}

#ifdef LANTERN_SAN
bool slab_find_object(const void *va, struct slab_object *out)
{
	const struct page *slab = virt_to_page(va);
	const struct kmem_cache *cache = slab->cache;
	unsigned int index;
	void *object;

	if (slab->state != PAGE_SLAB)
		return false;
	slab = slab_of(cache, va);
	index = ((const char *)va - (const char *)page_address(slab)) / cache->stride;
	object = object_at(cache, slab, min(index, cache->per_slab - 1));
	*out = (struct slab_object){ cache->name, object, cache->size, track_of(cache, object) };
	return true;
}
#endif

static unsigned long pages_of(const struct kmem_cache *cache)
{
	return cache->nr_slabs << cache->order;
}

/* Each pass finds the largest cache behind the one of the pass before; of equals the first in the list. */
void slab_each_largest(void (*line)(const char *name, unsigned long pages), unsigned int most)
{
	const struct kmem_cache *c, *last = NULL, *next;

	for (; most; most--, last = next) {
		bool behind_last = false;

		next = NULL;
		list_for_each_entry(c, &all_caches, caches) {
			bool smaller = !last || pages_of(c) < pages_of(last) ||
				       (pages_of(c) == pages_of(last) && behind_last);

			behind_last |= c == last;
			if (smaller && c != last && pages_of(c) && (!next || pages_of(c) > pages_of(next)))
				next = c;
		}
		if (!next)
			return;
		line(next->name, pages_of(next));
	}
}

static unsigned long in_magazines(const struct kmem_cache *cache)
{
	unsigned long sum = 0;
	unsigned int i;

	for (i = 0; i < NR_CPUS; i++)
		if (cache->cpu[i])
			sum += cache->cpu[i]->count;
	return sum;
}

#ifdef LANTERN_FAIL_NTH
void slabinfo_show(struct seq_file *m)
{
	const struct kmem_cache *c;

	vm_flush();
	drop_quarantine();
	seq_puts(m, "slabinfo - version: 2.1\n"
		    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n");
	list_for_each_entry(c, &all_caches, caches)
		seq_printf(m, "%-17s %6lu %6lu %6u %4u %4u\n", c->name, c->taken - in_magazines(c),
			   c->nr_slabs * c->per_slab, c->size, c->per_slab, 1u << c->order);
}
#endif

static int cmd_slab(int argc, char **argv)
{
	const struct kmem_cache *c;

	printk("%-16s %6s %6s %6s %6s %9s %9s\n", "cache", "size", "stride", "order", "slabs", "allocated", "magazines");
	list_for_each_entry(c, &all_caches, caches)
		printk("%-16s %6u %6u %6u %6lu %9lu %9lu\n", c->name, c->size, c->stride, c->order, c->nr_slabs,
		       c->taken - in_magazines(c), in_magazines(c));
	return 0;
}
MONITOR_COMMAND(slab, "", "object caches: size, slabs, objects", cmd_slab);
