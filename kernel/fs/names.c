/* SPDX-License-Identifier: BSD-2-Clause */
/* Making, linking, removing and renaming what directories hold. */
#include "internal.h"
#include <kernel/cred.h>
#include <kernel/fs_struct.h>
#include <kernel/namei.h>
#include <kernel/syscall.h>
#include <mm/slab.h>
#include <uapi/inotify.h>

#define DIRENT_SIZE	20		/* what an entry adds to the size of a directory, as programs see it */

/* ------------------------------------------------------------------ permissions */

static int may_create_in(struct inode *dir)
{
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

static bool sticky_forbids(const struct inode *dir, const struct inode *victim)
{
	return dir->i_mode & S_ISVTX && current_fsuid() != victim->i_uid && current_fsuid() != dir->i_uid &&
	       !capable(CAP_FOWNER);
}

/* Names come and go by themselves where no inode can be made. */
static int may_change(struct inode *dir)
{
	if (dir->i_op->may_change)
		return dir->i_op->may_change(dir);
	return dir->i_op->make ? 0 : -EPERM;
}

static int may_delete(struct inode *dir, struct dentry *victim, bool directory)
{
	int err = inode_permission(dir, MAY_WRITE | MAY_EXEC);

	if (err)
		return err;
	if (sticky_forbids(dir, victim->d_inode))
		return -EPERM;
	if (directory && !S_ISDIR(victim->d_inode->i_mode))
		return -ENOTDIR;
	if (!directory && S_ISDIR(victim->d_inode->i_mode))
		return -EISDIR;
	if (dir->i_flags & S_DEAD)
		return -ENOENT;
	return may_change(dir);
}

/* ------------------------------------------------------ what happens to a directory */

static void directory_changed(struct inode *dir, int entries, s64 now)
{
	dir->i_mtime = dir->i_ctime = now;
	i_size_write(dir, dir->i_size + entries * DIRENT_SIZE);
}

int vfs_make(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t rdev, const char *target)
{
	struct inode *inode;
	int err = may_create_in(dir);

	if (err)
		return err;
	if (((S_ISCHR(mode) && rdev) || S_ISBLK(mode)) && !capable(CAP_MKNOD))
		return -EPERM;		/* device 0 is nobody's, see make_whiteout() */
	if (!dir->i_op->make)
		return S_ISREG(mode) ? -EACCES : -EPERM;
	inode = dir->i_op->make(dir, mode, rdev, target);
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	d_add(dentry, inode, true);
	if (S_ISDIR(mode)) {
		inode->i_nlink = 2;
		dir->i_nlink++;
	}
	directory_changed(dir, 1, inode->i_ctime);
	fsnotify(dir, IN_CREATE | (S_ISDIR(mode) ? IN_ISDIR : 0), dentry->d_name->name);
	return 0;
}

int vfs_link(struct dentry *old, struct inode *dir, struct dentry *new)
{
	struct inode *inode = old->d_inode;
	int err = may_create_in(dir);

	if (err)
		return err;
	if (inode->i_sb != dir->i_sb)
		return -EXDEV;
	if (S_ISDIR(inode->i_mode) || may_change(dir))
		return -EPERM;
	if (!inode->i_nlink && !(inode->i_flags & S_LINKABLE))
		return -ENOENT;
	if (inode->i_nlink >= 0xffffffffu)
		return -EMLINK;
	inode->i_nlink++;
	inode->i_flags &= ~S_LINKABLE;
	inode->i_ctime = current_time();
	d_add(new, igrab(inode), true);
	directory_changed(dir, 1, inode->i_ctime);
	fsnotify(inode, IN_ATTRIB, NULL);
	fsnotify(dir, IN_CREATE, new->d_name->name);
	return 0;
}

/* A directory that has lost its name. Context: its lock held */
static void kill_directory(struct inode *inode)
{
	inode->i_flags |= S_DEAD;
	inode->i_nlink = 0;
	i_size_write(inode, 0);
}

static void drop_link(struct inode *dir, struct dentry *victim, s64 now)
{
	struct inode *inode = victim->d_inode;

	if (S_ISDIR(inode->i_mode)) {
		kill_directory(inode);
		dir->i_nlink--;
	} else {
		inode->i_nlink--;
	}
	inode->i_ctime = now;
	d_delete(victim);
}

int vfs_unlink(struct inode *dir, struct dentry *victim, bool directory)
{
	struct inode *inode = victim->d_inode;
	int err = may_delete(dir, victim, directory);
	s64 now;

	if (err)
		return err;
	inode_lock(inode);
	if (is_mountpoint(victim)) {
		err = -EBUSY;
	} else if (directory && !list_empty(&victim->d_subdirs)) {
		err = -ENOTEMPTY;
	} else {
		now = current_time();
		drop_link(dir, victim, now);
		directory_changed(dir, -1, now);
	}
	inode_unlock(inode);
	if (!err) {
		if (!directory)
			fsnotify(inode, IN_ATTRIB, NULL);
		if (!inode->i_nlink)
			fsnotify(inode, IN_DELETE_SELF, NULL);
		fsnotify(dir, IN_DELETE | (directory ? IN_ISDIR : 0), victim->d_name->name);
	}
	return err;
}

/* ------------------------------------------------------------------------- making */

static int make_at(int dfd, const char __user *path, umode_t mode, dev_t rdev, const char *target)
{
	struct filename fn;
	struct dentry *d;
	struct path dir;
	int err = getname(&fn, path);

	if (err)
		return err;
	d = filename_create(dfd, &fn, &dir, S_ISDIR(mode) ? LOOKUP_DIRECTORY : 0);
	if (IS_ERR(d)) {
		err = PTR_ERR(d);
	} else {
		err = vfs_make(dir.dentry->d_inode, d, mode, rdev, target);
		done_path_create(&dir, d);
	}
	putname(&fn);
	return err;
}

SYSCALL_DEFINE3(mkdirat, int, dfd, const char __user *, path, umode_t, mode)
{
	return make_at(dfd, path, S_IFDIR | (mode & (S_IRWXUGO | S_ISVTX) & ~current_umask()), 0, NULL);
}

SYSCALL_DEFINE2(mkdir, const char __user *, path, umode_t, mode)
{
	return make_at(AT_FDCWD, path, S_IFDIR | (mode & (S_IRWXUGO | S_ISVTX) & ~current_umask()), 0, NULL);
}

static int do_mknod(int dfd, const char __user *path, umode_t mode, u32 dev)
{
	umode_t perm = mode & S_IALLUGO & ~current_umask();

	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return make_at(dfd, path, S_IFREG | perm, 0, NULL);
	case S_IFCHR:
	case S_IFBLK:
		return make_at(dfd, path, (mode & S_IFMT) | perm, dev, NULL);
	case S_IFIFO:
	case S_IFSOCK:
		return make_at(dfd, path, (mode & S_IFMT) | perm, 0, NULL);
	case S_IFDIR:
		return -EPERM;
	}
	return -EINVAL;
}

SYSCALL_DEFINE4(mknodat, int, dfd, const char __user *, path, umode_t, mode, unsigned int, dev)
{
	return do_mknod(dfd, path, mode, dev);
}

SYSCALL_DEFINE3(mknod, const char __user *, path, umode_t, mode, unsigned int, dev)
{
	return do_mknod(AT_FDCWD, path, mode, dev);
}

static int do_symlink(const char __user *target, int dfd, const char __user *path)
{
	struct filename to;
	int err = getname(&to, target);

	if (err)
		return err;
	err = make_at(dfd, path, S_IFLNK | S_IRWXUGO, 0, to.name);
	putname(&to);
	return err;
}

SYSCALL_DEFINE3(symlinkat, const char __user *, target, int, dfd, const char __user *, path)
{
	return do_symlink(target, dfd, path);
}

SYSCALL_DEFINE2(symlink, const char __user *, target, const char __user *, path)
{
	return do_symlink(target, AT_FDCWD, path);
}

/* ------------------------------------------------------------------------ linking */

static int do_link(int old_dfd, const char __user *old_path, int dfd, const char __user *path, int flags)
{
	struct path old, dir;
	struct filename fn;
	struct dentry *d;
	int err;

	if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH && !capable(CAP_DAC_READ_SEARCH))
		return -ENOENT;
	err = user_path_at(old_dfd, old_path, (flags & AT_SYMLINK_FOLLOW ? LOOKUP_FOLLOW : 0) |
					      (flags & AT_EMPTY_PATH ? LOOKUP_EMPTY : 0), &old);
	if (err)
		return err;
	err = getname(&fn, path);
	if (err)
		goto put_old;
	d = filename_create(dfd, &fn, &dir, 0);
	putname(&fn);
	if (IS_ERR(d)) {
		err = PTR_ERR(d);
		goto put_old;
	}
	err = old.mnt == dir.mnt ? vfs_link(old.dentry, dir.dentry->d_inode, d) : -EXDEV;
	done_path_create(&dir, d);
put_old:
	path_put(&old);
	return err;
}

SYSCALL_DEFINE5(linkat, int, old_dfd, const char __user *, old_path, int, dfd, const char __user *, path, int, flags)
{
	return do_link(old_dfd, old_path, dfd, path, flags);
}

SYSCALL_DEFINE2(link, const char __user *, old_path, const char __user *, path)
{
	return do_link(AT_FDCWD, old_path, AT_FDCWD, path, 0);
}

/* ----------------------------------------------------------------------- removing */

/* The last name does not name an entry of a directory. */
static int not_an_entry(enum last_type type, bool directory)
{
	if (!directory)
		return -EISDIR;
	return type == LAST_DOTDOT ? -ENOTEMPTY : type == LAST_DOT ? -EINVAL : -EBUSY;
}

static int unlink_last(const struct path *dir, const struct last_name *last, bool directory, struct dentry **victim)
{
	struct dentry *d = lookup_one(dir->dentry, &last->name);
	int err;

	*victim = NULL;
	if (IS_ERR(d))
		return PTR_ERR(d);
	*victim = d;			/* put when the directory is unlocked: it may be the last reference */
	if (last->trailing && !directory)
		return S_ISDIR(d->d_inode->i_mode) ? -EISDIR : -ENOTDIR;
	err = mnt_want_write(dir->mnt);
	return err ? err : vfs_unlink(dir->dentry->d_inode, d, directory);
}

static int do_unlink(int dfd, const char __user *path, bool directory)
{
	struct last_name last;
	struct dentry *victim;
	struct filename fn;
	struct path dir;
	int err = getname(&fn, path);

	if (err)
		return err;
	err = lookup_parent(dfd, &fn, &dir, &last);
	if (err)
		goto put_name;
	if (last.type != LAST_NORM) {
		err = not_an_entry(last.type, directory);
	} else {
		inode_lock(dir.dentry->d_inode);
		err = unlink_last(&dir, &last, directory, &victim);
		inode_unlock(dir.dentry->d_inode);
		dput(victim);
	}
	path_put(&dir);
put_name:
	putname(&fn);
	return err;
}

SYSCALL_DEFINE1(unlink, const char __user *, path)
{
	return do_unlink(AT_FDCWD, path, false);
}

SYSCALL_DEFINE1(rmdir, const char __user *, path)
{
	return do_unlink(AT_FDCWD, path, true);
}

SYSCALL_DEFINE3(unlinkat, int, dfd, const char __user *, path, int, flags)
{
	if (flags & ~AT_REMOVEDIR)
		return -EINVAL;
	return do_unlink(dfd, path, flags & AT_REMOVEDIR);
}

/* ----------------------------------------------------------------------- renaming */

struct rename {
	struct path	from_dir, to_dir;
	struct last_name from_last, to_last;
	struct dentry	*from, *to;	/* to: NULL when there is nothing of that name */
	unsigned int	flags;		/* RENAME_... */
};

/* Whether @d is @of or somewhere below it. Context: rename_begin() */
static bool is_below(const struct dentry *d, const struct dentry *of)
{
	for (; d != of; d = d->d_parent)
		if (IS_ROOT(d))
			return false;
	return true;
}

/* Parents first, else by address. Context: rename_begin() */
static void lock_directories(struct dentry *a, struct dentry *b)
{
	if (a == b) {
		inode_lock(a->d_inode);
		return;
	}
	if (is_below(a, b) || (!is_below(b, a) && a > b)) {
		inode_lock(b->d_inode);
		inode_lock(a->d_inode);
	} else {
		inode_lock(a->d_inode);
		inode_lock(b->d_inode);
	}
}

static void unlock_directories(struct dentry *a, struct dentry *b)
{
	inode_unlock(a->d_inode);
	if (a != b)
		inode_unlock(b->d_inode);
}

static int rename_lookup(struct rename *r)
{
	struct dentry *d = lookup_one(r->from_dir.dentry, &r->from_last.name);

	if (IS_ERR(d))
		return PTR_ERR(d);
	r->from = d;
	d = lookup_one(r->to_dir.dentry, &r->to_last.name);
	if (IS_ERR(d) && PTR_ERR(d) != -ENOENT)
		return PTR_ERR(d);
	r->to = IS_ERR(d) ? NULL : d;
	if (r->flags & RENAME_EXCHANGE && !r->to)
		return -ENOENT;
	if (r->flags & RENAME_NOREPLACE && r->to)
		return -EEXIST;
	return 0;
}

/* Whether the tree stays a tree, and slashes stand behind directories only. */
static int rename_shape(const struct rename *r)
{
	bool from_dir = S_ISDIR(r->from->d_inode->i_mode), to_dir = r->to && S_ISDIR(r->to->d_inode->i_mode);

	if (!from_dir && (r->from_last.trailing || (!(r->flags & RENAME_EXCHANGE) && r->to_last.trailing)))
		return -ENOTDIR;
	if (r->flags & RENAME_EXCHANGE && !to_dir && r->to_last.trailing)
		return -ENOTDIR;
	if (is_below(r->to_dir.dentry, r->from))
		return -EINVAL;
	if (r->to && is_below(r->from_dir.dentry, r->to))
		return r->flags & RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
	return 0;
}

static int rename_permission(const struct rename *r)
{
	struct inode *from_dir = r->from_dir.dentry->d_inode, *to_dir = r->to_dir.dentry->d_inode;
	bool directory = S_ISDIR(r->from->d_inode->i_mode);
	int err = may_delete(from_dir, r->from, directory);

	if (err)
		return err;
	if (!r->to)
		err = may_create_in(to_dir);
	else if (r->flags & RENAME_EXCHANGE)
		err = may_delete(to_dir, r->to, S_ISDIR(r->to->d_inode->i_mode));
	else
		err = may_delete(to_dir, r->to, directory);
	if (!err)
		err = may_change(to_dir);
	/* ".." of a directory changes with its parent */
	if (!err && directory && from_dir != to_dir)
		err = inode_permission(r->from->d_inode, MAY_WRITE);
	if (!err && (is_mountpoint(r->from) || (r->to && is_mountpoint(r->to))))
		err = -EBUSY;
	return err;
}

static void move_links(const struct dentry *d, struct inode *from, struct inode *to)
{
	if (S_ISDIR(d->d_inode->i_mode)) {
		from->i_nlink--;
		to->i_nlink++;
	}
}

static void rename_notify(const struct rename *r, const char *old_name)
{
	u32 dir = S_ISDIR(r->from->d_inode->i_mode) ? IN_ISDIR : 0, cookie;
	static u32 last_cookie;

	if (!__atomic_load_n(&fsnotify_watches, __ATOMIC_RELAXED))
		return;
	cookie = __atomic_add_fetch(&last_cookie, 1, __ATOMIC_RELAXED);
	__fsnotify(r->from_dir.dentry->d_inode, IN_MOVED_FROM | dir, old_name, cookie);
	__fsnotify(r->to_dir.dentry->d_inode, IN_MOVED_TO | dir, r->from->d_name->name, cookie);
	__fsnotify(r->from->d_inode, IN_MOVE_SELF, NULL, 0);
	if (r->to && !(r->flags & RENAME_EXCHANGE)) {
		__fsnotify(r->to->d_inode, IN_ATTRIB, NULL, 0);
		if (!r->to->d_inode->i_nlink)
			__fsnotify(r->to->d_inode, IN_DELETE_SELF, NULL, 0);
	}
}

/* What hides a name of a lower layer from an overlay: a device that nobody has. Return: where it will be, or an error */
static struct dentry *make_whiteout(const struct rename *r)
{
	struct inode *dir = r->from_dir.dentry->d_inode, *inode;
	struct dentry *d = d_alloc(r->from_dir.dentry, &r->from_last.name);

	if (!d)
		return ERR_PTR(-ENOMEM);
	inode = dir->i_op->make(dir, S_IFCHR, 0, NULL);
	if (IS_ERR(inode)) {
		dput(d);
		return ERR_CAST(inode);
	}
	d->d_inode = inode;
	return d;
}

static void put_whiteout(const struct rename *r, struct dentry *hole)
{
	d_add(hole, hole->d_inode, true);
	directory_changed(r->from_dir.dentry->d_inode, 1, hole->d_inode->i_ctime);
	dput(hole);
}

/* All is allowed. @new, @back: names for the one and, exchanged, for the other. */
static void rename_do(const struct rename *r, struct dname *new, struct dname *back)
{
	struct inode *from_dir = r->from_dir.dentry->d_inode, *to_dir = r->to_dir.dentry->d_inode;
	bool exchange = r->flags & RENAME_EXCHANGE;
	s64 now = current_time();

	rename_write_begin();
	if (r->to && !exchange)
		drop_link(to_dir, r->to, now);
	else if (r->to)
		d_move(r->to, r->from_dir.dentry, back);
	d_move(r->from, r->to_dir.dentry, new);
	rename_write_end();
	move_links(r->from, from_dir, to_dir);
	if (exchange)
		move_links(r->to, to_dir, from_dir);
	directory_changed(from_dir, exchange ? 0 : -1, now);
	directory_changed(to_dir, r->to ? 0 : 1, now);
	r->from->d_inode->i_ctime = now;
}

static int rename_replace(const struct rename *r)
{
	struct dname *new = dname_alloc(&r->to_last.name);
	struct dname *back = r->flags & RENAME_EXCHANGE ? dname_alloc(&r->from_last.name) : NULL;
	struct inode *victim = r->to && !(r->flags & RENAME_EXCHANGE) ? r->to->d_inode : NULL;
	int err = new && (back || !(r->flags & RENAME_EXCHANGE)) ? 0 : -ENOMEM;
	struct dentry *hole = NULL;

	if (victim)
		inode_lock(victim);
	if (!err && victim && S_ISDIR(victim->i_mode) && !list_empty(&r->to->d_subdirs))
		err = -ENOTEMPTY;
	if (!err && r->flags & RENAME_WHITEOUT) {
		hole = make_whiteout(r);
		err = IS_ERR(hole) ? PTR_ERR(hole) : 0;
	}
	if (!err)
		rename_do(r, new, back);
	if (!err && hole)
		put_whiteout(r, hole);
	if (victim)
		inode_unlock(victim);
	if (!err) {
		rename_notify(r, r->from_last.name.name);
		return 0;
	}
	if (new)
		dname_free(new);
	if (back)
		dname_free(back);
	return err;
}

/* Context: rename_begin(), both directories locked. */
static int rename_locked(struct rename *r)
{
	int err = rename_lookup(r);

	if (!err)
		err = rename_shape(r);
	if (!err)
		err = mnt_want_write(r->from_dir.mnt);
	if (err || (r->to && r->to->d_inode == r->from->d_inode))	/* two links of one file: nothing to do */
		return err;
	err = rename_permission(r);
	return err ? err : rename_replace(r);
}

static int rename_paths(struct rename *r, int old_dfd, struct filename *old, int dfd, struct filename *new)
{
	int err = lookup_parent(old_dfd, old, &r->from_dir, &r->from_last);

	if (err)
		return err;
	err = lookup_parent(dfd, new, &r->to_dir, &r->to_last);
	if (err) {
		path_put(&r->from_dir);
		return err;
	}
	if (r->from_dir.mnt != r->to_dir.mnt)
		err = -EXDEV;
	else if (r->from_last.type != LAST_NORM)
		err = -EBUSY;
	else if (r->to_last.type != LAST_NORM)
		err = r->flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
	if (!err) {
		rename_begin();
		lock_directories(r->from_dir.dentry, r->to_dir.dentry);
		err = rename_locked(r);
		unlock_directories(r->from_dir.dentry, r->to_dir.dentry);
		rename_end();
		dput(r->from);
		dput(r->to);
	}
	path_put(&r->from_dir);
	path_put(&r->to_dir);
	return err;
}

static int do_rename(int old_dfd, const char __user *old_path, int dfd, const char __user *path, unsigned int flags)
{
	struct filename old, new;
	struct rename r = { .flags = flags };
	int err;

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT) ||
	    (flags & RENAME_EXCHANGE && flags != RENAME_EXCHANGE))
		return -EINVAL;
	err = getname(&old, old_path);
	if (err)
		return err;
	err = getname(&new, path);
	if (!err) {
		err = rename_paths(&r, old_dfd, &old, dfd, &new);
		putname(&new);
	} else {			/* what is wrong with the first path comes first */
		int first = lookup_parent(old_dfd, &old, &r.from_dir, &r.from_last);

		if (first)
			err = first;
		else
			path_put(&r.from_dir);
	}
	putname(&old);
	return err;
}

SYSCALL_DEFINE5(renameat2, int, old_dfd, const char __user *, old_path, int, dfd, const char __user *, path,
		unsigned int, flags)
{
	return do_rename(old_dfd, old_path, dfd, path, flags);
}

SYSCALL_DEFINE4(renameat, int, old_dfd, const char __user *, old_path, int, dfd, const char __user *, path)
{
	return do_rename(old_dfd, old_path, dfd, path, 0);
}

SYSCALL_DEFINE2(rename, const char __user *, old_path, const char __user *, path)
{
	return do_rename(AT_FDCWD, old_path, AT_FDCWD, path, 0);
}
