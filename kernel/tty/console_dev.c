// SPDX-License-Identifier: BSD-2-Clause
/*
 * /dev/console without a line discipline: what is written is shown on all consoles,
 * what is typed is echoed and read line by line.
 */
#include <kernel/chrdev.h>
#include <kernel/console.h>
#include <kernel/initmem.h>
#include <kernel/mutex.h>
#include <kernel/signal.h>
#include <kernel/stage.h>
#include <kernel/tty.h>

#define CHUNK	256

static DEFINE_MUTEX(console_mutex);	/* one write at a time is shown as a whole */
static DEFINE_MUTEX(line_mutex);	/* one reader */

static ssize_t console_write_iter(struct file *file, struct iov_iter *from, loff_t *pos)
{
	char text[CHUNK];
	ssize_t done = 0;
	size_t n;

	mutex_lock(&console_mutex);
	while ((n = copy_from_iter(text, min(iov_iter_count(from), sizeof(text)), from))) {
		console_write(text, n);
		done += n;
	}
	mutex_unlock(&console_mutex);
	return done || !iov_iter_count(from) ? done : -EFAULT;
}

static int next_key(void)
{
	int c;

	while ((c = console_getc()) < 0) {
		if (signal_pending(current))
			return -ERESTARTSYS;
		console_wait();
	}
	return c == '\r' ? '\n' : c;
}

static ssize_t read_line(struct iov_iter *to)
{
	size_t room = iov_iter_count(to), done = 0;
	int c = 0;

	while (done < room && c != '\n') {
		char byte = c = next_key();

		if (c < 0)
			return done ? (ssize_t)done : c;
		if (c == 4)			/* Ctrl-D */
			break;
		console_write(&byte, 1);
		if (copy_to_iter(&byte, 1, to) != 1)
			return done ? (ssize_t)done : -EFAULT;
		done++;
	}
	return done;
}

static ssize_t console_read_iter(struct file *file, struct iov_iter *to, loff_t *pos)
{
	ssize_t ret;

	mutex_lock(&line_mutex);
	ret = read_line(to);
	mutex_unlock(&line_mutex);
	return ret;
}

static const struct file_operations console_fops = {
	.read_iter = console_read_iter, .write_iter = console_write_iter,
};

static struct chrdev console_chrdev = { .major = 5, .minor = 1, .count = 1, .name = "/dev/console", .fops = &console_fops };

void __init console_dev_init(void)
{
	if (register_chrdev(&console_chrdev) || devtmpfs_create("console", 0600, MKDEV(5, 1)))
		boot_warn(STAGE_ROOTFS, "no /dev/console");
}
