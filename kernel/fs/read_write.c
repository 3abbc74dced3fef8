/* SPDX-License-Identifier: BSD-2-Clause */
/* read, write and their kind, and the position of open files. */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/pipe_fs.h>
#include <kernel/syscall.h>
#include <mm/slab.h>
#include <uapi/inotify.h>

/* --------------------------------------------------------------- one read or write */

/* Positions count up to the largest loff_t. */
static bool bad_range(const struct file *file, loff_t pos, size_t n)
{
	return file->f_mode & FMODE_LSEEK && (pos < 0 || n > (size_t)(MAX_LFS_FILESIZE - pos));
}

ssize_t vfs_iter_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	ssize_t n;

	if (!(file->f_mode & FMODE_READ))
		return -EBADF;
	if (unlikely(!file->f_op->read_iter))
		return S_ISDIR(file->f_inode->i_mode) ? -EISDIR : -EINVAL;
	if (unlikely(bad_range(file, *pos, to->count)))
		return -EINVAL;
	n = file->f_op->read_iter(file, to, pos);
	if (n > 0)
		fsnotify_dentry(file->f_path.dentry, IN_ACCESS);
	return n;
}

ssize_t vfs_iter_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	ssize_t n;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (unlikely(!file->f_op->write_iter))
		return -EINVAL;
	if (unlikely(bad_range(file, *pos, from->count)))
		return -EINVAL;
	n = file->f_op->write_iter(file, from, pos);
	if (n > 0)
		fsnotify_dentry(file->f_path.dentry, IN_MODIFY);
	return n;
}

ssize_t kernel_read(struct file *file, void *buf, size_t n, loff_t *pos)
{
	struct iov_iter to;

	iov_iter_kernel(&to, buf, min(n, MAX_RW_COUNT));
	return vfs_iter_read(file, &to, pos);
}

ssize_t kernel_write(struct file *file, const void *buf, size_t n, loff_t *pos)
{
	struct iov_iter from;

	iov_iter_kernel(&from, (void *)buf, min(n, MAX_RW_COUNT));
	return vfs_iter_write(file, &from, pos);
}

/* ------------------------------------------------------------------- the position */

/* Others may use the file too: its position is then used by one at a time. */
static inline bool lock_pos(struct file *file)
{
	if (!(file->f_mode & FMODE_POS_LOCK))
		return false;
	if (likely(__atomic_load_n(&file->f_count, __ATOMIC_ACQUIRE) == 1 &&
		   __atomic_load_n(&current->files->count, __ATOMIC_ACQUIRE) == 1))
		return false;
	mutex_lock(&file->f_pos_lock);
	return true;
}

static inline void unlock_pos(struct file *file, bool locked)
{
	if (unlikely(locked))
		mutex_unlock(&file->f_pos_lock);
}

static __inline_always ssize_t at_position(struct file *file, struct iov_iter *i, transfer_fn transfer)
{
	bool locked = lock_pos(file);
	ssize_t n = transfer(file, i, &file->f_pos);

	unlock_pos(file, locked);
	return n;
}

static __inline_always ssize_t with_buffer(unsigned int fd, char __user *buf, size_t count, transfer_fn transfer)
{
	struct fd f = fdget(fd);
	struct iov_iter i;
	ssize_t n = -EBADF;

	if (unlikely(!f.file))
		return n;
	if (unlikely(!access_ok(buf, count))) {
		n = -EFAULT;
	} else {
		iov_iter_ubuf(&i, buf, min(count, MAX_RW_COUNT));
		n = at_position(f.file, &i, transfer);
	}
	fdput(f);
	return n;
}

SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)
{
	return with_buffer(fd, buf, count, vfs_iter_read);
}

SYSCALL_DEFINE3(write, unsigned int, fd, const char __user *, buf, size_t, count)
{
	return with_buffer(fd, (char __user *)buf, count, vfs_iter_write);
}

static ssize_t at_offset(unsigned int fd, struct iov_iter *i, loff_t pos, transfer_fn transfer)
{
	struct fd f;
	ssize_t n;

	if (pos < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	n = f.file->f_mode & FMODE_PREAD ? transfer(f.file, i, &pos) : -ESPIPE;
	fdput(f);
	return n;
}

static ssize_t buffer_at_offset(unsigned int fd, char __user *buf, size_t count, loff_t pos, transfer_fn transfer)
{
	struct iov_iter i;

	if (!access_ok(buf, count))
		return -EFAULT;
	iov_iter_ubuf(&i, buf, min(count, MAX_RW_COUNT));
	return at_offset(fd, &i, pos, transfer);
}

SYSCALL_DEFINE4(pread64, unsigned int, fd, char __user *, buf, size_t, count, loff_t, pos)
{
	return buffer_at_offset(fd, buf, count, pos, vfs_iter_read);
}

SYSCALL_DEFINE4(pwrite64, unsigned int, fd, const char __user *, buf, size_t, count, loff_t, pos)
{
	return buffer_at_offset(fd, (char __user *)buf, count, pos, vfs_iter_write);
}

/* ------------------------------------------------------------------ several buffers */

/* Nothing is ever behind, so what asks for more haste or more safety is served. */
#define RWF_NO_MATTER	(RWF_HIPRI | RWF_DSYNC | RWF_SYNC)
#define RWF_KNOWN	(RWF_NO_MATTER | RWF_NOWAIT | RWF_APPEND)

ssize_t transfer_as(struct file *file, u32 more_flags, struct iov_iter *i, loff_t *pos, transfer_fn transfer)
{
	struct file as = *file;

	as.f_flags |= more_flags;
	return transfer(&as, i, pos);
}

/* Context: as for read and write, whose @pos it is. */
static ssize_t transfer_flagged(struct file *file, struct iov_iter *i, loff_t *pos, transfer_fn transfer, int flags)
{
	u32 more = (flags & RWF_NOWAIT ? O_NONBLOCK : 0) | (flags & RWF_APPEND ? O_APPEND : 0);

	if (flags & RWF_NOWAIT && !get_pipe_info(file))
		return -EOPNOTSUPP;	/* the others do not know beforehand whether they wait */
	return more && (get_pipe_info(file) || S_ISREG(file->f_inode->i_mode)) ?
	       transfer_as(file, more, i, pos, transfer) : transfer(file, i, pos);
}

static ssize_t do_flagged(struct file *file, struct iov_iter *i, loff_t pos, transfer_fn transfer, int flags)
{
	bool locked;
	ssize_t n;

	if (pos != -1)
		return pos < 0 ? -EINVAL : !(file->f_mode & FMODE_PREAD) ? -ESPIPE :
		       transfer_flagged(file, i, &pos, transfer, flags);
	locked = lock_pos(file);
	n = transfer_flagged(file, i, &file->f_pos, transfer, flags);
	unlock_pos(file, locked);
	return n;
}

/* @pos -1: that of the file */
static ssize_t pieces_flagged(unsigned int fd, const struct iovec __user *vec, unsigned long nr, loff_t pos, int flags,
			      transfer_fn transfer)
{
	struct iovec fast[UIO_FASTIOV], *iov;
	struct fd f = fdget(fd);
	struct iov_iter i;
	ssize_t n;

	if (!f.file)
		return -EBADF;
	n = flags & ~RWF_KNOWN ? -EOPNOTSUPP : import_iovec(vec, nr, fast, &iov, &i);
	if (n >= 0) {
		n = do_flagged(f.file, &i, pos, transfer, flags);
		if (iov != fast)
			kfree(iov);
	}
	fdput(f);
	return n;
}

static ssize_t pieces_at_offset(unsigned int fd, const struct iovec __user *vec, unsigned long nr, loff_t pos,
				transfer_fn transfer)
{
	struct iovec fast[UIO_FASTIOV], *iov;
	struct iov_iter i;
	ssize_t n;

	n = import_iovec(vec, nr, fast, &iov, &i);
	if (n < 0)
		return n;
	n = at_offset(fd, &i, pos, transfer);
	if (iov != fast)
		kfree(iov);
	return n;
}

SYSCALL_DEFINE3(readv, unsigned long, fd, const struct iovec __user *, vec, unsigned long, nr)
{
	return pieces_flagged(fd, vec, nr, -1, 0, vfs_iter_read);
}

SYSCALL_DEFINE3(writev, unsigned long, fd, const struct iovec __user *, vec, unsigned long, nr)
{
	return pieces_flagged(fd, vec, nr, -1, 0, vfs_iter_write);
}

SYSCALL_DEFINE4(preadv, unsigned long, fd, const struct iovec __user *, vec, unsigned long, nr, loff_t, pos)
{
	return pieces_at_offset(fd, vec, nr, pos, vfs_iter_read);
}

SYSCALL_DEFINE4(pwritev, unsigned long, fd, const struct iovec __user *, vec, unsigned long, nr, loff_t, pos)
{
	return pieces_at_offset(fd, vec, nr, pos, vfs_iter_write);
}

SYSCALL_DEFINE6(preadv2, unsigned long, fd, const struct iovec __user *, vec, unsigned long, nr, loff_t, pos,
		unsigned long, unused, int, flags)
{
	return pieces_flagged(fd, vec, nr, pos, flags, vfs_iter_read);
}

SYSCALL_DEFINE6(pwritev2, unsigned long, fd, const struct iovec __user *, vec, unsigned long, nr, loff_t, pos,
		unsigned long, unused, int, flags)
{
	return pieces_flagged(fd, vec, nr, pos, flags, vfs_iter_write);
}

/* --------------------------------------------------------------------------- lseek */

/* For files that are no more than their size, and have no holes to tell of. */
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence)
{
	loff_t size = i_size_read(file->f_inode), pos = offset;

	switch (whence) {
	case SEEK_SET:
		break;
	case SEEK_CUR:
		if (__builtin_add_overflow(file->f_pos, offset, &pos))
			return -EOVERFLOW;
		break;
	case SEEK_END:
		if (__builtin_add_overflow(size, offset, &pos))
			return -EOVERFLOW;
		break;
	case SEEK_DATA:
	case SEEK_HOLE:
		if (offset < 0 || offset >= size)
			return -ENXIO;
		pos = whence == SEEK_HOLE ? size : offset;
		break;
	default:
		return -EINVAL;
	}
	if (pos < 0)
		return -EINVAL;
	file->f_pos = pos;
	return pos;
}

loff_t noop_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos;
}

SYSCALL_DEFINE3(lseek, unsigned int, fd, loff_t, offset, unsigned int, whence)
{
	struct fd f = fdget(fd);
	loff_t pos = -ESPIPE;
	bool locked;

	if (!f.file)
		return -EBADF;
	if (whence > SEEK_HOLE) {
		pos = -EINVAL;
	} else if (f.file->f_mode & FMODE_LSEEK && f.file->f_op->llseek) {
		locked = lock_pos(f.file);
		pos = f.file->f_op->llseek(f.file, offset, whence);
		unlock_pos(f.file, locked);
	}
	fdput(f);
	return pos;
}
