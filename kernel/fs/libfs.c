/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories whose dentries are all there is, and trees that the kernel makes itself. */
#include "internal.h"
#include <kernel/seq_file.h>
#include <mm/slab.h>
#include <uapi/inotify.h>

/* ---------------------------------------------------------------- listing dentries */

bool dir_emit_dots(struct file *file, struct dir_context *ctx)
{
	struct dentry *d = file->f_path.dentry;

	if (ctx->pos == 0 && !dir_emit(ctx, ".", 1, d->d_inode->i_ino, DT_DIR, 1))
		return false;
	if (ctx->pos == 1 && !dir_emit(ctx, "..", 2, d->d_parent->d_inode->i_ino, DT_DIR, FIRST_OFF))
		return false;
	return true;
}

/*
 * The first entry at @pos or behind it. private_data is the one that was to be
 * next, with a reference; as long as it stays where it was, nothing is searched.
 */
static struct list_head *find_place(struct file *file, struct dentry *dir, loff_t pos)
{
	struct dentry *next = file->private_data, *d;

	file->private_data = NULL;
	if (next) {
		bool good = next->d_parent == dir && next->d_flags & DCACHE_PINNED && next->d_off == (u64)pos;

		dput(next);		/* its directory has another, if it is good */
		if (good)
			return &next->d_child;
	}
	list_for_each_entry(d, &dir->d_subdirs, d_child)
		if (d->d_off >= (u64)pos)
			return &d->d_child;
	return &dir->d_subdirs;
}

static int dcache_iterate(struct file *file, struct dir_context *ctx)
{
	struct dentry *dir = file->f_path.dentry, *d;
	struct list_head *at;

	if (!dir_emit_dots(file, ctx))
		return 0;
	for (at = find_place(file, dir, ctx->pos); at != &dir->d_subdirs; at = at->next) {
		const struct inode *inode;

		d = container_of(at, struct dentry, d_child);
		inode = d->d_inode;
		if (!dir_emit(ctx, d->d_name->name, d->d_name->len, inode->i_ino, S_DT(inode->i_mode), d->d_off + 1)) {
			ctx->pos = d->d_off;
			file->private_data = dget(d);
			break;
		}
	}
	return 0;
}

static void dcache_release(struct inode *inode, struct file *file)
{
	dput(file->private_data);
}

static int dcache_fsync(struct file *file)
{
	return 0;
}

const struct file_operations dcache_dir_ops = {
	.iterate_shared = dcache_iterate, .release = dcache_release, .llseek = seq_lseek, .fsync = dcache_fsync,
};

/* ------------------------------------------------------------- the kernel's own names */

static struct dentry *add(struct dentry *dir, const char *name, struct inode *inode)
{
	struct qstr q = { name, strlen(name), 0 };
	struct dentry *d, *old;

	q.hash = full_name_hash(q.name, q.len);
	inode_lock(dir->d_inode);
	old = d_lookup(dir, &q);
	d = old ? ERR_PTR(-EEXIST) : d_alloc(dir, &q);
	if (d && !IS_ERR(d)) {
		d_add(d, inode, true);
		if (S_ISDIR(inode->i_mode)) {
			inode->i_nlink = 2;
			dir->d_inode->i_nlink++;
		}
		fsnotify(dir->d_inode, IN_CREATE | (S_ISDIR(inode->i_mode) ? IN_ISDIR : 0), name);
		dput(d);		/* that of the tree stays */
	} else {
		iput(inode);
	}
	inode_unlock(dir->d_inode);
	dput(old);
	return d ? d : ERR_PTR(-ENOMEM);
}

struct dentry *simple_create(struct dentry *dir, const char *name, umode_t mode, dev_t rdev,
			     const struct file_operations *fops, void *priv)
{
	struct inode *inode = new_inode(dir->d_inode->i_sb, NULL, mode);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_private = priv;
	init_special_inode(inode, rdev);
	if (fops)
		inode->i_fop = fops;
	return add(dir, name, inode);
}

static void remove_one(struct dentry *d)
{
	struct inode *dir = d->d_parent->d_inode, *inode = d->d_inode;

	inode_lock(dir);
	inode_lock(inode);
	if (!d_unhashed(d)) {
		if (S_ISDIR(inode->i_mode)) {
			inode->i_flags |= S_DEAD;
			dir->i_nlink--;
		}
		inode->i_nlink = 0;
		d_delete(d);
	}
	inode_unlock(inode);
	inode_unlock(dir);
}

/* The lowest first; nobody adds to a tree that is being removed. */
void simple_remove(struct dentry *top)
{
	struct dentry *d = dget(top), *parent;

	for (;;) {
		while (!list_empty(&d->d_subdirs)) {
			struct dentry *child = dget(list_first_entry(&d->d_subdirs, struct dentry, d_child));

			dput(d);
			d = child;
		}
		parent = dget(d->d_parent);
		remove_one(d);
		dput(d);
		if (d == top) {
			dput(parent);
			return;
		}
		d = parent;
	}
}
