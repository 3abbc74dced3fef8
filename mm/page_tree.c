/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A radix tree of 64 slots per node. Nodes appear complete and are freed after a
 * grace period; a reader goes from the root down and needs nothing else. A root that
 * has become too high for what is left makes room for its first child.
 */
#include <mm/page_tree.h>
#include <mm/slab.h>
#include <uapi/errno.h>

static struct kmem_cache *node_cache;

void page_tree_init(void)
{
	node_cache = kmem_cache_create("page_node", sizeof(struct page_node), 0, NULL);
}

static unsigned int slot_of(unsigned long index, unsigned int shift)
{
	return index >> shift & (PAGE_NODE_SLOTS - 1);
}

/* Whether a tree with this root has a place for @index. */
static bool reaches(const struct page_node *root, unsigned long index)
{
	return root && !(index >> root->shift >> PAGE_NODE_SHIFT);
}

/* The node whose slots are pages and @index one of them; NULL: there is none. */
static struct page_node *leaf_of(const struct address_space *mapping, unsigned long index)
{
	struct page_node *node = rcu_dereference(mapping->root);

	if (!reaches(node, index))
		return NULL;
	while (node && node->shift)
		node = rcu_dereference(node->slot[slot_of(index, node->shift)]);
	return node;
}

struct page *page_tree_find(const struct address_space *mapping, unsigned long index)
{
	struct page_node *leaf;

	if (!index)
		return rcu_dereference(mapping->page0);
	leaf = leaf_of(mapping, index);
	return leaf ? rcu_dereference(leaf->slot[slot_of(index, 0)]) : NULL;
}

struct page **page_tree_run(struct address_space *mapping, unsigned long index, unsigned int *nr)
{
	static struct page *nothing[PAGE_NODE_SLOTS];
	struct page_node *leaf;

	if (!index) {
		*nr = 1;
		return &mapping->page0;
	}
	leaf = leaf_of(mapping, index);
	*nr = PAGE_NODE_SLOTS - slot_of(index, 0);
	return leaf ? (struct page **)&leaf->slot[slot_of(index, 0)] : nothing;
}

/*
 * One way down for the first page at or after @index. Return: it, or NULL and in *@index
 * where to look next: behind the node that had none. 0 there: the tree is at its end.
 */
static struct page *next_on_way(struct page_node *node, unsigned long *index)
{
	for (;;) {
		unsigned int i = slot_of(*index, node->shift);
		void *found = NULL;

		while (i < PAGE_NODE_SLOTS && !(found = rcu_dereference(node->slot[i])))
			i++;
		if (i > slot_of(*index, node->shift))	/* at the beginning of what slot i has, or behind the node */
			*index = ((*index >> node->shift >> PAGE_NODE_SHIFT << PAGE_NODE_SHIFT) + i) << node->shift;
		if (!found || !node->shift)
			return found;
		node = found;
	}
}

struct page *page_tree_next(const struct address_space *mapping, unsigned long *index)
{
	struct page_node *root;
	struct page *page;

	if (!*index) {
		page = rcu_dereference(mapping->page0);
		if (page)
			return page;
		*index = 1;
	}
	while (*index && reaches(root = rcu_dereference(mapping->root), *index)) {
		page = next_on_way(root, index);
		if (page)
			return page;
	}
	return NULL;
}

/* ---------------------------------------------------------------- changes, under mapping->lock */

static struct page_node *new_node(struct page_node *parent, unsigned int shift, unsigned int offset)
{
	struct page_node *node = kmem_cache_alloc(node_cache, GFP_ATOMIC | __GFP_ZERO);

	if (node) {
		node->shift = shift;
		node->offset = offset;
		node->parent = parent;
	}
	return node;
}

static void free_node_rcu(struct rcu_head *head)
{
	kmem_cache_free(node_cache, container_of(head, struct page_node, rcu));
}

static void free_node(struct page_node *node)
{
	call_rcu(&node->rcu, free_node_rcu);
}

/* The root reaches as far as @index. Return: 0 or -ENOMEM, and the tree has what it had. */
static int grow(struct address_space *mapping, unsigned long index)
{
	while (!reaches(mapping->root, index)) {
		struct page_node *old = mapping->root, *node;

		if (old && !old->count) {	/* made here just now */
			old->shift += PAGE_NODE_SHIFT;
			continue;
		}
		node = new_node(NULL, old ? old->shift + PAGE_NODE_SHIFT : 0, 0);
		if (!node)
			return -ENOMEM;
		if (old) {
			node->slot[0] = old;
			node->count = 1;
			old->parent = node;
		}
		rcu_assign_pointer(mapping->root, node);
	}
	return 0;
}

/* Nodes without anything, from @node up, and roots with one child in the first slot. */
static void shrink(struct address_space *mapping, struct page_node *node)
{
	struct page_node *root;

	while (node && !node->count) {
		struct page_node *parent = node->parent;

		if (parent) {
			rcu_assign_pointer(parent->slot[node->offset], NULL);
			parent->count--;
		} else {
			rcu_assign_pointer(mapping->root, NULL);
		}
		free_node(node);
		node = parent;
	}
	while ((root = mapping->root) && root->shift && root->count == 1 && root->slot[0]) {
		struct page_node *child = root->slot[0];

		child->parent = NULL;
		rcu_assign_pointer(mapping->root, child);
		free_node(root);
	}
}

int page_tree_insert(struct address_space *mapping, unsigned long index, struct page *page)
{
	struct page_node *node;

	if (!index) {
		if (mapping->page0)
			return -EEXIST;
		rcu_assign_pointer(mapping->page0, page);
		return 0;
	}
	if (grow(mapping, index)) {
		shrink(mapping, mapping->root);
		return -ENOMEM;
	}
	for (node = mapping->root; node->shift; ) {
		unsigned int i = slot_of(index, node->shift);
		struct page_node *child = node->slot[i];

		if (!child) {
			child = new_node(node, node->shift - PAGE_NODE_SHIFT, i);
			if (!child) {
				shrink(mapping, node);
				return -ENOMEM;
			}
			rcu_assign_pointer(node->slot[i], child);
			node->count++;
		}
		node = child;
	}
	if (node->slot[slot_of(index, 0)])
		return -EEXIST;
	rcu_assign_pointer(node->slot[slot_of(index, 0)], page);
	node->count++;
	return 0;
}

struct page *page_tree_erase(struct address_space *mapping, unsigned long index)
{
	struct page_node *leaf;
	struct page *page;

	if (!index) {
		page = mapping->page0;
		rcu_assign_pointer(mapping->page0, NULL);
		return page;
	}
	leaf = leaf_of(mapping, index);
	page = leaf ? leaf->slot[slot_of(index, 0)] : NULL;
	if (page) {
		rcu_assign_pointer(leaf->slot[slot_of(index, 0)], NULL);
		leaf->count--;
		shrink(mapping, leaf);
	}
	return page;
}
