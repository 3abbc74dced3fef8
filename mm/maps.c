/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc/PID/{maps,smaps,smaps_rollup,statm,status} say of the memory of a process. */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <kernel/seq_file.h>

#define NAME_COLUMN	73

/* Pages of VMAs, by what they are; in units that allow for shares of pages. */
struct usage {
	unsigned long	size, rss, anon, huge, shared, private, locked;	/* pages */
	u64		pss;		/* pages << PSS_SHIFT */
};

#define PSS_SHIFT	12

/* ---------------------------------------------------------------- maps */

static const char *name_of(const struct mm_struct *mm, struct vm_area_struct *vma)
{
	if (vma->vm_ops && vma->vm_ops->name)
		return vma->vm_ops->name(vma);
	if (vma->vm_mapping)
		return "/dev/zero (deleted)";
	if (vma->vm_ops)
		return NULL;
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->brk != mm->start_brk)
		return "[heap]";
	return vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack ? "[stack]" : NULL;
}

static void show_vma(struct seq_file *m, const struct mm_struct *mm, struct vm_area_struct *vma)
{
	const struct inode *inode = vma->vm_file ? file_inode(vma->vm_file) : NULL;
	const char *name = vma->vm_file ? NULL : name_of(mm, vma);
	dev_t dev = inode ? inode->i_sb->s_dev : 0;
	unsigned int flags = vma->vm_flags;
	size_t start = m->count;

	seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %llu ", vma->vm_start, vma->vm_end,
		   flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-', flags & VM_EXEC ? 'x' : '-',
		   flags & VM_MAYSHARE ? 's' : 'p', inode ? (unsigned long long)vma->vm_pgoff << PAGE_SHIFT : 0ULL,
		   MAJOR(dev), MINOR(dev), inode ? (unsigned long long)inode->i_ino : 0ULL);
	if (name || inode)
		while (m->count - start < NAME_COLUMN && !m->overflow)
			seq_putc(m, ' ');
	if (inode)
		seq_path(m, &vma->vm_file->f_path, "\n");
	else if (name)
		seq_puts(m, name);
	seq_putc(m, '\n');
}

int maps_show(struct seq_file *m, struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	for_each_vma(mm, vma)
		show_vma(m, mm, vma);
	mmap_read_unlock(mm);
	return 0;
}

/* ---------------------------------------------------------------- smaps */

static void count_page(struct usage *u, const struct page *page, unsigned long pages)
{
	bool anon = page->state == PAGE_USED;
	unsigned int owners = max(page->refcount - !anon, 1u);	/* the page cache is no owner */

	u->rss += pages;
	u->anon += anon ? pages : 0;
	*(owners > 1 ? &u->shared : &u->private) += pages;
	u->pss += ((u64)pages << PSS_SHIFT) / owners;
}

static void count_table(struct usage *u, const u64 *pte, unsigned long pages)
{
	struct spinlock *ptl = table_lock(pte);

	spin_lock(ptl);
	for (; pages; pages--, pte++)
		if (*pte && pte_page(*pte))
			count_page(u, pte_page(*pte), 1);
	spin_unlock(ptl);
}

static void count_vma(struct usage *u, struct vm_area_struct *vma)
{
	unsigned long addr, next;

	u->size += vma_pages(vma);
	u->locked += vma->vm_flags & VM_LOCKED ? vma_pages(vma) : 0;
	for (addr = vma->vm_start; addr < vma->vm_end; addr = next) {
		u64 *pmd = pmd_find(vma->vm_mm, addr), entry = pmd ? *(volatile u64 *)pmd : 0;

		next = min((addr & PMD_MASK) + PMD_SIZE, vma->vm_end);
		if (entry && pmd_huge(entry)) {
			count_page(u, pte_page(entry), PMD_PAGES);
			u->huge += PMD_PAGES;
		} else if (entry) {
			count_table(u, table_of(entry) + table_index(addr, 1), (next - addr) >> PAGE_SHIFT);
		}
	}
}

static void show_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-16s%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static void show_usage(struct seq_file *m, const struct usage *u)
{
	show_kb(m, "Rss:", u->rss);
	seq_printf(m, "%-16s%8llu kB\n", "Pss:", (unsigned long long)(u->pss >> (PSS_SHIFT - (PAGE_SHIFT - 10))));
	show_kb(m, "Shared_Clean:", 0);
	show_kb(m, "Shared_Dirty:", u->shared);		/* there is no disk that could be like it */
	show_kb(m, "Private_Clean:", 0);
	show_kb(m, "Private_Dirty:", u->private);
	show_kb(m, "Referenced:", u->rss);
	show_kb(m, "Anonymous:", u->anon);
	show_kb(m, "LazyFree:", 0);
	show_kb(m, "AnonHugePages:", u->huge);
	show_kb(m, "Swap:", 0);
	show_kb(m, "SwapPss:", 0);
	show_kb(m, "Locked:", u->locked);
}

static void show_flags(struct seq_file *m, unsigned int vm_flags)
{
	static const struct { unsigned int flag; char name[3]; } names[] = {
		{ VM_READ, "rd" }, { VM_WRITE, "wr" }, { VM_EXEC, "ex" }, { VM_SHARED, "sh" }, { VM_MAYREAD, "mr" },
		{ VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" }, { VM_MAYSHARE, "ms" }, { VM_GROWSDOWN, "gd" },
		{ VM_PFNMAP, "pf" }, { VM_LOCKED, "lo" }, { VM_IO, "io" }, { VM_SEQ_READ, "sr" },
		{ VM_RAND_READ, "rr" }, { VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_LOCKONFAULT, "lf" },
		{ VM_ACCOUNT, "ac" }, { VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" }, { VM_DONTDUMP, "dd" },
		{ VM_HUGEPAGE, "hg" }, { VM_NOHUGEPAGE, "nh" },
	};
	unsigned int i;

	seq_puts(m, "VmFlags:");
	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (vm_flags & names[i].flag)
			seq_printf(m, " %s", names[i].name);
	seq_putc(m, '\n');
}

int smaps_show(struct seq_file *m, struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	for_each_vma(mm, vma) {
		struct usage u = { 0 };

		show_vma(m, mm, vma);
		count_vma(&u, vma);
		show_kb(m, "Size:", u.size);
		show_kb(m, "KernelPageSize:", 1);
		show_kb(m, "MMUPageSize:", 1);
		show_usage(m, &u);
		show_flags(m, vma->vm_flags);
	}
	mmap_read_unlock(mm);
	return 0;
}

int smaps_rollup_show(struct seq_file *m, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct usage u = { 0 };

	mmap_read_lock(mm);
	for_each_vma(mm, vma)
		count_vma(&u, vma);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0 %*s[rollup]\n", mm->vmas.first ? mm->vmas.first->vm_start : 0,
		   mm->vmas.last ? mm->vmas.last->vm_end : 0, 23, "");
	mmap_read_unlock(mm);
	show_usage(m, &u);
	return 0;
}

/* ---------------------------------------------------------------- numbers */

static unsigned long pages_of(long count)
{
	return count > 0 ? count : 0;
}

static unsigned long code_pages(const struct mm_struct *mm)
{
	return (ALIGN(mm->end_code, PAGE_SIZE) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;
}

int statm_show(struct seq_file *m, struct mm_struct *mm)
{
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, get_mm_rss(mm),
		   pages_of(mm->rss[MM_FILEPAGES]) + pages_of(mm->rss[MM_SHMEMPAGES]), code_pages(mm),
		   mm->data_vm + mm->stack_vm);
	return 0;
}

static void status_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%s:\t%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

void mm_status_show(struct seq_file *m, struct mm_struct *mm)
{
	unsigned long rss = get_mm_rss(mm), text = code_pages(mm);

	status_kb(m, "VmPeak", max(mm->hiwater_vm, mm->total_vm));
	status_kb(m, "VmSize", mm->total_vm);
	status_kb(m, "VmLck", mm->locked_vm);
	status_kb(m, "VmPin", 0);
	status_kb(m, "VmHWM", max(mm->hiwater_rss, rss));
	status_kb(m, "VmRSS", rss);
	status_kb(m, "RssAnon", pages_of(mm->rss[MM_ANONPAGES]));
	status_kb(m, "RssFile", pages_of(mm->rss[MM_FILEPAGES]));
	status_kb(m, "RssShmem", pages_of(mm->rss[MM_SHMEMPAGES]));
	status_kb(m, "VmData", mm->data_vm);
	status_kb(m, "VmStk", mm->stack_vm);
	status_kb(m, "VmExe", text);
	status_kb(m, "VmLib", mm->exec_vm > text ? mm->exec_vm - text : 0);
	status_kb(m, "VmPTE", mm->pgtables_bytes >> PAGE_SHIFT);
	status_kb(m, "VmSwap", 0);
}
