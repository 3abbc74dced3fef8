/* SPDX-License-Identifier: BSD-2-Clause */
/* VMAs as things that are made, split, joined and freed. Context of all: mmap_lock held to write. */
#ifndef MM_MMAP_H
#define MM_MMAP_H

#include <mm/vma_tree.h>

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/** vma_alloc() - a copy of @like, in no tree and no list, without references; NULL: no memory. vma_free() - just that */
struct vm_area_struct *vma_alloc(const struct vm_area_struct *like);
void vma_free(struct vm_area_struct *vma);

/** vma_link() - into the tree, and the list of its file behind @after; takes references to file and mapping */
void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *after);

/** vma_link_last() - the same behind all others, for fork(): the tree is there after vma_tree_build() */
void vma_link_last(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *after);

/**
 * vma_unlink() - out of both. vma_unlink_file() - out of the list alone
 * vma_destroy() - then: close, references, memory; may sleep
 */
void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma);
void vma_unlink_file(struct vm_area_struct *vma);
void vma_destroy(struct vm_area_struct *vma);

/** vma_resize() - new borders within what is free around it */
void vma_resize(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/** vma_split() - @vma ends at @addr, which is inside of it. Return: a new one for the rest, NULL: no memory, or too many */
struct vm_area_struct *vma_split(struct vm_area_struct *vma, unsigned long addr);

/** vma_can_join() - whether @left ends where @right begins, and they differ in nothing else */
bool vma_can_join(const struct vm_area_struct *left, const struct vm_area_struct *right);

/** vma_join() - @vma with its neighbours, where possible. Return: the one that has its addresses now */
struct vm_area_struct *vma_join(struct vm_area_struct *vma);

/**
 * vma_isolate() - a VMA that covers just the part of @vma in [@start, @end)
 * Return: NULL: no memory; what was split until then stays so.
 */
struct vm_area_struct *vma_isolate(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/** vma_set_flags() - new rights or other flags, and vm_page_prot that follows from them */
void vma_set_flags(struct vm_area_struct *vma, unsigned int vm_flags);

/** vm_stat_account() - @pages more, or fewer, have such flags */
void vm_stat_account(struct mm_struct *mm, unsigned int vm_flags, bool file, long pages);

/** may_expand_vm() - whether RLIMIT_AS and RLIMIT_DATA allow @pages more with such flags */
bool may_expand_vm(const struct mm_struct *mm, unsigned int vm_flags, unsigned long pages);

/** vm_charge() - promise @pages: 0, or -ENOMEM by the rules of overcommit. vm_uncharge() - take it back */
int vm_charge(unsigned long pages);
void vm_uncharge(unsigned long pages);

/** limit_of() - RLIMIT_... of this process; a kernel thread has none */
unsigned long limit_of(unsigned int which);

/** expand_stack() - the VMA above @addr grows down to it, if it may; NULL: no */
struct vm_area_struct *expand_stack(struct mm_struct *mm, unsigned long addr);

/** change_protection() - entries of [@start, @end) get the rights that @vma has by now; TLBs are flushed */
void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end);

/** copy_pages() - @child, of a new mm, gets @parent's own pages. *@protected: entries of the parent have changed */
int copy_pages(struct vm_area_struct *child, struct vm_area_struct *parent, bool *protected);

/** shared_anon_mmap() - memory that is shared by fork() for @vma, which is new. 0 or -ENOMEM */
int shared_anon_mmap(struct vm_area_struct *vma);

/* mapping_get(), mapping_put() - of what has no host, for each VMA; the last put drops all pages. May sleep */
void mapping_get(struct address_space *mapping);
void mapping_put(struct address_space *mapping);

#endif
