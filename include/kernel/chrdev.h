/* SPDX-License-Identifier: BSD-2-Clause */
/* Character devices: a number leads to functions, and devtmpfs shows a name for it. */
#ifndef KERNEL_CHRDEV_H
#define KERNEL_CHRDEV_H

#include <kernel/fs.h>

/* Numbers [minor, minor + count) of @major. open() of an inode with such a number gives it f_op and calls its open(). */
struct chrdev {
	u32		major, minor, count;
	const char	*name;		/* in /proc/devices */
	const struct file_operations *fops;
	struct chrdev	*next;
};

/** register_chrdev() - @cdev is never freed. Return: 0 or -EBUSY */
int register_chrdev(struct chrdev *cdev);

/** chrdev_next() - the one after @cdev, the first for NULL; for /proc/devices */
struct chrdev *chrdev_next(struct chrdev *cdev);

/**
 * devtmpfs_create() - a node for a device, "tty0" or "pts/0"; directories on the way are made
 * @mode: permissions of a character device, or S_IFBLK too
 * Works from vfs_init() on, whether devtmpfs is mounted or not.
 * devtmpfs_symlink(), devtmpfs_mkdir() - the other things /dev has
 * Return: 0 or -Exxx.
 */
int devtmpfs_create(const char *name, umode_t mode, dev_t dev);
int devtmpfs_symlink(const char *name, const char *target);
int devtmpfs_mkdir(const char *name, umode_t mode);

#endif
