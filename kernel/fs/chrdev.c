/* SPDX-License-Identifier: BSD-2-Clause */
/* From the number of a device to the functions of its driver. */
#include "internal.h"
#include <kernel/chrdev.h>

static struct chrdev *all;		/* only ever added to; atomic */
static DEFINE_MUTEX(add_mutex);

static struct chrdev *find(u32 major, u32 minor, u32 count)
{
	struct chrdev *c = NULL;

	while ((c = chrdev_next(c)))
		if (c->major == major && c->minor < minor + count && minor < c->minor + c->count)
			return c;
	return NULL;
}

int register_chrdev(struct chrdev *cdev)
{
	int err = -EBUSY;

	mutex_lock(&add_mutex);
	if (!find(cdev->major, cdev->minor, cdev->count)) {
		cdev->next = all;
		__atomic_store_n(&all, cdev, __ATOMIC_RELEASE);
		err = 0;
	}
	mutex_unlock(&add_mutex);
	return err;
}

struct chrdev *chrdev_next(struct chrdev *cdev)
{
	return cdev ? cdev->next : __atomic_load_n(&all, __ATOMIC_ACQUIRE);
}

static int chrdev_open(struct inode *inode, struct file *file)
{
	struct chrdev *c = find(MAJOR(inode->i_rdev), MINOR(inode->i_rdev), 1);

	if (!c)
		return -ENXIO;
	file->f_op = c->fops;
	return c->fops->open ? c->fops->open(inode, file) : 0;
}

static int no_driver(struct inode *inode, struct file *file)
{
	return -ENXIO;
}

const struct file_operations chrdev_fops = { .open = chrdev_open };
const struct file_operations blkdev_fops = { .open = no_driver };
const struct file_operations socket_fops = { .open = no_driver };
