/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mprotect(): VMAs get other rights at once, entries that are there already after
 * them. What becomes less is flushed; what becomes more a CPU finds out by a fault.
 */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <asm/tlb.h>
#include <kernel/syscall.h>
#include <uapi/errno.h>

/* Pages that only this process has are not to fault for being written. */
static bool may_write_at_once(const struct vm_area_struct *vma, u64 entry)
{
	const struct page *page = pte_page(entry);

	if (!(vma->vm_flags & VM_WRITE))
		return false;
	return vma->vm_flags & VM_SHARED || (page && page->state == PAGE_USED &&
					     __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE) == 1);
}

/* Return: whether it lets do less now. */
static bool change_entry(const struct vm_area_struct *vma, u64 *at)
{
	u64 entry = *at, new = pte_modify(entry, vma->vm_page_prot);

	if (may_write_at_once(vma, entry))
		new |= _PAGE_RW | _PAGE_DIRTY;
	*at = new;
	return entry & ~new & (_PAGE_PRESENT | _PAGE_RW) || new & ~entry & _PAGE_NX;
}

static bool change_table(const struct vm_area_struct *vma, u64 *pte, unsigned long pages)
{
	struct spinlock *ptl = table_lock(pte);
	bool less = false;

	spin_lock(ptl);
	for (; pages; pages--, pte++)
		if (*pte)
			less |= change_entry(vma, pte);
	spin_unlock(ptl);
	return less;
}

static bool change_huge(const struct vm_area_struct *vma, u64 *pmd)
{
	struct spinlock *lock = table_lock(pmd);
	bool less = false;

	spin_lock(lock);
	if (pmd_huge(*pmd))
		less = change_entry(vma, pmd);
	spin_unlock(lock);
	return less;
}

void change_protection(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = vma->vm_mm;
	unsigned long addr, next;
	bool less = false;

	for (addr = start; addr < end; addr = next) {
		u64 *pmd = pmd_find(mm, addr);

		next = min((addr & PMD_MASK) + PMD_SIZE, end);
		if (!pmd) {
			next = min((addr & ~(PUD_SIZE - 1)) + PUD_SIZE, end);
			continue;
		}
		if (pmd_huge(*pmd) && next - addr == PMD_SIZE) {
			less |= change_huge(vma, pmd);
			continue;
		}
		huge_split(mm, pmd, addr);
		if (*pmd)
			less |= change_table(vma, table_of(*pmd) + table_index(addr, 1), (next - addr) >> PAGE_SHIFT);
	}
	if (less)
		flush_tlb_mm_range(mm, start, end);
}

/* Private memory that becomes writable is promised from now on. Return: 0 or -ENOMEM */
static int charge_new_writers(struct vm_area_struct *vma, unsigned int *vm_flags, unsigned long pages)
{
	bool now = *vm_flags & VM_WRITE && !(*vm_flags & (VM_ACCOUNT | VM_SHARED | VM_NORESERVE));

	if (*vm_flags & VM_WRITE && !(vma->vm_flags & VM_WRITE) && !may_expand_vm(vma->vm_mm, *vm_flags, 0))
		return -ENOMEM;
	if (!now)
		return 0;
	if (vm_charge(pages))
		return -ENOMEM;
	*vm_flags |= VM_ACCOUNT;
	return 0;
}

/* [@start, @end) of @vma. Return: 0 or -Exxx; *@vma: the one that has the addresses now */
static int protect_part(struct vm_area_struct **vma, unsigned long start, unsigned long end, unsigned int prot)
{
	unsigned int rights = VM_READ | VM_WRITE | VM_EXEC, vm_flags = ((*vma)->vm_flags & ~rights) | prot;
	unsigned long pages = (end - start) >> PAGE_SHIFT;
	struct vm_area_struct *part;

	if (vm_flags == (*vma)->vm_flags)
		return 0;
	if (prot & ~(vm_flags >> 4) & rights)	/* VM_MAY... */
		return -EACCES;
	if (charge_new_writers(*vma, &vm_flags, pages))
		return -ENOMEM;
	part = vma_isolate(*vma, start, end);
	if (!part) {
		if (vm_flags & ~(*vma)->vm_flags & VM_ACCOUNT)
			vm_uncharge(pages);
		return -ENOMEM;
	}
	vm_stat_account(part->vm_mm, part->vm_flags, part->vm_file, -pages);
	vma_set_flags(part, vm_flags);
	vm_stat_account(part->vm_mm, part->vm_flags, part->vm_file, pages);
	change_protection(part, start, end);
	*vma = vma_join(part);
	return 0;
}

static int do_mprotect(struct mm_struct *mm, unsigned long start, unsigned long len, unsigned long prot)
{
	unsigned int grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP), rights = prot & (VM_READ | VM_WRITE | VM_EXEC);
	unsigned long end = start + len, at;
	struct vm_area_struct *vma = find_vma(mm, start);
	int err = 0;

	if (!vma)
		return -ENOMEM;
	if (grows & PROT_GROWSDOWN) {
		if (vma->vm_start >= end)
			return -ENOMEM;
		if (!(vma->vm_flags & VM_GROWSDOWN))
			return -EINVAL;
		start = vma->vm_start;
	} else if (vma->vm_start > start) {
		return -ENOMEM;
	} else if (grows) {
		return -EINVAL;		/* no stack grows up */
	}
	for (at = start; at < end && !err; at = min(end, vma->vm_end)) {
		vma = vma_lookup(mm, at);
		if (!vma)
			return -ENOMEM;
		err = protect_part(&vma, at, min(end, vma->vm_end), rights);
	}
	return err;
}

SYSCALL_DEFINE3(mprotect, unsigned long, start, size_t, len, unsigned long, prot)
{
	struct mm_struct *mm = current->mm;
	unsigned long grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	int err;

	if (grows == (PROT_GROWSDOWN | PROT_GROWSUP) || start & ~PAGE_MASK)
		return -EINVAL;
	if (!len)
		return 0;
	len = ALIGN(len, PAGE_SIZE);
	if (start + len <= start)
		return -ENOMEM;
	if (prot & ~(unsigned long)(PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	mmap_write_lock(mm);
	err = do_mprotect(mm, start, len, prot);
	mmap_write_unlock(mm);
	return err;
}
