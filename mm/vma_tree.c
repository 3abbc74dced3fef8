/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An AVL tree: the heights of two siblings differ by one at most. A change goes
 * from its place to the root once, where it puts heights and gaps right and turns
 * what has become lopsided.
 */
#include <mm/vma_tree.h>

static unsigned int height(const struct vm_area_struct *vma)
{
	return vma ? vma->height : 0;
}

static unsigned long max_gap(const struct vm_area_struct *vma)
{
	return vma ? vma->max_gap : 0;
}

/* First address that belongs to @vma, with the room a stack keeps free. */
static unsigned long start_with_guard(const struct vm_area_struct *vma)
{
	unsigned long guard = vma->vm_flags & VM_GROWSDOWN ? STACK_GUARD_GAP : 0;

	return vma->vm_start > guard ? vma->vm_start - guard : 0;
}

static unsigned long prev_end(const struct vm_area_struct *vma)
{
	return vma->vm_prev ? vma->vm_prev->vm_end : 0;
}

static void set_gap(struct vm_area_struct *vma)
{
	unsigned long start = start_with_guard(vma), end = prev_end(vma);

	vma->gap = start > end ? start - end : 0;
}

static void set_from_children(struct vm_area_struct *vma)
{
	struct vm_area_struct *l = vma->child[0], *r = vma->child[1];

	vma->height = 1 + max(height(l), height(r));
	vma->max_gap = max(vma->gap, max(max_gap(l), max_gap(r)));
}

static void set_parents_child(struct vma_tree *tree, struct vm_area_struct *parent, struct vm_area_struct *old,
			      struct vm_area_struct *new)
{
	if (parent)
		parent->child[parent->child[1] == old] = new;
	else
		tree->root = new;
	if (new)
		new->parent = parent;
}

/* The child on @side comes up, @vma goes down on the other side. Return: who is up. */
static struct vm_area_struct *rotate(struct vma_tree *tree, struct vm_area_struct *vma, unsigned int side)
{
	struct vm_area_struct *up = vma->child[side], *inner = up->child[!side];

	set_parents_child(tree, vma->parent, vma, up);
	vma->child[side] = inner;
	if (inner)
		inner->parent = vma;
	up->child[!side] = vma;
	vma->parent = up;
	set_from_children(vma);
	set_from_children(up);
	return up;
}

static struct vm_area_struct *balance(struct vma_tree *tree, struct vm_area_struct *vma)
{
	int lean = height(vma->child[1]) - height(vma->child[0]);
	unsigned int side = lean > 0;
	struct vm_area_struct *child = vma->child[side];

	if (lean >= -1 && lean <= 1) {
		set_from_children(vma);
		return vma;
	}
	if (height(child->child[!side]) > height(child->child[side]))
		rotate(tree, child, !side);
	return rotate(tree, vma, side);
}

/*
 * From @vma up as long as there is something to be put right: what is above a subtree that looks
 * as it did is right. But at least as far as @stale, which has come to another place; NULL: nobody has.
 */
static void fix_upwards(struct vma_tree *tree, struct vm_area_struct *vma, const struct vm_area_struct *stale)
{
	while (vma) {
		unsigned long gap = vma->max_gap;
		unsigned int h = vma->height;
		struct vm_area_struct *up = balance(tree, vma);

		if (vma == stale)
			stale = NULL;
		else if (!stale && up == vma && vma->max_gap == gap && vma->height == h)
			return;
		vma = up->parent;
	}
}

void vma_tree_insert(struct vma_tree *tree, struct vm_area_struct *vma)
{
	struct vm_area_struct *parent = NULL, *at = tree->root;
	unsigned int side = 0;

	while (at) {
		parent = at;
		side = vma->vm_start > at->vm_start;
		at = at->child[side];
	}
	vma->child[0] = vma->child[1] = NULL;
	vma->height = 0;		/* so that it is seen to change */
	vma->parent = parent;
	vma->vm_prev = !parent ? NULL : side ? parent : parent->vm_prev;
	vma->vm_next = !parent ? NULL : side ? parent->vm_next : parent;
	if (parent)
		parent->child[side] = vma;
	else
		tree->root = vma;
	*(vma->vm_prev ? &vma->vm_prev->vm_next : &tree->first) = vma;
	*(vma->vm_next ? &vma->vm_next->vm_prev : &tree->last) = vma;
	set_gap(vma);
	fix_upwards(tree, vma, NULL);
	if (vma->vm_next) {
		set_gap(vma->vm_next);
		fix_upwards(tree, vma->vm_next, NULL);
	}
}

void vma_tree_append(struct vma_tree *tree, struct vm_area_struct *vma)
{
	vma->vm_prev = tree->last;
	vma->vm_next = NULL;
	*(tree->last ? &tree->last->vm_next : &tree->first) = vma;
	tree->last = vma;
	set_gap(vma);
}

/* The next @nr of the list from *@at on as a tree, half of them on either side. */
static struct vm_area_struct *build(struct vm_area_struct **at, unsigned int nr)
{
	struct vm_area_struct *left, *vma, *right;

	if (!nr)
		return NULL;
	left = build(at, nr / 2);
	vma = *at;
	*at = vma->vm_next;
	right = build(at, nr - nr / 2 - 1);
	vma->child[0] = left;
	vma->child[1] = right;
	if (left)
		left->parent = vma;
	if (right)
		right->parent = vma;
	set_from_children(vma);
	return vma;
}

void vma_tree_build(struct vma_tree *tree, unsigned int nr)
{
	struct vm_area_struct *at = tree->first;

	tree->root = build(&at, nr);
	if (tree->root)
		tree->root->parent = NULL;
}

void vma_tree_erase(struct vma_tree *tree, struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next, *from = vma->parent, *stale = NULL;

	*(vma->vm_prev ? &vma->vm_prev->vm_next : &tree->first) = next;
	*(next ? &next->vm_prev : &tree->last) = vma->vm_prev;
	if (vma->child[0] && vma->child[1]) {
		/* the next one is below on the right and has no left child: it takes the place */
		from = next->parent == vma ? next : next->parent;
		stale = next;
		set_parents_child(tree, next->parent, next, next->child[1]);
		set_parents_child(tree, vma->parent, vma, next);
		next->child[0] = vma->child[0];
		next->child[1] = vma->child[1];
		next->child[0]->parent = next;
		if (next->child[1])
			next->child[1]->parent = next;
	} else {
		set_parents_child(tree, vma->parent, vma, vma->child[vma->child[0] == NULL]);
	}
	if (next)
		set_gap(next);
	fix_upwards(tree, from, stale);
	if (next)
		fix_upwards(tree, next, NULL);
}

void vma_tree_resized(struct vma_tree *tree, struct vm_area_struct *vma)
{
	set_gap(vma);
	fix_upwards(tree, vma, NULL);
	if (vma->vm_next) {
		set_gap(vma->vm_next);
		fix_upwards(tree, vma->vm_next, NULL);
	}
}

/* ---------------------------------------------------------------- holes */

struct gap_request {
	unsigned long	len, low, high;
	bool		top_down;
};

static unsigned long in_range(const struct gap_request *req, unsigned long start, unsigned long end)
{
	start = max(start, req->low);
	end = min(end, req->high);
	if (start >= end || end - start < req->len)
		return NO_GAP;
	return req->top_down ? end - req->len : start;
}

static unsigned long gap_below(const struct vm_area_struct *vma, const struct gap_request *req)
{
	unsigned long found = NO_GAP;
	unsigned int step;

	if (!vma || vma->max_gap < req->len)
		return NO_GAP;
	for (step = 0; step < 3 && found == NO_GAP; step++) {
		unsigned int part = req->top_down ? 2 - step : step;

		if (part == 0 && prev_end(vma) > req->low)
			found = gap_below(vma->child[0], req);
		else if (part == 1)
			found = in_range(req, prev_end(vma), start_with_guard(vma));
		else if (part == 2 && vma->vm_end < req->high)
			found = gap_below(vma->child[1], req);
	}
	return found;
}

unsigned long vma_tree_find_gap(const struct vma_tree *tree, unsigned long len, unsigned long low,
				unsigned long high, bool top_down)
{
	struct gap_request req = { len, low, high, top_down };
	unsigned long behind = in_range(&req, tree->last ? tree->last->vm_end : 0, TASK_SIZE), found;

	if (top_down && behind != NO_GAP)
		return behind;
	found = gap_below(tree->root, &req);
	return found != NO_GAP ? found : behind;
}
