/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page cache. There is no disk: a file's pages are the file, so a page is made
 * when it is first written or mapped and stays until it is cut off. A file that is
 * never touched has none, and a hole reads as zeros.
 *
 * Pages are found without a lock: between rcu_read_lock() and rcu_read_unlock() a
 * page that was found may be cut off, but not used for anything else.
 */
#ifndef MM_FILEMAP_H
#define MM_FILEMAP_H

#include <kernel/mutex.h>
#include <mm/page_alloc.h>

struct inode;
struct page_node;
struct vm_area_struct;

struct address_space {
	struct inode		*host;		/* NULL: memory shared without a file, of any size */
	struct page		*page0;		/* the first page. As all others changed under lock, read under RCU */
	struct page_node	*root;		/* the others by index: <mm/page_tree.h> */
	struct spinlock		lock;
	u32			refs;		/* without a host: mappings of it; atomic */
	unsigned long		nrpages;	/* lock */
	struct list_head	i_mmap;		/* VMAs that map it, by vm_area_struct.shared; i_mmap_lock */
	struct vm_area_struct	*zapped;	/* of them, whose entries are being removed; i_mmap_lock */
	struct spinlock		i_mmap_lock;	/* the list alone; no lock is taken inside of it */
	struct mutex		i_mmap_mutex;	/* who looks for entries, and who changes addresses of VMAs. Inside of
						 * mmap_lock, outside of locks of page tables */
	u32			nr_writable;	/* MAP_SHARED mappings that may write; atomic. F_SEAL_WRITE looks at it */
};

/** address_space_init() - an empty cache of @host. Its maker truncates it to nothing before it goes */
void address_space_init(struct address_space *mapping, struct inode *host);

/**
 * find_get_page() - the page at @index with a reference, NULL when there is none. Takes no lock
 * find_or_create_page() - the same, but one of zeros is made when there is none; NULL: no memory
 * Whether @index lies within the file is the caller's matter. A page found may be cut
 * off by truncate_pagecache() at any time: then page->mapping is NULL.
 */
struct page *find_get_page(struct address_space *mapping, unsigned long index);
struct page *find_or_create_page(struct address_space *mapping, unsigned long index);

/**
 * find_get_pages() - up to @max pages in the order of their index, from *@index on and up to @last
 * *@index is then where to go on. Return: how many; each has a reference.
 */
unsigned int find_get_pages(struct address_space *mapping, unsigned long *index, unsigned long last,
			    struct page **pages, unsigned int max);

/**
 * filemap_alloc_page() - a page for add_to_page_cache() that is to be filled first, contents undefined
 * filemap_use_page() - make such a page, with its contents, of one that is allocated
 * Put it with put_page(). Return: NULL when there is no memory.
 */
struct page *filemap_alloc_page(void);
void filemap_use_page(struct page *page);

/**
 * add_to_page_cache() - @page becomes the one at @index; the cache takes a reference of its own
 * @page: of filemap_alloc_page(), filemap_use_page()
 * Return: 0, -EEXIST when there is one, -ENOMEM.
 */
int add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index);

/**
 * truncate_pagecache() - the file ends at byte @size now: what lies behind is dropped and no longer mapped
 * truncate_pagecache_range() - the same for [@start, @end), as a hole is punched
 * The rest of a page that stays in part is cleared. A file's size is made smaller before this
 * is called, so that no fault brings a page back. Context: may sleep, mmap_lock not held.
 */
void truncate_pagecache(struct address_space *mapping, u64 size);
void truncate_pagecache_range(struct address_space *mapping, u64 start, u64 end);

/** mapping_mapped() - whether anybody maps the file; may be old when it returns */
static inline bool mapping_mapped(const struct address_space *mapping)
{
	return !list_empty(&mapping->i_mmap);
}

#endif
