/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inotify: an instance is an open file from which events of the inodes it watches
 * are read. A watch lies in the list of its instance and in that of its inode; one
 * lock guards all of these, and is taken only while anything is watched at all.
 */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/namei.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <mm/slab.h>
#include <uapi/inotify.h>
#include <uapi/ioctl.h>

#define MAX_EVENTS	16384		/* that wait in one instance */
#define MAX_WATCHES	65536		/* of one instance */
#define MODIFIERS	(IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ONESHOT)

struct event {
	struct list_head list;
	u32		name_len;	/* with NULs, as it is read */
	struct inotify_event e;
};

struct instance {
	struct list_head watches;	/* lock, as all below */
	struct list_head events;
	u32		nr_events, nr_watches;
	size_t		bytes;		/* of the events, as they are read */
	s32		last_wd;
	bool		lost;		/* overflow waits with the others */
	struct wait_queue_head wait;
	struct event	overflow;	/* there is always room for it; has no name */
};

struct watch {
	struct list_head of_instance, of_inode;
	struct instance	*instance;
	struct inode	*inode;		/* with a reference */
	s32		wd;
	u32		mask;
};

static struct spinlock lock;
u32 fsnotify_watches;

/* --------------------------------------------------------------------------- events */

static u32 padded(u32 len)
{
	return len ? ALIGN(len + 1, 16u) : 0;
}

static bool same_as_last(const struct instance *in, s32 wd, u32 mask, u32 cookie, const char *name)
{
	const struct event *last;

	if (list_empty(&in->events))
		return false;
	last = container_of(in->events.prev, struct event, list);
	return last->e.wd == wd && last->e.mask == mask && last->e.cookie == cookie &&
	       !strcmp(last->name_len ? last->e.name : "", name);
}

/* Context: lock held. */
static void add_event(struct instance *in, struct event *ev)
{
	list_add_tail(&ev->list, &in->events);
	in->nr_events++;
	in->bytes += sizeof(ev->e) + ev->name_len;
	wake_up(&in->wait);
}

/* Whoever reads is told that there was more. Context: lock held */
static void lose_event(struct instance *in)
{
	if (!in->lost)
		add_event(in, &in->overflow);
	in->lost = true;
}

/* Context: lock held. */
static void queue_event(struct instance *in, s32 wd, u32 mask, u32 cookie, const char *name)
{
	u32 len = strlen(name), name_len = padded(len);
	struct event *ev;

	if (same_as_last(in, wd, mask, cookie, name))
		return;
	ev = in->nr_events < MAX_EVENTS ? kmalloc(sizeof(*ev) + name_len, GFP_ATOMIC) : NULL;
	if (!ev) {
		lose_event(in);
		return;
	}
	ev->name_len = name_len;
	ev->e = (struct inotify_event){ wd, mask, cookie, name_len };
	memcpy(ev->e.name, name, len);
	memset(ev->e.name + len, 0, name_len - len);
	add_event(in, ev);
}

/* Out of both lists, into @gone; the reference to its inode goes along. Context: lock held */
static void unhook(struct watch *w, struct list_head *gone)
{
	list_del(&w->of_instance);
	list_del(&w->of_inode);
	w->instance->nr_watches--;
	__atomic_fetch_sub(&fsnotify_watches, 1, __ATOMIC_RELAXED);
	list_add(&w->of_instance, gone);
}

static void free_gone(struct list_head *gone)
{
	while (!list_empty(gone)) {
		struct watch *w = list_first_entry(gone, struct watch, of_instance);

		list_del(&w->of_instance);
		iput(w->inode);
		kfree(w);
	}
}

static void tell(struct watch *w, u32 mask, u32 cookie, const char *name, struct list_head *gone)
{
	bool wanted = w->mask & mask & IN_ALL_EVENTS && !(w->mask & mask & IN_EXCL_UNLINK);

	if (wanted)
		queue_event(w->instance, w->wd, mask & ~IN_EXCL_UNLINK, cookie, name);
	if (mask & IN_DELETE_SELF || (wanted && w->mask & IN_ONESHOT)) {
		queue_event(w->instance, w->wd, IN_IGNORED, 0, "");
		unhook(w, gone);
	}
}

void __fsnotify(struct inode *inode, u32 mask, const char *name, u32 cookie)
{
	struct list_head *head = __atomic_load_n(&inode->i_watches, __ATOMIC_ACQUIRE), gone;
	struct watch *w, *next;

	if (!head)
		return;
	list_init(&gone);
	spin_lock(&lock);
	for (w = list_first_entry(head, struct watch, of_inode); &w->of_inode != head; w = next) {
		next = list_first_entry(&w->of_inode, struct watch, of_inode);
		tell(w, mask, cookie, name ? name : "", &gone);
	}
	spin_unlock(&lock);
	free_gone(&gone);
}

/* The directory that @d is in, if it is watched, with a reference, and the name; NULL: it is not */
static struct dentry *watched_parent(struct dentry *d, char name[NAME_MAX + 1])
{
	const struct dname *dn;
	struct dentry *parent;

	rcu_read_lock();
	parent = __atomic_load_n(&d->d_parent, __ATOMIC_ACQUIRE);
	dn = rcu_dereference(d->d_name);
	if (parent == d || !__atomic_load_n(&parent->d_inode->i_watches, __ATOMIC_RELAXED) ||
	    !get_unless_zero(&parent->d_count))
		parent = NULL;
	else
		memcpy(name, dn->name, dn->len + 1);
	rcu_read_unlock();
	return parent;
}

void __fsnotify_dentry(struct dentry *d, u32 mask)
{
	char name[NAME_MAX + 1];
	struct dentry *parent = watched_parent(d, name);

	if (S_ISDIR(d->d_inode->i_mode))
		mask |= IN_ISDIR;
	if (parent) {		/* there IN_EXCL_UNLINK tells that the name is gone */
		__fsnotify(parent->d_inode, mask | (d_unhashed(d) ? IN_EXCL_UNLINK : 0), name, 0);
		dput(parent);
	}
	__fsnotify(d->d_inode, mask, NULL, 0);
}

void fsnotify_inode_gone(struct inode *inode)
{
	kfree(inode->i_watches);	/* empty: each watch has a reference to the inode */
}

/* ----------------------------------------------------------------------- the instance */

static struct event *next_event(struct instance *in)
{
	struct event *ev = NULL;

	spin_lock(&lock);
	if (!list_empty(&in->events)) {
		ev = list_first_entry(&in->events, struct event, list);
		list_del(&ev->list);
		in->nr_events--;
		in->bytes -= sizeof(ev->e) + ev->name_len;
		if (ev == &in->overflow)
			in->lost = false;
	}
	spin_unlock(&lock);
	return ev;
}

/* The one of the overflow may be there again by now. */
static void put_back(struct instance *in, struct event *ev)
{
	spin_lock(&lock);
	if (ev != &in->overflow || !in->lost) {
		list_add(&ev->list, &in->events);
		in->nr_events++;
		in->bytes += sizeof(ev->e) + ev->name_len;
	}
	in->lost |= ev == &in->overflow;
	spin_unlock(&lock);
}

static void free_event(struct instance *in, struct event *ev)
{
	if (ev != &in->overflow)
		kfree(ev);
}

static ssize_t read_events(struct instance *in, struct iov_iter *to)
{
	ssize_t done = 0;
	struct event *ev;

	while ((ev = next_event(in))) {
		size_t n = sizeof(ev->e) + ev->name_len;

		if (n > to->count) {
			put_back(in, ev);
			return done ? done : -EINVAL;
		}
		if (copy_to_iter(&ev->e, n, to) != n) {
			put_back(in, ev);
			return done ? done : -EFAULT;
		}
		done += n;
		free_event(in, ev);
	}
	return done;
}

static ssize_t inotify_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct instance *in = file->private_data;
	ssize_t n;

	while (!(n = read_events(in, to))) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&in->wait, !list_empty(&in->events)))
			return -ERESTARTSYS;
	}
	return n;
}

static u32 inotify_poll(struct file *file, struct poll_table *pt)
{
	struct instance *in = file->private_data;

	poll_wait(file, &in->wait, pt);
	return list_empty(&in->events) ? 0 : EPOLLIN | EPOLLRDNORM;
}

static long inotify_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct instance *in = file->private_data;

	return cmd == FIONREAD ? put_user((int)in->bytes, (int __user *)arg) : -ENOTTY;
}

static void inotify_release(struct inode *inode, struct file *file)
{
	struct instance *in = file->private_data;
	struct list_head gone;
	struct event *ev;

	list_init(&gone);
	spin_lock(&lock);
	while (!list_empty(&in->watches))
		unhook(list_first_entry(&in->watches, struct watch, of_instance), &gone);
	spin_unlock(&lock);
	free_gone(&gone);
	while ((ev = next_event(in)))
		free_event(in, ev);
	kfree(in);
}

static const struct file_operations inotify_fops = {
	.read_iter = inotify_read, .poll = inotify_poll, .unlocked_ioctl = inotify_ioctl, .release = inotify_release,
};

static long do_inotify_init(int flags)
{
	struct instance *in;
	int fd;

	if (flags & ~(IN_CLOEXEC | IN_NONBLOCK))
		return -EINVAL;
	in = kzalloc(sizeof(*in), GFP_KERNEL);
	if (!in)
		return -ENOMEM;
	list_init(&in->watches);
	list_init(&in->events);
	init_waitqueue_head(&in->wait);
	in->overflow.e = (struct inotify_event){ .wd = -1, .mask = IN_Q_OVERFLOW };
	fd = anon_inode_getfd("anon_inode:inotify", &inotify_fops, in, O_RDONLY | flags);
	if (fd < 0)
		kfree(in);
	return fd;
}

SYSCALL_DEFINE1(inotify_init1, int, flags)
{
	return do_inotify_init(flags);
}

SYSCALL_DEFINE0(inotify_init)
{
	return do_inotify_init(0);
}

/* ---------------------------------------------------------------------------- watches */

static struct watch *find_watch(const struct instance *in, const struct inode *inode)
{
	struct watch *w;

	if (inode->i_watches)
		list_for_each_entry(w, inode->i_watches, of_inode)
			if (w->instance == in)
				return w;
	return NULL;
}

static int change_watch(struct watch *w, u32 mask)
{
	if (mask & IN_MASK_CREATE)
		return -EEXIST;
	w->mask = mask & IN_MASK_ADD ? w->mask | (mask & ~IN_MASK_ADD) : mask;
	return w->wd;
}

/* Context: lock held. @new, @head are used if there was none. */
static int hook(struct instance *in, struct inode *inode, u32 mask, struct watch **new, struct list_head **head)
{
	struct watch *w = find_watch(in, inode);

	if (w)
		return change_watch(w, mask);
	if (in->nr_watches >= MAX_WATCHES || in->last_wd == 0x7fffffff)
		return -ENOSPC;
	w = *new;
	*new = NULL;
	if (!inode->i_watches) {
		list_init(*head);
		__atomic_store_n(&inode->i_watches, *head, __ATOMIC_RELEASE);
		*head = NULL;
	}
	*w = (struct watch){ .instance = in, .inode = igrab(inode), .wd = ++in->last_wd, .mask = mask & ~IN_MASK_ADD };
	list_add_tail(&w->of_instance, &in->watches);
	list_add_tail(&w->of_inode, inode->i_watches);
	in->nr_watches++;
	__atomic_fetch_add(&fsnotify_watches, 1, __ATOMIC_RELAXED);
	return w->wd;
}

static int add_watch(struct instance *in, struct inode *inode, u32 mask)
{
	struct watch *new = kmalloc(sizeof(*new), GFP_KERNEL);
	struct list_head *head = kmalloc(sizeof(*head), GFP_KERNEL);
	int err = inode_permission(inode, MAY_READ);

	if (!err && (!new || !head))
		err = -ENOMEM;
	if (!err) {
		spin_lock(&lock);
		err = hook(in, inode, mask, &new, &head);
		spin_unlock(&lock);
	}
	kfree(new);
	kfree(head);
	return err;
}

SYSCALL_DEFINE3(inotify_add_watch, int, fd, const char __user *, name, u32, mask)
{
	struct fd f;
	struct path path;
	int err = -EINVAL;

	if (!(mask & (IN_ALL_EVENTS | MODIFIERS)) || (mask & IN_MASK_ADD && mask & IN_MASK_CREATE))
		return -EINVAL;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	if (f.file->f_op == &inotify_fops)
		err = user_path_at(AT_FDCWD, name, (mask & IN_DONT_FOLLOW ? 0 : LOOKUP_FOLLOW) |
						   (mask & IN_ONLYDIR ? LOOKUP_DIRECTORY : 0), &path);
	if (!err) {
		err = add_watch(f.file->private_data, path.dentry->d_inode, mask);
		path_put(&path);
	}
	fdput(f);
	return err;
}
SYSCALL_PARTIAL(inotify_add_watch, "IN_UNMOUNT events");

static int remove_watch(struct instance *in, s32 wd)
{
	struct list_head gone;
	struct watch *w;

	list_init(&gone);
	spin_lock(&lock);
	list_for_each_entry(w, &in->watches, of_instance)
		if (w->wd == wd) {
			queue_event(in, wd, IN_IGNORED, 0, "");
			unhook(w, &gone);
			break;
		}
	spin_unlock(&lock);
	if (list_empty(&gone))
		return -EINVAL;
	free_gone(&gone);
	return 0;
}

SYSCALL_DEFINE2(inotify_rm_watch, int, fd, s32, wd)
{
	struct fd f = fdget(fd);
	int err;

	if (!f.file)
		return -EBADF;
	err = f.file->f_op == &inotify_fops ? remove_watch(f.file->private_data, wd) : -EINVAL;
	fdput(f);
	return err;
}
