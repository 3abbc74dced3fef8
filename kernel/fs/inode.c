/* SPDX-License-Identifier: BSD-2-Clause */
/* Inodes: how they begin and end, who may do what to them, and what stat() tells of them. */
#include "internal.h"
#include <kernel/cred.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/timekeeping.h>
#include <mm/filemap.h>
#include <mm/slab.h>
#include <uapi/mount.h>

static struct kmem_cache *inode_cache;
static const struct inode_operations empty_iops;
static const struct file_operations no_fops;

void inode_init_caches(void)
{
	inode_cache = kmem_cache_create("inode", sizeof(struct inode), 0, NULL);
}

static s64 recent_time;			/* what current_time() gave, or little before that; atomic */

s64 current_time(void)
{
	/* files of the boot's own are no reason to ask the firmware for the date */
	s64 now = current->mm || ktime_real_is_known() ? ktime_get_real() : 0;

	if (unlikely(now - __atomic_load_n(&recent_time, __ATOMIC_RELAXED) > (s64)NSEC_PER_SEC))
		__atomic_store_n(&recent_time, now, __ATOMIC_RELAXED);
	return now;
}

/* ------------------------------------------------------------- begin and end */

void inode_init(struct inode *inode, struct super_block *sb, struct inode *dir, umode_t mode)
{
	const struct cred *cred = current_cred();

	inode->i_sb = sb;
	inode->i_ino = __atomic_add_fetch(&sb->s_next_ino, 1, __ATOMIC_RELAXED);
	inode->i_op = &empty_iops;
	inode->i_fop = &no_fops;
	inode->i_uid = cred->fsuid;
	inode->i_gid = cred->fsgid;
	if (dir && dir->i_mode & S_ISGID) {
		inode->i_gid = dir->i_gid;
		if (S_ISDIR(mode))
			mode |= S_ISGID;
		else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !in_group_p(dir->i_gid) &&
			 !capable(CAP_FSETID))
			mode &= ~S_ISGID;
	}
	inode->i_mode = mode;
	inode->i_atime = inode->i_mtime = inode->i_ctime = inode->i_btime = current_time();
	inode->i_nlink = 1;
	inode->i_count = 1;
	init_rwsem(&inode->i_rwsem);
	if (S_ISDIR(mode))
		inode->i_next_off = FIRST_OFF;
}

struct inode *new_inode(struct super_block *sb, struct inode *dir, umode_t mode)
{
	struct inode *inode = kmem_cache_alloc(inode_cache, GFP_KERNEL | __GFP_ZERO);

	if (inode)
		inode_init(inode, sb, dir, mode);
	return inode;
}

void init_special_inode(struct inode *inode, dev_t rdev)
{
	switch (inode->i_mode & S_IFMT) {
	case S_IFCHR:
		inode->i_fop = &chrdev_fops;
		inode->i_rdev = rdev;
		break;
	case S_IFBLK:
		inode->i_fop = &blkdev_fops;
		inode->i_rdev = rdev;
		break;
	case S_IFIFO:
		inode->i_fop = &fifo_fops;
		break;
	case S_IFSOCK:
		inode->i_fop = &socket_fops;
		break;
	}
}

static void free_inode(struct rcu_head *rcu)
{
	struct inode *inode = container_of(rcu, struct inode, i_rcu);

	if (S_ISLNK(inode->i_mode))
		kfree((void *)inode->i_link);
	if (inode->i_sb->s_op && inode->i_sb->s_op->free_inode)
		inode->i_sb->s_op->free_inode(inode);
	else
		kmem_cache_free(inode_cache, inode);
}

void iput(struct inode *inode)
{
	if (!inode || __atomic_sub_fetch(&inode->i_count, 1, __ATOMIC_ACQ_REL))
		return;
	fsnotify_inode_gone(inode);
	locks_free_context(inode);
	if (inode->i_sb->s_op && inode->i_sb->s_op->evict_inode)
		inode->i_sb->s_op->evict_inode(inode);
	call_rcu(&inode->i_rcu, free_inode);
}

/* ---------------------------------------------------------------- permissions */

bool inode_owner_or_capable(const struct inode *inode)
{
	return current_fsuid() == inode->i_uid || capable(CAP_FOWNER);
}

/* The three bits that are meant for this thread. */
static unsigned int mode_for_current(const struct inode *inode)
{
	if (current_fsuid() == inode->i_uid)
		return inode->i_mode >> 6;
	if (in_group_p(inode->i_gid))
		return inode->i_mode >> 3;
	return inode->i_mode;
}

int generic_permission(struct inode *inode, int mask)
{
	mask &= MAY_READ | MAY_WRITE | MAY_EXEC;
	if (!(mask & ~mode_for_current(inode)))
		return 0;
	if ((S_ISDIR(inode->i_mode) || !(mask & MAY_EXEC) || inode->i_mode & S_IXUGO) && capable(CAP_DAC_OVERRIDE))
		return 0;
	if ((mask == MAY_READ || (S_ISDIR(inode->i_mode) && !(mask & MAY_WRITE))) && capable(CAP_DAC_READ_SEARCH))
		return 0;
	return -EACCES;
}

int inode_permission(struct inode *inode, int mask)
{
	if (unlikely(mask & MAY_WRITE && inode->i_sb->s_flags & MS_RDONLY) &&
	    (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) || S_ISLNK(inode->i_mode)))
		return -EROFS;
	if (unlikely(inode->i_op->permission))
		return inode->i_op->permission(inode, mask);
	return generic_permission(inode, mask);
}

/* -------------------------------------------------------------- stat, chmod... */

void generic_fillattr(struct inode *inode, struct kstat *stat)
{
	__generic_fillattr(inode, stat);
}

int vfs_getattr(struct inode *inode, struct kstat *stat)
{
	if (unlikely(inode->i_op->getattr))
		return inode->i_op->getattr(inode, stat);
	generic_fillattr(inode, stat);
	return 0;
}

int simple_setattr(struct inode *inode, const struct iattr *attr)
{
	if (attr->valid & ATTR_UID)
		inode->i_uid = attr->uid;
	if (attr->valid & ATTR_GID)
		inode->i_gid = attr->gid;
	if (attr->valid & ATTR_MODE)
		inode->i_mode = (inode->i_mode & S_IFMT) | (attr->mode & S_IALLUGO);
	if (attr->valid & ATTR_ATIME)
		inode->i_atime = attr->atime;
	if (attr->valid & ATTR_MTIME)
		inode->i_mtime = attr->mtime;
	inode->i_ctime = current_time();
	return 0;
}

/* Programs that change the file lose set-user-ID, and set-group-ID where it makes the group run it. */
static umode_t mode_without_priv(umode_t mode)
{
	mode &= ~S_ISUID;
	if (mode & S_IXGRP)
		mode &= ~S_ISGID;
	return mode;
}

static int chown_ok(const struct inode *inode, const struct iattr *attr)
{
	bool owner = current_fsuid() == inode->i_uid;

	if (capable(CAP_CHOWN))
		return 0;
	if (attr->valid & ATTR_UID && (!owner || attr->uid != inode->i_uid))
		return -EPERM;
	if (attr->valid & ATTR_GID && (!owner || (attr->gid != inode->i_gid && !in_group_p(attr->gid))))
		return -EPERM;
	return 0;
}

static int setattr_checked(struct inode *inode, struct iattr *attr)
{
	int err = 0;

	if (attr->valid & (ATTR_UID | ATTR_GID))
		err = chown_ok(inode, attr);
	if (!err && attr->valid & ATTR_MODE) {
		u32 gid = attr->valid & ATTR_GID ? attr->gid : inode->i_gid;

		if (!inode_owner_or_capable(inode))
			err = -EPERM;
		else if (!in_group_p(gid) && !capable(CAP_FSETID))
			attr->mode &= ~S_ISGID;
	}
	if (err)
		return err;
	if (attr->valid & ATTR_KILL_PRIV && !S_ISDIR(inode->i_mode) &&
	    mode_without_priv(inode->i_mode) != inode->i_mode) {
		attr->valid |= ATTR_MODE;
		attr->mode = mode_without_priv(inode->i_mode);
	}
	return inode->i_op->setattr ? inode->i_op->setattr(inode, attr) : simple_setattr(inode, attr);
}

int notify_change(struct inode *inode, struct iattr *attr)
{
	int err;

	if (inode->i_sb->s_flags & MS_RDONLY)
		return -EROFS;
	inode_lock(inode);
	err = setattr_checked(inode, attr);
	inode_unlock(inode);
	return err;
}

/* ------------------------------------------------------------------ times and limits */

#define DAY_NS	(86400 * (s64)NSEC_PER_SEC)

void touch_atime(struct inode *inode)
{
	s64 atime = inode->i_atime, now;

	/* the day is counted by when the time was last asked for */
	if (likely(atime > inode->i_mtime && atime > inode->i_ctime) &&
	    __atomic_load_n(&recent_time, __ATOMIC_RELAXED) - atime < DAY_NS)
		return;
	now = current_time();
	__atomic_store_n(&inode->i_atime, now, __ATOMIC_RELAXED);
}

static unsigned long size_limit(void)
{
	return current->signal ? min(rlimit(RLIMIT_FSIZE), (unsigned long)MAX_LFS_FILESIZE) : MAX_LFS_FILESIZE;
}

static int too_large(void)
{
	if (current->signal)
		send_sig_info(SIGXFSZ, SEND_SIG_PRIV, current, false);
	return -EFBIG;
}

int limit_write(const loff_t *pos, struct iov_iter *from)
{
	unsigned long limit = size_limit();

	if (likely(*pos + from->count <= limit))
		return 0;
	if (*pos >= limit)
		return from->count ? too_large() : 0;
	from->count = limit - *pos;
	return 0;
}

int limit_size(const struct inode *inode, loff_t size)
{
	return size > inode->i_size && size > size_limit() ? too_large() : 0;
}
