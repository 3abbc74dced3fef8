/* SPDX-License-Identifier: BSD-2-Clause */
/* Kinds of file systems, and the trees that are made of them. */
#include "internal.h"
#include <mm/slab.h>
#include <uapi/mount.h>

static struct file_system_type *all_types;	/* only ever added to; atomic */
static DEFINE_MUTEX(single_mutex);		/* the_sb of all types */
static u32 last_minor;				/* of s_dev; atomic */

void register_filesystem(struct file_system_type *type)
{
	type->next = __atomic_load_n(&all_types, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&all_types, &type->next, type, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

struct file_system_type *filesystem_next(struct file_system_type *type)
{
	return type ? type->next : __atomic_load_n(&all_types, __ATOMIC_ACQUIRE);
}

struct file_system_type *find_filesystem(const char *name)
{
	struct file_system_type *type = NULL;

	while ((type = filesystem_next(type)))
		if (!strcmp(type->name, name))
			return type;
	return NULL;
}

/* Inodes are freed after a grace period, and look at it then. */
static void free_super(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct super_block, s_rcu));
}

static struct super_block *new_super(struct file_system_type *type, const char *data)
{
	struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);
	int err;

	if (!sb)
		return ERR_PTR(-ENOMEM);
	sb->s_type = type;
	sb->s_active = 1;
	sb->s_dev = MKDEV(0, __atomic_add_fetch(&last_minor, 1, __ATOMIC_RELAXED));
	err = type->fill_super(sb, data ? data : "");
	if (!err)
		return sb;
	call_rcu(&sb->s_rcu, free_super);	/* the root's inode was made, perhaps */
	return ERR_PTR(err);
}

/* The kernel keeps a reference of its own to the tree of a single type: it never goes. */
static struct super_block *get_single(struct file_system_type *type, const char *data)
{
	struct super_block *sb;

	mutex_lock(&single_mutex);
	sb = type->the_sb;
	if (!sb) {
		sb = new_super(type, data);
		if (!IS_ERR(sb))
			type->the_sb = sb;
	}
	if (!IS_ERR(sb))
		__atomic_fetch_add(&sb->s_active, 1, __ATOMIC_RELAXED);
	mutex_unlock(&single_mutex);
	return sb;
}

struct super_block *get_super(struct file_system_type *type, const char *data)
{
	return type->single ? get_single(type, data) : new_super(type, data);
}

/* All pinned dentries below @root, those without others below them first. */
static void drop_tree(struct dentry *root)
{
	struct dentry *d = root, *parent;

	for (;;) {
		while (!list_empty(&d->d_subdirs))
			d = list_first_entry(&d->d_subdirs, struct dentry, d_child);
		if (d == root)
			return;
		parent = d->d_parent;
		d_delete(d);
		d = parent;
	}
}

void put_super(struct super_block *sb)
{
	if (__atomic_sub_fetch(&sb->s_active, 1, __ATOMIC_ACQ_REL))
		return;
	drop_tree(sb->s_root);
	dput(sb->s_root);
	if (sb->s_op && sb->s_op->put_super)
		sb->s_op->put_super(sb);
	call_rcu(&sb->s_rcu, free_super);
}

int vfs_statfs(struct super_block *sb, struct user_statfs *buf)
{
	*buf = (struct user_statfs){ .type = sb->s_type->magic, .bsize = PAGE_SIZE, .frsize = PAGE_SIZE, .namelen = 255 };
	buf->fsid[0] = sb->s_dev;
	return sb->s_op && sb->s_op->statfs ? sb->s_op->statfs(sb, buf) : 0;
}
