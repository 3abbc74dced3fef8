/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mremap(): a mapping becomes larger where it is, or moves. Pages move with their
 * entries, whole tables at once where both places are aligned to 2 MiB.
 */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <asm/tlb.h>
#include <kernel/cred.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <uapi/capability.h>
#include <uapi/errno.h>

/* What mremap() was asked for, sizes in whole pages. */
struct move {
	unsigned long	from, old_len, to, new_len;
	unsigned long	flags;
	unsigned long	populate;	/* first address to be touched afterwards, 0: none */
};

/* ---------------------------------------------------------------- entries */

static void move_entries(u64 *from, u64 *to, unsigned long pages)
{
	struct spinlock *old = table_lock(from), *new = table_lock(to);

	spin_lock(old);
	if (new != old)
		spin_lock_nested(new);		/* with mmap_lock to write nobody else takes two */
	for (; pages; pages--, from++, to++) {
		*to = *from;
		*from = 0;
	}
	if (new != old)
		spin_unlock(new);
	spin_unlock(old);
}

/* A large page, or a whole table. Return: false: the place is taken. */
static bool move_whole(u64 *from, u64 *to)
{
	struct spinlock *lock = table_lock(from);
	bool moved = false;

	spin_lock(lock);
	if (!*to) {
		*to = *from;
		*from = 0;
		moved = true;
	}
	spin_unlock(lock);
	return moved;
}

/* The part of a table that both @from and @to have whole, at most @len bytes. */
static unsigned long step_of(unsigned long from, unsigned long to, unsigned long len)
{
	unsigned long left = PMD_SIZE - (max(from & ~PMD_MASK, to & ~PMD_MASK));

	return min(left, len);
}

static int move_step(struct mm_struct *mm, unsigned long from, unsigned long to, unsigned long step)
{
	u64 *old = pmd_find(mm, from), *new, table;

	if (!old || !*old)
		return 0;
	new = pmd_alloc(mm, to);
	if (!new)
		return -ENOMEM;
	if (step == PMD_SIZE && move_whole(old, new))
		return 0;
	huge_split(mm, old, from);
	huge_split(mm, new, to);
	table = *new ? *new : pte_table_alloc(mm, new);
	if (!table)
		return -ENOMEM;
	move_entries(table_of(*old) + table_index(from, 1), table_of(table) + table_index(to, 1), step >> PAGE_SHIFT);
	return 0;
}

/* Return: bytes moved; less than @len when there was no memory for a table. */
static unsigned long move_pages(struct mm_struct *mm, unsigned long from, unsigned long to, unsigned long len)
{
	unsigned long done, step;

	for (done = 0; done < len; done += step) {
		step = step_of(from + done, to + done, len - done);
		if (move_step(mm, from + done, to + done, step))
			break;
	}
	if (done)
		flush_tlb_mm_range(mm, from, from + done);
	return done;
}

/* The same while nobody truncates the file: a page is not to be missed between its two places. */
static unsigned long move_vma_pages(struct vm_area_struct *vma, unsigned long from, unsigned long to, unsigned long len)
{
	unsigned long done;

	if (vma->vm_mapping)
		mutex_lock(&vma->vm_mapping->i_mmap_mutex);
	done = move_pages(vma->vm_mm, from, to, len);
	if (vma->vm_mapping)
		mutex_unlock(&vma->vm_mapping->i_mmap_mutex);
	return done;
}

/* ---------------------------------------------------------------- VMAs */

/* Whether the mapping may be as large as is wanted: 0 or -Exxx. */
static int check_resize(const struct vm_area_struct *vma, const struct move *m)
{
	unsigned long offset = (m->from - vma->vm_start) >> PAGE_SHIFT, grow;

	if (!m->old_len && !(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (m->flags & MREMAP_DONTUNMAP && vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return -EINVAL;
	if (m->old_len > vma->vm_end - m->from)
		return -EFAULT;
	if (m->new_len == m->old_len)
		return 0;
	if (vma->vm_pgoff + offset + (m->new_len >> PAGE_SHIFT) < vma->vm_pgoff)
		return -EINVAL;
	if (vma->vm_flags & (VM_DONTEXPAND | VM_PFNMAP))
		return -EFAULT;
	if (m->new_len < m->old_len)
		return 0;
	grow = (m->new_len - m->old_len) >> PAGE_SHIFT;
	if (vma->vm_flags & VM_LOCKED && !capable(CAP_IPC_LOCK) &&
	    vma->vm_mm->locked_vm + grow > limit_of(RLIMIT_MEMLOCK) >> PAGE_SHIFT)
		return -EAGAIN;
	return may_expand_vm(vma->vm_mm, vma->vm_flags, grow) ? 0 : -ENOMEM;
}

static struct vm_area_struct *new_place(struct vm_area_struct *vma, const struct move *m)
{
	struct vm_area_struct *new = vma_alloc(vma);

	if (!new)
		return NULL;
	if (vma->vm_ops)
		new->vm_pgoff += (m->from - vma->vm_start) >> PAGE_SHIFT;
	new->vm_start = m->to;
	new->vm_end = m->to + m->new_len;
	vma_link(vma->vm_mm, new, vma);
	if (new->vm_ops && new->vm_ops->open)
		new->vm_ops->open(new);
	vm_stat_account(new->vm_mm, new->vm_flags, new->vm_file, vma_pages(new));
	return new;
}

/* The old place stays, empty. */
static void keep_old(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	if (!(vma->vm_flags & VM_LOCKED))
		return;
	vma = vma_isolate(vma, start, end);
	if (!vma)
		return;
	vma->vm_mm->locked_vm -= vma_pages(vma);
	vma->vm_flags &= ~(VM_LOCKED | VM_LOCKONFAULT);
}

/* To m->to, which is free. Return: where it is now, or -Exxx. */
static unsigned long move_vma(struct vm_area_struct *vma, struct move *m)
{
	struct mm_struct *mm = vma->vm_mm;
	bool charge = vma->vm_flags & VM_ACCOUNT;
	struct vm_area_struct *new;

	if (mm->map_count + 3 >= sysctl_max_map_count)	/* splits on both sides of the old place */
		return -ENOMEM;
	if (charge && vm_charge(m->new_len >> PAGE_SHIFT))
		return -ENOMEM;
	new = new_place(vma, m);
	if (!new) {
		if (charge)
			vm_uncharge(m->new_len >> PAGE_SHIFT);
		return -ENOMEM;
	}
	if (move_vma_pages(vma, m->from, m->to, m->old_len) < m->old_len) {
		move_vma_pages(vma, m->to, m->from, m->old_len);	/* tables for the way back are there */
		do_munmap(mm, m->to, m->new_len);
		return -ENOMEM;
	}
	new->anon = vma->anon;
	if (vma->vm_flags & VM_LOCKED && m->new_len > m->old_len)
		m->populate = m->to + m->old_len;
	if (m->flags & MREMAP_DONTUNMAP)
		keep_old(vma, m->from, m->from + m->old_len);
	else if (m->old_len)
		do_munmap(mm, m->from, m->old_len);
	vma_join(vma_lookup(mm, m->to));
	return m->to;
}

/* To a place the program chose, or any when the old one is to stay. */
static unsigned long move_to(struct mm_struct *mm, struct move *m)
{
	struct vm_area_struct *vma;
	int err;

	if (m->to & ~PAGE_MASK || m->new_len > TASK_SIZE || m->to > TASK_SIZE - m->new_len)
		return -EINVAL;
	if (m->from + m->old_len > m->to && m->to + m->new_len > m->from)
		return -EINVAL;
	if (m->flags & MREMAP_FIXED) {
		if (m->to < MMAP_MIN_ADDR && !capable(CAP_SYS_RAWIO))
			return -EPERM;
		err = do_munmap(mm, m->to, m->new_len);
		if (err)
			return err;
	}
	if (m->old_len > m->new_len) {
		err = do_munmap(mm, m->from + m->new_len, m->old_len - m->new_len);
		if (err)
			return err;
		m->old_len = m->new_len;
	}
	vma = vma_lookup(mm, m->from);
	err = vma ? check_resize(vma, m) : -EFAULT;
	if (err)
		return err;
	if (m->flags & MREMAP_DONTUNMAP && !may_expand_vm(mm, vma->vm_flags, m->old_len >> PAGE_SHIFT))
		return -ENOMEM;
	if (!(m->flags & MREMAP_FIXED)) {
		m->to = get_unmapped_area(mm, m->to, m->new_len, 0);
		if ((long)m->to < 0)
			return m->to;
	}
	return move_vma(vma, m);
}

/* Whether the mapping ends where it is to grow, and there is room. */
static bool can_grow(const struct vm_area_struct *vma, const struct move *m)
{
	unsigned long end = m->from + m->new_len;

	return vma->vm_end == m->from + m->old_len && m->new_len <= TASK_SIZE && end <= TASK_SIZE && end > vma->vm_end &&
	       vma_tree_find_gap(&vma->vm_mm->vmas, end - vma->vm_end, vma->vm_end, end, false) != NO_GAP;
}

static unsigned long grow_in_place(struct vm_area_struct *vma, struct move *m)
{
	unsigned long pages = (m->new_len - m->old_len) >> PAGE_SHIFT;

	if (vma->vm_flags & VM_ACCOUNT && vm_charge(pages))
		return -ENOMEM;
	if (vma->vm_flags & VM_LOCKED)
		m->populate = vma->vm_end;
	vma_resize(vma, vma->vm_start, m->from + m->new_len);
	vm_stat_account(vma->vm_mm, vma->vm_flags, vma->vm_file, pages);
	vma_join(vma);
	return m->from;
}

static unsigned long do_mremap(struct mm_struct *mm, struct move *m)
{
	struct vm_area_struct *vma = vma_lookup(mm, m->from);
	int err;

	if (!vma)
		return -EFAULT;
	if (m->flags & (MREMAP_FIXED | MREMAP_DONTUNMAP))
		return move_to(mm, m);
	if (m->old_len >= m->new_len) {
		err = m->old_len > m->new_len ? do_munmap(mm, m->from + m->new_len, m->old_len - m->new_len) : 0;
		return err ? err : m->from;
	}
	err = check_resize(vma, m);
	if (err)
		return err;
	if (can_grow(vma, m))
		return grow_in_place(vma, m);
	if (!(m->flags & MREMAP_MAYMOVE))
		return -ENOMEM;
	m->to = get_unmapped_area(mm, 0, m->new_len, 0);
	return (long)m->to < 0 ? m->to : move_vma(vma, m);
}

SYSCALL_DEFINE5(mremap, unsigned long, addr, unsigned long, old_len, unsigned long, new_len, unsigned long, flags,
		unsigned long, new_addr)
{
	struct move m = { .from = addr, .old_len = ALIGN(old_len, PAGE_SIZE), .to = new_addr,
			  .new_len = ALIGN(new_len, PAGE_SIZE), .flags = flags };
	struct mm_struct *mm = current->mm;
	unsigned long ret;

	if (flags & ~(unsigned long)(MREMAP_FIXED | MREMAP_MAYMOVE | MREMAP_DONTUNMAP))
		return -EINVAL;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (flags & MREMAP_DONTUNMAP && old_len != new_len)
		return -EINVAL;
	if (addr & ~PAGE_MASK || !m.new_len)
		return -EINVAL;
	mmap_write_lock(mm);
	ret = do_mremap(mm, &m);
	mmap_write_unlock(mm);
	if (m.populate && (long)ret >= 0)
		populate_range(mm, m.populate, ret + m.new_len, FAULT_NATURAL);
	return ret;
}
