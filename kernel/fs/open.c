/* SPDX-License-Identifier: BSD-2-Clause */
/* open and access; what changes a file's mode, owner, size and times; where names begin. */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs_struct.h>
#include <kernel/namei.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <mm/page_alloc.h>
#include <uapi/inotify.h>
#include <uapi/mount.h>

/* ---------------------------------------------------------------------------- open */

#define VALID_OPEN_FLAGS (O_ACCMODE | O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | FASYNC | \
			  O_DIRECT | O_LARGEFILE | O_DIRECTORY | O_NOFOLLOW | O_NOATIME | O_CLOEXEC | O_PATH | __O_TMPFILE)

static const u8 mask_of_accmode[4] = { MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE, MAY_READ | MAY_WRITE };

/* Not while it runs as a program: O_TRUNC needs no file that is open for writing. */
static int truncate_inode(struct inode *inode, loff_t size, struct file *file)
{
	struct iattr attr = { .valid = ATTR_SIZE | ATTR_MTIME | ATTR_KILL_PRIV, .size = size, .file = file };
	int err = get_write_access(inode);

	if (err)
		return err;
	attr.mtime = current_time();
	if (capable(CAP_FSETID))
		attr.valid &= ~ATTR_KILL_PRIV;
	err = notify_change(inode, &attr);
	put_write_access(inode);
	return err;
}

/* Whether @path may be opened like that. @created: by us, whatever its mode */
static int may_open(const struct path *path, u32 flags, bool created)
{
	struct inode *inode = path->dentry->d_inode;
	int mask = mask_of_accmode[flags & O_ACCMODE], err;

	if (flags & O_TRUNC)
		mask |= MAY_WRITE;
	switch (inode->i_mode & S_IFMT) {
	case S_IFLNK:
		return -ELOOP;
	case S_IFDIR:
		if (mask & MAY_WRITE)
			return -EISDIR;
		break;
	case S_IFCHR:
	case S_IFBLK:
		if (path->mnt->mnt_flags & MS_NODEV)
			return -EACCES;
		break;
	case S_IFREG:
		if (unlikely(mask & MAY_WRITE && mnt_want_write(path->mnt)))
			return -EROFS;
		break;
	}
	err = created ? 0 : inode_permission(inode, mask);
	if (err)
		return err;
	if (unlikely(flags & O_NOATIME && !inode_owner_or_capable(inode)))
		return -EPERM;
	return 0;
}

/* Takes over the references in @path, and @file if there is one. */
static struct file *open_checked(struct path *path, u32 flags, bool created, struct file *file)
{
	struct inode *inode = path->dentry->d_inode;
	int err = 0;

	if (likely(!(flags & O_PATH)))
		err = may_open(path, flags, created);
	else if (S_ISLNK(inode->i_mode) && !(flags & O_NOFOLLOW))
		err = -ELOOP;
	if (unlikely(flags & O_DIRECTORY && !S_ISDIR(inode->i_mode)))
		err = -ENOTDIR;
	if (unlikely(flags & O_CREAT && S_ISDIR(inode->i_mode)))
		err = -EISDIR;
	if (unlikely(err)) {
		if (file)
			put_empty_file(file);
		path_put(path);
		return ERR_PTR(err);
	}
	file = file ? open_path_as(file, path, flags) : open_path(path, flags);
	if (unlikely(flags & O_TRUNC) && !IS_ERR(file) && S_ISREG(inode->i_mode) && !created) {
		err = truncate_inode(inode, 0, file);
		if (err) {
			fput(file);
			return ERR_PTR(err);
		}
	}
	return file;
}

/* A file without a name in directory @fn. */
static struct file *open_tmpfile(int dfd, struct filename *fn, u32 flags, umode_t mode)
{
	struct inode *dir, *inode;
	struct dentry *d;
	struct path path;
	int err;

	if (!(mask_of_accmode[flags & O_ACCMODE] & MAY_WRITE))
		return ERR_PTR(-EINVAL);
	err = filename_lookup(dfd, fn, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);
	if (err)
		return ERR_PTR(err);
	dir = path.dentry->d_inode;
	err = mnt_want_write(path.mnt);
	if (!err)
		err = inode_permission(dir, MAY_WRITE | MAY_EXEC);
	if (!err && !dir->i_op->make)
		err = -EOPNOTSUPP;
	inode = err ? ERR_PTR(err) : dir->i_op->make(dir, S_IFREG | mode, 0, NULL);
	if (IS_ERR(inode)) {
		path_put(&path);
		return ERR_CAST(inode);
	}
	inode->i_nlink = 0;
	if (!(flags & O_EXCL))
		inode->i_flags |= S_LINKABLE;
	d = d_alloc_unlinked(path.dentry, inode);
	if (!d) {
		iput(inode);
		path_put(&path);
		return ERR_PTR(-ENOMEM);
	}
	dput(path.dentry);
	path.dentry = d;
	return open_path(&path, flags & ~(__O_TMPFILE | O_DIRECTORY));
}

/* All memory that opening takes is there before there is a new name. */
static struct file *create_and_open(int dfd, struct filename *fn, u32 flags, umode_t mode)
{
	struct file *file = get_empty_file(flags);
	bool created = false;
	struct path path;
	int err;

	if (IS_ERR(file))
		return file;
	err = lookup_create(dfd, fn, flags | (flags & O_EXCL ? O_NOFOLLOW : 0), mode, &path, &created);
	if (!err)
		return open_checked(&path, flags, created, file);
	put_empty_file(file);
	return ERR_PTR(err);
}

static struct file *do_filp_open(int dfd, struct filename *fn, u32 flags, umode_t mode)
{
	struct path path;
	int err;

	if (unlikely(flags & __O_TMPFILE))
		return open_tmpfile(dfd, fn, flags, mode);
	if (flags & O_CREAT)
		return create_and_open(dfd, fn, flags, mode);
	err = filename_lookup(dfd, fn, (flags & O_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
				       (flags & O_DIRECTORY ? LOOKUP_DIRECTORY : 0), &path);
	if (unlikely(err))
		return ERR_PTR(err);
	return open_checked(&path, flags, false, NULL);
}

/* What open() ignores, and combinations that mean nothing. Return: 0 or -EINVAL */
static int clean_flags(u32 *flags, umode_t *mode)
{
	*flags &= VALID_OPEN_FLAGS;
	*mode &= S_IALLUGO;
	if (*flags & O_PATH)
		*flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (!(*flags & (O_CREAT | __O_TMPFILE)))
		*mode = 0;
	if (*flags & __O_TMPFILE && ((*flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE))
		return -EINVAL;
	if ((*flags & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		return -EINVAL;
	*mode &= ~current_umask();
	return 0;
}

static long do_open(int dfd, const char __user *name, u32 flags, umode_t mode)
{
	struct filename fn;
	struct file *file;
	int err;

	if (unlikely(flags & (O_CREAT | __O_TMPFILE | O_PATH | ~VALID_OPEN_FLAGS))) {
		err = clean_flags(&flags, &mode);
		if (err)
			return err;
	}
	err = getname(&fn, name);
	if (unlikely(err))
		return err;
	file = do_filp_open(dfd, &fn, flags, mode);
	putname(&fn);
	if (IS_ERR(file))
		return PTR_ERR(file);
	return alloc_fd_install(file, flags);
}

SYSCALL_DEFINE3(open, const char __user *, name, int, flags, umode_t, mode)
{
	return do_open(AT_FDCWD, name, flags | O_LARGEFILE, mode);
}

SYSCALL_DEFINE4(openat, int, dfd, const char __user *, name, int, flags, umode_t, mode)
{
	return do_open(dfd, name, flags | O_LARGEFILE, mode);
}

SYSCALL_DEFINE2(creat, const char __user *, name, umode_t, mode)
{
	return do_open(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC | O_LARGEFILE, mode);
}

struct file *filp_open(const char *path, int flags, umode_t mode)
{
	u32 f = flags | O_LARGEFILE;
	struct filename fn;
	struct file *file;
	int err = clean_flags(&f, &mode);

	if (!err)
		err = getname_kernel(&fn, path);
	if (err)
		return ERR_PTR(err);
	file = do_filp_open(AT_FDCWD, &fn, f, mode);
	putname(&fn);
	return file;
}

/* ---------------------------------------------------------------------- for execve() */

static int may_exec(const struct path *path)
{
	const struct inode *inode = path->dentry->d_inode;

	if (S_ISLNK(inode->i_mode))
		return -ELOOP;
	if (!S_ISREG(inode->i_mode) || path->mnt->mnt_flags & MS_NOEXEC)
		return -EACCES;
	return inode_permission(path->dentry->d_inode, MAY_EXEC);
}

struct file *do_open_execat(int dfd, struct filename *fn, int flags)
{
	struct file *file;
	struct path path;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return ERR_PTR(-EINVAL);
	err = filename_lookup(dfd, fn, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
				       (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (err)
		return ERR_PTR(err);
	err = may_exec(&path);
	if (err) {
		path_put(&path);
		return ERR_PTR(err);
	}
	file = open_path(&path, O_LARGEFILE | O_RDONLY);
	if (IS_ERR(file))
		return file;
	file->f_mode |= FMODE_EXEC;
	err = deny_write_access(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

struct file *open_exec(const char *path)
{
	struct filename fn;
	struct file *file;
	int err = getname_kernel(&fn, path);

	if (err)
		return ERR_PTR(err);
	file = do_open_execat(AT_FDCWD, &fn, 0);
	putname(&fn);
	return file;
}

/* -------------------------------------------------------------------------- access */

/* As the real user and group, whose rights access() asks for. */
static struct cred *real_creds(void)
{
	struct cred *cred = prepare_creds();

	if (!cred)
		return NULL;
	cred->fsuid = cred->uid;
	cred->fsgid = cred->gid;
	cred->cap_effective = cred->uid ? 0 : cred->cap_permitted;
	return cred;
}

static int access_path(const struct path *path, int mode)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if (mode & MAY_EXEC && S_ISREG(inode->i_mode) && path->mnt->mnt_flags & MS_NOEXEC)
		return -EACCES;
	err = mode ? inode_permission(inode, mode) : 0;
	if (!err && mode & MAY_WRITE && !S_ISCHR(inode->i_mode) && !S_ISFIFO(inode->i_mode))
		err = mnt_want_write(path->mnt);
	return err;
}

static int do_access(int dfd, const char __user *name, int mode, int flags)
{
	const struct cred *mine = current_cred(), *old = NULL;
	struct cred *real = NULL;
	struct path path;
	int err;

	if (mode & ~(R_OK | W_OK | X_OK) || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (!(flags & AT_EACCESS) && (mine->uid != mine->fsuid || mine->gid != mine->fsgid)) {
		real = real_creds();
		if (!real)
			return -ENOMEM;
		old = override_creds(real);
	}
	err = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
				      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (!err) {
		err = access_path(&path, mode);
		path_put(&path);
	}
	if (real) {
		revert_creds(old);
		put_cred(real);
	}
	return err;
}

SYSCALL_DEFINE2(access, const char __user *, name, int, mode)
{
	return do_access(AT_FDCWD, name, mode, 0);
}

SYSCALL_DEFINE3(faccessat, int, dfd, const char __user *, name, int, mode)
{
	return do_access(dfd, name, mode, 0);
}

SYSCALL_DEFINE4(faccessat2, int, dfd, const char __user *, name, int, mode, int, flags)
{
	return do_access(dfd, name, mode, flags);
}

/* ------------------------------------------------------------------ mode and owner */

static int change_path(const struct path *path, struct iattr *attr)
{
	int err = mnt_want_write(path->mnt);

	if (!err)
		err = notify_change(path->dentry->d_inode, attr);
	if (!err)
		fsnotify_dentry(path->dentry, IN_ATTRIB);
	return err;
}

static int change_at(int dfd, const char __user *name, unsigned int lookup_flags, struct iattr *attr)
{
	struct path path;
	int err = user_path_at(dfd, name, lookup_flags, &path);

	if (err)
		return err;
	err = change_path(&path, attr);
	path_put(&path);
	return err;
}

static int change_fd(unsigned int fd, struct iattr *attr)
{
	struct fd f = fdget(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = change_path(&f.file->f_path, attr);
	fdput(f);
	return err;
}

/* The kind of a file is not changed: setattr takes it from the inode. */
static struct iattr attr_of_mode(umode_t mode)
{
	return (struct iattr){ .valid = ATTR_MODE, .mode = mode & S_IALLUGO };
}

SYSCALL_DEFINE2(chmod, const char __user *, name, umode_t, mode)
{
	struct iattr attr = attr_of_mode(mode);

	return change_at(AT_FDCWD, name, LOOKUP_FOLLOW, &attr);
}

SYSCALL_DEFINE3(fchmodat, int, dfd, const char __user *, name, umode_t, mode)
{
	struct iattr attr = attr_of_mode(mode);

	return change_at(dfd, name, LOOKUP_FOLLOW, &attr);
}

SYSCALL_DEFINE2(fchmod, unsigned int, fd, umode_t, mode)
{
	struct iattr attr = attr_of_mode(mode);

	return change_fd(fd, &attr);
}

/* -1: stays as it is */
static struct iattr attr_of_owner(u32 uid, u32 gid)
{
	return (struct iattr){
		.valid = (uid == ~0u ? 0 : ATTR_UID) | (gid == ~0u ? 0 : ATTR_GID) | ATTR_KILL_PRIV,
		.uid = uid, .gid = gid,
	};
}

SYSCALL_DEFINE3(chown, const char __user *, name, u32, uid, u32, gid)
{
	struct iattr attr = attr_of_owner(uid, gid);

	return change_at(AT_FDCWD, name, LOOKUP_FOLLOW, &attr);
}

SYSCALL_DEFINE3(lchown, const char __user *, name, u32, uid, u32, gid)
{
	struct iattr attr = attr_of_owner(uid, gid);

	return change_at(AT_FDCWD, name, 0, &attr);
}

SYSCALL_DEFINE5(fchownat, int, dfd, const char __user *, name, u32, uid, u32, gid, int, flags)
{
	struct iattr attr = attr_of_owner(uid, gid);

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	return change_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
				    (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &attr);
}

SYSCALL_DEFINE3(fchown, unsigned int, fd, u32, uid, u32, gid)
{
	struct iattr attr = attr_of_owner(uid, gid);

	return change_fd(fd, &attr);
}

/* --------------------------------------------------------------------------- times */

struct user_timespec { s64 sec, nsec; };

/* Outside of what 64 bits of ns hold: the nearest that they do. */
static s64 join_time(s64 sec, s64 nsec)
{
	s64 ns;

	if (__builtin_mul_overflow(sec, (s64)NSEC_PER_SEC, &ns) || __builtin_add_overflow(ns, nsec, &ns))
		return sec < 0 ? (s64)(1ULL << 63) : (s64)(~0ULL >> 1);
	return ns;
}

/* ns of one of two times; @valid gets @bit unless it is to stay. Return: 0 or -EINVAL */
static int time_of(const struct user_timespec *t, s64 now, u32 bit, u32 *valid, s64 *ns)
{
	if (t->nsec == UTIME_OMIT)
		return 0;
	*valid |= bit;
	*ns = now;
	if (t->nsec == UTIME_NOW)
		return 0;
	if (t->nsec < 0 || t->nsec >= (s64)NSEC_PER_SEC)
		return -EINVAL;
	*ns = join_time(t->sec, t->nsec);
	return 0;
}

/* Times of one's own choice are for the owner; "now" is for who may write, too. */
static int set_times(const struct path *path, const struct user_timespec *times)
{
	struct inode *inode = path->dentry->d_inode;
	struct iattr attr = { 0 };
	s64 now = current_time();
	bool both_now = !times || (times[0].nsec == UTIME_NOW && times[1].nsec == UTIME_NOW);
	int err;

	if (!times) {
		attr = (struct iattr){ .valid = ATTR_ATIME | ATTR_MTIME, .atime = now, .mtime = now };
	} else {
		err = time_of(&times[0], now, ATTR_ATIME, &attr.valid, &attr.atime);
		if (!err)
			err = time_of(&times[1], now, ATTR_MTIME, &attr.valid, &attr.mtime);
		if (err || !attr.valid)
			return err;
	}
	if (!inode_owner_or_capable(inode)) {
		if (!both_now)
			return -EPERM;
		err = inode_permission(inode, MAY_WRITE);
		if (err)
			return err;
	}
	return change_path(path, &attr);
}

static int do_utimes(int dfd, const char __user *name, const struct user_timespec *times, int flags)
{
	struct path path;
	struct fd f;
	int err;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (times && times[0].nsec == UTIME_OMIT && times[1].nsec == UTIME_OMIT)
		return 0;
	if (!name && dfd != AT_FDCWD) {
		f = fdget(dfd);
		if (flags || !f.file)
			return flags ? -EINVAL : -EBADF;
		err = set_times(&f.file->f_path, times);
		fdput(f);
		return err;
	}
	err = user_path_at(dfd, name, (flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW) |
				      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &path);
	if (err)
		return err;
	err = set_times(&path, times);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE4(utimensat, int, dfd, const char __user *, name, const struct user_timespec __user *, utimes, int, flags)
{
	struct user_timespec times[2];

	if (utimes && copy_from_user(times, utimes, sizeof(times)))
		return -EFAULT;
	return do_utimes(dfd, name, utimes ? times : NULL, flags);
}

/* A pair of struct timeval: microseconds. */
static long utimes_of_timevals(int dfd, const char __user *name, const struct user_timespec __user *utimes)
{
	struct user_timespec times[2];

	if (!utimes)
		return do_utimes(dfd, name, NULL, 0);
	if (copy_from_user(times, utimes, sizeof(times)))
		return -EFAULT;
	for (int i = 0; i < 2; i++) {
		if (times[i].nsec < 0 || times[i].nsec >= 1000000)
			return -EINVAL;
		times[i].nsec *= 1000;
	}
	return do_utimes(dfd, name, times, 0);
}

SYSCALL_DEFINE3(futimesat, int, dfd, const char __user *, name, const struct user_timespec __user *, utimes)
{
	return utimes_of_timevals(dfd, name, utimes);
}

SYSCALL_DEFINE2(utimes, const char __user *, name, const struct user_timespec __user *, utimes)
{
	return utimes_of_timevals(AT_FDCWD, name, utimes);
}

SYSCALL_DEFINE2(utime, const char __user *, name, const s64 __user *, pair)
{
	struct user_timespec times[2] = { { 0 } };
	s64 seconds[2];

	if (!pair)
		return do_utimes(AT_FDCWD, name, NULL, 0);
	if (copy_from_user(seconds, pair, sizeof(seconds)))
		return -EFAULT;
	times[0].sec = seconds[0];
	times[1].sec = seconds[1];
	return do_utimes(AT_FDCWD, name, times, 0);
}

/* ---------------------------------------------------------------------------- size */

static int truncate_path(const struct path *path, loff_t size)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -EINVAL;
	err = mnt_want_write(path->mnt);
	if (!err)
		err = inode_permission(inode, MAY_WRITE);
	if (err)
		return err;
	err = truncate_inode(inode, size, NULL);
	if (!err)
		fsnotify_dentry(path->dentry, IN_MODIFY);
	return err;
}

SYSCALL_DEFINE2(truncate, const char __user *, name, loff_t, size)
{
	struct path path;
	int err;

	if (size < 0)
		return -EINVAL;
	err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	err = truncate_path(&path, size);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE2(ftruncate, unsigned int, fd, loff_t, size)
{
	struct fd f;
	int err = -EINVAL;

	if (size < 0)
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (S_ISREG(f.file->f_inode->i_mode) && f.file->f_mode & FMODE_WRITE)
		err = truncate_inode(f.file->f_inode, size, f.file);
	if (!err)
		fsnotify_dentry(f.file->f_path.dentry, IN_MODIFY);
	fdput(f);
	return err;
}

static long fallocate_file(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file->f_inode;
	long err;

	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (S_ISFIFO(inode->i_mode))
		return -ESPIPE;
	if (S_ISDIR(inode->i_mode))
		return -EISDIR;
	if (!S_ISREG(inode->i_mode))
		return -ENODEV;
	if (offset > MAX_LFS_FILESIZE - len)
		return -EFBIG;
	if (!file->f_op->fallocate)
		return -EOPNOTSUPP;
	inode_lock(inode);
	err = file->f_op->fallocate(file, mode, offset, len);
	inode_unlock(inode);
	if (!err)
		fsnotify_dentry(file->f_path.dentry, IN_MODIFY);
	return err;
}

SYSCALL_DEFINE4(fallocate, int, fd, int, mode, loff_t, offset, loff_t, len)
{
	struct fd f;
	long err;

	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (offset < 0 || len <= 0)
		err = -EINVAL;
	else if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE))
		err = -EOPNOTSUPP;
	else
		err = fallocate_file(f.file, mode, offset, len);
	fdput(f);
	return err;
}

/* ---------------------------------------------------------------- where names begin */

static int enter_directory(const struct path *path)
{
	return inode_permission(path->dentry->d_inode, MAY_EXEC);
}

SYSCALL_DEFINE1(chdir, const char __user *, name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = enter_directory(&path);
	if (!err)
		set_fs_pwd(current->fs, &path);
	path_put(&path);
	return err;
}

SYSCALL_DEFINE1(fchdir, unsigned int, fd)
{
	struct fd f = fdget_raw(fd);
	int err = -ENOTDIR;

	if (!f.file)
		return -EBADF;
	if (S_ISDIR(f.file->f_inode->i_mode))
		err = enter_directory(&f.file->f_path);
	if (!err)
		set_fs_pwd(current->fs, &f.file->f_path);
	fdput(f);
	return err;
}

SYSCALL_DEFINE1(chroot, const char __user *, name)
{
	struct path path;
	int err = user_path_at(AT_FDCWD, name, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &path);

	if (err)
		return err;
	err = enter_directory(&path);
	if (!err && !capable(CAP_SYS_CHROOT))
		err = -EPERM;
	if (!err)
		set_fs_root(current->fs, &path);
	path_put(&path);
	return err;
}

/* Outside of the root it is shown as such, as on Linux. */
static int cwd_text(const struct path *pwd, const struct path *root, char *page, char **text)
{
	bool reached;

	if (d_unhashed(pwd->dentry) && !IS_ROOT(pwd->dentry))
		return -ENOENT;
	*text = d_path_from(pwd, root, page + 16, PAGE_SIZE - 16, &reached);
	if (IS_ERR(*text))
		return PTR_ERR(*text);
	if (!reached) {
		*text -= 13;
		memcpy(*text, "(unreachable)", 13);
	}
	return 0;
}

SYSCALL_DEFINE2(getcwd, char __user *, buf, unsigned long, size)
{
	char *page = get_free_page(GFP_KERNEL), *text;
	struct path pwd, root;
	size_t len;
	int err;

	if (!page)
		return -ENOMEM;
	get_fs_pwd(current->fs, &pwd);
	get_fs_root(current->fs, &root);
	err = cwd_text(&pwd, &root, page, &text);
	path_put(&pwd);
	path_put(&root);
	if (!err) {
		len = strlen(text) + 1;
		err = len > size ? -ERANGE : copy_to_user(buf, text, len) ? -EFAULT : (int)len;
	}
	free_page(page);
	return err;
}

SYSCALL_DEFINE1(umask, int, mask)
{
	return __atomic_exchange_n(&current->fs->umask, mask & S_IRWXUGO, __ATOMIC_RELAXED);
}

/* ---------------------------------------------------------------------------- sync */

/* There is nothing behind memory that anything could be written to. */
SYSCALL_DEFINE0(sync)
{
	return 0;
}

static long check_fd(unsigned int fd)
{
	struct fd f = fdget(fd);

	fdput(f);
	return f.file ? 0 : -EBADF;
}

SYSCALL_DEFINE1(syncfs, int, fd)
{
	return check_fd(fd);
}

static long do_fsync(unsigned int fd)
{
	struct fd f = fdget(fd);
	long err;

	if (!f.file)
		return -EBADF;
	err = f.file->f_op->fsync ? f.file->f_op->fsync(f.file) : -EINVAL;
	fdput(f);
	return err;
}

SYSCALL_DEFINE1(fsync, unsigned int, fd)
{
	return do_fsync(fd);
}

SYSCALL_DEFINE1(fdatasync, unsigned int, fd)
{
	return do_fsync(fd);
}

SYSCALL_DEFINE4(sync_file_range, int, fd, loff_t, offset, loff_t, len, unsigned int, flags)
{
	if (flags & ~7u || offset < 0 || len < 0 || offset + len < 0)
		return -EINVAL;
	return check_fd(fd);
}

static long check_advice(unsigned int fd, int advice)
{
	struct fd f = fdget(fd);
	long err = 0;

	if (!f.file)
		return -EBADF;
	if (S_ISFIFO(f.file->f_inode->i_mode))
		err = -ESPIPE;
	else if (advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE)
		err = -EINVAL;
	fdput(f);
	return err;
}

/* All pages are in memory and stay there, whatever is advised. */
SYSCALL_DEFINE4(fadvise64, int, fd, loff_t, offset, loff_t, len, int, advice)
{
	return len < 0 ? -EINVAL : check_advice(fd, advice);
}

SYSCALL_DEFINE3(readahead, int, fd, loff_t, offset, size_t, count)
{
	struct fd f = fdget(fd);
	long err = -EBADF;

	if (f.file && f.file->f_mode & FMODE_READ)
		err = S_ISREG(f.file->f_inode->i_mode) ? 0 : -EINVAL;
	fdput(f);
	return err;
}
