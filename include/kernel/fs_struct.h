/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the names of a process begin. Threads may share one. */
#ifndef KERNEL_FS_STRUCT_H
#define KERNEL_FS_STRUCT_H

#include <kernel/fs.h>
#include <kernel/sched.h>
#include <kernel/seqlock.h>

struct fs_struct {
	u32		users;		/* atomic */
	u32		umask;
	struct seqlock	lock;		/* writers of the rest; who reads without it is in rcu_read_lock() */
	struct path	root, pwd;	/* with references */
	struct list_head all;		/* kernel/fs/fs_struct.c */
};

extern struct fs_struct init_fs;	/* of kernel threads: the root of all, once that is mounted */

/** copy_fs_struct() - one with the same places. Return: NULL when there is no memory */
struct fs_struct *copy_fs_struct(struct fs_struct *old);

/** put_fs_struct() - one user less; exit_fs() - @p, which ends, has none any more */
void put_fs_struct(struct fs_struct *fs);
void exit_fs(struct task_struct *p);

/** unshare_fs_struct() - one of this thread's own, if others use it. Return: 0 or -ENOMEM */
int unshare_fs_struct(void);

/** get_fs_root(), get_fs_pwd() - the place with references, for path_put() */
void get_fs_root(struct fs_struct *fs, struct path *path);
void get_fs_pwd(struct fs_struct *fs, struct path *path);

/** get_task_fs_path() - root or working directory of another thread, with references; -ENOENT: it has none */
int get_task_fs_path(struct task_struct *p, bool root, struct path *path);

/** set_fs_root(), set_fs_pwd() - takes references of its own */
void set_fs_root(struct fs_struct *fs, const struct path *path);
void set_fs_pwd(struct fs_struct *fs, const struct path *path);

static inline umode_t current_umask(void)
{
	return current->fs->umask;
}

#endif
