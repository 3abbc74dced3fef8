/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory of a process as a whole: made, copied for fork(), given back. */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <asm/tlb.h>
#include <kernel/fs.h>
#include <kernel/initmem.h>
#include <kernel/panic.h>
#include <kernel/sched.h>
#include <lib/err.h>
#include <lib/string.h>
#include <mm/page_tree.h>
#include <mm/slab.h>

static struct kmem_cache *mm_cache;

void __init mm_caches_init(void)
{
	mm_cache = kmem_cache_create("mm_struct", sizeof(struct mm_struct), 0, NULL);
	vma_caches_init();
	page_tree_init();
	zero_page = user_page_alloc(GFP_KERNEL | __GFP_ZERO);
	if (!mm_cache || !zero_page)
		panic("no memory for the memory of processes");
}

/* Fields that no mm has from another. */
static int mm_setup(struct mm_struct *mm)
{
	static u64 last_ctx_id;

	mm->pgd = pgd_alloc();
	if (!mm->pgd)
		return -ENOMEM;
	init_rwsem(&mm->mmap_lock);
	mm->mm_users = mm->mm_count = 1;
	mm->tlb_gen = 1;
	mm->ctx_id = __atomic_add_fetch(&last_ctx_id, 1, __ATOMIC_RELAXED);
	mm->pgtables_bytes = PAGE_SIZE;
	return 0;
}

struct mm_struct *mm_alloc(void)
{
	struct mm_struct *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL | __GFP_ZERO);

	if (!mm || !mm_setup(mm)) {
		if (mm)
			mm->mmap_base = TASK_SIZE;
		return mm;
	}
	kmem_cache_free(mm_cache, mm);
	return NULL;
}

void mm_free(struct mm_struct *mm)
{
	pgd_free(mm->pgd);
	kmem_cache_free(mm_cache, mm);
}

bool mmget_not_zero(struct mm_struct *mm)
{
	u32 users = __atomic_load_n(&mm->mm_users, __ATOMIC_RELAXED);

	do {
		if (!users)
			return false;
	} while (!__atomic_compare_exchange_n(&mm->mm_users, &users, users + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

/* ---------------------------------------------------------------- the end */

/* Tables of [@start, end of @vma), when what follows @vma is not near: then they go with that. Return: where to begin next */
static unsigned long free_tables_of_group(struct mmu_gather *tlb, const struct vm_area_struct *vma, unsigned long start)
{
	const struct vm_area_struct *next = vma->vm_next;

	if (next && next->vm_start - vma->vm_end < PMD_SIZE)
		return start;
	free_tables(tlb, start, vma->vm_end, 0, next ? next->vm_start : ~0UL);
	return next ? next->vm_start : 0;
}

/* Nobody uses it any more, and after leave_mm() no CPU has it loaded. */
static void exit_mmap(struct mm_struct *mm)
{
	struct vm_area_struct *vma, *next;
	unsigned long charged = 0, start = mm->vmas.first ? mm->vmas.first->vm_start : 0;
	struct mmu_gather tlb;

	leave_mm(mm);
	mmap_write_lock(mm);	/* against who reclaims for the OOM killer */
	tlb_gather(&tlb, mm, true);
	for_each_vma(mm, vma) {
		vma_unlink_file(vma);		/* nobody looks for its entries from now on */
		zap_range(&tlb, vma, vma->vm_start, vma->vm_end);
		if (vma->vm_flags & VM_ACCOUNT)
			charged += vma_pages(vma);
		start = free_tables_of_group(&tlb, vma, start);
	}
	tlb_finish(&tlb);
	for (vma = mm->vmas.first; vma; vma = next) {
		next = vma->vm_next;
		vma_destroy(vma);
	}
	mm->vmas = (struct vma_tree){ 0 };
	mm->vma_cache = NULL;
	mm->map_count = 0;
	mmap_write_unlock(mm);
	vm_uncharge(charged);
}

void mmput(struct mm_struct *mm)
{
	if (__atomic_sub_fetch(&mm->mm_users, 1, __ATOMIC_ACQ_REL))
		return;
	exit_mmap(mm);
	if (mm->exe_file) {
		allow_write_access(mm->exe_file);
		fput(mm->exe_file);
	}
	mmdrop(mm);
}

/* ---------------------------------------------------------------- fork */

static int dup_vma(struct mm_struct *mm, struct vm_area_struct *vma, bool *protected)
{
	bool charge = vma->vm_flags & VM_ACCOUNT;
	struct vm_area_struct *new;

	if (vma->vm_flags & VM_DONTCOPY) {
		vm_stat_account(mm, vma->vm_flags, vma->vm_file, -(long)vma_pages(vma));
		return 0;
	}
	if (charge && vm_charge(vma_pages(vma)))
		return -ENOMEM;
	new = vma_alloc(vma);
	if (!new) {
		if (charge)
			vm_uncharge(vma_pages(vma));
		return -ENOMEM;
	}
	new->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
	vma_link_last(mm, new, vma);
	if (new->vm_ops && new->vm_ops->open)
		new->vm_ops->open(new);
	if (vma->vm_flags & VM_WIPEONFORK) {
		new->anon = false;
		return 0;
	}
	return vma->anon || vma->vm_flags & VM_PFNMAP ? copy_pages(new, vma, protected) : 0;
}

static struct mm_struct *dup_struct(struct mm_struct *old)
{
	struct mm_struct *mm = kmem_cache_alloc(mm_cache, GFP_KERNEL);

	if (!mm)
		return NULL;
	*mm = *old;
	if (mm_setup(mm)) {
		kmem_cache_free(mm_cache, mm);
		return NULL;
	}
	mm->vmas = (struct vma_tree){ 0 };
	mm->vma_cache = NULL;
	mm->map_count = 0;
	mm->cpu_mask = 0;
	memset(mm->rss, 0, sizeof(mm->rss));
	mm->locked_vm = mm->def_flags = 0;
	mm->oom_reaped = false;
	if (mm->exe_file)
		deny_write_access(get_file(mm->exe_file));	/* nobody has it open for writing, as it runs */
	return mm;
}

struct mm_struct *dup_mm(struct mm_struct *old)
{
	struct vm_area_struct *vma;
	bool protected = false;
	struct mm_struct *mm;
	int err = 0;

	mmap_write_lock(old);
	mm = dup_struct(old);
	if (mm)
		for (vma = old->vmas.first; vma && !err; vma = vma->vm_next)
			err = dup_vma(mm, vma, &protected);
	if (mm)
		vma_tree_build(&mm->vmas, mm->map_count);
	if (protected)
		flush_tlb_mm(old);
	mmap_write_unlock(old);
	if (err)
		mmput(mm);
	return !mm || err ? ERR_PTR(-ENOMEM) : mm;
}
