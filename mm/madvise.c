/* SPDX-License-Identifier: BSD-2-Clause */
/* madvise(): what a program tells of its memory. Some of it is advice, some must be done. */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <kernel/fs.h>
#include <kernel/syscall.h>
#include <uapi/errno.h>
#include <uapi/fcntl.h>

/* ---------------------------------------------------------------- flags of VMAs */

/* Which flags the advice sets and clears. Return: 0, -EINVAL when it does not suit @vma. */
static int new_flags(const struct vm_area_struct *vma, int advice, unsigned int *vm_flags)
{
	switch (advice) {
	case MADV_NORMAL:
		*vm_flags &= ~(VM_RAND_READ | VM_SEQ_READ);
		return 0;
	case MADV_SEQUENTIAL:
		*vm_flags = (*vm_flags & ~VM_RAND_READ) | VM_SEQ_READ;
		return 0;
	case MADV_RANDOM:
		*vm_flags = (*vm_flags & ~VM_SEQ_READ) | VM_RAND_READ;
		return 0;
	case MADV_DONTFORK:
		*vm_flags |= VM_DONTCOPY;
		return 0;
	case MADV_DOFORK:
		*vm_flags &= ~VM_DONTCOPY;
		return vma->vm_flags & VM_IO ? -EINVAL : 0;
	case MADV_WIPEONFORK:
		*vm_flags |= VM_WIPEONFORK;
		return vma->vm_file || vma->vm_flags & VM_SHARED ? -EINVAL : 0;
	case MADV_KEEPONFORK:
		*vm_flags &= ~VM_WIPEONFORK;
		return 0;
	case MADV_DONTDUMP:
		*vm_flags |= VM_DONTDUMP;
		return 0;
	case MADV_DODUMP:
		*vm_flags &= ~VM_DONTDUMP;
		return vma->vm_flags & (VM_IO | VM_PFNMAP) ? -EINVAL : 0;
	case MADV_HUGEPAGE:
		*vm_flags = (*vm_flags & ~VM_NOHUGEPAGE) | VM_HUGEPAGE;
		return vma->vm_flags & (VM_IO | VM_PFNMAP) ? -EINVAL : 0;
	default:		/* MADV_NOHUGEPAGE */
		*vm_flags = (*vm_flags & ~VM_HUGEPAGE) | VM_NOHUGEPAGE;
		return 0;
	}
}

static int advise_flags(struct vm_area_struct **vma, unsigned long start, unsigned long end, int advice)
{
	unsigned int vm_flags = (*vma)->vm_flags;
	struct vm_area_struct *part;
	int err = new_flags(*vma, advice, &vm_flags);

	if (err || vm_flags == (*vma)->vm_flags)
		return err;
	part = vma_isolate(*vma, start, end);
	if (!part)
		return -ENOMEM;
	part->vm_flags = vm_flags;
	*vma = vma_join(part);
	return 0;
}

/* ---------------------------------------------------------------- pages */

/*
 * What was there is forgotten: zeros, or the file's page, at the next touch. mmap_lock held to
 * read is enough, but to give back tables as well, from 2 MiB on, it is held to write.
 */
static int advise_drop(struct vm_area_struct *vma, unsigned long start, unsigned long end, int advice)
{
	struct mmu_gather tlb;

	if (vma->vm_flags & VM_PFNMAP || (vma->vm_flags & VM_LOCKED && advice != MADV_DONTNEED_LOCKED))
		return -EINVAL;
	if (advice == MADV_FREE && vma->vm_ops)
		return -EINVAL;
	tlb_gather(&tlb, vma->vm_mm, false);
	zap_range(&tlb, vma, start, end);
	if (end - start >= PMD_SIZE && !vma->vm_mapping)
		free_tables(&tlb, start, end, start, end);
	tlb_finish(&tlb);
	return 0;
}

static int punch(struct file *file, struct address_space *mapping, u64 start, u64 end)
{
	int err;

	if (!file) {
		truncate_pagecache_range(mapping, start, end);
		return 0;
	}
	if (!file->f_op->fallocate)
		return -EOPNOTSUPP;
	inode_lock(file_inode(file));
	err = file->f_op->fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, end - start);
	inode_unlock(file_inode(file));
	return err;
}

/*
 * A hole in what is shared. mmap_lock is let go meanwhile, as truncation looks for all
 * who map the file; the caller finds its VMA anew.
 */
static int advise_remove(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	u64 offset = (u64)vma->vm_pgoff * PAGE_SIZE + (start - vma->vm_start);
	struct address_space *mapping = vma->vm_mapping;
	struct file *file = vma->vm_file;
	int err;

	if (vma->vm_flags & VM_LOCKED || !mapping)
		return -EINVAL;
	if ((vma->vm_flags & (VM_SHARED | VM_WRITE)) != (VM_SHARED | VM_WRITE))
		return -EACCES;
	if (file)
		get_file(file);
	mapping_get(mapping);
	mmap_write_unlock(mm);
	err = punch(file, mapping, offset, offset + (end - start));
	mapping_put(mapping);
	if (file)
		fput(file);
	mmap_write_lock(mm);
	return err;
}

/* Return: 0 or -Exxx; *@vma: the VMA for what comes before @end, if it is another one now. */
static int advise_part(struct mm_struct *mm, struct vm_area_struct **vma, unsigned long start, unsigned long end,
		       int advice)
{
	switch (advice) {
	case MADV_WILLNEED:
		return 0;
	case MADV_COLD:
	case MADV_PAGEOUT:
		return (*vma)->vm_flags & (VM_LOCKED | VM_PFNMAP) ? -EINVAL : 0;
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return advise_drop(*vma, start, end, advice);
	case MADV_REMOVE:
		return advise_remove(mm, *vma, start, end);
	default:
		return advise_flags(vma, start, end, advice);
	}
}

/* ---------------------------------------------------------------- the call */

static bool is_known(int advice)
{
	return (advice >= MADV_NORMAL && advice <= MADV_DONTNEED) ||
	       (advice >= MADV_FREE && advice <= MADV_DOFORK) ||
	       (advice >= MADV_HUGEPAGE && advice <= MADV_DONTNEED_LOCKED);
}

/* What changes neither VMAs nor tables, and keeps the lock, needs it to read alone. */
static bool needs_write_lock(int advice, unsigned long len)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_DONTNEED_LOCKED:
	case MADV_FREE:
		return len >= PMD_SIZE;
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return false;
	default:
		return true;
	}
}

/* All that is mapped is advised about; if some is not, -ENOMEM tells afterwards. */
static int advise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	int unmapped = 0, err;

	while (start < end) {
		struct vm_area_struct *vma = find_vma(mm, start);
		unsigned long stop;

		if (!vma)
			return -ENOMEM;
		if (vma->vm_start > start) {
			unmapped = -ENOMEM;
			start = vma->vm_start;
			if (start >= end)
				break;
		}
		stop = min(vma->vm_end, end);
		err = advise_part(mm, &vma, start, stop, advice);
		if (err)
			return err;
		start = stop;
	}
	return unmapped;
}

/* As if each page were read, or written. */
static int advise_populate(struct mm_struct *mm, unsigned long start, unsigned long end, bool write)
{
	struct vm_area_struct *vma;
	unsigned long at;
	int err = 0;

	mmap_read_lock(mm);
	for (at = start; at < end && !err; at = vma->vm_end) {
		vma = vma_lookup(mm, at);
		if (!vma)
			err = -ENOMEM;
		else if (vma->vm_flags & (VM_PFNMAP | VM_IO) || !(vma->vm_flags & (write ? VM_WRITE : VM_READ | VM_WRITE | VM_EXEC)))
			err = -EINVAL;
		if (err)
			break;
	}
	mmap_read_unlock(mm);
	if (at > start)
		err = populate_range(mm, start, min(at, end), write ? FAULT_WRITE : 0) ?: err;
	return err;
}

SYSCALL_DEFINE3(madvise, unsigned long, start, size_t, len, int, advice)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	int err;

	if (!is_known(advice) || start & ~PAGE_MASK)
		return -EINVAL;
	end = start + ALIGN(len, PAGE_SIZE);
	if ((len && !ALIGN(len, PAGE_SIZE)) || end < start)
		return -EINVAL;
	if (end == start)
		return 0;
	if (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE)
		return advise_populate(mm, start, end, advice == MADV_POPULATE_WRITE);
	if (needs_write_lock(advice, end - start)) {
		mmap_write_lock(mm);
		err = advise_range(mm, start, end, advice);
		mmap_write_unlock(mm);
	} else {
		mmap_read_lock(mm);
		err = advise_range(mm, start, end, advice);
		mmap_read_unlock(mm);
	}
	return err;
}
SYSCALL_PARTIAL(madvise, "pages are never merged, poisoned or collapsed");
