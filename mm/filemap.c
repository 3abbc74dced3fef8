/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page cache. A page is in it from its first use until it is truncated, and the
 * cache holds a reference for that long. To take one a reader finds it in the tree,
 * gets a reference if there still is any, and looks whether it was cut off meanwhile.
 *
 * Truncation takes a page out of the tree first, which makes page->mapping NULL, and
 * removes the entries of page tables after that, each under its table's lock. Who
 * makes an entry looks at page->mapping under the same lock. So no entry for a page
 * that was cut off is left over.
 */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <kernel/fs.h>
#include <lib/string.h>
#include <mm/page_tree.h>
#include <mm/slab.h>

#define BATCH	16		/* pages at a time */

void address_space_init(struct address_space *mapping, struct inode *host)
{
	memset(mapping, 0, sizeof(*mapping));
	mapping->host = host;
	spin_lock_init(&mapping->lock);
	mapping->refs = 1;
	list_init(&mapping->i_mmap);
	spin_lock_init(&mapping->i_mmap_lock);
	mutex_init(&mapping->i_mmap_mutex);
}

unsigned long mapping_end(const struct address_space *mapping)
{
	return mapping->host ? ((unsigned long)i_size_read(mapping->host) + PAGE_SIZE - 1) >> PAGE_SHIFT : ~0UL;
}

/* With a reference, if it is still there. Context: RCU reader */
static struct page *get_if_cached(struct address_space *mapping, unsigned long index, struct page *page)
{
	if (!page || !get_page_unless_zero(page))
		return NULL;
	if (likely(page->mapping == mapping && page->index == index))
		return page;
	put_page(page);
	return NULL;
}

struct page *find_get_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;

	rcu_read_lock();
	page = get_if_cached(mapping, index, page_tree_find(mapping, index));
	rcu_read_unlock();
	return page;
}

unsigned int find_get_pages(struct address_space *mapping, unsigned long *index, unsigned long last,
			    struct page **pages, unsigned int max)
{
	unsigned int nr = 0;
	struct page *page;

	rcu_read_lock();
	for (; nr < max && *index <= last && (page = page_tree_next(mapping, index)) && *index <= last; ++*index) {
		pages[nr] = get_if_cached(mapping, *index, page);
		nr += pages[nr] != NULL;
		if (*index == ~0UL)
			break;
	}
	rcu_read_unlock();
	return nr;
}

int add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index)
{
	int err;

	get_page(page);
	page->mapping = mapping;
	page->index = index;
	spin_lock(&mapping->lock);
	err = page_tree_insert(mapping, index, page);
	mapping->nrpages += !err;
	spin_unlock(&mapping->lock);
	if (err) {
		page->mapping = NULL;
		put_page(page);
	}
	return err;
}

struct page *find_or_create_page(struct address_space *mapping, unsigned long index)
{
	struct page *page;
	int err;

	do {
		page = find_get_page(mapping, index);
		if (page)
			return page;
		page = filemap_alloc_page();
		if (!page)
			return NULL;
		clear_page(page_address(page));
		err = add_to_page_cache(page, mapping, index);
		if (!err)
			return page;
		put_page(page);
	} while (err == -EEXIST);
	return NULL;
}

/* ---------------------------------------------------------------- truncation */

static void zap_mapped(struct vm_area_struct *vma, unsigned long first, unsigned long last)
{
	unsigned long pages = (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
	unsigned long from = max(first, vma->vm_pgoff) - vma->vm_pgoff;
	unsigned long to = min(last - vma->vm_pgoff, pages - 1) + 1;
	struct mmu_gather tlb;

	if (last < vma->vm_pgoff || from >= pages)
		return;
	tlb_gather(&tlb, vma->vm_mm, false);
	zap_range(&tlb, vma, vma->vm_start + (from << PAGE_SHIFT), vma->vm_start + (to << PAGE_SHIFT));
	tlb_finish(&tlb);
}

/* No program has pages @first to @last mapped any more, nor a copy of its own of one. */
static void unmap_mapping_range(struct address_space *mapping, unsigned long first, unsigned long last)
{
	struct vm_area_struct *vma;

	mutex_lock(&mapping->i_mmap_mutex);
	spin_lock(&mapping->i_mmap_lock);
	list_for_each_entry(vma, &mapping->i_mmap, shared) {
		mapping->zapped = vma;		/* it and its mm stay meanwhile */
		spin_unlock(&mapping->i_mmap_lock);
		zap_mapped(vma, first, last);
		spin_lock(&mapping->i_mmap_lock);
	}
	mapping->zapped = NULL;
	spin_unlock(&mapping->i_mmap_lock);
	mutex_unlock(&mapping->i_mmap_mutex);
}

/* Up to BATCH pages from *@index on leave the tree, by their index up to @last. Return: how many. */
static unsigned int cut_off(struct address_space *mapping, unsigned long *index, unsigned long last,
			    struct page **pages)
{
	unsigned int nr = 0;
	struct page *page;

	spin_lock(&mapping->lock);
	while (nr < BATCH && (page = page_tree_next(mapping, index)) && *index <= last) {
		page_tree_erase(mapping, *index);
		page->mapping = NULL;
		pages[nr++] = page;
	}
	mapping->nrpages -= nr;
	spin_unlock(&mapping->lock);
	return nr;
}

static void drop_pages(struct address_space *mapping, unsigned long first, unsigned long last)
{
	unsigned long index = first;
	struct page *pages[BATCH];
	unsigned int nr, i;

	/* one unmapping is enough when it comes after all have left the tree; they are held by the entries till then */
	while ((nr = cut_off(mapping, &index, last, pages)))
		for (i = 0; i < nr; i++)
			put_page(pages[i]);
	if (mapping_mapped(mapping))
		unmap_mapping_range(mapping, first, last);
}

static void clear_part(struct address_space *mapping, u64 start, u64 end)
{
	struct page *page;

	if (start >= end)
		return;
	page = find_get_page(mapping, start >> PAGE_SHIFT);
	if (!page)
		return;
	memset((char *)page_address(page) + (start & ~PAGE_MASK), 0, end - start);
	put_page(page);
}

void truncate_pagecache_range(struct address_space *mapping, u64 start, u64 end)
{
	u64 first = ALIGN(start, PAGE_SIZE), last = ALIGN_DOWN(end, PAGE_SIZE);

	if (start >= end)
		return;
	clear_part(mapping, start, min(first, end));
	if (first < last)
		drop_pages(mapping, first >> PAGE_SHIFT, (last >> PAGE_SHIFT) - 1);
	if (last >= first)
		clear_part(mapping, last, end);
}

void truncate_pagecache(struct address_space *mapping, u64 size)
{
	u64 first = ALIGN(size, PAGE_SIZE);

	clear_part(mapping, size, first);
	drop_pages(mapping, first >> PAGE_SHIFT, ~0UL);
}

/* ---------------------------------------------------------------- mappings */

static const struct vm_operations_struct file_vm_ops;	/* all is in vm_mapping */

int generic_file_mmap(struct file *file, struct vm_area_struct *vma)
{
	vma->vm_mapping = file_inode(file)->i_mapping;
	vma->vm_ops = &file_vm_ops;
	return vma->vm_mapping ? 0 : -ENODEV;
}

static const struct vm_operations_struct shared_vm_ops;

int shared_anon_mmap(struct vm_area_struct *vma)
{
	struct address_space *mapping = kmalloc(sizeof(*mapping), GFP_KERNEL);

	if (!mapping)
		return -ENOMEM;
	address_space_init(mapping, NULL);
	mapping->refs = 0;		/* each VMA takes one as it is linked */
	vma->vm_mapping = mapping;
	vma->vm_ops = &shared_vm_ops;
	vma->vm_pgoff = 0;
	return 0;
}

void mapping_get(struct address_space *mapping)
{
	if (!mapping->host)
		__atomic_fetch_add(&mapping->refs, 1, __ATOMIC_RELAXED);
}

void mapping_put(struct address_space *mapping)
{
	if (mapping->host || __atomic_sub_fetch(&mapping->refs, 1, __ATOMIC_ACQ_REL))
		return;
	truncate_pagecache(mapping, 0);
	kfree(mapping);
}
