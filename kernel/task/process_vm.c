// SPDX-License-Identifier: BSD-2-Clause
/*
 * process_vm_readv() and process_vm_writev(): bytes from one process's memory straight
 * to another's, for those who may look into it. A page of the other is found and held
 * as a fault of its own would find it; ours is copied to or from as by read().
 */
#include <asm/uaccess.h>
#include <kernel/pid.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/uio.h>
#include <lib/err.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define MAX_PIECES	1024		/* UIO_MAXIOV */

/* @len bytes at @addr of @mm, as far as @local goes. Return: bytes copied, less where a page is not there. */
static size_t transfer_piece(struct mm_struct *mm, unsigned long addr, size_t len, struct iov_iter *local, bool write)
{
	size_t done = 0, n, got;

	for (len = min(len, iov_iter_count(local)); done < len; done += got) {
		unsigned long at = addr + done, offset = at & ~PAGE_MASK;
		struct page *page = get_user_page(mm, at, write ? FAULT_WRITE : 0);
		char *bytes;

		if (IS_ERR(page))
			break;
		bytes = (char *)page_address(page) + offset;
		n = min(len - done, PAGE_SIZE - offset);
		got = write ? copy_from_iter(bytes, n, local) : copy_to_iter(bytes, n, local);
		put_page(page);
		if (got < n)
			return done + got;
		if (fatal_signal_pending(current))
			return done + got;
	}
	return done;
}

static ssize_t transfer(struct mm_struct *mm, const struct iovec *remote, unsigned long nr, struct iov_iter *local,
			bool write)
{
	size_t sum = 0, done, want;
	unsigned long i;

	for (i = 0; i < nr && iov_iter_count(local); i++) {
		want = min(remote[i].iov_len, iov_iter_count(local));
		done = transfer_piece(mm, (unsigned long)remote[i].iov_base, want, local, write);
		sum += done;
		if (done < want)
			return sum ? (ssize_t)sum : -EFAULT;
	}
	return sum;
}

/* The memory of process @nr, if this one may look into it. */
static struct mm_struct *mm_of(int nr)
{
	struct task_struct *p = get_task_by_pid(nr);
	struct mm_struct *mm;

	if (!p)
		return ERR_PTR(-ESRCH);
	mm = may_trace(p) ? get_task_mm(p) : ERR_PTR(-EPERM);
	put_task_struct(p);
	return mm ? mm : ERR_PTR(-ESRCH);
}

/* Return: the array, to be kfree()d, or ERR_PTR. Its addresses are not ours, so only its lengths are checked. */
static struct iovec *copy_pieces(const struct iovec __user *uvec, unsigned long nr, size_t *sum)
{
	struct iovec *vec = nr <= MAX_PIECES ? kmalloc(max(nr, 1UL) * sizeof(*vec), GFP_KERNEL) : ERR_PTR(-EINVAL);
	unsigned long i;
	int err = 0;

	if (IS_ERR(vec))
		return vec;
	if (!vec)
		return ERR_PTR(-ENOMEM);
	if (copy_from_user(vec, uvec, nr * sizeof(*vec)))
		err = -EFAULT;
	for (i = *sum = 0; i < nr && !err; i++) {
		if ((ssize_t)vec[i].iov_len < 0)
			err = -EINVAL;
		*sum |= vec[i].iov_len;
	}
	if (!err)
		return vec;
	kfree(vec);
	return ERR_PTR(err);
}

static ssize_t transfer_checked(int nr, struct iov_iter *local, const struct iovec __user *uremote,
				unsigned long nr_remote, bool write)
{
	size_t any;
	struct iovec *remote = copy_pieces(uremote, nr_remote, &any);
	struct mm_struct *mm;
	ssize_t n = 0;

	if (IS_ERR(remote))
		return PTR_ERR(remote);
	if (any) {
		mm = mm_of(nr);
		if (IS_ERR(mm)) {
			n = PTR_ERR(mm);
		} else {
			n = transfer(mm, remote, nr_remote, local, write);
			mmput(mm);
		}
	}
	kfree(remote);
	return n;
}

static ssize_t process_vm_rw(int nr, const struct iovec __user *ulocal, unsigned long nr_local,
			     const struct iovec __user *uremote, unsigned long nr_remote, unsigned long flags, bool write)
{
	struct iovec fast[UIO_FASTIOV], *iov;
	struct iov_iter local;
	ssize_t n;

	if (flags)
		return -EINVAL;
	n = import_iovec(ulocal, nr_local, fast, &iov, &local);
	if (n < 0)
		return n;
	if (n)
		n = transfer_checked(nr, &local, uremote, nr_remote, write);
	if (iov != fast)
		kfree(iov);
	return n;
}

SYSCALL_DEFINE6(process_vm_readv, int, pid, const struct iovec __user *, local, unsigned long, nr_local,
		const struct iovec __user *, remote, unsigned long, nr_remote, unsigned long, flags)
{
	return process_vm_rw(pid, local, nr_local, remote, nr_remote, flags, false);
}

SYSCALL_DEFINE6(process_vm_writev, int, pid, const struct iovec __user *, local, unsigned long, nr_local,
		const struct iovec __user *, remote, unsigned long, nr_remote, unsigned long, flags)
{
	return process_vm_rw(pid, local, nr_local, remote, nr_remote, flags, true);
}
