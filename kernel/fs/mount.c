/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mounts: which tree is seen where. They are a tree themselves, changed with
 * rename_begin() held and read under RCU by walks, which find what is mounted on
 * a dentry in a small hash table. There is one such tree; all mounts are private.
 */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs_struct.h>
#include <kernel/namei.h>
#include <kernel/panic.h>
#include <kernel/seq_file.h>
#include <kernel/syscall.h>
#include <mm/slab.h>
#include <uapi/mount.h>

#define HASH_SIZE	64
#define MAX_MOUNTS	10000
#define MNT_OPTIONS	(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME | \
			 MS_NOSYMFOLLOW)
#define MS_PROPAGATION	(MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED)

static struct vfsmount *table[HASH_SIZE];
static u32 last_id;			/* atomic */
static u32 nr_mounts;			/* atomic */

static unsigned int chain_of(const struct vfsmount *mnt, const struct dentry *dentry)
{
	return ((unsigned long)mnt / 64 + (unsigned long)dentry / 128) % HASH_SIZE;
}

struct vfsmount *lookup_mnt(const struct vfsmount *mnt, const struct dentry *dentry)
{
	struct vfsmount *m = rcu_dereference(table[chain_of(mnt, dentry)]);

	for (; m; m = rcu_dereference(m->mnt_hash))
		if (m->mnt_parent == mnt && m->mnt_mountpoint == dentry)
			return m;
	return NULL;
}

bool is_mountpoint(const struct dentry *dentry)
{
	return __atomic_load_n(&dentry->d_flags, __ATOMIC_ACQUIRE) & DCACHE_MOUNTED;
}

int mnt_want_write(const struct vfsmount *mnt)
{
	return (mnt->mnt_flags | mnt->mnt_sb->s_flags) & MS_RDONLY ? -EROFS : 0;
}

/* --------------------------------------------------------------- begin and end */

/* Takes over the reference to @sb in any case. */
static struct vfsmount *new_mount(struct super_block *sb, struct dentry *root, const char *devname)
{
	struct vfsmount *mnt = kzalloc(sizeof(*mnt), GFP_KERNEL);
	size_t size = strlen(devname) + 1;
	char *name = kmalloc(size, GFP_KERNEL);

	bool many = __atomic_add_fetch(&nr_mounts, 1, __ATOMIC_RELAXED) > MAX_MOUNTS;

	if (!mnt || !name || many) {
		__atomic_fetch_sub(&nr_mounts, 1, __ATOMIC_RELAXED);
		kfree(mnt);
		kfree(name);
		put_super(sb);
		return ERR_PTR(many ? -ENOSPC : -ENOMEM);
	}
	memcpy(name, devname, size);
	mnt->mnt_devname = name;
	mnt->mnt_root = dget(root);
	mnt->mnt_mountpoint = mnt->mnt_root;
	mnt->mnt_sb = sb;
	mnt->mnt_parent = mnt;
	mnt->mnt_count = 1;
	mnt->mnt_id = __atomic_add_fetch(&last_id, 1, __ATOMIC_RELAXED);
	list_init(&mnt->mnt_mounts);
	list_init(&mnt->mnt_child);
	return mnt;
}

static struct vfsmount *mount_type(struct file_system_type *type, const char *devname, const char *data)
{
	struct super_block *sb = get_super(type, data);

	return IS_ERR(sb) ? ERR_CAST(sb) : new_mount(sb, sb->s_root, devname);
}

static void free_mount(struct rcu_head *rcu)
{
	struct vfsmount *mnt = container_of(rcu, struct vfsmount, mnt_rcu);

	kfree((void *)mnt->mnt_devname);
	kfree(mnt);
}

static void __mntput(struct vfsmount *mnt)
{
	dput(mnt->mnt_root);
	put_super(mnt->mnt_sb);
	__atomic_fetch_sub(&nr_mounts, 1, __ATOMIC_RELAXED);
	call_rcu(&mnt->mnt_rcu, free_mount);
}

void mntput(struct vfsmount *mnt)
{
	if (!__atomic_sub_fetch(&mnt->mnt_count, 1, __ATOMIC_ACQ_REL))
		__mntput(mnt);
}

void path_put(const struct path *path)
{
	struct vfsmount *mnt = path->mnt;

	dput(path->dentry);
	mntput(mnt);
}

struct vfsmount *kern_mount(struct file_system_type *type)
{
	return mount_type(type, type->name, NULL);
}

/* ------------------------------------------------------ the tree; rename_begin() held */

static void hash_in(struct vfsmount *mnt)
{
	struct vfsmount **first = &table[chain_of(mnt->mnt_parent, mnt->mnt_mountpoint)];

	mnt->mnt_hash = *first;
	rcu_assign_pointer(*first, mnt);
}

static void hash_out(struct vfsmount *mnt)
{
	struct vfsmount **at = &table[chain_of(mnt->mnt_parent, mnt->mnt_mountpoint)];

	while (*at != mnt)
		at = &(*at)->mnt_hash;
	__atomic_store_n(at, mnt->mnt_hash, __ATOMIC_RELEASE);
}

/* @mnt, whose parts may have mounts of their own, is seen at @where. Takes over the reference to it. */
static void attach(struct vfsmount *mnt, const struct path *where)
{
	path_get(where);
	rename_write_begin();
	mnt->mnt_parent = where->mnt;
	mnt->mnt_mountpoint = where->dentry;
	__atomic_fetch_or(&where->dentry->d_flags, DCACHE_MOUNTED, __ATOMIC_RELEASE);
	hash_in(mnt);
	rename_write_end();
	list_add_tail(&mnt->mnt_child, &where->mnt->mnt_mounts);
}

static bool mounted_on(const struct dentry *dentry)
{
	for (unsigned int i = 0; i < HASH_SIZE; i++)
		for (const struct vfsmount *m = table[i]; m; m = m->mnt_hash)
			if (m->mnt_mountpoint == dentry)
				return true;
	return false;
}

/* @mnt is seen nowhere; *@was_at: where it was, with references to be put. The one to @mnt goes to the caller. */
static void detach(struct vfsmount *mnt, struct path *was_at)
{
	*was_at = (struct path){ mnt->mnt_parent, mnt->mnt_mountpoint };
	rename_write_begin();
	hash_out(mnt);
	if (!mounted_on(was_at->dentry))
		__atomic_fetch_and(&was_at->dentry->d_flags, ~DCACHE_MOUNTED, __ATOMIC_RELEASE);
	mnt->mnt_parent = mnt;
	mnt->mnt_mountpoint = mnt->mnt_root;
	rename_write_end();
	list_del(&mnt->mnt_child);
	list_init(&mnt->mnt_child);
}

static bool is_attached(const struct vfsmount *mnt)
{
	return mnt->mnt_parent != mnt;
}

static bool is_mount_root(const struct path *path)
{
	return path->dentry == path->mnt->mnt_root;
}

/* The mount after @mnt in the tree below @top, parents before their children; NULL at the end. */
static struct vfsmount *next_mount(struct vfsmount *mnt, struct vfsmount *top)
{
	if (!list_empty(&mnt->mnt_mounts))
		return list_first_entry(&mnt->mnt_mounts, struct vfsmount, mnt_child);
	for (; mnt != top; mnt = mnt->mnt_parent)
		if (mnt->mnt_child.next != &mnt->mnt_parent->mnt_mounts)
			return container_of(mnt->mnt_child.next, struct vfsmount, mnt_child);
	return NULL;
}

static struct vfsmount *root_mount(void)
{
	return init_fs.root.mnt;
}

/* Out with @top and all below it, the deepest first. Context: rename_begin() */
static void detach_tree(struct vfsmount *top)
{
	struct path was_at;

	for (;;) {
		struct vfsmount *mnt = top;

		while (!list_empty(&mnt->mnt_mounts))
			mnt = list_first_entry(&mnt->mnt_mounts, struct vfsmount, mnt_child);
		detach(mnt, &was_at);
		path_put(&was_at);
		mntput(mnt);
		if (mnt == top)
			return;
	}
}

/* ------------------------------------------------------------------------- mount(2) */

/* Whether it was removed: what is mounted there would never be seen. Context: its lock */
static bool has_no_name(const struct dentry *d)
{
	return d->d_inode->i_flags & S_DEAD || (!IS_ROOT(d) && d_unhashed(d));
}

/* Attach @mnt on top of what is at @path. Takes over the reference to @mnt in any case. */
static int graft(struct vfsmount *mnt, struct path *path)
{
	struct inode *inode;
	int err = 0;

	rename_begin();
	follow_down_mounts(path);
	inode = path->dentry->d_inode;
	inode_lock(inode);
	if (S_ISDIR(inode->i_mode) != S_ISDIR(mnt->mnt_root->d_inode->i_mode))
		err = -ENOTDIR;
	else if (has_no_name(path->dentry))
		err = -ENOENT;
	else if (path->mnt != root_mount() && !is_attached(path->mnt))
		err = -EINVAL;		/* in a mount that was taken out */
	else if (path->mnt->mnt_sb == mnt->mnt_sb && is_mount_root(path) && path->dentry == mnt->mnt_root &&
		 mnt->mnt_sb->s_type->single)
		err = -EBUSY;		/* the same once more */
	if (!err)
		attach(mnt, path);
	inode_unlock(inode);
	rename_end();
	if (err)
		mntput(mnt);
	return err;
}

static int mount_new(struct path *path, const char *devname, const char *fstype, unsigned long flags, const char *data)
{
	struct file_system_type *type = find_filesystem(fstype);
	struct vfsmount *mnt;

	if (!type)
		return -ENODEV;
	mnt = mount_type(type, devname, data);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	mnt->mnt_flags = flags & MNT_OPTIONS;
	if (!(flags & (MS_NOATIME | MS_STRICTATIME)))
		mnt->mnt_flags |= MS_RELATIME;
	if (flags & MS_RDONLY && !type->single)
		mnt->mnt_sb->s_flags |= MS_RDONLY;
	return graft(mnt, path);
}

/* What @from shows, from its place on. Context: rename_begin() */
static struct vfsmount *clone_mount(const struct path *from)
{
	struct vfsmount *old = from->mnt, *mnt;

	__atomic_fetch_add(&old->mnt_sb->s_active, 1, __ATOMIC_RELAXED);
	mnt = new_mount(old->mnt_sb, from->dentry, old->mnt_devname);
	if (!IS_ERR(mnt))
		mnt->mnt_flags = old->mnt_flags;
	return mnt;
}

static bool is_below(const struct dentry *d, const struct dentry *of)
{
	for (; d != of; d = d->d_parent)
		if (IS_ROOT(d))
			return false;
	return true;
}

static struct vfsmount *first_child(const struct vfsmount *mnt)
{
	return list_empty(&mnt->mnt_mounts) ? NULL : list_first_entry(&mnt->mnt_mounts, struct vfsmount, mnt_child);
}

static struct vfsmount *next_sibling(const struct vfsmount *mnt)
{
	if (mnt->mnt_child.next == &mnt->mnt_parent->mnt_mounts)
		return NULL;
	return container_of(mnt->mnt_child.next, struct vfsmount, mnt_child);
}

/*
 * Copies into @copy of what is mounted on @top below @from, and so on. The walk goes along in both trees.
 * Context: rename_begin(). On an error the caller takes apart what there is.
 */
static int clone_mounts(struct vfsmount *top, const struct dentry *from, struct vfsmount *copy)
{
	struct vfsmount *old = first_child(top), *parent = copy, *mnt;

	while (old) {
		struct path root = { old, old->mnt_root }, where = { parent, old->mnt_mountpoint };

		if (old->mnt_parent == top && !is_below(old->mnt_mountpoint, from)) {
			old = next_sibling(old);
			continue;
		}
		mnt = clone_mount(&root);
		if (IS_ERR(mnt))
			return PTR_ERR(mnt);
		attach(mnt, &where);
		if (first_child(old)) {
			parent = mnt;
			old = first_child(old);
			continue;
		}
		while (!next_sibling(old) && old->mnt_parent != top) {
			old = old->mnt_parent;
			parent = parent->mnt_parent;
		}
		old = next_sibling(old);
	}
	return 0;
}

/* A mount that no path leads to, with what is mounted in it. Context: rename_begin() */
static void drop_clone(struct vfsmount *mnt)
{
	struct vfsmount *child;

	while ((child = first_child(mnt)))
		detach_tree(child);
	mntput(mnt);
}

static int mount_bind(struct path *path, const char *from_name, unsigned long flags)
{
	struct vfsmount *mnt;
	struct path from;
	int err = kern_path(from_name, LOOKUP_FOLLOW, &from);

	if (err)
		return err;
	rename_begin();
	mnt = clone_mount(&from);
	if (IS_ERR(mnt)) {
		err = PTR_ERR(mnt);
	} else if (flags & MS_REC) {
		err = clone_mounts(from.mnt, from.dentry, mnt);
		if (err)
			drop_clone(mnt);
	}
	rename_end();
	path_put(&from);
	return err ? err : graft(mnt, path);
}

static int mount_remount(const struct path *path, unsigned long flags, const char *data)
{
	struct super_block *sb = path->mnt->mnt_sb;
	int err = 0;

	if (!is_mount_root(path))
		return -EINVAL;
	if (!(flags & MS_BIND)) {
		if (sb->s_op && sb->s_op->remount)
			err = sb->s_op->remount(sb, data ? data : "");
		if (!err && !sb->s_type->single)
			sb->s_flags = flags & MS_RDONLY;
	}
	if (!err)
		path->mnt->mnt_flags = flags & MNT_OPTIONS;
	return err;
}

/* Whether @mnt is @of or somewhere below it. Context: rename_begin() */
static bool mount_is_below(const struct vfsmount *mnt, const struct vfsmount *of)
{
	for (; mnt != of; mnt = mnt->mnt_parent)
		if (!is_attached(mnt))
			return false;
	return true;
}

/* Context: rename_begin(), the lock of @to, on which nothing is mounted */
static int move_checked(const struct path *from, const struct path *to, struct path *was_at)
{
	if (!is_mount_root(from) || !is_attached(from->mnt))
		return -EINVAL;
	if (S_ISDIR(from->dentry->d_inode->i_mode) != S_ISDIR(to->dentry->d_inode->i_mode))
		return -ENOTDIR;
	if (to->mnt != root_mount() && !is_attached(to->mnt))
		return -EINVAL;
	if (mount_is_below(to->mnt, from->mnt))
		return -ELOOP;
	if (has_no_name(to->dentry))
		return -ENOENT;
	detach(from->mnt, was_at);
	attach(from->mnt, to);
	return 0;
}

static int mount_move(struct path *to, const char *from_name)
{
	struct path from, was_at;
	int err = kern_path(from_name, LOOKUP_FOLLOW, &from);

	if (err)
		return err;
	rename_begin();
	follow_down_mounts(to);
	inode_lock(to->dentry->d_inode);
	err = move_checked(&from, to, &was_at);
	inode_unlock(to->dentry->d_inode);
	rename_end();
	if (!err)
		path_put(&was_at);
	path_put(&from);
	return err;
}

/* All mounts are private: to make one so is no work, and others cannot be had. */
static int mount_propagation(const struct path *path, unsigned long flags)
{
	if (!is_mount_root(path) || flags & ~(MS_PROPAGATION | MS_REC | MS_SILENT))
		return -EINVAL;
	return flags & (MS_PRIVATE | MS_UNBINDABLE) ? 0 : -EINVAL;
}

static int do_mount(const char *devname, struct path *path, const char *fstype, unsigned long flags, const char *data)
{
	if (flags & MS_REMOUNT)
		return mount_remount(path, flags, data);
	if (flags & MS_BIND)
		return devname ? mount_bind(path, devname, flags) : -EINVAL;
	if (flags & MS_PROPAGATION)
		return mount_propagation(path, flags);
	if (flags & MS_MOVE)
		return devname ? mount_move(path, devname) : -EINVAL;
	if (!fstype)
		return -EINVAL;
	return mount_new(path, devname && *devname ? devname : "none", fstype, flags, data);
}

int do_mount_at(const char *devname, const char *where, const char *fstype, unsigned long flags, const char *data)
{
	struct path path;
	int err = kern_path(where, LOOKUP_FOLLOW, &path);

	if (err)
		return err;
	err = do_mount(devname, &path, fstype, flags, data);
	path_put(&path);
	return err;
}

/* A string of a program in a page of its own, which is NULL for NULL. @cut: a longer one loses its end. */
static int copy_mount_string(const char __user *from, bool cut, char **to)
{
	long n;

	*to = NULL;
	if (!from)
		return 0;
	*to = get_free_page(GFP_KERNEL);
	if (!*to)
		return -ENOMEM;
	n = strncpy_from_user(*to, from, PAGE_SIZE);
	if (n >= 0 && (n < PAGE_SIZE || cut)) {
		(*to)[min(n, (long)PAGE_SIZE - 1)] = '\0';
		return 0;
	}
	free_page(*to);
	*to = NULL;
	return n < 0 ? n : -EINVAL;
}

SYSCALL_DEFINE5(mount, const char __user *, devname, const char __user *, dir, const char __user *, fstype,
		unsigned long, flags, const void __user *, data)
{
	char *text[3] = { NULL, NULL, NULL };
	struct path path;
	int err;

	if ((flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~MS_MGC_MSK;
	err = copy_mount_string(fstype, false, &text[0]);
	if (!err)
		err = copy_mount_string(devname, false, &text[1]);
	if (!err)
		err = copy_mount_string(data, true, &text[2]);
	if (!err && !capable(CAP_SYS_ADMIN))
		err = -EPERM;
	if (!err)
		err = user_path_at(AT_FDCWD, dir, LOOKUP_FOLLOW, &path);
	if (!err) {
		err = do_mount(text[1], &path, text[0], flags, text[2]);
		path_put(&path);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(text); i++)
		free_page(text[i]);
	return err;
}
SYSCALL_PARTIAL(mount, "mounts that propagate to others (MS_SHARED, MS_SLAVE)");

/* ------------------------------------------------------------------------ umount(2) */

/* Context: rename_begin(). */
static int umount_checked(struct vfsmount *mnt, bool lazy)
{
	if (!is_attached(mnt))
		return -EINVAL;
	/* one for being attached, one of our caller's path */
	if (!lazy && (!list_empty(&mnt->mnt_mounts) || __atomic_load_n(&mnt->mnt_count, __ATOMIC_ACQUIRE) > 2))
		return -EBUSY;
	detach_tree(mnt);
	return 0;
}

SYSCALL_DEFINE2(umount2, const char __user *, name, int, flags)
{
	struct path path;
	int err;

	if (flags & ~(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW))
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = user_path_at(AT_FDCWD, name, flags & UMOUNT_NOFOLLOW ? 0 : LOOKUP_FOLLOW, &path);
	if (err)
		return err;
	if (!is_mount_root(&path) || flags & MNT_EXPIRE) {
		err = -EINVAL;
	} else {
		rename_begin();
		err = umount_checked(path.mnt, flags & MNT_DETACH);
		rename_end();
	}
	path_put(&path);
	return err;
}
SYSCALL_PARTIAL(umount2, "MNT_EXPIRE");

/* -------------------------------------------------------------------- pivot_root(2) */

/* Context: rename_begin(). */
static int pivot_checked(const struct path *root, const struct path *new, struct path *put_old, struct path was_at[2])
{
	if (!is_mount_root(new) || !is_mount_root(root) || !is_attached(new->mnt) || !is_attached(root->mnt))
		return -EINVAL;
	if (new->mnt == root->mnt || put_old->mnt == root->mnt)
		return -EBUSY;
	if (!mount_is_below(put_old->mnt, new->mnt) || !mount_is_below(new->mnt, root->mnt))
		return -EINVAL;
	if (put_old->mnt == new->mnt && !is_below(put_old->dentry, new->dentry))
		return -EINVAL;
	detach(new->mnt, &was_at[0]);
	detach(root->mnt, &was_at[1]);
	attach(root->mnt, put_old);
	attach(new->mnt, &was_at[1]);
	return 0;
}

SYSCALL_DEFINE2(pivot_root, const char __user *, new_root, const char __user *, put_old)
{
	struct path root, new, old, was_at[2];
	int err;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = user_path_at(AT_FDCWD, new_root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &new);
	if (err)
		return err;
	err = user_path_at(AT_FDCWD, put_old, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &old);
	if (err) {
		path_put(&new);
		return err;
	}
	get_fs_root(current->fs, &root);
	rename_begin();
	err = pivot_checked(&root, &new, &old, was_at);
	rename_end();
	if (!err) {
		path_put(&was_at[0]);
		path_put(&was_at[1]);
		chroot_fs_refs(&root, &new);
	}
	path_put(&root);
	path_put(&old);
	path_put(&new);
	return err;
}

/* ------------------------------------------------------------------ /proc/mounts */

static const struct { unsigned long flag; const char *text; } option_names[] = {
	{ MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" }, { MS_NOATIME, ",noatime" },
	{ MS_NODIRATIME, ",nodiratime" }, { MS_RELATIME, ",relatime" }, { MS_NOSYMFOLLOW, ",nosymfollow" },
};

static void show_options(struct seq_file *m, const struct vfsmount *mnt)
{
	seq_puts(m, mnt_want_write(mnt) ? "ro" : "rw");
	for (unsigned int i = 0; i < ARRAY_SIZE(option_names); i++)
		if (mnt->mnt_flags & option_names[i].flag)
			seq_puts(m, option_names[i].text);
}

static void show_super_options(struct seq_file *m, const struct vfsmount *mnt)
{
	if (mnt->mnt_sb->s_op && mnt->mnt_sb->s_op->show_options)
		mnt->mnt_sb->s_op->show_options(m, mnt->mnt_sb);
}

/* The path of a mount for this thread; NULL: it sees nothing of it. */
static const char *mount_path(const struct vfsmount *mnt, const struct path *root, char *page)
{
	struct path path = { (struct vfsmount *)mnt, mnt->mnt_root };
	bool reached;
	char *text = d_path_from(&path, root, page, PAGE_SIZE, &reached);

	return reached && !IS_ERR(text) ? text : NULL;
}

static void show_mount(struct seq_file *m, const struct vfsmount *mnt, const char *path)
{
	seq_escape(m, mnt->mnt_devname, " \t\n\\#");
	seq_putc(m, ' ');
	seq_escape(m, path, " \t\n\\#");
	seq_printf(m, " %s ", mnt->mnt_sb->s_type->name);
	show_options(m, mnt);
	show_super_options(m, mnt);
	seq_puts(m, " 0 0\n");
}

static void show_info(struct seq_file *m, const struct vfsmount *mnt, const char *path)
{
	dev_t dev = mnt->mnt_sb->s_dev;

	seq_printf(m, "%u %u %u:%u ", mnt->mnt_id, mnt->mnt_parent->mnt_id, MAJOR(dev), MINOR(dev));
	seq_dentry(m, mnt->mnt_root, " \t\n\\");
	seq_putc(m, ' ');
	seq_escape(m, path, " \t\n\\");
	seq_putc(m, ' ');
	show_options(m, mnt);
	seq_printf(m, " - %s ", mnt->mnt_sb->s_type->name);
	seq_escape(m, mnt->mnt_devname, " \t\n\\");
	seq_puts(m, mnt->mnt_sb->s_flags & MS_RDONLY ? " ro" : " rw");
	show_super_options(m, mnt);
	seq_putc(m, '\n');
}

static int show_all(struct seq_file *m, void (*show)(struct seq_file *, const struct vfsmount *, const char *))
{
	char *page = get_free_page(GFP_KERNEL);
	struct vfsmount *mnt;
	struct path root;

	if (!page)
		return -ENOMEM;
	get_fs_root(current->fs, &root);
	rename_begin();
	for (mnt = root_mount(); mnt; mnt = next_mount(mnt, root_mount())) {
		const char *path = mount_path(mnt, &root, page);

		if (path)
			show(m, mnt, path);
	}
	rename_end();
	path_put(&root);
	free_page(page);
	return 0;
}

int show_mounts(struct seq_file *m)
{
	return show_all(m, show_mount);
}

int show_mountinfo(struct seq_file *m)
{
	return show_all(m, show_info);
}

/* ------------------------------------------------------------------------ the root */

void mount_init(void)
{
	static struct file_system_type rootfs = { .name = "rootfs", .magic = TMPFS_MAGIC, .fill_super = tmpfs_fill_super };
	struct vfsmount *mnt;
	struct path root;

	register_filesystem(&rootfs);
	mnt = mount_type(&rootfs, "rootfs", NULL);
	if (IS_ERR(mnt))
		panic("no memory for the root of all files");
	root = (struct path){ mnt, mnt->mnt_root };
	set_fs_root(&init_fs, &root);
	set_fs_pwd(&init_fs, &root);
	init_task.fs = &init_fs;
	init_task.files = &init_files;
}
