/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mlock() and its kind. No page ever leaves memory here, so to lock is to make all
 * pages present now, or as they are touched, and to count them against a limit.
 */
#include "mmap.h"
#include <kernel/cred.h>
#include <kernel/sched.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <uapi/capability.h>
#include <uapi/errno.h>

#define LOCK_FLAGS	(VM_LOCKED | VM_LOCKONFAULT)

static bool may_mlock(void)
{
	return capable(CAP_IPC_LOCK) || limit_of(RLIMIT_MEMLOCK);
}

static unsigned long lock_limit(void)
{
	return capable(CAP_IPC_LOCK) ? ~0UL : limit_of(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
}

/* Return: 0 or -ENOMEM; *@vma: the one that has the addresses now */
static int lock_part(struct vm_area_struct **vma, unsigned long start, unsigned long end, unsigned int lock)
{
	unsigned int vm_flags = ((*vma)->vm_flags & ~LOCK_FLAGS) | lock;
	struct vm_area_struct *part;

	if (vm_flags == (*vma)->vm_flags || (*vma)->vm_flags & (VM_PFNMAP | VM_IO))
		return 0;
	part = vma_isolate(*vma, start, end);
	if (!part)
		return -ENOMEM;
	part->vm_mm->locked_vm -= part->vm_flags & VM_LOCKED ? vma_pages(part) : 0;
	part->vm_mm->locked_vm += lock & VM_LOCKED ? vma_pages(part) : 0;
	part->vm_flags = vm_flags;
	*vma = vma_join(part);
	return 0;
}

static int lock_range(struct mm_struct *mm, unsigned long start, unsigned long end, unsigned int lock)
{
	struct vm_area_struct *vma;
	unsigned long stop;
	int err = 0;

	for (; start < end && !err; start = stop) {
		vma = vma_lookup(mm, start);
		if (!vma)
			return -ENOMEM;
		stop = min(end, vma->vm_end);
		err = lock_part(&vma, start, stop, lock);
	}
	return err;
}

/* Pages of the range that are locked already. */
static unsigned long locked_in(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long nr = 0;

	for (; vma && vma->vm_start < end; vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			nr += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return nr;
}

/* The range in whole pages. Return: 0, -EINVAL when there is no such range. */
static int whole_pages(unsigned long *start, unsigned long len, unsigned long *end)
{
	len = ALIGN(len + (*start & ~PAGE_MASK), PAGE_SIZE);	/* nothing when it is that long, as Linux has it */
	*start &= PAGE_MASK;
	*end = *start + len;
	return *end < *start ? -EINVAL : 0;
}

static int do_mlock(unsigned long start, unsigned long len, unsigned int lock)
{
	struct mm_struct *mm = current->mm;
	unsigned long end, pages;
	int err;

	if (!may_mlock())
		return -EPERM;
	if (whole_pages(&start, len, &end))
		return -EINVAL;
	pages = (end - start) >> PAGE_SHIFT;
	mmap_write_lock(mm);
	if (mm->locked_vm + pages > lock_limit())
		pages -= locked_in(mm, start, end);
	err = mm->locked_vm + pages > lock_limit() ? -ENOMEM : lock_range(mm, start, end, lock);
	mmap_write_unlock(mm);
	if (!err && !(lock & VM_LOCKONFAULT))
		err = populate_range(mm, start, end, FAULT_NATURAL) ? -ENOMEM : 0;
	return err;
}

SYSCALL_DEFINE2(mlock, unsigned long, start, size_t, len)
{
	return do_mlock(start, len, VM_LOCKED);
}

SYSCALL_DEFINE3(mlock2, unsigned long, start, size_t, len, int, flags)
{
	if (flags & ~MLOCK_ONFAULT)
		return -EINVAL;
	return do_mlock(start, len, flags & MLOCK_ONFAULT ? LOCK_FLAGS : VM_LOCKED);
}

SYSCALL_DEFINE2(munlock, unsigned long, start, size_t, len)
{
	struct mm_struct *mm = current->mm;
	unsigned long end;
	int err;

	if (whole_pages(&start, len, &end))
		return -EINVAL;
	mmap_write_lock(mm);
	err = lock_range(mm, start, end, 0);
	mmap_write_unlock(mm);
	return err;
}

static void lock_all(struct mm_struct *mm, unsigned int lock)
{
	struct vm_area_struct *vma;

	for_each_vma(mm, vma)
		lock_part(&vma, vma->vm_start, vma->vm_end, lock);
}

static void populate_all(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	unsigned long at = 0, end;

	for (;; at = end) {
		mmap_read_lock(mm);
		vma = find_vma(mm, at);
		at = vma ? max(at, vma->vm_start) : 0;
		end = vma ? vma->vm_end : 0;
		mmap_read_unlock(mm);
		if (!end)
			return;
		populate_range(mm, at, end, FAULT_NATURAL);
	}
}

SYSCALL_DEFINE1(mlockall, int, flags)
{
	unsigned int lock = flags & MCL_ONFAULT ? LOCK_FLAGS : VM_LOCKED;
	struct mm_struct *mm = current->mm;
	int err = 0;

	if (!flags || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	if (!may_mlock())
		return -EPERM;
	mmap_write_lock(mm);
	if (flags & MCL_CURRENT && mm->total_vm > lock_limit()) {
		err = -ENOMEM;
	} else {
		mm->def_flags = (mm->def_flags & ~LOCK_FLAGS) | (flags & MCL_FUTURE ? lock : 0);
		if (flags & MCL_CURRENT)
			lock_all(mm, lock);
	}
	mmap_write_unlock(mm);
	if (!err && (flags & (MCL_CURRENT | MCL_ONFAULT)) == MCL_CURRENT)
		populate_all(mm);
	return err;
}

SYSCALL_DEFINE0(munlockall)
{
	struct mm_struct *mm = current->mm;

	mmap_write_lock(mm);
	mm->def_flags &= ~LOCK_FLAGS;
	lock_all(mm, 0);
	mmap_write_unlock(mm);
	return 0;
}
