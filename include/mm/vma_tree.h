/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The VMAs of one process: a balanced tree by address, and a list through it. Each
 * VMA knows how much is free before it, and the most that is free before any VMA
 * of its subtree, so a hole of a given size is found on one way down.
 *
 * The tree is inside of the VMAs: nothing here needs memory or can fail. VMAs never
 * overlap. Whoever owns the tree keeps others out.
 */
#ifndef MM_VMA_TREE_H
#define MM_VMA_TREE_H

#include <mm/mm.h>

/** vma_tree_find() - the first VMA that ends above @addr, NULL: none */
static inline struct vm_area_struct *vma_tree_find(const struct vma_tree *tree, unsigned long addr)
{
	struct vm_area_struct *vma = tree->root, *found = NULL;

	while (vma) {
		bool above = vma->vm_end > addr;

		found = above ? vma : found;
		vma = vma->child[!above];
	}
	return found;
}

/** vma_tree_insert() - put @vma, whose start, end and flags are set, into its place, which is free */
void vma_tree_insert(struct vma_tree *tree, struct vm_area_struct *vma);

/**
 * vma_tree_append() - put @vma behind the last one, into the list alone
 * vma_tree_build() - the tree of all that is in the list, @nr of them: for many at once
 */
void vma_tree_append(struct vma_tree *tree, struct vm_area_struct *vma);
void vma_tree_build(struct vma_tree *tree, unsigned int nr);

/** vma_tree_erase() - take it out */
void vma_tree_erase(struct vma_tree *tree, struct vm_area_struct *vma);

/** vma_tree_resized() - vm_start or vm_end of @vma has changed, within the free room around it */
void vma_tree_resized(struct vma_tree *tree, struct vm_area_struct *vma);

/**
 * vma_tree_find_gap() - a free range of @len bytes in [@low, @high), @len not 0
 * @top_down: the highest, else the lowest
 * Below a VMA with VM_GROWSDOWN STACK_GUARD_GAP is not free.
 * Return: its address, NO_GAP: there is none.
 */
unsigned long vma_tree_find_gap(const struct vma_tree *tree, unsigned long len, unsigned long low,
				unsigned long high, bool top_down);

#define NO_GAP	(~0UL)

#endif
