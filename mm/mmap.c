/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmap(), munmap(), brk() and the growth of stacks: which addresses a process has.
 * Nothing is behind a new address until it is touched (mm/memory.c).
 *
 * What a program asks for is checked in the order in which Linux checks it, so that
 * of several mistakes both complain of the same.
 */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <lib/err.h>
#include <uapi/capability.h>
#include <uapi/errno.h>
#include <uapi/mount.h>

#define MAP_32BIT_START	0x40000000UL
#define MAP_32BIT_END	0x80000000UL

static bool is_page_multiple(unsigned long x)
{
	return !(x & ~PAGE_MASK);
}

/* ---------------------------------------------------------------- where */

static bool range_is_free(const struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	return addr <= TASK_SIZE - len && vma_tree_find_gap(&mm->vmas, len, addr, addr + len, false) != NO_GAP;
}

/* From the top down below mmap_base; where that is full, anywhere. */
static unsigned long find_area(const struct mm_struct *mm, unsigned long len)
{
	unsigned long addr = vma_tree_find_gap(&mm->vmas, len, MMAP_MIN_ADDR, mm->mmap_base, true);

	return addr != NO_GAP ? addr : vma_tree_find_gap(&mm->vmas, len, MMAP_MIN_ADDR, TASK_SIZE, false);
}

/* What is large enough begins at a multiple of 2 MiB, so that large pages fit. */
static unsigned long find_large_area(const struct mm_struct *mm, unsigned long len)
{
	unsigned long addr = find_area(mm, len + PMD_SIZE - PAGE_SIZE);

	return addr != NO_GAP ? ALIGN(addr, PMD_SIZE) : find_area(mm, len);
}

unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned long flags)
{
	if (len > TASK_SIZE)
		return -ENOMEM;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (addr > TASK_SIZE - len)
			return -ENOMEM;
		return is_page_multiple(addr) ? addr : -EINVAL;
	}
	addr = ALIGN(addr, PAGE_SIZE);
	if (addr) {
		addr = max(addr, MMAP_MIN_ADDR);
		if (range_is_free(mm, addr, len))
			return addr;
	}
	if (flags & MAP_32BIT)
		addr = vma_tree_find_gap(&mm->vmas, len, MAP_32BIT_START, MAP_32BIT_END, false);
	else
		addr = len >= PMD_SIZE ? find_large_area(mm, len) : find_area(mm, len);
	return addr != NO_GAP ? addr : -ENOMEM;
}

/* ---------------------------------------------------------------- munmap */

/* @vma loses the part [@from, @to), which is at an end of it or all of it. */
static void take_part(struct vm_area_struct *vma, unsigned long from, unsigned long to, struct vm_area_struct **dead)
{
	unsigned long pages = (to - from) >> PAGE_SHIFT;

	vm_stat_account(vma->vm_mm, vma->vm_flags, vma->vm_file, -pages);
	if (vma->vm_flags & VM_ACCOUNT)
		vm_uncharge(pages);
	if (from > vma->vm_start) {
		vma_resize(vma, vma->vm_start, from);
	} else if (to < vma->vm_end) {
		vma_resize(vma, to, vma->vm_end);
	} else {
		vma_unlink(vma->vm_mm, vma);
		vma->vm_next = *dead;
		*dead = vma;
	}
}

static void destroy_all(struct vm_area_struct *dead)
{
	struct vm_area_struct *next;

	for (; dead; dead = next) {
		next = dead->vm_next;
		vma_destroy(dead);
	}
}

/* All VMAs of the range, of which only the first and the last may be there in part. */
static void unmap_range(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	unsigned long floor = vma->vm_start < start ? start : vma->vm_prev ? vma->vm_prev->vm_end : 0;
	struct vm_area_struct *dead = NULL, *next;
	struct mmu_gather tlb;

	tlb_gather(&tlb, mm, false);
	for (; vma && vma->vm_start < end; vma = next) {
		unsigned long from = max(vma->vm_start, start), to = min(vma->vm_end, end);

		next = vma->vm_next;
		take_part(vma, from, to, &dead);
		zap_range(&tlb, vma, from, to);
	}
	vma = find_vma(mm, end);
	free_tables(&tlb, start, end, floor, vma ? max(vma->vm_start, end) : ~0UL);
	tlb_finish(&tlb);
	destroy_all(dead);
}

int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	struct vm_area_struct *vma;
	unsigned long end;

	if (!is_page_multiple(start) || start > TASK_SIZE || len > TASK_SIZE - start)
		return -EINVAL;
	len = ALIGN(len, PAGE_SIZE);
	if (!len)
		return -EINVAL;
	end = start + len;
	vma = find_vma(mm, start);
	if (!vma || vma->vm_start >= end)
		return 0;
	if (vma->vm_start < start && end < vma->vm_end && !vma_split(vma, end))
		return -ENOMEM;
	unmap_range(mm, vma, start, end);
	return 0;
}

int vm_munmap(unsigned long addr, unsigned long len)
{
	struct mm_struct *mm = current->mm;
	int err;

	mmap_write_lock(mm);
	err = do_munmap(mm, addr, len);
	mmap_write_unlock(mm);
	return err;
}

SYSCALL_DEFINE2(munmap, unsigned long, addr, size_t, len)
{
	return vm_munmap(addr, len);
}

/* ---------------------------------------------------------------- mmap */

/* What becomes of prot and flags, but for the file's part. */
static unsigned int vm_flags_of(const struct mm_struct *mm, unsigned long prot, unsigned long flags)
{
	unsigned int vm_flags = mm->def_flags | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC;

	vm_flags |= prot & (VM_READ | VM_WRITE | VM_EXEC);
	if (flags & MAP_GROWSDOWN)
		vm_flags |= VM_GROWSDOWN;
	if (flags & MAP_LOCKED)
		vm_flags |= VM_LOCKED;
	if (flags & MAP_NORESERVE && sysctl_overcommit_memory != 2)
		vm_flags |= VM_NORESERVE;
	return vm_flags;
}

/* What the file lets do. Return: 0 or -Exxx, and *@vm_flags. */
static int check_file(const struct file *file, unsigned long prot, unsigned long flags, unsigned int *vm_flags)
{
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (shared) {
		if (prot & PROT_WRITE && !(file->f_mode & FMODE_WRITE))
			return -EACCES;
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
		if (!(file->f_mode & FMODE_WRITE))
			*vm_flags &= ~(VM_MAYWRITE | VM_SHARED);
	}
	if (!(file->f_mode & FMODE_READ))
		return -EACCES;
	if (file->f_path.mnt && file->f_path.mnt->mnt_flags & MS_NOEXEC) {
		if (prot & PROT_EXEC)
			return -EPERM;
		*vm_flags &= ~VM_MAYEXEC;
	}
	if (!file->f_op->mmap)
		return -ENODEV;
	return *vm_flags & VM_GROWSDOWN ? -EINVAL : 0;
}

/* Whether offsets of a file reach as far as the end of the mapping. */
static bool offsets_exist(unsigned long pgoff, unsigned long pages)
{
	unsigned long max = (unsigned long)MAX_LFS_FILESIZE >> PAGE_SHIFT;

	return pages <= max && pgoff <= max - pages;
}

static int check_type(const struct file *file, unsigned long prot, unsigned long flags, unsigned int *vm_flags)
{
	unsigned int type = flags & MAP_TYPE;

	if (type != MAP_PRIVATE && type != MAP_SHARED && (type != MAP_SHARED_VALIDATE || !file))
		return -EINVAL;
	if (file) {
		if (type == MAP_SHARED_VALIDATE &&
		    flags & ~(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | MAP_DENYWRITE |
			      MAP_EXECUTABLE | MAP_LOCKED | MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_STACK |
			      MAP_HUGETLB | MAP_FIXED_NOREPLACE))
			return -EOPNOTSUPP;
		return check_file(file, prot, flags, vm_flags);
	}
	if (type == MAP_SHARED) {
		if (*vm_flags & VM_GROWSDOWN)
			return -EINVAL;
		*vm_flags |= VM_SHARED | VM_MAYSHARE;
	}
	return 0;
}

static bool may_lock(const struct mm_struct *mm, unsigned long pages)
{
	return capable(CAP_IPC_LOCK) || mm->locked_vm + pages <= limit_of(RLIMIT_MEMLOCK) >> PAGE_SHIFT;
}

/* What is promised: private memory that may be written, and shared memory without a file. */
static bool is_promise(const struct file *file, unsigned int vm_flags)
{
	if (vm_flags & VM_NORESERVE)
		return false;
	return vm_flags & VM_SHARED ? !file : vm_flags & VM_WRITE;
}

/* A new VMA for what @new describes, or a neighbour that takes it in; @new is not used any more. */
static void place_vma(struct mm_struct *mm, struct vm_area_struct *new)
{
	struct vm_area_struct *next = find_vma(mm, new->vm_start), *prev = next ? next->vm_prev : mm->vmas.last;

	vm_stat_account(mm, new->vm_flags, new->vm_file, vma_pages(new));
	if (prev && vma_can_join(prev, new)) {
		vma_resize(prev, prev->vm_start, new->vm_end);
		vma_join(prev);
	} else if (next && vma_can_join(new, next)) {
		vma_resize(next, new->vm_start, next->vm_end);
	} else {
		vma_link(mm, new, NULL);
		return;
	}
	vma_free(new);
}

/* What is behind the addresses of @vma: 0 or -Exxx. */
static int open_vma(struct vm_area_struct *vma)
{
	if (vma->vm_file)
		return vma->vm_file->f_op->mmap(vma->vm_file, vma);
	return vma->vm_flags & VM_SHARED ? shared_anon_mmap(vma) : 0;
}

/* A mapping of a device may have made entries before it failed. */
static void undo_open(struct vm_area_struct *vma)
{
	struct mmu_gather tlb;

	tlb_gather(&tlb, vma->vm_mm, false);
	zap_range(&tlb, vma, vma->vm_start, vma->vm_end);
	tlb_finish(&tlb);
}

static int new_mapping(struct mm_struct *mm, struct file *file, unsigned long addr, unsigned long len,
		       unsigned int vm_flags, unsigned long pgoff)
{
	struct vm_area_struct like = { .vm_mm = mm, .vm_start = addr, .vm_end = addr + len, .vm_file = file,
				       .vm_pgoff = file ? pgoff : 0 }, *vma;
	bool promise = is_promise(file, vm_flags);
	int err = -ENOMEM;

	if (promise && vm_charge(len >> PAGE_SHIFT))
		return -ENOMEM;
	vma_set_flags(&like, vm_flags | (promise ? VM_ACCOUNT : 0));
	vma = vma_alloc(&like);
	if (vma)
		err = open_vma(vma);
	if (err) {
		if (vma) {
			undo_open(vma);
			vma_free(vma);
		}
		if (promise)
			vm_uncharge(len >> PAGE_SHIFT);
		return err;
	}
	place_vma(mm, vma);
	return 0;
}

unsigned long do_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	unsigned int vm_flags;
	int err;

	if (!len)
		return -EINVAL;
	len = ALIGN(len, PAGE_SIZE);
	if (!len)
		return -ENOMEM;
	if (pgoff + (len >> PAGE_SHIFT) < pgoff)
		return -EOVERFLOW;
	if (mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	addr = get_unmapped_area(mm, addr, len, flags);
	if ((long)addr < 0)
		return addr;
	if (addr < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
		return -EPERM;
	if (flags & MAP_FIXED_NOREPLACE && !range_is_free(mm, addr, len))
		return -EEXIST;
	vm_flags = vm_flags_of(mm, prot, flags);
	if (flags & MAP_LOCKED && !limit_of(RLIMIT_MEMLOCK) && !capable(CAP_IPC_LOCK))
		return -EPERM;
	if (vm_flags & VM_LOCKED && !may_lock(mm, len >> PAGE_SHIFT))
		return -EAGAIN;
	if (file && !offsets_exist(pgoff, len >> PAGE_SHIFT))
		return -EOVERFLOW;
	err = check_type(file, prot, flags, &vm_flags);
	if (err)
		return err;
	if (!may_expand_vm(mm, vm_flags, len >> PAGE_SHIFT))
		return -ENOMEM;
	err = do_munmap(mm, addr, len);
	if (!err)
		err = new_mapping(mm, file, addr, len, vm_flags, pgoff);
	return err ? err : addr;
}

unsigned long vm_mmap(struct file *file, unsigned long addr, unsigned long len, unsigned long prot,
		      unsigned long flags, unsigned long pgoff)
{
	struct mm_struct *mm = current->mm;
	bool locked;

	mmap_write_lock(mm);
	addr = do_mmap(file, addr, len, prot, flags, pgoff);
	locked = mm->def_flags & VM_LOCKED;
	mmap_write_unlock(mm);
	if ((long)addr >= 0 && (flags & (MAP_POPULATE | MAP_NONBLOCK)) == MAP_POPULATE)
		populate_range(mm, addr, addr + ALIGN(len, PAGE_SIZE), FAULT_NATURAL);
	else if ((long)addr >= 0 && (locked || flags & MAP_LOCKED))
		populate_range(mm, addr, addr + ALIGN(len, PAGE_SIZE), FAULT_NATURAL);
	return addr;
}

/* What is right about it finds no pages, since none were set aside. */
static long map_huge(unsigned long addr, unsigned long len, unsigned long flags)
{
	unsigned int order = flags >> MAP_HUGE_SHIFT & MAP_HUGE_MASK;

	if (!len || (order && order != PMD_SHIFT && order != PUD_SHIFT))
		return -EINVAL;
	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) && addr & ((1UL << (order ? order : PMD_SHIFT)) - 1))
		return -EINVAL;
	return -ENOMEM;
}

SYSCALL_DEFINE6(mmap, unsigned long, addr, unsigned long, len, unsigned long, prot, unsigned long, flags,
		unsigned long, fd, unsigned long, off)
{
	struct fd f = { 0 };

	if (!is_page_multiple(off))
		return -EINVAL;
	if (!(flags & MAP_ANONYMOUS)) {
		f = fdget(fd);
		if (!f.file)
			return -EBADF;
	}
	if (flags & MAP_HUGETLB)
		addr = f.file ? -EINVAL : map_huge(addr, len, flags);
	else
		addr = vm_mmap(f.file, addr, len, prot, flags, off >> PAGE_SHIFT);
	fdput(f);
	return addr;
}
SYSCALL_PARTIAL(mmap, "MAP_HUGETLB: no huge pages can be set aside, so it is ENOMEM, with MAP_NORESERVE too");

/* ---------------------------------------------------------------- brk */

/* Context: [@addr, @addr + @len) is free, or becomes so. */
static int brk_mapping(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int flags)
{
	unsigned int vm_flags = VM_DATA_FLAGS | flags | mm->def_flags;

	if (addr > TASK_SIZE || len > TASK_SIZE - addr)
		return -ENOMEM;
	if (vm_flags & VM_LOCKED && !may_lock(mm, len >> PAGE_SHIFT))
		return -EAGAIN;
	if (!may_expand_vm(mm, vm_flags, len >> PAGE_SHIFT) || mm->map_count >= sysctl_max_map_count)
		return -ENOMEM;
	return new_mapping(mm, NULL, addr, len, vm_flags & ~VM_ACCOUNT, 0);
}

int vm_brk_flags(unsigned long addr, unsigned long len, unsigned int flags)
{
	struct mm_struct *mm = current->mm;
	int err;

	len = ALIGN(len, PAGE_SIZE);
	if (!len)
		return 0;
	mmap_write_lock(mm);
	err = do_munmap(mm, addr, len);
	if (!err)
		err = brk_mapping(mm, addr, len, flags);
	mmap_write_unlock(mm);
	return err;
}

/* Return: 0: done; else the break stays where it is. */
static int move_brk(struct mm_struct *mm, unsigned long brk, unsigned long *populate)
{
	unsigned long from = ALIGN(mm->brk, PAGE_SIZE), to = ALIGN(brk, PAGE_SIZE);
	unsigned long limit = limit_of(RLIMIT_DATA);
	struct vm_area_struct *next;

	if (brk < mm->start_brk || brk > TASK_SIZE ||
	    (limit != RLIM_INFINITY && brk - mm->start_brk + (mm->end_data - mm->start_data) > limit))
		return -ENOMEM;
	if (to < from)
		return do_munmap(mm, to, from - to);
	if (to == from)
		return 0;
	next = find_vma(mm, from);
	if (next && to + PAGE_SIZE > next->vm_start - (next->vm_flags & VM_GROWSDOWN ? STACK_GUARD_GAP : 0))
		return -ENOMEM;
	*populate = mm->def_flags & VM_LOCKED ? to : 0;
	return brk_mapping(mm, from, to - from, 0);
}

SYSCALL_DEFINE1(brk, unsigned long, brk)
{
	struct mm_struct *mm = current->mm;
	unsigned long old, populate = 0;

	mmap_write_lock(mm);
	old = mm->brk;
	if (move_brk(mm, brk, &populate))
		brk = populate = old;
	else
		mm->brk = brk;
	mmap_write_unlock(mm);
	if (populate > old)
		populate_range(mm, ALIGN(old, PAGE_SIZE), populate, FAULT_NATURAL);
	return brk;
}

/* ---------------------------------------------------------------- stacks */

struct vm_area_struct *expand_stack(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = find_vma(mm, addr);
	unsigned long start = addr & PAGE_MASK, grow;

	if (!vma || vma->vm_start <= addr)
		return vma;
	grow = (vma->vm_start - start) >> PAGE_SHIFT;
	if (!(vma->vm_flags & VM_GROWSDOWN) || start < MMAP_MIN_ADDR ||
	    vma->vm_end - start > limit_of(RLIMIT_STACK) || !may_expand_vm(mm, vma->vm_flags, grow))
		return NULL;
	if (vma->vm_prev && vma->vm_prev->vm_flags & (VM_READ | VM_WRITE | VM_EXEC) &&
	    start - vma->vm_prev->vm_end < STACK_GUARD_GAP)
		return NULL;
	if (vma->vm_prev && start < vma->vm_prev->vm_end)
		return NULL;
	if (vma->vm_flags & VM_LOCKED && !may_lock(mm, grow))
		return NULL;
	if (vma->vm_flags & VM_ACCOUNT && vm_charge(grow))
		return NULL;
	vm_stat_account(mm, vma->vm_flags, false, grow);
	vma_resize(vma, start, vma->vm_end);
	return vma;
}

int setup_arg_pages(struct mm_struct *mm, unsigned long stack_top, bool exec)
{
	unsigned int flags = VM_STACK_FLAGS | (exec ? VM_EXEC : 0) | mm->def_flags;
	int err;

	mmap_write_lock(mm);
	err = range_is_free(mm, stack_top - PAGE_SIZE, PAGE_SIZE) ? 
	      new_mapping(mm, NULL, stack_top - PAGE_SIZE, PAGE_SIZE, flags & ~VM_ACCOUNT, 0) : -ENOMEM;
	mmap_write_unlock(mm);
	return err;
}

/* ---------------------------------------------------------------- mappings of the kernel's own */

struct vm_area_struct *install_special_mapping(struct mm_struct *mm, unsigned long addr, unsigned long len,
					       unsigned int vm_flags, const struct vm_operations_struct *ops,
					       void *private_data)
{
	struct vm_area_struct like = { .vm_mm = mm, .vm_start = addr, .vm_end = addr + len, .vm_ops = ops,
				       .vm_private_data = private_data }, *vma;

	if (!range_is_free(mm, addr, len))
		return ERR_PTR(-EEXIST);
	vma_set_flags(&like, vm_flags | VM_DONTEXPAND);
	vma = vma_alloc(&like);
	if (!vma)
		return ERR_PTR(-ENOMEM);
	vm_stat_account(mm, vma->vm_flags, false, vma_pages(vma));
	vma_link(mm, vma, NULL);
	return vma;
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn, unsigned long size, u64 cache)
{
	u64 prot, *pmd, table;

	vma->vm_flags |= VM_PFNMAP | VM_IO | VM_DONTEXPAND | VM_DONTDUMP;
	vma->vm_page_prot |= cache;
	prot = vma->vm_page_prot | _PAGE_SPECIAL;
	for (; size >= PAGE_SIZE; size -= PAGE_SIZE, addr += PAGE_SIZE, pfn++) {
		pmd = pmd_alloc(vma->vm_mm, addr);
		table = pmd ? *pmd ? *pmd : pte_table_alloc(vma->vm_mm, pmd) : 0;
		if (!table)
			return -ENOMEM;
		table_of(table)[table_index(addr, 1)] = mk_pte(PFN_PHYS(pfn), prot);
	}
	return 0;
}
