/* SPDX-License-Identifier: BSD-2-Clause */
/* VMAs: into the tree and the list of their file, split and joined, and what limits them. */
#include "internal.h"
#include "mmap.h"
#include <asm/pte.h>
#include <kernel/fs.h>
#include <kernel/signal_struct.h>
#include <mm/slab.h>

u32 sysctl_max_map_count = DEFAULT_MAX_MAP_COUNT;

static struct kmem_cache *vma_cache;

void vma_caches_init(void)
{
	vma_cache = kmem_cache_create("vm_area_struct", sizeof(struct vm_area_struct), 0, NULL);
}

struct vm_area_struct *vma_alloc(const struct vm_area_struct *like)
{
	struct vm_area_struct *vma = kmem_cache_alloc(vma_cache, GFP_KERNEL);

	if (vma)
		copy_words(vma, like, sizeof(*vma));
	return vma;
}

void vma_free(struct vm_area_struct *vma)
{
	kmem_cache_free(vma_cache, vma);
}

struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = __atomic_load_n(&mm->vma_cache, __ATOMIC_RELAXED);

	if (likely(vma && vma->vm_start <= addr && addr < vma->vm_end))
		return vma;
	vma = vma_tree_find(&mm->vmas, addr);
	if (vma)
		__atomic_store_n(&mm->vma_cache, vma, __ATOMIC_RELAXED);
	return vma;
}

/* ---------------------------------------------------------------- limits */

unsigned long limit_of(unsigned int which)
{
	return current->signal ? rlimit(which) : RLIM_INFINITY;
}

static bool is_data(unsigned int vm_flags)
{
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

bool may_expand_vm(const struct mm_struct *mm, unsigned int vm_flags, unsigned long pages)
{
	if (mm->total_vm + pages > limit_of(RLIMIT_AS) >> PAGE_SHIFT)
		return false;
	return !is_data(vm_flags) || mm->data_vm + pages <= limit_of(RLIMIT_DATA) >> PAGE_SHIFT;
}

void vm_stat_account(struct mm_struct *mm, unsigned int vm_flags, bool file, long pages)
{
	mm->total_vm += pages;
	mm->hiwater_vm = max(mm->hiwater_vm, mm->total_vm);
	if (vm_flags & VM_GROWSDOWN)
		mm->stack_vm += pages;
	else if (is_data(vm_flags))
		mm->data_vm += pages;
	else if (file && (vm_flags & (VM_EXEC | VM_WRITE)) == VM_EXEC)
		mm->exec_vm += pages;
	if (vm_flags & VM_LOCKED)
		mm->locked_vm += pages;
}

/* ---------------------------------------------------------------- links */

static void lock_file_of(struct vm_area_struct *vma)
{
	if (vma->vm_mapping)
		mutex_lock(&vma->vm_mapping->i_mmap_mutex);
}

static void unlock_file_of(struct vm_area_struct *vma)
{
	if (vma->vm_mapping)
		mutex_unlock(&vma->vm_mapping->i_mmap_mutex);
}

static bool counts_as_writer(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_SHARED | VM_MAYWRITE)) == (VM_SHARED | VM_MAYWRITE);
}

/* __link(), __unlink(), __resize(): inner halves, with i_mmap_mutex held, so that truncation misses no address. */
static void __link_file(struct vm_area_struct *vma, struct vm_area_struct *after)
{
	struct address_space *mapping = vma->vm_mapping;

	if (vma->vm_file)
		get_file(vma->vm_file);
	if (!mapping)
		return;
	mapping_get(mapping);
	if (counts_as_writer(vma))
		__atomic_fetch_add(&mapping->nr_writable, 1, __ATOMIC_RELAXED);
	spin_lock(&mapping->i_mmap_lock);
	list_add(&vma->shared, after ? &after->shared : &mapping->i_mmap);
	spin_unlock(&mapping->i_mmap_lock);
}

static void __link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *after)
{
	__link_file(vma, after);
	vma->vm_mm = mm;
	vma_tree_insert(&mm->vmas, vma);
	mm->map_count++;
}

/* Return: false if its entries are just being removed. Then who does that has i_mmap_mutex, and it stays in the list. */
static bool __unlink_file(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_mapping;
	bool stays;

	if (!mapping)
		return true;
	spin_lock(&mapping->i_mmap_lock);
	stays = mapping->zapped == vma;
	if (!stays)
		list_del(&vma->shared);
	spin_unlock(&mapping->i_mmap_lock);
	if (!stays && counts_as_writer(vma))
		__atomic_fetch_sub(&mapping->nr_writable, 1, __ATOMIC_RELAXED);
	return !stays;
}

static void __unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	__unlink_file(vma);
	vma_tree_erase(&mm->vmas, vma);
	mm->vma_cache = NULL;
	mm->map_count--;
}

static void __resize(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (vma->vm_ops)
		vma->vm_pgoff += (long)(start - vma->vm_start) >> PAGE_SHIFT;
	vma->vm_start = start;
	vma->vm_end = end;
	vma_tree_resized(&vma->vm_mm->vmas, vma);
}

void vma_link(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *after)
{
	lock_file_of(vma);
	__link(mm, vma, after);
	unlock_file_of(vma);
}

/*
 * A child's VMA comes and goes without i_mmap_mutex, which all processes of a program
 * would queue up for. Truncation, in the middle of the list, finds the child behind
 * its parent, or has removed the parent's entries before they can be copied.
 */
void vma_link_last(struct mm_struct *mm, struct vm_area_struct *vma, struct vm_area_struct *after)
{
	vma->vm_mm = mm;
	__link_file(vma, after);
	vma_tree_append(&mm->vmas, vma);
	mm->map_count++;
}

void vma_unlink_file(struct vm_area_struct *vma)
{
	if (likely(__unlink_file(vma)))
		return;
	lock_file_of(vma);
	__unlink_file(vma);
	unlock_file_of(vma);
}

void vma_unlink(struct mm_struct *mm, struct vm_area_struct *vma)
{
	lock_file_of(vma);
	__unlink(mm, vma);
	unlock_file_of(vma);
}

void vma_resize(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	lock_file_of(vma);
	__resize(vma, start, end);
	unlock_file_of(vma);
}

void vma_destroy(struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	if (vma->vm_mapping)
		mapping_put(vma->vm_mapping);
	if (vma->vm_file)
		fput(vma->vm_file);
	vma_free(vma);
}

/* ---------------------------------------------------------------- splitting and joining */

struct vm_area_struct *vma_split(struct vm_area_struct *vma, unsigned long addr)
{
	struct vm_area_struct *rest;

	if (vma->vm_mm->map_count >= sysctl_max_map_count)
		return NULL;
	rest = vma_alloc(vma);
	if (!rest)
		return NULL;
	rest->vm_start = addr;
	if (vma->vm_ops)
		rest->vm_pgoff += (addr - vma->vm_start) >> PAGE_SHIFT;
	lock_file_of(vma);
	vma->vm_end = addr;		/* free is as much as before when the rest is linked */
	__link(vma->vm_mm, rest, vma);
	unlock_file_of(vma);
	if (rest->vm_ops && rest->vm_ops->open)
		rest->vm_ops->open(rest);
	return rest;
}

bool vma_can_join(const struct vm_area_struct *left, const struct vm_area_struct *right)
{
	return left->vm_end == right->vm_start && left->vm_flags == right->vm_flags &&
	       left->vm_file == right->vm_file && left->vm_mapping == right->vm_mapping &&
	       left->vm_ops == right->vm_ops && !(left->vm_flags & VM_PFNMAP) &&
	       (!left->vm_ops || (left->vm_mapping && left->vm_pgoff + vma_pages(left) == right->vm_pgoff));
}

/* @left takes in what follows it. */
static void swallow_next(struct vm_area_struct *left)
{
	struct vm_area_struct *right = left->vm_next;

	left->anon |= right->anon;
	lock_file_of(left);
	left->vm_end = right->vm_end;	/* first: so free is as much as before */
	__unlink(left->vm_mm, right);
	unlock_file_of(left);
	vma_destroy(right);
}

struct vm_area_struct *vma_join(struct vm_area_struct *vma)
{
	if (vma->vm_next && vma_can_join(vma, vma->vm_next))
		swallow_next(vma);
	if (vma->vm_prev && vma_can_join(vma->vm_prev, vma)) {
		vma = vma->vm_prev;
		swallow_next(vma);
	}
	return vma;
}

struct vm_area_struct *vma_isolate(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (vma->vm_start < start)
		vma = vma_split(vma, start);
	if (vma && vma->vm_end > end && !vma_split(vma, end))
		return NULL;
	return vma;
}

void vma_set_flags(struct vm_area_struct *vma, unsigned int vm_flags)
{
	vma->vm_flags = vm_flags;
	vma->vm_page_prot = vm_prot_bits(vm_flags, vm_flags & VM_SHARED);
}
