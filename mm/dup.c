/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages for the child of a fork(). Only those of the process's own are given to it;
 * it finds files' pages and zeros again by itself when it touches them. A page that
 * has two owners is written by neither: see mm/memory.c.
 */
#include "internal.h"
#include "mmap.h"
#include <uapi/errno.h>
#include "tlb.h"

/* Entries for [@addr, @end), which is in one table on either side. Return: pages given. */
static unsigned long copy_entries(const struct vm_area_struct *vma, u64 *to, u64 *from, unsigned long pages,
				  bool *protected)
{
	bool keep_rights = vma->vm_flags & (VM_SHARED | VM_PFNMAP);
	struct spinlock *ptl = table_lock(from);
	unsigned long given = 0;

	spin_lock(ptl);		/* the child's table is nobody's yet */
	for (; pages; pages--, from++, to++) {
		u64 entry = *from;
		struct page *page;

		if (!entry) {
			unsigned long skip = ptes_to_skip(from + 1, pages - 1);

			pages -= skip;
			from += skip;
			to += skip;
			continue;
		}
		if (vma->vm_flags & VM_PFNMAP) {
			*to = entry;
			continue;
		}
		page = pte_page(entry);
		if (!page || page->state != PAGE_USED)
			continue;
		if (pte_write(entry) && !keep_rights) {
			entry &= ~_PAGE_RW;
			*from = entry;
			*protected = true;
		}
		get_page(page);
		*to = entry;
		given++;
	}
	spin_unlock(ptl);
	return given;
}

int copy_pages(struct vm_area_struct *child, struct vm_area_struct *parent, bool *protected)
{
	unsigned long addr, next, given = 0;
	int err = 0;

	for (addr = parent->vm_start; addr < parent->vm_end && !err; addr = next) {
		u64 *from = pmd_find(parent->vm_mm, addr), *to, table;

		next = min((addr & PMD_MASK) + PMD_SIZE, parent->vm_end);
		if (!from) {
			next = min((addr & ~(PUD_SIZE - 1)) + PUD_SIZE, parent->vm_end);
			continue;
		}
		huge_split(parent->vm_mm, from, addr);
		if (!*from)
			continue;
		to = pmd_alloc(child->vm_mm, addr);
		table = to ? *to ? *to : pte_table_alloc(child->vm_mm, to) : 0;
		if (!table)
			err = -ENOMEM;
		else
			given += copy_entries(parent, table_of(table) + table_index(addr, 1),
					      table_of(*from) + table_index(addr, 1), (next - addr) >> PAGE_SHIFT,
					      protected);
	}
	child->vm_mm->rss[MM_ANONPAGES] += given;
	return err;
}
