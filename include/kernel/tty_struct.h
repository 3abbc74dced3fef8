/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals as programs have them: a line discipline between a program and a
 * console, or the other end of a pair (pty), and the processes that belong to it.
 *
 * tty->lock is outer to tasks_lock and siglock. Nobody sleeps for a program with it held.
 */
#ifndef KERNEL_TTY_STRUCT_H
#define KERNEL_TTY_STRUCT_H

#include <kernel/fs.h>
#include <kernel/mutex.h>
#include <kernel/n_tty.h>
#include <kernel/wait.h>

struct pid;
struct tty_struct;

struct tty_operations {
	/* Send bytes that are final. Return: how many went; fewer than @n: write_wait is woken when more do. May sleep. */
	size_t	(*write)(struct tty_struct *tty, const u8 *s, size_t n);
	size_t	(*write_room)(struct tty_struct *tty);
	/* What the console is: rows, columns. NULL: what was set */
	void	(*size)(struct tty_struct *tty, struct winsize *size);
	/* The modes have changed, output was stopped or started, something was flushed: TIOCPKT_*. NULL: nobody to tell */
	void	(*changed)(struct tty_struct *tty, u8 what);
	void	(*last_close)(struct tty_struct *tty);
};

struct tty_struct {
	const struct tty_operations *ops;
	u32		count;		/* references; atomic. A console's is never 0 */
	u32		nr_open;	/* files; lock */
	char		name[16];	/* "ttyS0", "pts/3" */
	dev_t		dev;
	struct mutex	lock;
	struct mutex	write_lock;	/* one write() at a time; outer to lock */
	struct n_tty	ldisc;		/* lock */
	struct winsize	size;		/* lock */
	bool		exclusive;	/* lock */
	bool		hung_up;	/* reads end, writes fail; lock */
	struct wait_queue_head read_wait, write_wait;
	struct pid	*pgrp, *session;	/* in the foreground, and whose terminal it is; with references; tasks_lock */
	void		*priv;		/* the driver's */
};

/** tty_setup() - a terminal, with one reference, that nobody has opened */
void tty_setup(struct tty_struct *tty, const struct tty_operations *ops, const char *name, dev_t dev, void *priv);

static inline void tty_get(struct tty_struct *tty)
{
	__atomic_fetch_add(&tty->count, 1, __ATOMIC_RELAXED);
}

/** tty_put() - the last reference frees it, which kmalloc() gave */
void tty_put(struct tty_struct *tty);

/** tty_open() - make @file a file of @tty; the controlling terminal of a session leader without one, unless O_NOCTTY */
int tty_open(struct tty_struct *tty, struct file *file);

/** tty_receive() - @n bytes were typed. Return: how many were taken. Context: a thread */
size_t tty_receive(struct tty_struct *tty, const u8 *s, size_t n);

/** tty_hangup() - whoever was at it is gone: SIGHUP to its session, files end */
void tty_hangup(struct tty_struct *tty);

/** tty_ioctl() - a request to @tty, whether made on itself or on the other end of a pair */
long tty_ioctl(struct tty_struct *tty, struct file *file, unsigned int cmd, unsigned long arg);

/** tty_set_size() - and SIGWINCH for who is in the foreground, if it changed */
void tty_set_size(struct tty_struct *tty, const struct winsize *size);

extern const struct file_operations tty_fops;

/**
 * disassociate_ctty() - this process has no terminal any more, as it ends or gives it up; with the leader
 * of the session all of the session has none, and the foreground gets SIGHUP
 */
void disassociate_ctty(void);

/** tty_init() - the devices of all terminals; after vfs_init(). tty_console_init() - a terminal for each console */
void tty_init(void);
void pty_init(void);
void tty_console_init(void);

/** tty_for_console() - the terminal of /dev/console, NULL: there is none */
struct tty_struct *tty_for_console(void);

/** tty_start_input() - from now on what is typed on consoles goes to their terminals, not to the monitor */
void tty_start_input(void);

#endif
