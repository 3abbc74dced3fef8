// SPDX-License-Identifier: BSD-2-Clause
/*
 * epoll: a file that knows which of a set of files are ready. Each file that is
 * watched (an item) names the queues it wakes once, when it is added; a wake-up puts
 * the item into the ready list, and epoll_wait() asks only those in it.
 *
 * An item holds no reference to its file. The last fput() takes the items of the file
 * out of their instances first, so under an instance's mutex all of its files are there.
 *
 * Locks, outer to inner: epoll_mutex (which file is watched by whom), ep->mtx (items),
 * the lock of a queue, ep->lock (the ready list), ep->wq.lock.
 */
#include <kernel/eventpoll.h>
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/mutex.h>
#include <kernel/poll.h>
#include <kernel/posix_clock.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <lib/rbtree.h>
#include <mm/slab.h>
#include <uapi/eventpoll.h>

#define MAX_NESTING	4
#define MAX_EVENTS	(0x7fffffff / (int)sizeof(struct epoll_event))
#define PRIVATE_BITS	(EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)

struct eventpoll {
	struct mutex		mtx;
	struct rb_root		items;		/* by file and number; mtx */
	struct spinlock		lock;
	struct list_head	ready;		/* items that may have something; lock */
	struct wait_queue_head	wq;		/* epoll_wait() */
	struct wait_queue_head	poll_wq;	/* who polls this file itself */
};

/* One queue that an item stands in. */
struct item_wait {
	struct wait_queue_entry	wait;
	struct wait_queue_head	*wq;
	struct epitem		*item;
	struct item_wait	*next;
};

struct epitem {
	struct rb_node		node;
	struct eventpoll	*ep;
	struct file		*file;
	int			fd;
	struct epoll_event	event;		/* mtx */
	struct list_head	ready;		/* alone: not in the list; ep->lock */
	struct list_head	same_file;	/* in *file->f_ep; epoll_mutex */
	struct item_wait	*waits;
	bool			failed;		/* no memory for one of those */
};

struct add_table {
	struct poll_table	pt;
	struct epitem		*item;
};

static DEFINE_MUTEX(epoll_mutex);
static const struct file_operations eventpoll_fops;

static struct eventpoll *eventpoll_of(struct file *file)
{
	return file->f_op == &eventpoll_fops ? file->private_data : NULL;
}

/* ---------------------------------------------------------------- the ready list */

/* Context: ep->lock. Return: whether it was not in the list. */
static bool make_ready(struct epitem *item)
{
	if (!list_empty(&item->ready))
		return false;
	list_add_tail(&item->ready, &item->ep->ready);
	return true;
}

static void wake_instance(struct eventpoll *ep)
{
	wake_up(&ep->wq);
	wake_up(&ep->poll_wq);
}

/* Context: the lock of the queue that was woken. */
static void item_woken(struct wait_queue_entry *wait)
{
	struct epitem *item = container_of(wait, struct item_wait, wait)->item;
	struct eventpoll *ep = item->ep;
	unsigned long flags = spin_lock_irqsave(&ep->lock);
	bool news = make_ready(item);

	spin_unlock_irqrestore(&ep->lock, flags);
	if (news)
		wake_instance(ep);
}

static void item_queue(struct poll_table *pt, struct file *file, struct wait_queue_head *wq)
{
	struct epitem *item = container_of(pt, struct add_table, pt)->item;
	struct item_wait *w = kmalloc(sizeof(*w), GFP_KERNEL);

	if (!w) {
		item->failed = true;
		return;
	}
	*w = (struct item_wait){ .wait.func = item_woken, .wq = wq, .item = item, .next = item->waits };
	w->wait.exclusive = item->event.events & EPOLLEXCLUSIVE;
	item->waits = w;
	add_wait_queue(wq, &w->wait);
}

static u32 item_poll(struct epitem *item, struct poll_table *pt)
{
	return vfs_poll(item->file, pt) & item->event.events;
}

static bool has_ready(struct eventpoll *ep)
{
	return !list_empty(&ep->ready);
}

/* ---------------------------------------------------------------- items */

static int compare(const struct epitem *item, const struct file *file, int fd)
{
	if (item->file != file)
		return item->file < file ? -1 : 1;
	return item->fd < fd ? -1 : item->fd > fd;
}

static bool item_less(const struct rb_node *a, const struct rb_node *b)
{
	const struct epitem *y = container_of(b, struct epitem, node);

	return compare(container_of(a, struct epitem, node), y->file, y->fd) < 0;
}

/* Context: ep->mtx. */
static struct epitem *find_item(struct eventpoll *ep, const struct file *file, int fd)
{
	struct rb_node *at = ep->items.node;

	while (at) {
		struct epitem *item = container_of(at, struct epitem, node);
		int order = compare(item, file, fd);

		if (!order)
			return item;
		at = at->child[order < 0];
	}
	return NULL;
}

/* Context: epoll_mutex and ep->mtx. */
static void remove_item(struct epitem *item)
{
	struct eventpoll *ep = item->ep;
	struct item_wait *w, *next;
	unsigned long flags;

	for (w = item->waits; w; w = next) {
		next = w->next;
		remove_wait_queue(w->wq, &w->wait);
		kfree(w);
	}
	flags = spin_lock_irqsave(&ep->lock);
	list_del(&item->ready);
	spin_unlock_irqrestore(&ep->lock, flags);
	rb_erase(&ep->items, &item->node);
	list_del(&item->same_file);
	if (list_empty(item->file->f_ep)) {
		kfree(item->file->f_ep);
		item->file->f_ep = NULL;
	}
	kfree(item);
}

void eventpoll_release_file(struct file *file)
{
	mutex_lock(&epoll_mutex);
	while (file->f_ep) {
		struct epitem *item = list_first_entry(file->f_ep, struct epitem, same_file);
		struct eventpoll *ep = item->ep;

		mutex_lock(&ep->mtx);
		remove_item(item);
		mutex_unlock(&ep->mtx);
	}
	mutex_unlock(&epoll_mutex);
}

/* Context: epoll_mutex. Return: whether @ep is reached from @from, or the way is too long. */
static bool reaches(struct eventpoll *from, struct eventpoll *ep, unsigned int depth)
{
	struct rb_node *n;

	if (from == ep || depth > MAX_NESTING)
		return true;
	for (n = rb_first(&from->items); n; n = rb_next(n)) {
		struct eventpoll *inner = eventpoll_of(container_of(n, struct epitem, node)->file);

		if (inner && reaches(inner, ep, depth + 1))
			return true;
	}
	return false;
}

static int watch(struct epitem *item)
{
	struct file *file = item->file;

	if (!file->f_ep) {
		file->f_ep = kmalloc(sizeof(*file->f_ep), GFP_KERNEL);
		if (!file->f_ep)
			return -ENOMEM;
		list_init(file->f_ep);
	}
	list_add_tail(&item->same_file, file->f_ep);
	return 0;
}

/* Context: epoll_mutex and ep->mtx. */
static int add_item(struct eventpoll *ep, struct file *file, int fd, const struct epoll_event *event)
{
	struct epitem *item = kzalloc(sizeof(*item), GFP_KERNEL);
	struct add_table table = { .pt.queue = item_queue, .item = item };
	unsigned long flags;
	bool news;
	u32 ready;
	int err;

	if (!item)
		return -ENOMEM;
	item->ep = ep;
	item->file = file;
	item->fd = fd;
	item->event = *event;
	list_init(&item->ready);
	err = watch(item);
	if (err) {
		kfree(item);
		return err;
	}
	rb_add(&ep->items, &item->node, item_less);
	table.pt.events = item->event.events;
	ready = item_poll(item, &table.pt);
	if (item->failed) {
		remove_item(item);
		return -ENOMEM;
	}
	flags = spin_lock_irqsave(&ep->lock);
	news = ready && make_ready(item);
	spin_unlock_irqrestore(&ep->lock, flags);
	if (news)
		wake_instance(ep);
	return 0;
}

/* Context: ep->mtx. */
static int modify_item(struct epitem *item, const struct epoll_event *event)
{
	struct eventpoll *ep = item->ep;
	unsigned long flags;
	bool news;

	if ((item->event.events | event->events) & EPOLLEXCLUSIVE)
		return -EINVAL;
	item->event = *event;
	news = item_poll(item, NULL);
	flags = spin_lock_irqsave(&ep->lock);
	news = news && make_ready(item);
	spin_unlock_irqrestore(&ep->lock, flags);
	if (news)
		wake_instance(ep);
	return 0;
}

static int change_items(struct eventpoll *ep, int op, struct file *file, int fd, const struct epoll_event *event)
{
	struct eventpoll *inner = eventpoll_of(file);
	struct epitem *item;
	int err;

	mutex_lock(&epoll_mutex);
	if (op == EPOLL_CTL_ADD && inner && reaches(inner, ep, 0)) {
		mutex_unlock(&epoll_mutex);
		return -ELOOP;
	}
	mutex_lock(&ep->mtx);
	item = find_item(ep, file, fd);
	if (op == EPOLL_CTL_ADD) {
		err = item ? -EEXIST : add_item(ep, file, fd, event);
	} else if (!item) {
		err = -ENOENT;
	} else if (op == EPOLL_CTL_MOD) {
		err = modify_item(item, event);
	} else {
		remove_item(item);
		err = 0;
	}
	mutex_unlock(&ep->mtx);
	mutex_unlock(&epoll_mutex);
	return err;
}

SYSCALL_DEFINE4(epoll_ctl, int, epfd, int, op, int, fd, struct epoll_event __user *, uevent)
{
	struct epoll_event event = { 0 };
	struct fd ef = fdget(epfd), f = fdget(fd);
	int err = -EBADF;

	if (!ef.file || !f.file)
		goto out;
	err = -EFAULT;
	if (op != EPOLL_CTL_DEL && copy_from_user(&event, uevent, sizeof(event)))
		goto out;
	err = -EPERM;
	if (!f.file->f_op->poll)
		goto out;
	err = -EINVAL;
	if (op < EPOLL_CTL_ADD || op > EPOLL_CTL_MOD || ef.file == f.file || !eventpoll_of(ef.file))
		goto out;
	event.events |= EPOLLERR | EPOLLHUP;
	err = change_items(eventpoll_of(ef.file), op, f.file, fd, &event);
out:
	fdput(f);
	fdput(ef);
	return err;
}

/* ---------------------------------------------------------------- waiting */

/* Context: ep->mtx. What is still true of an item goes to the program. Return: events told, 0 or 1, or -EFAULT. */
static int tell(struct epitem *item, struct epoll_event __user *uevent)
{
	struct eventpoll *ep = item->ep;
	struct epoll_event event = { .events = item_poll(item, NULL), .data = item->event.data };
	unsigned long flags;
	bool stays = event.events && !(item->event.events & (EPOLLET | EPOLLONESHOT));

	if (event.events && copy_to_user(uevent, &event, sizeof(event))) {
		event.events = 0;
		stays = true;
	}
	if (stays) {
		flags = spin_lock_irqsave(&ep->lock);
		make_ready(item);
		spin_unlock_irqrestore(&ep->lock, flags);
		return event.events ? 1 : -EFAULT;
	}
	if (event.events && item->event.events & EPOLLONESHOT)
		item->event.events &= PRIVATE_BITS;
	return event.events != 0;
}

static struct epitem *take_ready(struct eventpoll *ep, const struct epitem *end)
{
	unsigned long flags = spin_lock_irqsave(&ep->lock);
	struct epitem *item = list_empty(&ep->ready) ? NULL : list_first_entry(&ep->ready, struct epitem, ready);

	if (item && item != end) {
		list_del(&item->ready);
		list_init(&item->ready);
	} else {
		item = NULL;
	}
	spin_unlock_irqrestore(&ep->lock, flags);
	return item;
}

/* Return: events told, or -EFAULT. */
static int tell_ready(struct eventpoll *ep, struct epoll_event __user *uevents, int max)
{
	struct epitem *item, *again = NULL;	/* the first that came back to the end of the list */
	int n = 0, told;

	mutex_lock(&ep->mtx);
	while (n < max && (item = take_ready(ep, again))) {
		told = tell(item, &uevents[n]);
		if (told < 0) {
			if (!n)
				n = told;
			break;
		}
		n += told;
		if (!again && !list_empty(&item->ready))
			again = item;
	}
	mutex_unlock(&ep->mtx);
	return n;
}

/* @expires: of ktime_get(), 0: only ask, NEVER. */
static long do_epoll_wait(int epfd, struct epoll_event __user *uevents, int max, u64 expires)
{
	struct fd f = fdget(epfd);
	struct eventpoll *ep;
	long n = f.file ? -EINVAL : -EBADF;

	ep = f.file ? eventpoll_of(f.file) : NULL;
	if (!ep || max <= 0 || max > MAX_EVENTS)
		goto out;
	for (;;) {
		u64 now;

		n = has_ready(ep) ? tell_ready(ep, uevents, max) : 0;
		if (n || !expires)
			break;
		if (signal_pending(current)) {
			n = -EINTR;
			break;
		}
		now = expires == NEVER ? 0 : ktime_get();
		if (now >= expires)
			break;
		if (expires == NEVER)
			n = wait_event_interruptible(&ep->wq, has_ready(ep));
		else
			n = wait_event_interruptible_timeout(&ep->wq, has_ready(ep), expires - now);
		if (n < 0)
			n = -EINTR;
		if (n < 0)
			break;
	}
out:
	fdput(f);
	return n;
}

static u64 ms_expiry(int ms)
{
	return ms < 0 ? NEVER : ms ? ktime_get() + ms * NSEC_PER_MSEC : 0;
}

SYSCALL_DEFINE4(epoll_wait, int, epfd, struct epoll_event __user *, events, int, max, int, timeout_ms)
{
	return do_epoll_wait(epfd, events, max, ms_expiry(timeout_ms));
}

static long masked_wait(int epfd, struct epoll_event __user *events, int max, u64 expires,
			const sigset_t __user *set, size_t size)
{
	long n = set_user_sigmask(set, size);

	if (n)
		return n;
	n = do_epoll_wait(epfd, events, max, expires);
	restore_saved_sigmask_unless(n == -EINTR);
	return n;
}

SYSCALL_DEFINE6(epoll_pwait, int, epfd, struct epoll_event __user *, events, int, max, int, timeout_ms,
		const sigset_t __user *, set, size_t, size)
{
	return masked_wait(epfd, events, max, ms_expiry(timeout_ms), set, size);
}

SYSCALL_DEFINE6(epoll_pwait2, int, epfd, struct epoll_event __user *, events, int, max,
		const struct timespec_user __user *, uts, const sigset_t __user *, set, size_t, size)
{
	u64 expires;
	int err = timeout_expiry(uts, &expires);

	if (err)
		return err;
	return masked_wait(epfd, events, max, expires, set, size);
}

/* ---------------------------------------------------------------- the file */

static u32 eventpoll_poll(struct file *file, struct poll_table *pt)
{
	struct eventpoll *ep = file->private_data;

	poll_wait(file, &ep->poll_wq, pt);
	return has_ready(ep) ? EPOLLIN | EPOLLRDNORM : 0;
}

static void eventpoll_close(struct inode *inode, struct file *file)
{
	struct eventpoll *ep = file->private_data;
	struct rb_node *n;

	mutex_lock(&epoll_mutex);
	mutex_lock(&ep->mtx);
	while ((n = rb_first(&ep->items)))
		remove_item(container_of(n, struct epitem, node));
	mutex_unlock(&ep->mtx);
	mutex_unlock(&epoll_mutex);
	kfree(ep);
}

static const struct file_operations eventpoll_fops = {
	.poll = eventpoll_poll,
	.release = eventpoll_close,
	.llseek = noop_llseek,
};

static long create(int flags)
{
	struct eventpoll *ep;
	long fd;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep), GFP_KERNEL);
	if (!ep)
		return -ENOMEM;
	mutex_init(&ep->mtx);
	spin_lock_init(&ep->lock);
	list_init(&ep->ready);
	init_waitqueue_head(&ep->wq);
	init_waitqueue_head(&ep->poll_wq);
	fd = anon_inode_getfd("anon_inode:[eventpoll]", &eventpoll_fops, ep, O_RDWR | flags);
	if (fd < 0)
		kfree(ep);
	return fd;
}

SYSCALL_DEFINE1(epoll_create1, int, flags)
{
	return create(flags);
}

SYSCALL_DEFINE1(epoll_create, int, size)
{
	return size > 0 ? create(0) : -EINVAL;
}
