/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees of files that the kernel writes when they are read: proc, and sysfs. A
 * directory is a table; an inode exists while somebody uses it.
 */
#ifndef PROC_INTERNAL_H
#define PROC_INTERNAL_H

#include <kernel/fs.h>
#include <kernel/pid.h>
#include <kernel/seq_file.h>
#include <kernel/signal_struct.h>
#include <kernel/task.h>

struct proc_file;

/* One name. What of show, write, children, readlink, follow and lookup is there says what it is. */
struct proc_entry {
	const char	*name;		/* NULL ends a table */
	umode_t		mode;		/* permissions; the owner of what belongs to a process is its user */
	bool		private_;	/* only for who may look into the process: see may_look() */
	/* All of the file's text. m->private is the struct proc_file. */
	int		(*show)(struct seq_file *m, struct proc_file *pf);
	/* Take @n bytes, which end with NUL. Return: 0 or -Exxx */
	int		(*write)(struct proc_file *pf, char *text, size_t n);
	const struct proc_entry *children;
	/* The text of a link. Return: bytes or -Exxx */
	int		(*readlink)(struct proc_file *pf, char *buf, size_t size);
	/* Where a link leads, with references; readlink() shows it too. Return: 0 or -Exxx */
	int		(*follow)(struct proc_file *pf, struct path *path);
	/* A directory of numbers: the entry of number @nr; NULL: there is none. And the first number from @nr on, -1: none. */
	const struct proc_entry *(*number)(struct proc_file *pf, int nr, struct proc_file *child);
	int		(*next_number)(struct proc_file *pf, int nr);
};

/* What an inode stands for; i_private. */
struct proc_file {
	const struct proc_entry *entry;
	struct pid	*pid;		/* of the process or thread, with a reference; NULL: of none */
	int		number;		/* of a file in fd/ */
};

/** proc_fill_super() - a tree whose root is @root */
int proc_fill_super(struct super_block *sb, const struct proc_entry *root);

/** proc_get_task() - the thread a file is about, with a reference; NULL: it is gone */
struct task_struct *proc_get_task(const struct proc_file *pf);

extern const struct proc_entry proc_pid_entries[];	/* pid.c: of a process */
extern const struct proc_entry proc_pid_dir;
extern const struct proc_entry proc_sys_entries[];	/* sys.c */
extern const struct proc_entry proc_boot_entries[];	/* boot.c */

/* Numbers of processes, for the root */
const struct proc_entry *proc_pid_number(struct proc_file *pf, int nr, struct proc_file *child);
int proc_next_pid(struct proc_file *pf, int nr);

#endif
