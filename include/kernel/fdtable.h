/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers a process calls its open files by. A table that one thread has is
 * read without any lock or reference; one that several share is read under RCU,
 * and fdget() then takes a reference to the file.
 */
#ifndef KERNEL_FDTABLE_H
#define KERNEL_FDTABLE_H

#include <kernel/fs.h>
#include <kernel/rcupdate.h>
#include <kernel/sched.h>
#include <kernel/spinlock.h>

#define NR_OPEN_DEFAULT	64		/* numbers before a larger table is made */
#define NR_OPEN_MAX	(1u << 20)	/* most of one process, whatever its limits */

struct fdtable {
	unsigned int	max_fds;	/* a multiple of 64 */
	struct file	**fd;		/* changed under files->lock, read under RCU */
	unsigned long	*open_fds;	/* bit for each number taken; files->lock */
	unsigned long	*close_on_exec;	/* files->lock */
	unsigned long	*full_words;	/* bit for each word of open_fds that has no zero; files->lock */
	struct rcu_head	rcu;
};

struct files_struct {
	u32		count;		/* threads and others that use it; atomic */
	struct spinlock	lock;
	struct fdtable	*fdt;		/* &fdtab or a larger one; changed under lock, read under RCU */
	unsigned int	next_fd;	/* no number below it is free; lock */
	struct fdtable	fdtab;
	struct file	*fd_array[NR_OPEN_DEFAULT];
	unsigned long	bits[3];	/* open_fds, close_on_exec, full_words of fdtab */
};

/* What fdget() gives: a file, and whether fdput() has to give a reference back. */
struct fd {
	struct file	*file;		/* NULL: no such number */
	bool		put;
};

/**
 * fdget() - the file of @fd until fdput(), within one system call of this thread
 * fdget_raw() - one opened with O_PATH too, which fdget() does not give
 * fget_raw() - the same as fdget_raw() with a reference for fput()
 * Return: NULL in .file, or NULL, when no file has the number.
 */
struct file *__fget(unsigned int fd, u32 no_mode);

/* Nobody else can close a file of a table that this thread alone has. */
static inline struct fd __fdget(unsigned int fd, u32 no_mode)
{
	struct files_struct *files = current->files;

	if (likely(__atomic_load_n(&files->count, __ATOMIC_ACQUIRE) == 1)) {
		struct fdtable *fdt = files->fdt;
		struct file *file = fd < fdt->max_fds ? fdt->fd[fd] : NULL;

		return (struct fd){ file && !(file->f_mode & no_mode) ? file : NULL, false };
	}
	return (struct fd){ __fget(fd, no_mode), true };
}

static inline struct fd fdget(unsigned int fd)
{
	return __fdget(fd, FMODE_PATH);
}

static inline struct fd fdget_raw(unsigned int fd)
{
	return __fdget(fd, 0);
}

static inline void fdput(struct fd f)
{
	if (unlikely(f.put) && f.file)
		fput(f.file);
}

static inline struct file *fget_raw(unsigned int fd)
{
	return __fget(fd, 0);
}

/** fget_task() - the file that number @fd means to another thread; NULL: none. With a reference */
struct file *fget_task(struct task_struct *p, unsigned int fd);

/** fget_task_next() - the same for the first number from *@fd on that means one; *@fd is set to it */
struct file *fget_task_next(struct task_struct *p, unsigned int *fd);

/**
 * get_unused_fd_flags() - take the lowest free number; O_CLOEXEC of @flags counts
 * put_unused_fd() - give back one that got no file
 * fd_install() - from now on @fd means @file; takes over the reference
 * Return: the number, -EMFILE or -ENOMEM.
 */
int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *file);

/** alloc_fd_install() - number and install in one; on failure the reference to @file is dropped */
int alloc_fd_install(struct file *file, unsigned int flags);

/** close_fd() - the number means nothing any more. Return: 0 or -EBADF */
int close_fd(unsigned int fd);

/* ---- for who makes and ends processes */

extern struct files_struct init_files;	/* of kernel threads: empty */

/** dup_fd() - a table with the same files. Return: NULL when there is no memory */
struct files_struct *dup_fd(struct files_struct *old);

/** put_files_struct() - one user less; the last closes all files. May sleep */
void put_files_struct(struct files_struct *files);

/** exit_files() - @p, which ends, has no table any more */
void exit_files(struct task_struct *p);

/** unshare_files() - a table of this thread's own, if others use it. Return: 0 or -ENOMEM */
int unshare_files(void);

/** do_close_on_exec() - close what is marked so. Context: the table is this thread's own */
void do_close_on_exec(struct files_struct *files);

#endif
