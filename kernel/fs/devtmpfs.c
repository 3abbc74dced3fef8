/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree of device nodes. It is there from the start, so that drivers can add to
 * it at any time; mounts of it all show the same tree.
 */
#include "internal.h"
#include <kernel/chrdev.h>
#include <kernel/namei.h>
#include <uapi/mount.h>

static struct vfsmount *dev_mnt;

static struct file_system_type devtmpfs_type = {
	.name = "devtmpfs", .magic = TMPFS_MAGIC, .single = true, .fill_super = tmpfs_fill_super,
};

void devtmpfs_init(void)
{
	register_filesystem(&devtmpfs_type);
	dev_mnt = kern_mount(&devtmpfs_type);
}

/* The directory that @name, "pts/0", is to be in, with a reference, and the last part of the name. */
static struct dentry *directory_of(const char **name)
{
	struct dentry *dir = dget(dev_mnt->mnt_root), *next;
	const char *slash;

	while ((slash = strchr(*name, '/'))) {
		struct qstr q = { *name, slash - *name, full_name_hash(*name, slash - *name) };

		next = d_lookup(dir, &q);
		dput(dir);
		if (!next)
			return ERR_PTR(-ENOENT);
		dir = next;
		*name = slash + 1;
	}
	return dir;
}

static int add(const char *name, umode_t mode, dev_t dev, const char *target)
{
	struct dentry *dir = directory_of(&name), *d;
	struct qstr q = { name, strlen(name), full_name_hash(name, strlen(name)) };
	struct dentry *old;
	int err;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	inode_lock(dir->d_inode);
	old = d_lookup(dir, &q);
	d = old ? NULL : d_alloc(dir, &q);
	err = old ? -EEXIST : d ? vfs_make(dir->d_inode, d, mode, dev, target) : -ENOMEM;
	inode_unlock(dir->d_inode);
	dput(old);
	dput(d);
	dput(dir);
	return err;
}

int devtmpfs_create(const char *name, umode_t mode, dev_t dev)
{
	return add(name, mode & S_IFMT ? mode : S_IFCHR | mode, dev, NULL);
}

int devtmpfs_symlink(const char *name, const char *target)
{
	return add(name, S_IFLNK | S_IRWXUGO, 0, target);
}

int devtmpfs_mkdir(const char *name, umode_t mode)
{
	return add(name, S_IFDIR | mode, 0, NULL);
}
