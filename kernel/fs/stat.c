/* SPDX-License-Identifier: BSD-2-Clause */
/* stat, statx, statfs, readlink. */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/namei.h>
#include <kernel/syscall.h>
#include <mm/slab.h>
#include <uapi/mount.h>

#define NSEC	1000000000LL

/* Whole seconds are rounded down, before 1970 too. */
static inline s64 split_time(s64 ns, u64 *nsec)
{
	s64 sec = ns / NSEC, rest = ns % NSEC;

	if (unlikely(rest < 0)) {
		rest += NSEC;
		sec--;
	}
	*nsec = rest;
	return sec;
}

/* Most files were changed and read at the same time. */
static inline void fill_times(struct user_stat *u, s64 atime, s64 mtime, s64 ctime)
{
	u->mtime = split_time(mtime, &u->mtime_nsec);
	u->ctime = u->mtime;
	u->ctime_nsec = u->mtime_nsec;
	if (unlikely(ctime != mtime))
		u->ctime = split_time(ctime, &u->ctime_nsec);
	u->atime = u->mtime;
	u->atime_nsec = u->mtime_nsec;
	if (atime != mtime)
		u->atime = split_time(atime, &u->atime_nsec);
}

static __inline_always void fill_stat(struct user_stat *u, const struct kstat *k)
{
	u->dev = k->dev;
	u->ino = k->ino;
	u->nlink = k->nlink;
	u->mode = k->mode;
	u->uid = k->uid;
	u->gid = k->gid;
	u->pad = 0;
	u->rdev = k->rdev;
	u->size = k->size;
	u->blksize = k->blksize;
	u->blocks = k->blocks;
	fill_times(u, k->atime, k->mtime, k->ctime);
	u->unused[0] = u->unused[1] = u->unused[2] = 0;
}

static __noinline int stat_asked(struct inode *inode, struct user_stat __user *buf)
{
	struct user_stat u;
	struct kstat k;
	int err = inode->i_op->getattr(inode, &k);

	if (err)
		return err;
	fill_stat(&u, &k);
	return copy_to_user(buf, &u, sizeof(u));
}

static inline int stat_inode(struct inode *inode, struct user_stat __user *buf)
{
	struct user_stat u;
	struct kstat k;			/* whose address goes nowhere: the compiler does without it */

	if (unlikely(inode->i_op->getattr))
		return stat_asked(inode, buf);
	__generic_fillattr(inode, &k);
	fill_stat(&u, &k);
	return copy_to_user(buf, &u, sizeof(u));
}

static int stat_path(int dfd, const char __user *name, unsigned int lookup_flags, struct user_stat __user *buf)
{
	struct user_stat u;
	struct filename fn;
	struct kstat k;
	int err = getname_flags(&fn, name, lookup_flags);

	if (unlikely(err))
		return err;
	err = filename_getattr(dfd, &fn, lookup_flags, &k);
	putname(&fn);
	if (err)
		return err;
	fill_stat(&u, &k);
	return copy_to_user(buf, &u, sizeof(u));
}

static int stat_fd(unsigned int fd, struct user_stat __user *buf)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = stat_inode(f.file->f_inode, buf);
	fdput(f);
	return err;
}

SYSCALL_DEFINE2(stat, const char __user *, name, struct user_stat __user *, buf)
{
	return stat_path(AT_FDCWD, name, LOOKUP_FOLLOW, buf);
}

SYSCALL_DEFINE2(lstat, const char __user *, name, struct user_stat __user *, buf)
{
	return stat_path(AT_FDCWD, name, 0, buf);
}

SYSCALL_DEFINE2(fstat, unsigned int, fd, struct user_stat __user *, buf)
{
	return stat_fd(fd, buf);
}

static unsigned int lookup_flags_of(int at_flags)
{
	return (at_flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) | (at_flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0);
}

/* As fstat() is asked for by the C library. */
static bool is_empty_path(const char __user *name)
{
	char c;

	return !get_user(c, name) && !c;
}

SYSCALL_DEFINE4(newfstatat, int, dfd, const char __user *, name, struct user_stat __user *, buf, int, flags)
{
	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && dfd >= 0 && is_empty_path(name))
		return stat_fd(dfd, buf);
	return stat_path(dfd, name, lookup_flags_of(flags), buf);
}

/* --------------------------------------------------------------------------- statx */

static struct statx_timestamp timestamp(s64 ns)
{
	u64 nsec;
	s64 sec = split_time(ns, &nsec);

	return (struct statx_timestamp){ .sec = sec, .nsec = nsec };
}

static int give_statx(const struct path *path, struct statx __user *buf)
{
	struct kstat k;
	struct statx x;
	int err = vfs_getattr(path->dentry->d_inode, &k);

	if (err)
		return err;
	x = (struct statx){
		.mask = STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID, .blksize = k.blksize, .nlink = k.nlink,
		.attributes = path->dentry == path->mnt->mnt_root ? STATX_ATTR_MOUNT_ROOT : 0,
		.attributes_mask = STATX_ATTR_MOUNT_ROOT,
		.uid = k.uid, .gid = k.gid, .mode = k.mode, .ino = k.ino, .size = k.size, .blocks = k.blocks,
		.atime = timestamp(k.atime), .btime = timestamp(k.btime), .ctime = timestamp(k.ctime),
		.mtime = timestamp(k.mtime), .rdev_major = MAJOR(k.rdev), .rdev_minor = MINOR(k.rdev),
		.dev_major = MAJOR(k.dev), .dev_minor = MINOR(k.dev), .mnt_id = path->mnt->mnt_id,
	};
	return copy_to_user(buf, &x, sizeof(x));
}

SYSCALL_DEFINE5(statx, int, dfd, const char __user *, name, unsigned int, flags, unsigned int, mask,
		struct statx __user *, buf)
{
	struct path path;
	int err;

	if (mask & STATX__RESERVED || (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE))
		return -EINVAL;
	err = user_path_at(dfd, name, lookup_flags_of(flags), &path);
	if (err)
		return err;
	err = give_statx(&path, buf);
	path_put(&path);
	return err;
}

/* -------------------------------------------------------------------------- statfs */

static int give_statfs(const struct path *path, struct user_statfs __user *buf)
{
	const unsigned long shown = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	unsigned long flags = path->mnt->mnt_flags;
	struct user_statfs s;
	int err = vfs_statfs(path->mnt->mnt_sb, &s);

	if (err)
		return err;
	s.flags = ST_VALID | (flags & shown) | (mnt_want_write(path->mnt) ? MS_RDONLY : 0) |
		  (flags & MS_NOATIME ? MS_NOATIME : 0) | (flags & MS_NODIRATIME ? 0x800 : 0) |
		  (flags & MS_RELATIME ? 0x1000 : 0);
	return copy_to_user(buf, &s, sizeof(s));
}

SYSCALL_DEFINE2(statfs, const char __user *, name, struct user_statfs __user *, buf)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = give_statfs(&path, buf);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE2(fstatfs, unsigned int, fd, struct user_statfs __user *, buf)
{
	struct fd f = fdget_raw(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = give_statfs(&f.file->f_path, buf);
	fdput(f);
	return err;
}

/* ------------------------------------------------------------------------ readlink */

/* Where a link that leads to a place leads to. */
static int place_text(struct inode *inode, char *page)
{
	struct path path;
	char *text;
	int n = inode->i_op->follow(inode, &path);

	if (n)
		return n;
	text = d_path(&path, page, PAGE_SIZE);
	path_put(&path);
	if (IS_ERR(text))
		return PTR_ERR(text);
	n = strlen(text);
	memmove(page, text, n);
	return n;
}

/* Return: bytes, at most PAGE_SIZE; *@text: where they are, @page or not. */
static int link_text(struct inode *inode, char *page, const char **text)
{
	*text = page;
	if (inode->i_link) {
		*text = inode->i_link;
		return strlen(*text);
	}
	if (inode->i_op->readlink)
		return inode->i_op->readlink(inode, page, PAGE_SIZE);
	return inode->i_op->follow ? place_text(inode, page) : -EINVAL;
}

static int give_link(struct inode *inode, char __user *buf, int size)
{
	const char *text;
	char *page;
	int n;

	if (!S_ISLNK(inode->i_mode))
		return -EINVAL;
	page = get_free_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	n = link_text(inode, page, &text);
	n = min(n, size);
	if (n > 0 && copy_to_user(buf, text, n))
		n = -EFAULT;
	free_page(page);
	return n;
}

static int do_readlink(int dfd, const char __user *name, char __user *buf, int size)
{
	struct path path;
	struct filename fn;
	int err;

	if (size <= 0)
		return -EINVAL;
	err = getname_flags(&fn, name, LOOKUP_EMPTY);
	if (err)
		return err;
	err = filename_lookup(dfd, &fn, LOOKUP_EMPTY, &path);
	if (!err) {
		err = *fn.name || S_ISLNK(path.dentry->d_inode->i_mode) ?
		      give_link(path.dentry->d_inode, buf, size) : -ENOENT;
		path_put(&path);
	}
	putname(&fn);
	return err;
}

SYSCALL_DEFINE4(readlinkat, int, dfd, const char __user *, name, char __user *, buf, int, size)
{
	return do_readlink(dfd, name, buf, size);
}

SYSCALL_DEFINE3(readlink, const char __user *, name, char __user *, buf, int, size)
{
	return do_readlink(AT_FDCWD, name, buf, size);
}
