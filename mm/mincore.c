/* SPDX-License-Identifier: BSD-2-Clause */
/* mincore() and msync(): of a machine on which everything is in memory, and the memory is the file. */
#include "mmap.h"
#include "tlb.h"
#include <asm/uaccess.h>
#include <kernel/sched.h>
#include <kernel/syscall.h>
#include <mm/page_tree.h>
#include <uapi/errno.h>

#define BATCH	256

/* Whether a touch of @addr would need no new page. mmap_lock held */
static bool is_in_core(struct vm_area_struct *vma, unsigned long addr)
{
	u64 *pmd = pmd_find(vma->vm_mm, addr);
	struct page *page;

	if (pmd && *pmd && (pmd_huge(*pmd) || table_of(*pmd)[table_index(addr, 1)]))
		return true;
	if (!vma->vm_mapping)
		return false;
	page = find_get_page(vma->vm_mapping, vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT));
	if (page)
		put_page(page);
	return page;
}

static int look(struct mm_struct *mm, unsigned long addr, unsigned int nr, u8 *vec)
{
	struct vm_area_struct *vma;
	int err = 0;

	mmap_read_lock(mm);
	for (; nr && !err; nr--, addr += PAGE_SIZE) {
		vma = vma_lookup(mm, addr);
		if (vma)
			*vec++ = is_in_core(vma, addr);
		else
			err = -ENOMEM;
	}
	mmap_read_unlock(mm);
	return err;
}

SYSCALL_DEFINE3(mincore, unsigned long, start, size_t, len, unsigned char __user *, vec)
{
	unsigned long left = (len >> PAGE_SHIFT) + ((len & ~PAGE_MASK) != 0);
	u8 buf[BATCH];
	int err = 0;

	if (start & ~PAGE_MASK)
		return -EINVAL;
	if (!access_ok((void __user *)start, len))
		return -ENOMEM;
	if (!access_ok(vec, left))
		return -EFAULT;
	while (left && !err) {
		unsigned int nr = min(left, (unsigned long)BATCH);

		err = look(current->mm, start, nr, buf);
		if (!err)
			err = copy_to_user(vec, buf, nr);
		start += nr * PAGE_SIZE;
		vec += nr;
		left -= nr;
	}
	return err;
}

SYSCALL_DEFINE3(msync, unsigned long, start, size_t, len, int, flags)
{
	unsigned long end = start + ALIGN(len, PAGE_SIZE);
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	int err = 0;

	if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || start & ~PAGE_MASK ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (end < start)
		return -ENOMEM;
	mmap_read_lock(mm);
	for (; start < end; start = vma->vm_end) {
		vma = find_vma(mm, start);
		if (!vma || vma->vm_start > start)
			err = -ENOMEM;
		if (!vma || vma->vm_start >= end)
			break;
		if (flags & MS_INVALIDATE && vma->vm_flags & VM_LOCKED) {
			err = -EBUSY;
			break;
		}
	}
	mmap_read_unlock(mm);
	return err;
}
