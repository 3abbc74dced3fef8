// SPDX-License-Identifier: BSD-2-Clause
/* A number that is a file: writing adds to it, reading takes it, and it is ready when it is not 0. */
#include <kernel/fs.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <mm/slab.h>

#define EFD_SEMAPHORE	1
#define MOST		0xfffffffffffffffeULL

struct eventfd {
	struct wait_queue_head	wq;
	u64			count;		/* wq.lock */
	bool			semaphore;	/* a read takes 1, not all */
};

static u64 count_of(struct eventfd *e)
{
	return __atomic_load_n(&e->count, __ATOMIC_ACQUIRE);
}

/* Return: what was taken, 0 for nothing. */
static u64 take(struct eventfd *e)
{
	unsigned long flags = spin_lock_irqsave(&e->wq.lock);
	u64 n = e->semaphore && e->count ? 1 : e->count;

	e->count -= n;
	spin_unlock_irqrestore(&e->wq.lock, flags);
	return n;
}

static bool add(struct eventfd *e, u64 n)
{
	unsigned long flags = spin_lock_irqsave(&e->wq.lock);
	bool fits = MOST - e->count >= n;

	if (fits)
		e->count += n;
	spin_unlock_irqrestore(&e->wq.lock, flags);
	return fits;
}

static ssize_t eventfd_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct eventfd *e = file->private_data;
	u64 n;

	if (iov_iter_count(to) < sizeof(n))
		return -EINVAL;
	while (!(n = take(e))) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&e->wq, count_of(e)))
			return -ERESTARTSYS;
	}
	wake_up_all(&e->wq);
	return copy_to_iter(&n, sizeof(n), to) == sizeof(n) ? (ssize_t)sizeof(n) : -EFAULT;
}

static ssize_t eventfd_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct eventfd *e = file->private_data;
	u64 n;

	if (iov_iter_count(from) < sizeof(n))
		return -EINVAL;
	if (copy_from_iter(&n, sizeof(n), from) != sizeof(n))
		return -EFAULT;
	if (n == ~0ULL)
		return -EINVAL;
	while (!add(e, n)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&e->wq, MOST - count_of(e) >= n))
			return -ERESTARTSYS;
	}
	wake_up_all(&e->wq);
	return sizeof(n);
}

static u32 eventfd_poll(struct file *file, struct poll_table *pt)
{
	struct eventfd *e = file->private_data;
	u64 count;

	poll_wait(file, &e->wq, pt);
	count = count_of(e);
	return (count ? EPOLLIN | EPOLLRDNORM : 0) | (count < MOST ? EPOLLOUT | EPOLLWRNORM : 0);
}

static void eventfd_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
}

static const struct file_operations eventfd_fops = {
	.read_iter = eventfd_read, .write_iter = eventfd_write, .poll = eventfd_poll, .release = eventfd_release,
	.llseek = noop_llseek,
};

static long create(u64 count, int flags)
{
	struct eventfd *e;
	long fd;

	if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	e = kzalloc(sizeof(*e), GFP_KERNEL);
	if (!e)
		return -ENOMEM;
	init_waitqueue_head(&e->wq);
	e->count = count;
	e->semaphore = flags & EFD_SEMAPHORE;
	fd = anon_inode_getfd("anon_inode:[eventfd]", &eventfd_fops, e, O_RDWR | (flags & (O_CLOEXEC | O_NONBLOCK)));
	if (fd < 0)
		kfree(e);
	return fd;
}

SYSCALL_DEFINE2(eventfd2, unsigned int, count, int, flags)
{
	return create(count, flags);
}

SYSCALL_DEFINE1(eventfd, unsigned int, count)
{
	return create(count, 0);
}
