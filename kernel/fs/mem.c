/* SPDX-License-Identifier: BSD-2-Clause */
/* Devices that are no hardware: null, zero, full, random, urandom, kmsg. */
#include "internal.h"
#include <asm/page.h>
#include <asm/uaccess.h>
#include <kernel/chrdev.h>
#include <kernel/cred.h>
#include <kernel/poll.h>
#include <kernel/printk.h>
#include <kernel/random.h>
#include <kernel/signal.h>
#include <kernel/timekeeping.h>
#include <lib/printf.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <uapi/ioctl.h>

#define MEM_MAJOR	1
#define KMSG_LOOK_NS	(100 * NSEC_PER_MSEC)

/* ----------------------------------------------------------------- null, zero, full */

static ssize_t null_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	return 0;
}

static ssize_t null_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	size_t n = from->count;

	iov_iter_advance(from, n);
	return n;
}

static ssize_t zero_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	size_t done = 0;

	while (to->count) {
		size_t part = min(to->count, PAGE_SIZE), got = iov_iter_zero(part, to);

		done += got;
		if (got < part)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current))
			break;
	}
	return done;
}

static ssize_t full_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	return -ENOSPC;
}

/* With nothing said of what is behind it, it is zeros of the process's own. */
static int zero_mmap(struct file *file, struct vm_area_struct *vma)
{
	return vma->vm_flags & VM_SHARED ? -ENODEV : 0;
}

static loff_t null_llseek(struct file *file, loff_t offset, int whence)
{
	return file->f_pos = 0;
}

static const struct file_operations null_fops = {
	.read_iter = null_read, .write_iter = null_write, .llseek = null_llseek,
};

static const struct file_operations zero_fops = {
	.read_iter = zero_read, .write_iter = null_write, .llseek = null_llseek, .mmap = zero_mmap,
};

static const struct file_operations full_fops = {
	.read_iter = zero_read, .write_iter = full_write, .llseek = null_llseek,
};

/* --------------------------------------------------------------------------- random */

static ssize_t random_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	u8 bytes[256];
	size_t done = 0;

	while (to->count) {
		size_t part = min(to->count, sizeof(bytes)), got;

		get_random_bytes(bytes, part);
		got = copy_to_iter(bytes, part, to);
		done += got;
		if (got < part)
			return done ? (ssize_t)done : -EFAULT;
		if (!(done % PAGE_SIZE) && signal_pending(current))
			break;
	}
	memset(bytes, 0, sizeof(bytes));
	barrier();
	return done;
}

/* It is stirred in, and trusted for nothing. */
static ssize_t random_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	u8 bytes[256];
	size_t done = 0;

	while (from->count) {
		size_t part = min(from->count, sizeof(bytes)), got = copy_from_iter(bytes, part, from);

		add_randomness(bytes, got);
		done += got;
		if (got < part)
			return done ? (ssize_t)done : -EFAULT;
		if (signal_pending(current))
			break;
	}
	return done;
}

static long random_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (cmd == RNDGETENTCNT)
		return put_user(256, (int __user *)arg);
	if (cmd == RNDADDTOENTCNT || cmd == RNDADDENTROPY)
		return capable(CAP_SYS_ADMIN) ? 0 : -EPERM;
	return -ENOTTY;
}

static const struct file_operations random_fops = {
	.read_iter = random_read, .write_iter = random_write, .llseek = noop_llseek, .unlocked_ioctl = random_ioctl,
};

/* ----------------------------------------------------------------------------- kmsg */

struct kmsg_reader {
	struct prb_reader at;
	struct mutex	mutex;
	char		text[PRB_TEXT_MAX + 1];
	char		line[PRB_TEXT_MAX * 4 + 64];
};

static int kmsg_open(struct inode *inode, struct file *file)
{
	struct kmsg_reader *r;

	if (!(file->f_mode & FMODE_READ))
		return 0;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r)
		return -ENOMEM;
	mutex_init(&r->mutex);
	file->private_data = r;
	return 0;
}

static void kmsg_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
}

/* "6,12,5000000,-;text\n", with what cannot be printed as \xNN */
static size_t kmsg_format(struct kmsg_reader *r, const struct prb_info *info)
{
	int level = info->level < 0 ? LOGLEVEL_INFO : info->level;
	size_t n = snprintf(r->line, sizeof(r->line), "%d,%u,%llu,%c;", level, r->at.nr - 1,
			    (unsigned long long)printk_us(info->time), info->goes_on ? 'c' : '-');

	for (u32 i = 0; i < info->len; i++) {
		u8 c = r->text[i];

		if (c == '\n' && i + 1 == info->len)
			break;
		if (c < ' ' || c >= 127 || c == '\\')
			n += snprintf(r->line + n, sizeof(r->line) - n, "\\x%02x", c);
		else
			r->line[n++] = c;
	}
	r->line[n++] = '\n';
	return n;
}

/* A record. Nobody is woken by a new one, so a reader that waits looks now and then. */
static ssize_t kmsg_next(struct file *file, struct kmsg_reader *r, struct iov_iter *to)
{
	struct prb_info info;
	size_t n;

	while (!printk_read(&r->at, &info, r->text)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(current))
			schedule_timeout(KMSG_LOOK_NS);
		set_current_state(TASK_RUNNING);
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
	if (r->at.lost) {
		r->at.lost = 0;
		return -EPIPE;
	}
	n = kmsg_format(r, &info);
	if (n > to->count)
		return -EINVAL;
	return copy_to_iter(r->line, n, to) == n ? (ssize_t)n : -EFAULT;
}

static ssize_t kmsg_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct kmsg_reader *r = file->private_data;
	ssize_t n;

	mutex_lock(&r->mutex);
	n = kmsg_next(file, r, to);
	mutex_unlock(&r->mutex);
	return n;
}

/* A level in angle brackets may come first. */
static ssize_t kmsg_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	char text[PRB_TEXT_MAX - 8], *s = text;
	size_t count = from->count, n = copy_from_iter(text, min(count, sizeof(text) - 1), from);
	int level = LOGLEVEL_NOTICE;

	if (n < min(count, sizeof(text) - 1))
		return -EFAULT;
	text[n] = '\0';
	if (n > 2 && s[0] == '<' && s[1] >= '0' && s[1] <= '7' && s[2] == '>') {
		level = s[1] - '0';
		s += 3;
	}
	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	printk(KERN_SOH "%d%s\n", level, s);
	return count;
}

static loff_t kmsg_llseek(struct file *file, loff_t offset, int whence)
{
	struct kmsg_reader *r = file->private_data;
	struct prb_info info;

	if (!r)
		return -EBADF;
	if (offset || whence > SEEK_DATA)
		return -ESPIPE;
	mutex_lock(&r->mutex);
	if (whence != SEEK_DATA)
		r->at = (struct prb_reader){ 0 };
	while (whence == SEEK_END && printk_read(&r->at, &info, r->text))
		;
	mutex_unlock(&r->mutex);
	return 0;
}

static u32 kmsg_poll(struct file *file, struct poll_table *pt)
{
	struct kmsg_reader *r = file->private_data;

	return EPOLLOUT | EPOLLWRNORM | (r && printk_has_next(&r->at) ? EPOLLIN | EPOLLRDNORM : 0);
}

static const struct file_operations kmsg_fops = {
	.open = kmsg_open, .release = kmsg_release, .read_iter = kmsg_read, .write_iter = kmsg_write,
	.llseek = kmsg_llseek, .poll = kmsg_poll,
};

/* ---------------------------------------------------------------------------- nodes */

static struct { struct chrdev dev; umode_t mode; } nodes[] = {
	{ { MEM_MAJOR, 3, 1, "null", &null_fops, NULL }, 0666 },
	{ { MEM_MAJOR, 5, 1, "zero", &zero_fops, NULL }, 0666 },
	{ { MEM_MAJOR, 7, 1, "full", &full_fops, NULL }, 0666 },
	{ { MEM_MAJOR, 8, 1, "random", &random_fops, NULL }, 0666 },
	{ { MEM_MAJOR, 9, 1, "urandom", &random_fops, NULL }, 0666 },
	{ { MEM_MAJOR, 11, 1, "kmsg", &kmsg_fops, NULL }, 0644 },
};

static const struct { const char *name, *target; } links[] = {
	{ "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" }, { "stdout", "/proc/self/fd/1" },
	{ "stderr", "/proc/self/fd/2" },
};

void mem_devices_init(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++) {
		register_chrdev(&nodes[i].dev);
		devtmpfs_create(nodes[i].dev.name, nodes[i].mode, MKDEV(MEM_MAJOR, nodes[i].dev.minor));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(links); i++)
		devtmpfs_symlink(links[i].name, links[i].target);
}
