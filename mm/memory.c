/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: what happens when a program touches an address whose entry does not let
 * it. The VMA says what is allowed and what belongs there; the entry says what has
 * happened so far. An entry is written under the lock of its table, and only when
 * it is still what the decision was made on; else the access is simply made again.
 *
 * A page of a process's own may have several owners after fork(), each with an
 * entry that lets nobody write. Who writes first copies it; the last owner, known
 * by the count of references, takes it as it is.
 */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <asm/tlb.h>
#include <kernel/rcupdate.h>
#include <kernel/sched.h>
#include <lib/err.h>
#include <lib/string.h>
#include <mm/page_tree.h>

#define FAULT_AROUND_PAGES	16

struct page *zero_page;			/* read by all who have not written yet; entries of it are special */

static bool is_anon(const struct page *page)
{
	return page->state == PAGE_USED;
}

/* The entry for a page that only this process has, or that is shared on purpose. */
static u64 writable(const struct vm_area_struct *vma, u64 entry)
{
	return vma->vm_flags & VM_WRITE ? entry | _PAGE_RW | _PAGE_DIRTY : entry;
}

static u64 entry_for(const struct vm_area_struct *vma, const struct page *page)
{
	return mk_pte(PFN_PHYS(page_to_pfn(page)), vma->vm_page_prot);
}

static enum mm_counter counter_of(const struct vm_area_struct *vma, const struct page *page)
{
	return is_anon(page) ? MM_ANONPAGES : vma->vm_file ? MM_FILEPAGES : MM_SHMEMPAGES;
}

static void count_rss(struct mm_struct *mm, enum mm_counter which, long pages)
{
	__atomic_fetch_add(&mm->rss[which], pages, __ATOMIC_RELAXED);
}

/* ---------------------------------------------------------------- pages of the process's own */

/* A page takes the place of an entry that is 0. Takes over the reference. */
static __inline_always void install_page(struct vm_area_struct *vma, u64 *pte, struct page *page, u64 entry)
{
	struct spinlock *ptl = table_lock(pte);

	spin_lock(ptl);
	if (unlikely(*pte)) {
		spin_unlock(ptl);
		put_page(page);
		return;
	}
	*pte = entry;
	spin_unlock(ptl);
	count_rss(vma->vm_mm, counter_of(vma, page), 1);
}

static void install_zero_page(struct vm_area_struct *vma, u64 *pte)
{
	struct spinlock *ptl = table_lock(pte);

	spin_lock(ptl);
	if (!*pte)
		*pte = entry_for(vma, zero_page) | _PAGE_SPECIAL;
	spin_unlock(ptl);
}

static enum vm_fault_result anon_fault(struct vm_area_struct *vma, u64 *pte, unsigned int flags)
{
	struct page *page;

	if (!(flags & FAULT_WRITE)) {
		install_zero_page(vma, pte);
		return VM_FAULT_OK;
	}
	page = user_page_alloc(GFP_KERNEL);
	if (unlikely(!page))
		return VM_FAULT_OOM;
	clear_page(page_address(page));
	vma->anon = true;
	install_page(vma, pte, page, writable(vma, entry_for(vma, page)));
	return VM_FAULT_OK;
}

/* A copy of @old, or a page of zeros, takes the place of what is in *@pte. Context: lock of the table held. */
static enum vm_fault_result copy_on_write(struct vm_area_struct *vma, unsigned long addr, u64 *pte, struct page *old)
{
	struct page *page = user_page_alloc(GFP_KERNEL);

	if (unlikely(!page))
		return VM_FAULT_OOM;
	if (old)
		copy_page(page_address(page), page_address(old));
	else
		clear_page(page_address(page));
	vma->anon = true;
	/* other CPUs must not read the old page any more when this one writes to the new one */
	*pte = 0;
	flush_tlb_mm_range(vma->vm_mm, addr, addr + PAGE_SIZE);
	*pte = writable(vma, entry_for(vma, page));
	if (!old || !is_anon(old))
		count_rss(vma->vm_mm, MM_ANONPAGES, 1);
	if (old && !is_anon(old))
		count_rss(vma->vm_mm, counter_of(vma, old), -1);
	if (old)
		put_page(old);
	return VM_FAULT_OK;
}

/* A write to a page that is there and does not let it. */
static enum vm_fault_result write_protect_fault(struct vm_area_struct *vma, unsigned long addr, u64 *pte)
{
	struct spinlock *ptl = table_lock(pte);
	enum vm_fault_result res = VM_FAULT_OK;
	struct page *page;
	u64 entry;

	spin_lock(ptl);
	entry = *pte;
	page = pte_page(entry);
	if (!entry || pte_write(entry))
		;
	else if (vma->vm_flags & VM_SHARED)
		*pte = writable(vma, entry);
	else if (vma->vm_flags & VM_PFNMAP)
		res = VM_FAULT_SIGBUS;
	else if (page && is_anon(page) && __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE) == 1)
		*pte = writable(vma, entry);
	else
		res = copy_on_write(vma, addr, pte, page);
	spin_unlock(ptl);
	return res;
}

/* ---------------------------------------------------------------- pages of files */

/*
 * Pages that are in the cache anyway are mapped around the one that is wanted. Under
 * the table's lock: truncation cuts a page off first, and looks at the entries then.
 * Return: whether the one for @addr was among them, or has come by itself.
 */
static bool map_around(struct vm_area_struct *vma, unsigned long addr, u64 *pte)
{
	unsigned long start = max(addr & ~(FAULT_AROUND_PAGES * PAGE_SIZE - 1), vma->vm_start);
	unsigned long end = min((addr & ~(FAULT_AROUND_PAGES * PAGE_SIZE - 1)) + FAULT_AROUND_PAGES * PAGE_SIZE,
				vma->vm_end);
	unsigned long pgoff = vma->vm_pgoff + ((start - vma->vm_start) >> PAGE_SHIFT);
	unsigned long limit = mapping_end(vma->vm_mapping);
	u64 *at = pte - ((addr - start) >> PAGE_SHIFT);
	struct spinlock *ptl = table_lock(pte);
	unsigned int nr = 0, run = 0;
	struct page **slot = NULL;
	bool there;

	spin_lock(ptl);		/* preemption is off: an RCU reader */
	for (; start < end && pgoff < limit; start += PAGE_SIZE, pgoff++, at++, slot++, run--) {
		struct page *page;

		if (!run)
			slot = page_tree_run(vma->vm_mapping, pgoff, &run);
		page = rcu_dereference(*slot);
		if (!page || *at || !get_page_unless_zero(page))
			continue;
		if (unlikely(page->mapping != vma->vm_mapping)) {
			put_page(page);
			continue;
		}
		*at = entry_for(vma, page);
		nr++;
	}
	there = *pte != 0;
	spin_unlock(ptl);
	if (nr)
		count_rss(vma->vm_mm, vma->vm_file ? MM_FILEPAGES : MM_SHMEMPAGES, nr);
	return there;
}

/* The page at @pgoff with a reference. */
static enum vm_fault_result file_page(struct vm_area_struct *vma, unsigned long pgoff, struct page **page)
{
	if (pgoff >= mapping_end(vma->vm_mapping))
		return VM_FAULT_SIGBUS;
	*page = find_or_create_page(vma->vm_mapping, pgoff);
	return *page ? VM_FAULT_OK : VM_FAULT_OOM;
}

/* A private copy of the page of the file, before the file's page was ever mapped. */
static enum vm_fault_result private_write_fault(struct vm_area_struct *vma, u64 *pte, struct page *file_page)
{
	struct page *page = user_page_alloc(GFP_KERNEL);

	if (page) {
		copy_page(page_address(page), page_address(file_page));
		vma->anon = true;
		install_page(vma, pte, page, writable(vma, entry_for(vma, page)));
	}
	put_page(file_page);
	return page ? VM_FAULT_OK : VM_FAULT_OOM;
}

static enum vm_fault_result file_fault(struct vm_area_struct *vma, unsigned long addr, u64 *pte, unsigned int flags)
{
	unsigned long pgoff = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
	bool private_write = flags & FAULT_WRITE && !(vma->vm_flags & VM_SHARED);
	enum vm_fault_result res;
	struct page *page;

	if (!private_write && map_around(vma, addr, pte))
		return VM_FAULT_OK;
	res = file_page(vma, pgoff, &page);
	if (res)
		return res;
	if (private_write)
		return private_write_fault(vma, pte, page);
	put_page(page);		/* it is in the cache now, or was cut off: then SIGBUS comes by itself */
	map_around(vma, addr, pte);
	return VM_FAULT_OK;
}

/* What a device or the kernel has there. */
static enum vm_fault_result special_fault(struct vm_area_struct *vma, unsigned long addr, u64 *pte, unsigned int flags)
{
	struct vm_fault vmf = { .address = addr, .flags = flags,
				.pgoff = vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT) };
	enum vm_fault_result res;

	if (!vma->vm_ops->fault)
		return VM_FAULT_SIGBUS;
	res = vma->vm_ops->fault(vma, &vmf);
	if (res)
		return res == VM_FAULT_NOPAGE ? VM_FAULT_OK : res;
	if (flags & FAULT_WRITE && !(vma->vm_flags & VM_SHARED))
		return private_write_fault(vma, pte, vmf.page);
	install_page(vma, pte, vmf.page, entry_for(vma, vmf.page));
	return VM_FAULT_OK;
}

/* ---------------------------------------------------------------- the fault */

/* A large page is its process's alone, so it lets do whatever the VMA does, unless somebody is about to split it. */
static enum vm_fault_result wait_for_split(u64 *pmd)
{
	struct spinlock *lock = table_lock(pmd);

	if (!pte_present(*pmd)) {
		spin_lock(lock);
		spin_unlock(lock);
	}
	return VM_FAULT_OK;
}

/* @addr is in @vma, whose rights allow it. Context: mmap_lock held to read. */
static enum vm_fault_result vma_fault(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	u64 *pmd = pmd_alloc(vma->vm_mm, addr), table, *pte, entry;

	if (unlikely(!pmd))
		return VM_FAULT_OOM;
	table = __atomic_load_n(pmd, __ATOMIC_ACQUIRE);
	if (unlikely(!table)) {
		if (!vma->vm_ops && flags & FAULT_WRITE && huge_fault(vma, addr, pmd))
			return VM_FAULT_OK;
		table = pte_table_alloc(vma->vm_mm, pmd);
		if (!table)
			return VM_FAULT_OOM;
	}
	if (unlikely(pmd_huge(table)))
		return wait_for_split(pmd);
	pte = table_of(table) + table_index(addr, 1);
	entry = *(volatile u64 *)pte;
	if (!entry) {
		if (!vma->vm_ops)
			return anon_fault(vma, pte, flags);
		return vma->vm_mapping ? file_fault(vma, addr, pte, flags) : special_fault(vma, addr, pte, flags);
	}
	if (flags & FAULT_WRITE && !pte_write(entry))
		return write_protect_fault(vma, addr, pte);
	return VM_FAULT_OK;
}

/* What a debugger may do: whatever mprotect() could allow, but what others would see. */
static unsigned int forced_rights(unsigned int vm_flags)
{
	unsigned int rights = vm_flags >> 4;		/* VM_MAY... */

	return vm_flags & VM_SHARED && !(vm_flags & VM_WRITE) ? rights & ~VM_WRITE : rights;
}

static __inline_always bool allowed(const struct vm_area_struct *vma, unsigned int flags)
{
	unsigned int rights = unlikely(flags & FAULT_FORCE) ? forced_rights(vma->vm_flags) : vma->vm_flags;

	if (flags & FAULT_WRITE)
		return rights & VM_WRITE;
	if (flags & FAULT_EXEC)
		return rights & VM_EXEC;
	return rights & (VM_READ | VM_WRITE | VM_EXEC);
}

/* @addr is in no VMA that was found: a stack grows. @vma: the one above, with mmap_lock held to read, here given up */
static __noinline struct vm_area_struct *lock_stack(struct mm_struct *mm, unsigned long addr, struct vm_area_struct *vma)
{
	bool grows = vma && vma->vm_flags & VM_GROWSDOWN;

	mmap_read_unlock(mm);
	if (!grows)
		return NULL;
	mmap_write_lock(mm);
	vma = expand_stack(mm, addr);
	if (!vma) {
		mmap_write_unlock(mm);
		return NULL;
	}
	downgrade_write(&mm->mmap_lock);
	return vma;
}

/* The VMA for @addr, with mmap_lock held to read; NULL and not held: there is none. */
static __inline_always struct vm_area_struct *lock_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = __atomic_load_n(&mm->vma_cache, __ATOMIC_RELAXED);
	if (unlikely(!vma || addr < vma->vm_start || addr >= vma->vm_end))
		vma = find_vma(mm, addr);
	return likely(vma && vma->vm_start <= addr) ? vma : lock_stack(mm, addr, vma);
}

enum vm_fault_result handle_mm_fault(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	struct vm_area_struct *vma = lock_vma(mm, addr);
	enum vm_fault_result res;

	if (unlikely(!vma))
		return VM_FAULT_MAPERR;
	if (unlikely(!allowed(vma, flags)))
		res = VM_FAULT_ACCERR;
	else if (unlikely(mm->oom_reaped))
		res = VM_FAULT_SIGBUS;		/* what was there is lost: nothing shall be read as zeros */
	else
		res = vma_fault(vma, addr & PAGE_MASK, flags);
	mmap_read_unlock(mm);
	return res;
}

/* ---------------------------------------------------------------- for others */

/* What the entry for @addr has, if it lets the access; NULL: a fault is to be made first. mmap_lock held */
static struct page *mapped_page(struct vm_area_struct *vma, unsigned long addr, unsigned int flags)
{
	u64 *pmd = pmd_find(vma->vm_mm, addr), *pte, entry;
	struct page *page = NULL;
	struct spinlock *ptl;

	if (!pmd)
		return NULL;
	huge_split(vma->vm_mm, pmd, addr);	/* a large page has no owner but its entry */
	if (!*pmd || pmd_huge(*pmd))
		return NULL;
	pte = table_of(*pmd) + table_index(addr, 1);
	ptl = table_lock(pte);
	spin_lock(ptl);
	entry = *pte;
	if (entry && (!(flags & FAULT_WRITE) || pte_write(entry) ||
		      (flags & FAULT_FORCE && pte_page(entry) && is_anon(pte_page(entry)) &&
		       pte_page(entry)->refcount == 1))) {
		page = entry & _PAGE_SPECIAL ? zero_page : pte_page(entry);
		get_page(page);
	}
	spin_unlock(ptl);
	return page;
}

struct page *get_user_page(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	enum vm_fault_result res = VM_FAULT_OK;
	struct vm_area_struct *vma;
	struct page *page = NULL;

	if (addr >= TASK_SIZE)
		return ERR_PTR(-EFAULT);
	while (!res && !page) {
		vma = lock_vma(mm, addr);
		if (!vma)
			return ERR_PTR(-EFAULT);
		if (!allowed(vma, flags) || vma->vm_flags & VM_PFNMAP || mm->oom_reaped)
			res = VM_FAULT_ACCERR;
		else
			page = mapped_page(vma, addr & PAGE_MASK, flags);
		if (!res && !page)
			res = vma_fault(vma, addr & PAGE_MASK, flags);
		mmap_read_unlock(mm);
	}
	if (res)
		return ERR_PTR(res == VM_FAULT_OOM ? -ENOMEM : -EFAULT);
	return page;
}

size_t access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, size_t len, unsigned int flags)
{
	size_t done = 0;

	while (done < len) {
		unsigned long offset = addr & ~PAGE_MASK;
		size_t n = min(len - done, PAGE_SIZE - offset);
		struct page *page = get_user_page(mm, addr, flags);
		char *at;

		if (IS_ERR(page))
			break;
		at = (char *)page_address(page) + offset;
		if (flags & FAULT_WRITE)
			memcpy(at, (char *)buf + done, n);
		else
			memcpy((char *)buf + done, at, n);
		put_page(page);
		done += n;
		addr += n;
	}
	return done;
}

/* One page as @flags say, or, with FAULT_NATURAL, as a program would most likely use it first. */
static enum vm_fault_result touch(struct mm_struct *mm, unsigned long addr, unsigned int flags)
{
	struct vm_area_struct *vma = lock_vma(mm, addr);
	enum vm_fault_result res;

	if (!vma)
		return VM_FAULT_MAPERR;
	if (flags & FAULT_NATURAL)
		flags = (vma->vm_flags & (VM_WRITE | VM_SHARED)) == VM_WRITE ? FAULT_WRITE : 0;
	if (!allowed(vma, flags))
		res = VM_FAULT_ACCERR;
	else
		res = vma->vm_flags & VM_PFNMAP ? VM_FAULT_OK : vma_fault(vma, addr, flags);
	mmap_read_unlock(mm);
	return res;
}

int populate_range(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned int flags)
{
	enum vm_fault_result res = VM_FAULT_OK;

	for (; start < end && !res; start += PAGE_SIZE)
		res = touch(mm, start, flags);
	return !res ? 0 : res == VM_FAULT_OOM || res == VM_FAULT_MAPERR ? -ENOMEM : -EFAULT;
}
