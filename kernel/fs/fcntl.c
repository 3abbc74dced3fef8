/* SPDX-License-Identifier: BSD-2-Clause */
/* fcntl and ioctl, as far as they do not depend on the file. */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/pipe_fs.h>
#include <kernel/syscall.h>
#include <uapi/ioctl.h>

#define SETFL_FLAGS	(O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME)

void file_change_flags(struct file *file, u32 mask, u32 flags)
{
	spin_lock(&file->f_lock);
	__atomic_store_n(&file->f_flags, (file->f_flags & ~mask) | (flags & mask), __ATOMIC_RELAXED);
	spin_unlock(&file->f_lock);
}

static long set_flags(unsigned int fd, struct file *file, unsigned long flags)
{
	int err;

	if (flags & O_NOATIME & ~file->f_flags && !inode_owner_or_capable(file->f_inode))
		return -EPERM;
	err = (flags ^ file->f_flags) & FASYNC ? fasync_set(fd, file, flags & FASYNC) : 0;
	if (err)
		return err;
	file_change_flags(file, SETFL_FLAGS, flags);
	return 0;
}

static long pipe_size(struct file *file)
{
	struct pipe_inode_info *pipe = get_pipe_info(file);

	return pipe ? (long)pipe->size : -EBADF;
}

static long do_fcntl(unsigned int fd, struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case F_DUPFD:
		return do_fcntl_dupfd(file, arg, 0);
	case F_DUPFD_CLOEXEC:
		return do_fcntl_dupfd(file, arg, O_CLOEXEC);
	case F_GETFD:
		return get_close_on_exec(fd) ? FD_CLOEXEC : 0;
	case F_SETFD:
		set_close_on_exec(fd, arg & FD_CLOEXEC);
		return 0;
	case F_GETFL:
		return file->f_flags & ~O_CLOEXEC;
	}
	if (file->f_mode & FMODE_PATH)
		return -EBADF;
	switch (cmd) {
	case F_SETFL:
		return set_flags(fd, file, arg);
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
	case F_OFD_GETLK:
	case F_OFD_SETLK:
	case F_OFD_SETLKW:
		return fcntl_lock(fd, file, cmd, (struct flock __user *)arg);
	case F_GETOWN:
	case F_SETOWN:
	case F_GETOWN_EX:
	case F_SETOWN_EX:
	case F_GETSIG:
	case F_SETSIG:
		return fasync_fcntl(file, cmd, arg);
	case F_GETPIPE_SZ:
		return pipe_size(file);
	case F_SETPIPE_SZ:
		return pipe_resize(file, arg);
	case F_GET_SEALS:
		return memfd_get_seals(file);
	case F_ADD_SEALS:
		return memfd_add_seals(file, arg);
	}
	return -EINVAL;
}

SYSCALL_DEFINE3(fcntl, unsigned int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct fd f = fdget_raw(fd);
	long err;

	if (!f.file)
		return -EBADF;
	err = do_fcntl(fd, f.file, cmd, arg);
	fdput(f);
	return err;
}
SYSCALL_PARTIAL(fcntl, "leases, F_NOTIFY");

/* -------------------------------------------------------------------------- ioctl */

static long set_flag_by(unsigned int fd, struct file *file, u32 flag, const int __user *on)
{
	int value;

	if (get_user(value, on))
		return -EFAULT;
	if (flag == FASYNC && !file->f_op->async)
		return value ? -ENOTTY : 0;
	if (flag == FASYNC)
		return fasync_set(fd, file, value);
	file_change_flags(file, flag, value ? flag : 0);
	return 0;
}

/* What is left to read of a regular file. */
static long bytes_left(struct file *file, int __user *to)
{
	loff_t left = i_size_read(file->f_inode) - file->f_pos;

	return put_user((int)left, to);
}

static long do_ioctl(unsigned int fd, struct file *file, unsigned int cmd, unsigned long arg)
{
	long err = -ENOTTY;

	switch (cmd) {
	case FIOCLEX:
		set_close_on_exec(fd, true);
		return 0;
	case FIONCLEX:
		set_close_on_exec(fd, false);
		return 0;
	case FIONBIO:
		return set_flag_by(fd, file, O_NONBLOCK, (int __user *)arg);
	case FIOASYNC:
		return set_flag_by(fd, file, FASYNC, (int __user *)arg);
	}
	if (file->f_op->unlocked_ioctl)
		err = file->f_op->unlocked_ioctl(file, cmd, arg);
	if (err == -ENOTTY && cmd == FIONREAD && S_ISREG(file->f_inode->i_mode))
		return bytes_left(file, (int __user *)arg);
	return err;
}

SYSCALL_DEFINE3(ioctl, unsigned int, fd, unsigned int, cmd, unsigned long, arg)
{
	struct fd f = fdget(fd);
	long err;

	if (!f.file)
		return -EBADF;
	err = do_ioctl(fd, f.file, cmd, arg);
	fdput(f);
	return err;
}
