/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages of users and files: counted references, and lines of their own in the
 * books. A page that was in a page cache is freed after a grace period, as others
 * may be about to look whether it is still there; all others at once.
 */
#include "internal.h"
#include <kernel/rcupdate.h>
#include <mm/filemap.h>

struct page *user_page_alloc(gfp_t gfp)
{
	struct page *page = alloc_pages(gfp | __GFP_NOWARN, 0);	/* the OOM killer says what is to be said */

	if (page) {
		page->mapping = NULL;
		page->refcount = 1;
		mem_count(MEM_ANON_PAGES, 1);
	}
	return page;
}

void filemap_use_page(struct page *page)
{
	page->state = PAGE_FILE;
	page->mapping = NULL;
	page->refcount = 1;
	mem_count(MEM_FILE_PAGES, 1);
}

struct page *filemap_alloc_page(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 0);

	if (page)
		filemap_use_page(page);
	return page;
}

/* While it waits, the head of the callback is where mapping and index were. */
static struct rcu_head *rcu_of(struct page *page)
{
	static_assert(sizeof(struct rcu_head) <= sizeof(page->list), "a page has room for the callback");
	return (struct rcu_head *)&page->list;
}

static void free_file_page(struct rcu_head *head)
{
	struct page *page = container_of((struct list_head *)head, struct page, list);

	page->state = PAGE_USED;
	__free_pages(page, 0);
}

void page_release(struct page *page)
{
	if (likely(page->state == PAGE_USED)) {
		mem_count(MEM_ANON_PAGES, -(1L << page->order));
		__free_pages(page, page->order);
		return;
	}
	mem_count(MEM_FILE_PAGES, -1);
	call_rcu(rcu_of(page), free_file_page);
}
