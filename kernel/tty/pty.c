// SPDX-License-Identifier: BSD-2-Clause
/*
 * Pairs of terminals: what is written to the one end is typed at the other. The slave
 * is a terminal like others, /dev/pts/N; the master, made by opening /dev/ptmx, is
 * what stands in a terminal's place: it reads what the slave shows and types.
 */
#include "tty_internal.h"
#include <asm/uaccess.h>
#include <kernel/chrdev.h>
#include <kernel/fdtable.h>
#include <kernel/namei.h>
#include <kernel/poll.h>
#include <kernel/printk.h>
#include <kernel/signal.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/slab.h>

#define MAX_PTYS	256
#define OUT_SIZE	4096		/* bytes shown and not read yet; a power of two */
#define CHUNK		256
#define DEVPTS_SUPER_MAGIC 0x1cd1

struct pty {
	struct tty_struct	tty;	/* the slave; first, as tty_put() frees it */
	int			index;
	bool			locked;	/* until TIOCSPTLCK; tty.lock */
	bool			slave_seen;	/* was opened since the master was made; tty.lock */
	bool			packet;	/* TIOCPKT; tty.lock */
	u8			status;	/* TIOCPKT_* to be told; tty.lock */
	u32			head, tail;	/* of out; tty.lock */
	u8			out[OUT_SIZE];
	struct wait_queue_head	master_wait;	/* readers and writers of the master */
	struct dentry		*node;	/* in devpts */
};

static struct pty *ptys[MAX_PTYS];	/* ptys_lock */
static DEFINE_MUTEX(ptys_lock);
static struct dentry *devpts_root;	/* NULL until somebody mounts it or opens ptmx */
static struct vfsmount *devpts_mnt;

static struct pty *pty_of(struct tty_struct *tty)
{
	return container_of(tty, struct pty, tty);
}

/* ---------------------------------------------------------------- what the slave shows */

/* Context of these: tty.lock held. */
static size_t pty_room(struct tty_struct *tty)
{
	struct pty *pty = pty_of(tty);

	return OUT_SIZE - (pty->head - pty->tail);
}

static size_t pty_slave_write(struct tty_struct *tty, const u8 *s, size_t n)
{
	struct pty *pty = pty_of(tty);
	size_t i;

	n = min(n, pty_room(tty));
	for (i = 0; i < n; i++)
		pty->out[pty->head++ % OUT_SIZE] = s[i];
	wake_up(&pty->master_wait);
	return n;
}

static void pty_changed(struct tty_struct *tty, u8 what)
{
	struct pty *pty = pty_of(tty);

	if (what & TIOCPKT_FLUSHWRITE)
		pty->tail = pty->head;
	if (pty->packet && what) {
		pty->status |= what;
		wake_up(&pty->master_wait);
	}
}

static void slave_closed(struct tty_struct *tty)
{
	wake_up_all(&pty_of(tty)->master_wait);
}

static const struct tty_operations slave_ops = {
	.write = pty_slave_write, .write_room = pty_room, .changed = pty_changed, .last_close = slave_closed,
};

/* ---------------------------------------------------------------- the master as a file */

/* Nobody is at the slave who could show anything. Context: tty.lock */
static bool is_deserted(struct pty *pty)
{
	return pty->slave_seen && !pty->tty.nr_open;
}

static bool has_output(struct pty *pty)
{
	bool has;

	mutex_lock(&pty->tty.lock);
	has = pty->head != pty->tail || pty->status || is_deserted(pty);
	mutex_unlock(&pty->tty.lock);
	return has;
}

/* Return: bytes, -EIO when there is and will be nothing, -EAGAIN when there is nothing yet. */
static ssize_t take_output(struct pty *pty, u8 *buf, size_t size)
{
	ssize_t n = 0;

	mutex_lock(&pty->tty.lock);
	if (pty->packet) {
		buf[n++] = pty->status;
		if (pty->status) {
			pty->status = 0;
			goto out;
		}
	}
	while ((size_t)n < size && pty->tail != pty->head)
		buf[n++] = pty->out[pty->tail++ % OUT_SIZE];
	if (n == pty->packet)
		n = is_deserted(pty) ? -EIO : -EAGAIN;
out:
	mutex_unlock(&pty->tty.lock);
	if (n > 0)
		wake_up(&pty->tty.write_wait);
	return n;
}

static ssize_t master_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct pty *pty = file->private_data;
	u8 buf[CHUNK];
	ssize_t n;

	if (!iov_iter_count(to))
		return 0;
	while ((n = take_output(pty, buf, min(iov_iter_count(to), sizeof(buf)))) == -EAGAIN) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&pty->master_wait, has_output(pty)))
			return -ERESTARTSYS;
	}
	if (n > 0 && copy_to_iter(buf, n, to) != (size_t)n)
		return -EFAULT;
	return n;
}

static bool can_type(struct pty *pty)
{
	bool can;

	mutex_lock(&pty->tty.lock);
	can = n_tty_room(&pty->tty.ldisc);
	mutex_unlock(&pty->tty.lock);
	return can;
}

static ssize_t master_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct pty *pty = file->private_data;
	ssize_t done = 0;
	u8 buf[CHUNK];

	while (iov_iter_count(from)) {
		size_t want = min(iov_iter_count(from), sizeof(buf)), got = copy_from_iter(buf, want, from), at = 0;

		if (!got)
			return done ? done : -EFAULT;
		while (at < got) {
			size_t took = tty_receive(&pty->tty, buf + at, got - at);

			at += took;
			done += took;
			if (took)
				continue;
			iov_iter_revert(from, got - at);
			if (file->f_flags & O_NONBLOCK)
				return done ? done : -EAGAIN;
			if (wait_event_interruptible(&pty->tty.write_wait, can_type(pty)))
				return done ? done : -ERESTARTSYS;
			break;
		}
	}
	return done;
}

static u32 master_poll(struct file *file, struct poll_table *pt)
{
	struct pty *pty = file->private_data;
	u32 ready = 0;

	poll_wait(file, &pty->master_wait, pt);
	mutex_lock(&pty->tty.lock);
	if (pty->head != pty->tail || pty->status)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (pty->status)
		ready |= EPOLLPRI;
	if (is_deserted(pty))
		ready |= EPOLLHUP;
	if (n_tty_room(&pty->tty.ldisc))
		ready |= EPOLLOUT | EPOLLWRNORM;
	mutex_unlock(&pty->tty.lock);
	return ready;
}

/* TIOCGPTPEER: open the slave without a name. */
static long open_peer(struct pty *pty, int flags)
{
	struct path path = { devpts_mnt, pty->node };
	struct file *file = dentry_open(&path, flags | O_NOCTTY);

	return IS_ERR(file) ? PTR_ERR(file) : alloc_fd_install(file, flags);
}

static long set_bool(struct pty *pty, bool *what, const int __user *p)
{
	int value;

	if (get_user(value, p))
		return -EFAULT;
	mutex_lock(&pty->tty.lock);
	*what = value;
	mutex_unlock(&pty->tty.lock);
	return 0;
}

static long count_output(struct pty *pty, int __user *p)
{
	int n;

	mutex_lock(&pty->tty.lock);
	n = pty->head - pty->tail;
	mutex_unlock(&pty->tty.lock);
	return put_user(n, p);
}

static long master_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct pty *pty = file->private_data;
	int __user *p = (int __user *)arg;

	switch (cmd) {
	case TIOCGPTN:	return put_user(pty->index, p);
	case TIOCSPTLCK: return set_bool(pty, &pty->locked, p);
	case TIOCGPTLCK: return put_user(pty->locked, p);
	case TIOCPKT:	return set_bool(pty, &pty->packet, p);
	case TIOCGPKT:	return put_user(pty->packet, p);
	case TIOCGPTPEER: return open_peer(pty, arg);
	case FIONREAD:	return count_output(pty, p);
	case TIOCSCTTY:
	case TIOCNOTTY:	return -ENOTTY;
	default:	return tty_ioctl(&pty->tty, file, cmd, arg);
	}
}

static void master_release(struct inode *inode, struct file *file)
{
	struct pty *pty = file->private_data;

	tty_hangup(&pty->tty);
	mutex_lock(&ptys_lock);
	ptys[pty->index] = NULL;
	simple_remove(pty->node);
	mutex_unlock(&ptys_lock);
	tty_put(&pty->tty);
}

static const struct file_operations master_fops = {
	.read_iter = master_read, .write_iter = master_write, .poll = master_poll, .unlocked_ioctl = master_ioctl,
	.release = master_release, .async = true,
};

/* ---------------------------------------------------------------- opening */

static int slave_open(struct inode *inode, struct file *file)
{
	u32 index = MINOR(inode->i_rdev);
	struct pty *pty;
	int err = -EIO;

	mutex_lock(&ptys_lock);
	pty = index < MAX_PTYS ? ptys[index] : NULL;
	if (pty && !pty->locked)
		err = tty_open(&pty->tty, file);
	if (!err)
		pty->slave_seen = true;
	mutex_unlock(&ptys_lock);
	return err;
}

static const struct file_operations slave_fops = { .open = slave_open };

/* Context: ptys_lock. */
static int make_node(struct pty *pty)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", pty->index);
	pty->node = simple_create(devpts_root, name, S_IFCHR | 0620, pty->tty.dev, NULL, NULL);
	return IS_ERR(pty->node) ? PTR_ERR(pty->node) : 0;
}

/* Context: ptys_lock. */
static struct pty *make_pty(void)
{
	struct pty *pty;
	char name[16];
	int index = 0, err;

	while (index < MAX_PTYS && ptys[index])
		index++;
	if (index == MAX_PTYS)
		return ERR_PTR(-ENOSPC);
	pty = kmalloc(sizeof(*pty), GFP_KERNEL);
	if (!pty)
		return ERR_PTR(-ENOMEM);
	memset(pty, 0, sizeof(*pty));
	snprintf(name, sizeof(name), "pts/%d", index);
	tty_setup(&pty->tty, &slave_ops, name, MKDEV(UNIX98_PTY_SLAVE_MAJOR, index), NULL);
	init_waitqueue_head(&pty->master_wait);
	pty->index = index;
	pty->locked = true;
	err = make_node(pty);
	if (err) {
		kfree(pty);
		return ERR_PTR(err);
	}
	ptys[index] = pty;
	return pty;
}

static struct file_system_type devpts_type;

static int ptmx_open(struct inode *inode, struct file *file)
{
	struct pty *pty;

	mutex_lock(&ptys_lock);
	if (!devpts_mnt)
		devpts_mnt = kern_mount(&devpts_type);
	pty = IS_ERR(devpts_mnt) ? ERR_CAST(devpts_mnt) : make_pty();
	if (IS_ERR(devpts_mnt))
		devpts_mnt = NULL;
	mutex_unlock(&ptys_lock);
	if (IS_ERR(pty))
		return PTR_ERR(pty);
	file->f_op = &master_fops;
	file->private_data = pty;
	return 0;
}

static const struct file_operations ptmx_fops = { .open = ptmx_open };
static struct chrdev ptmx_dev = { TTYAUX_MAJOR, 2, 1, "/dev/ptmx", &ptmx_fops, NULL };
static struct chrdev slave_dev = { UNIX98_PTY_SLAVE_MAJOR, 0, MAX_PTYS, "pts", &slave_fops, NULL };

/* ---------------------------------------------------------------- devpts */

static const struct super_operations devpts_ops = { };

static int devpts_fill_super(struct super_block *sb, const char *data)
{
	struct inode *root;

	sb->s_op = &devpts_ops;
	root = new_inode(sb, NULL, S_IFDIR | 0755);
	if (!root)
		return -ENOMEM;
	root->i_fop = &dcache_dir_ops;
	sb->s_root = d_make_root(root);
	if (!sb->s_root)
		return -ENOMEM;
	devpts_root = sb->s_root;
	simple_create(devpts_root, "ptmx", S_IFCHR | 0666, MKDEV(TTYAUX_MAJOR, 2), NULL, NULL);
	return 0;
}

static struct file_system_type devpts_type = {
	.name = "devpts", .magic = DEVPTS_SUPER_MAGIC, .single = true, .fill_super = devpts_fill_super,
};

void pty_init(void)
{
	register_chrdev(&ptmx_dev);
	register_chrdev(&slave_dev);
	register_filesystem(&devpts_type);
	devtmpfs_create("ptmx", 0666, MKDEV(TTYAUX_MAJOR, 2));
	devtmpfs_mkdir("pts", 0755);
}
