/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Red-black trees of nodes that lie inside other structures (container_of() of
 * <lib/list.h> finds those). Adding and erasing take O(log n) steps, the first
 * node is always at hand. A zeroed root is an empty tree. Whoever owns a tree
 * keeps others out.
 */
#ifndef LIB_RBTREE_H
#define LIB_RBTREE_H

#include <lib/list.h>
#include <lib/types.h>

struct rb_node {
	struct rb_node	*parent;	/* NULL: the root */
	struct rb_node	*child[2];	/* what comes before, what comes after */
	bool		red;
};

struct rb_root {
	struct rb_node	*node;		/* NULL: empty */
	struct rb_node	*first;		/* what comes before all others */
};

/** rb_link() - put @node at the free place @side below @parent (NULL: tree is empty), and balance */
void rb_link(struct rb_root *root, struct rb_node *node, struct rb_node *parent, unsigned int side);

/** rb_add() - put @node in its place; behind those that are equal, for which @less says no both ways */
static __inline_always void rb_add(struct rb_root *root, struct rb_node *node,
				   bool (*less)(const struct rb_node *a, const struct rb_node *b))
{
	struct rb_node *parent = NULL, *at = root->node;
	unsigned int side = 0;

	while (at) {
		parent = at;
		side = !less(node, at);
		at = at->child[side];
	}
	rb_link(root, node, parent, side);
}

/** rb_erase() - take @node out; its own fields keep their values */
void rb_erase(struct rb_root *root, struct rb_node *node);

/** rb_first() - NULL when the tree is empty */
static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return root->first;
}

/** rb_next() - the one after @node, NULL after the last */
struct rb_node *rb_next(const struct rb_node *node);

#endif
