// SPDX-License-Identifier: BSD-2-Clause
/*
 * Terminals on consoles: each serial console is ttySn, screen and keyboards together
 * are tty1, which tty0 and /dev/tty lead to as well. One thread takes what is typed.
 */
#include "tty_internal.h"
#include <kernel/chrdev.h>
#include <kernel/console.h>
#include <kernel/kthread.h>
#include <kernel/printk.h>
#include <kernel/tty.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <asm/setup.h>

#define MAX_CONSOLES	10
#define SERIAL_MINOR	64
#define PIECE		32		/* bytes sent in one go, not preempted: some 3 ms of a slow line */

static struct tty_struct *ttys[MAX_CONSOLES];
static unsigned int nr_ttys;

static struct console *console_of(struct tty_struct *tty)
{
	return tty->priv;
}

static size_t serial_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	struct console *con = console_of(tty);
	size_t done = 0;

	while (done < n) {
		size_t piece = min(n - done, (size_t)PIECE);

		if (console_own(con)) {
			con->write_raw(con, (const char *)s + done, piece);
			console_disown(con);
			done += piece;
		} else if (console_in_panic()) {
			break;
		} else {
			yield();
		}
	}
	return n;
}

static size_t screen_tty_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	screen_write((const char *)s, n);
	return n;
}

static size_t always_room(struct tty_struct *tty)
{
	return SIZE_MAX;
}

static void screen_tty_size(struct tty_struct *tty, struct winsize *size)
{
	struct screen_size now;

	if (screen_size(&now)) {
		size->ws_row = now.rows;
		size->ws_col = now.cols;
	}
}

static const struct tty_operations serial_ops = { .write = serial_write, .write_room = always_room };
static const struct tty_operations screen_ops = {
	.write = screen_tty_write, .write_room = always_room, .size = screen_tty_size,
};

/* ---------------------------------------------------------------- devices */

static struct tty_struct *find_minor(u32 minor)
{
	unsigned int i;

	for (i = 0; i < nr_ttys; i++)
		if (MINOR(ttys[i]->dev) == minor)
			return ttys[i];
	return NULL;
}

static int tty_dev_open(struct inode *inode, struct file *file)
{
	u32 minor = MINOR(inode->i_rdev);
	struct tty_struct *tty = find_minor(minor ? minor : 1);

	return tty ? tty_open(tty, file) : -ENXIO;
}

static const struct file_operations tty_dev_fops = { .open = tty_dev_open };
static struct chrdev screen_dev = { TTY_MAJOR, 0, SERIAL_MINOR, "/dev/vc/0", &tty_dev_fops, NULL };
static struct chrdev serial_dev = { TTY_MAJOR, SERIAL_MINOR, 32, "ttyS", &tty_dev_fops, NULL };

static void add(struct console *con, const struct tty_operations *ops, const char *name, u32 minor)
{
	struct tty_struct *tty = nr_ttys < MAX_CONSOLES ? kmalloc(sizeof(*tty), GFP_KERNEL) : NULL;

	if (!tty) {
		printk(KERN_WARNING "tty: no room for a terminal on %s\n", con->name);
		return;
	}
	tty_setup(tty, ops, name, MKDEV(TTY_MAJOR, minor), con);
	ttys[nr_ttys++] = tty;
	devtmpfs_create(name, 0600, tty->dev);
}

/*
 * What the screen's terminal answers. It does so within a write, with the terminal
 * locked, so the bytes wait for the thread; those that do not fit are lost.
 */
static struct {
	struct spinlock	lock;
	u8		bytes[64];
	unsigned int	n;
} replies;

static void screen_reply(const char *s, size_t n)
{
	unsigned long flags = spin_lock_irqsave(&replies.lock);

	n = min(n, sizeof(replies.bytes) - replies.n);
	memcpy(replies.bytes + replies.n, s, n);
	replies.n += n;
	spin_unlock_irqrestore(&replies.lock, flags);
	console_input_arrived();
}

static void pass_replies(void)
{
	u8 bytes[sizeof(replies.bytes)];
	unsigned long flags = spin_lock_irqsave(&replies.lock);
	unsigned int n = replies.n;

	memcpy(bytes, replies.bytes, n);
	replies.n = 0;
	spin_unlock_irqrestore(&replies.lock, flags);
	if (n)
		tty_receive(find_minor(1), bytes, n);
}

static void add_screen(struct console *con)
{
	add(con, &screen_ops, "tty1", 1);
	devtmpfs_create("tty0", 0600, MKDEV(TTY_MAJOR, 0));
	screen_on_reply(screen_reply);
}

void tty_console_init(void)
{
	struct console *con = NULL;

	register_chrdev(&screen_dev);
	register_chrdev(&serial_dev);
	while ((con = console_next(con)))
		if (!strncmp(con->name, "ttyS", 4))
			add(con, &serial_ops, con->name, SERIAL_MINOR + con->name[4] - '0');
		else if (!strcmp(con->name, "tty0"))
			add_screen(con);
}

/* As on Linux the one that console= names last; without it a serial line, if there is one. */
struct tty_struct *tty_for_console(void)
{
	struct tty_struct *tty = NULL;
	unsigned int i;
	char name[16];

	if (cmdline_find_option(boot_command_line, "console", name, sizeof(name)) > 0)
		for (i = 0; i < nr_ttys; i++) {
			const char *want = console_of(ttys[i])->name;

			if (!strncmp(name, want, strlen(want)))
				tty = ttys[i];
		}
	if (!tty)
		tty = find_minor(SERIAL_MINOR);
	return tty ? tty : nr_ttys ? ttys[0] : NULL;
}

/* ---------------------------------------------------------------- input */

static struct tty_struct *tty_of_console(const struct console *con)
{
	unsigned int i;

	for (i = 0; i < nr_ttys; i++)
		if (console_of(ttys[i]) == con)
			return ttys[i];
	return find_minor(1);		/* keyboards type on the screen */
}

static int input_thread(void *unused)
{
	struct console *con;
	struct tty_struct *tty;
	int c;

	for (;;) {
		pass_replies();
		while ((c = console_getc_from(&con)) >= 0) {
			u8 byte = c;

			tty = tty_of_console(con);
			if (tty)
				tty_receive(tty, &byte, 1);
		}
		console_wait();
	}
	return 0;
}

void tty_start_input(void)
{
	if (!kthread_run(input_thread, NULL, "ttyinput"))
		printk(KERN_WARNING "tty: no memory for the thread that takes what is typed\n");
}
