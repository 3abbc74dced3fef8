/* SPDX-License-Identifier: BSD-2-Clause */
/* Root, working directory and umask of processes. */
#include <kernel/fs_struct.h>
#include <mm/slab.h>
#include "internal.h"

struct fs_struct init_fs = { .users = 1, .umask = 022 };

static struct list_head all_fs = { &all_fs, &all_fs };	/* but init_fs; list_lock */
static struct spinlock list_lock;

/* Under the lock: a place that is replaced meanwhile may be gone before it has our reference. */
static void get_place(struct fs_struct *fs, const struct path *place, struct path *path)
{
	unsigned long flags = spin_lock_irqsave(&fs->lock.lock);

	*path = *place;
	path_get(path);
	spin_unlock_irqrestore(&fs->lock.lock, flags);
}

void get_fs_root(struct fs_struct *fs, struct path *path)
{
	get_place(fs, &fs->root, path);
}

void get_fs_pwd(struct fs_struct *fs, struct path *path)
{
	get_place(fs, &fs->pwd, path);
}

static void set_place(struct fs_struct *fs, struct path *place, const struct path *path)
{
	struct path old;
	unsigned long flags;

	path_get(path);
	flags = write_seqlock_irqsave(&fs->lock);
	old = *place;
	*place = *path;
	write_sequnlock_irqrestore(&fs->lock, flags);
	if (old.dentry)
		path_put(&old);
}

void set_fs_root(struct fs_struct *fs, const struct path *path)
{
	set_place(fs, &fs->root, path);
}

void set_fs_pwd(struct fs_struct *fs, const struct path *path)
{
	set_place(fs, &fs->pwd, path);
}

struct fs_struct *copy_fs_struct(struct fs_struct *old)
{
	struct fs_struct *fs = kzalloc(sizeof(*fs), GFP_KERNEL);
	unsigned long flags;

	if (!fs)
		return NULL;
	fs->users = 1;
	spin_lock_init(&fs->lock.lock);
	flags = spin_lock_irqsave(&old->lock.lock);
	fs->umask = old->umask;
	fs->root = old->root;
	fs->pwd = old->pwd;
	path_get(&fs->root);
	path_get(&fs->pwd);
	spin_unlock_irqrestore(&old->lock.lock, flags);
	spin_lock(&list_lock);
	list_add(&fs->all, &all_fs);
	spin_unlock(&list_lock);
	return fs;
}

void put_fs_struct(struct fs_struct *fs)
{
	if (__atomic_sub_fetch(&fs->users, 1, __ATOMIC_ACQ_REL))
		return;
	spin_lock(&list_lock);
	list_del(&fs->all);
	spin_unlock(&list_lock);
	path_put(&fs->root);
	path_put(&fs->pwd);
	kfree(fs);
}

void exit_fs(struct task_struct *p)
{
	struct fs_struct *fs = p->fs;

	spin_lock(&list_lock);
	p->fs = NULL;
	spin_unlock(&list_lock);
	if (fs && fs != &init_fs)
		put_fs_struct(fs);
}

int get_task_fs_path(struct task_struct *p, bool root, struct path *path)
{
	int err = -ENOENT;

	spin_lock(&list_lock);		/* what a task has is not put before it is taken from it */
	if (p->fs) {
		get_place(p->fs, root ? &p->fs->root : &p->fs->pwd, path);
		err = 0;
	}
	spin_unlock(&list_lock);
	return err;
}

int unshare_fs_struct(void)
{
	struct fs_struct *old = current->fs, *fs;

	if (old != &init_fs && __atomic_load_n(&old->users, __ATOMIC_ACQUIRE) == 1)
		return 0;
	fs = copy_fs_struct(old);
	if (!fs)
		return -ENOMEM;
	spin_lock(&list_lock);
	current->fs = fs;
	spin_unlock(&list_lock);
	if (old != &init_fs)
		put_fs_struct(old);
	return 0;
}

/* Whether one of the places is @old; it is @new then. */
static bool replace(struct path *place, const struct path *old, const struct path *new)
{
	if (!path_equal(place, old))
		return false;
	*place = *new;
	path_get(new);
	return true;
}

void chroot_fs_refs(const struct path *old, const struct path *new)
{
	unsigned int replaced = 0;
	struct fs_struct *fs;

	spin_lock(&list_lock);
	list_for_each_entry(fs, &all_fs, all) {
		unsigned long flags = write_seqlock_irqsave(&fs->lock);

		replaced += replace(&fs->root, old, new) + replace(&fs->pwd, old, new);
		write_sequnlock_irqrestore(&fs->lock, flags);
	}
	spin_unlock(&list_lock);
	while (replaced--)
		path_put(old);
}
