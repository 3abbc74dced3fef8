/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pages of a file by index: a tree of nodes of 64, only as high as the largest
 * index asks for. The first page is outside of it, so a file of one page has no node.
 *
 * Changes are made under mapping->lock. Everything else may be called under RCU
 * alone, and finds what is there before or after a change made meanwhile.
 */
#ifndef MM_PAGE_TREE_H
#define MM_PAGE_TREE_H

#include <kernel/rcupdate.h>
#include <mm/filemap.h>

#define PAGE_NODE_SHIFT	6
#define PAGE_NODE_SLOTS	(1u << PAGE_NODE_SHIFT)

struct page_node {
	u8		shift;			/* bits of an index below the ones for this node's slots; 0: slots are pages */
	u8		count;			/* slots in use; mapping->lock */
	u8		offset;			/* in the parent's slots */
	struct page_node *parent;		/* mapping->lock */
	struct rcu_head	rcu;
	void		*slot[PAGE_NODE_SLOTS];	/* nodes of shift - PAGE_NODE_SHIFT, or pages */
};

/** mapping_end() - pages from this index on are behind the end of the file */
unsigned long mapping_end(const struct address_space *mapping);

/** page_tree_init() - once, when kmem caches can be made */
void page_tree_init(void);

/** page_tree_find() - NULL: there is none */
struct page *page_tree_find(const struct address_space *mapping, unsigned long index);

/** page_tree_next() - the first page at or after *@index, whose index is then there; NULL: there is none */
struct page *page_tree_next(const struct address_space *mapping, unsigned long *index);

/**
 * page_tree_run() - the slots from @index on that lie in a row, *@nr of them, at least one
 * Where there is no node, slots of the right number that are NULL.
 */
struct page **page_tree_run(struct address_space *mapping, unsigned long index, unsigned int *nr);

/** page_tree_insert() - 0, -EEXIST, -ENOMEM. Context: mapping->lock */
int page_tree_insert(struct address_space *mapping, unsigned long index, struct page *page);

/** page_tree_erase() - the page that was there, NULL: none. Context: mapping->lock */
struct page *page_tree_erase(struct address_space *mapping, unsigned long index);

#endif
