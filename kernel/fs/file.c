/* SPDX-License-Identifier: BSD-2-Clause */
/* Open files: how they begin and end. */
#include "internal.h"
#include <kernel/cred.h>
#include <kernel/eventpoll.h>
#include <kernel/fdtable.h>
#include <mm/slab.h>
#include <uapi/inotify.h>

static struct kmem_cache *file_cache;
static struct vfsmount *anon_mnt;

static const struct file_operations path_fops;	/* O_PATH: nothing can be done */

void file_init_caches(void)
{
	file_cache = kmem_cache_create("file", sizeof(struct file), 64, NULL);
}

struct file *get_empty_file(u32 flags)
{
	struct file *file = kmem_cache_alloc(file_cache, GFP_KERNEL);

	if (!file)
		return ERR_PTR(-ENOMEM);
	file->f_count = 1;
	file->f_mode = 0;
	file->f_flags = flags;
	spin_lock_init(&file->f_lock);
	file->f_op = &path_fops;
	file->f_pos = 0;
	file->private_data = NULL;
	mutex_init(&file->f_pos_lock);
	file->f_cred = get_cred(current_cred());
	file->f_ep = NULL;
	file->f_async = NULL;
	return file;
}

static void free_file(struct rcu_head *rcu)
{
	kmem_cache_free(file_cache, container_of(rcu, struct file, f_rcu));
}

/* Nobody finds it any more, unless it was in a table that is read under RCU. */
void put_empty_file(struct file *file)
{
	put_cred(file->f_cred);
	if (unlikely(file->f_mode & FMODE_SHARED))
		call_rcu(&file->f_rcu, free_file);
	else
		kmem_cache_free(file_cache, file);
}

/* ------------------------------------------------------------ against programs' files */

int get_write_access(struct inode *inode)
{
	s32 n = __atomic_load_n(&inode->i_writecount, __ATOMIC_RELAXED);

	do
		if (n < 0)
			return -ETXTBSY;
	while (!__atomic_compare_exchange_n(&inode->i_writecount, &n, n + 1, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED));
	return 0;
}

int deny_write_access(struct file *file)
{
	struct inode *inode = file->f_inode;
	s32 n = __atomic_load_n(&inode->i_writecount, __ATOMIC_RELAXED);

	do
		if (n > 0)
			return -ETXTBSY;
	while (!__atomic_compare_exchange_n(&inode->i_writecount, &n, n - 1, false, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED));
	return 0;
}

void allow_write_access(struct file *file)
{
	__atomic_fetch_add(&file->f_inode->i_writecount, 1, __ATOMIC_RELEASE);
}

/* ------------------------------------------------------------------------ opening */

static int start_file(struct file *file, struct inode *inode)
{
	int err;

	file->f_mode = ((file->f_flags + 1) & O_ACCMODE) | FMODE_LSEEK | FMODE_PREAD;
	if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode))
		file->f_mode |= FMODE_POS_LOCK;
	if (file->f_mode & FMODE_WRITE && S_ISREG(inode->i_mode)) {
		err = get_write_access(inode);
		if (err)
			return err;
		file->f_mode |= FMODE_WRITER;
	}
	file->f_op = inode->i_fop;
	if (!file->f_op->open)
		return 0;
	err = file->f_op->open(inode, file);
	if (err && file->f_mode & FMODE_WRITER)
		put_write_access(inode);
	return err;
}

struct file *open_path_as(struct file *file, struct path *path, u32 flags)
{
	int err;

	file->f_path = *path;
	file->f_inode = path->dentry->d_inode;
	if (unlikely(flags & O_PATH)) {
		file->f_flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
		file->f_mode = FMODE_PATH;
		return file;
	}
	err = start_file(file, file->f_inode);
	if (err) {
		put_empty_file(file);
		path_put(path);
		return ERR_PTR(err);
	}
	file->f_flags &= ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	fsnotify_dentry(path->dentry, IN_OPEN);
	return file;
}

struct file *open_path(struct path *path, u32 flags)
{
	struct file *file = get_empty_file(flags);

	if (IS_ERR(file)) {
		path_put(path);
		return file;
	}
	return open_path_as(file, path, flags);
}

struct file *dentry_open(const struct path *path, int flags)
{
	struct path own = *path;

	path_get(&own);
	return open_path(&own, flags);
}

void __fput(struct file *file)
{
	struct path path = file->f_path;

	if (likely(!(file->f_mode & FMODE_PATH))) {
		fsnotify_dentry(path.dentry, file->f_mode & FMODE_WRITE ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE);
		if (unlikely(file->f_inode->i_flctx))
			locks_remove_file(file);
		eventpoll_release(file);
		if (unlikely(file->f_async))
			fasync_release_file(file);
		if (file->f_op->release)
			file->f_op->release(file->f_inode, file);
		if (file->f_mode & FMODE_WRITER)
			put_write_access(file->f_inode);
	}
	put_empty_file(file);
	path_put(&path);
}

int nonseekable_open(struct inode *inode, struct file *file)
{
	file->f_mode &= ~(FMODE_LSEEK | FMODE_PREAD);
	return 0;
}

/* -------------------------------------------------------------- files without a name */

static int anon_fill_super(struct super_block *sb, const char *data)
{
	struct inode *inode = new_inode(sb, NULL, S_IFDIR | S_IRWXUGO);

	sb->s_root = d_make_root(inode);
	return sb->s_root ? 0 : -ENOMEM;
}

static struct file_system_type anon_type = {
	.name = "anon_inodefs", .magic = 0x09041934, .single = true, .fill_super = anon_fill_super,
};

void anon_inode_init(void)
{
	anon_mnt = kern_mount(&anon_type);
}

struct file *alloc_file_pseudo(struct inode *inode, struct vfsmount *mnt, const char *name, int flags,
			       const struct file_operations *fops)
{
	struct dentry *d = d_alloc_root(name, inode);
	struct file *file;

	if (!d)
		return ERR_PTR(-ENOMEM);
	file = get_empty_file(flags);
	if (IS_ERR(file)) {
		d->d_inode = NULL;	/* the caller's still */
		dput(d);
		return file;
	}
	mntget(mnt);
	file->f_path = (struct path){ mnt, d };
	file->f_inode = inode;
	file->f_mode = (flags + 1) & O_ACCMODE;
	file->f_op = fops;
	return file;
}

struct inode *anon_inode(umode_t mode)
{
	return new_inode(anon_mnt->mnt_sb, NULL, mode);
}

struct file *alloc_anon_file(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	struct inode *inode = anon_inode(0600);
	struct file *file;

	if (!inode)
		return ERR_PTR(-ENOMEM);
	file = alloc_file_pseudo(inode, anon_mnt, name, flags & (O_ACCMODE | O_NONBLOCK), fops);
	if (IS_ERR(file))
		iput(inode);
	else
		file->private_data = priv;
	return file;
}

int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags)
{
	int fd = get_unused_fd_flags(flags);
	struct file *file;

	if (fd < 0)
		return fd;
	file = alloc_anon_file(name, fops, priv, flags);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		return PTR_ERR(file);
	}
	fd_install(fd, file);
	return fd;
}

/* The second end of what the first one is, a pipe's. */
struct file *alloc_file_clone(const struct file *base, int flags, const struct file_operations *fops)
{
	struct file *file = get_empty_file(flags);

	if (IS_ERR(file))
		return file;
	file->f_path = base->f_path;
	path_get(&file->f_path);
	file->f_inode = base->f_inode;
	file->f_mode = (flags + 1) & O_ACCMODE;
	file->f_op = fops;
	return file;
}

struct vfsmount *anon_mount(void)
{
	return anon_mnt;
}
