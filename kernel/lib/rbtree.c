/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Red-black trees: no red node has a red child, and all ways from the root to
 * a free place pass the same number of black nodes, so none is more than twice
 * as long as another. Left and right are child[0] and child[1]: each case is
 * written once, with @side for where it happens.
 */
#include <lib/rbtree.h>

static bool is_red(const struct rb_node *node)
{
	return node && node->red;
}

static unsigned int side_of(const struct rb_node *node, const struct rb_node *parent)
{
	return node == parent->child[1];
}

/* What hangs where @old hangs is @node from now on. */
static void replace(struct rb_root *root, struct rb_node *old, struct rb_node *node)
{
	struct rb_node *parent = old->parent;

	if (parent)
		parent->child[side_of(old, parent)] = node;
	else
		root->node = node;
	if (node)
		node->parent = parent;
}

static void set_child(struct rb_node *parent, unsigned int side, struct rb_node *node)
{
	parent->child[side] = node;
	if (node)
		node->parent = parent;
}

/* @node goes down on @side; its child on the other takes its place. */
static void rotate(struct rb_root *root, struct rb_node *node, unsigned int side)
{
	struct rb_node *up = node->child[!side];

	replace(root, node, up);
	set_child(node, !side, up->child[side]);
	set_child(up, side, node);
}

void rb_link(struct rb_root *root, struct rb_node *node, struct rb_node *parent, unsigned int side)
{
	*node = (struct rb_node){ .parent = parent, .red = true };
	if (parent)
		parent->child[side] = node;
	else
		root->node = node;
	if (!parent || (parent == root->first && !side))
		root->first = node;

	while ((parent = node->parent) && parent->red) {
		struct rb_node *grand = parent->parent;		/* the root is never red */
		unsigned int s = side_of(parent, grand);

		if (is_red(grand->child[!s])) {
			parent->red = grand->child[!s]->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (node == parent->child[!s]) {
			rotate(root, parent, s);
			parent = node;
		}
		parent->red = false;
		grand->red = true;
		rotate(root, grand, !s);
		break;
	}
	root->node->red = false;
}

/* Ways through @node, below @parent, lack a black node; @node may be a free place. */
static void restore_black(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
	while (node != root->node && !is_red(node)) {
		unsigned int s = side_of(node, parent);
		struct rb_node *sibling = parent->child[!s];	/* there: its side has the black node */

		if (sibling->red) {
			sibling->red = false;
			parent->red = true;
			rotate(root, parent, s);
			sibling = parent->child[!s];
		}
		if (!is_red(sibling->child[0]) && !is_red(sibling->child[1])) {
			sibling->red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!is_red(sibling->child[!s])) {
			sibling->child[s]->red = false;
			sibling->red = true;
			rotate(root, sibling, !s);
			sibling = parent->child[!s];
		}
		sibling->red = parent->red;
		parent->red = sibling->child[!s]->red = false;
		rotate(root, parent, s);
		return;
	}
	if (node)
		node->red = false;
}

static struct rb_node *leftmost(struct rb_node *node)
{
	while (node->child[0])
		node = node->child[0];
	return node;
}

void rb_erase(struct rb_root *root, struct rb_node *node)
{
	struct rb_node *child, *parent = node->parent;
	bool lost_black = !node->red;

	if (node == root->first)
		root->first = rb_next(node);
	if (!node->child[0] || !node->child[1]) {
		child = node->child[0] ? node->child[0] : node->child[1];
		replace(root, node, child);
	} else {
		/* the next one has no left child: it leaves its place and takes this one */
		struct rb_node *next = leftmost(node->child[1]);

		child = next->child[1];
		parent = next->parent == node ? next : next->parent;
		lost_black = !next->red;
		replace(root, next, child);
		replace(root, node, next);
		set_child(next, 0, node->child[0]);
		set_child(next, 1, node->child[1]);
		next->red = node->red;
	}
	if (lost_black)
		restore_black(root, child, parent);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->child[1])
		return leftmost(node->child[1]);
	while (node->parent && node == node->parent->child[1])
		node = node->parent;
	return node->parent;
}
