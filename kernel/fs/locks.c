/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks that programs put on files: on ranges, owned by a process (POSIX) or by an
 * open file (OFD), and on whole files (flock). They keep out only who asks too.
 * The locks of one owner never overlap. Whoever waits looks anew after any change.
 */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <kernel/wait.h>
#include <mm/slab.h>

#define MAX_CHAIN	10		/* of owners that wait for each other, looked at */
#define OFFSET_MAX	0x7fffffffffffffffLL

struct file_lock {
	struct list_head list;
	void		*owner;		/* files_struct or file */
	loff_t		start, end;	/* both included */
	int		pid;		/* as F_GETLK tells it; -1: OFD */
	short		type;		/* F_RDLCK, F_WRLCK; F_UNLCK in requests only */
};

struct file_lock_context {
	struct spinlock	lock;
	struct list_head posix;		/* POSIX and OFD, those of one owner by start */
	struct list_head flock;
	struct wait_queue_head wait;
};

/* A POSIX owner that waits, and for whom. */
struct waiter {
	struct list_head list;
	void		*owner, *for_owner;
};

static struct list_head waiters = { &waiters, &waiters };	/* waiters_lock */
static struct spinlock waiters_lock;	/* inner to those of contexts */

static struct file_lock_context *get_context(struct inode *inode)
{
	struct file_lock_context *ctx = __atomic_load_n(&inode->i_flctx, __ATOMIC_ACQUIRE), *none = NULL;

	if (ctx)
		return ctx;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return NULL;
	spin_lock_init(&ctx->lock);
	list_init(&ctx->posix);
	list_init(&ctx->flock);
	init_waitqueue_head(&ctx->wait);
	if (__atomic_compare_exchange_n(&inode->i_flctx, &none, ctx, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return ctx;
	kfree(ctx);
	return none;
}

void locks_free_context(struct inode *inode)
{
	kfree(inode->i_flctx);		/* without locks: each is an open file's */
}

static void drop(struct file_lock *fl, struct list_head *gone)
{
	list_del(&fl->list);
	list_add(&fl->list, gone);
}

static void free_all(struct list_head *gone)
{
	while (!list_empty(gone)) {
		struct file_lock *fl = list_first_entry(gone, struct file_lock, list);

		list_del(&fl->list);
		kfree(fl);
	}
}

/* ------------------------------------------------------------------------ conflicts */

static bool overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* The lock that keeps @req out, NULL: none. Context: ctx->lock held */
static struct file_lock *conflict(const struct list_head *locks, const struct file_lock *req)
{
	struct file_lock *fl;

	list_for_each_entry(fl, locks, list)
		if (fl->owner != req->owner && overlap(fl, req) && (fl->type == F_WRLCK || req->type == F_WRLCK))
			return fl;
	return NULL;
}

/* Whether @for_owner waits, over others perhaps, for @owner. Context: waiters_lock held */
static bool would_deadlock(void *owner, void *for_owner)
{
	for (unsigned int i = 0; i < MAX_CHAIN; i++) {
		struct waiter *w, *found = NULL;

		if (for_owner == owner)
			return true;
		list_for_each_entry(w, &waiters, list)
			if (w->owner == for_owner)
				found = w;
		if (!found)
			return false;
		for_owner = found->for_owner;
	}
	return false;
}

static bool start_waiting(struct waiter *w, void *owner, void *for_owner)
{
	bool ok;

	w->owner = owner;
	w->for_owner = for_owner;
	spin_lock(&waiters_lock);
	ok = !would_deadlock(owner, for_owner);
	if (ok)
		list_add(&w->list, &waiters);
	spin_unlock(&waiters_lock);
	return ok;
}

static void end_waiting(struct waiter *w)
{
	spin_lock(&waiters_lock);
	list_del(&w->list);
	spin_unlock(&waiters_lock);
}

/*
 * Until nothing keeps @req out. @process: the owner is one, and deadlocks are looked for.
 * Return: 0 with ctx->lock held, or -EAGAIN, -EDEADLK, -ERESTARTSYS.
 */
static int wait_for_turn(struct file_lock_context *ctx, struct list_head *locks, const struct file_lock *req,
			 bool wait, bool process)
{
	for (;;) {
		DEFINE_WAIT(entry, false);
		struct file_lock *fl;
		struct waiter w;

		spin_lock(&ctx->lock);
		fl = req->type == F_UNLCK ? NULL : conflict(locks, req);
		if (!fl)
			return 0;
		if (!wait || (process && !start_waiting(&w, req->owner, fl->owner))) {
			spin_unlock(&ctx->lock);
			return wait ? -EDEADLK : -EAGAIN;
		}
		prepare_to_wait(&ctx->wait, &entry, TASK_INTERRUPTIBLE);
		spin_unlock(&ctx->lock);
		if (!signal_pending(current))
			schedule();
		finish_wait(&ctx->wait, &entry);
		if (process)
			end_waiting(&w);
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
}

/* --------------------------------------------------------------------------- ranges */

/* What is left of a lock of the owner's, @fl, that @req covers in part. @spare: for a second piece */
static void cut(struct file_lock *fl, const struct file_lock *req, struct file_lock **spare, struct list_head *gone)
{
	if (fl->start < req->start && fl->end > req->end) {
		struct file_lock *tail = *spare;

		*spare = NULL;
		*tail = *fl;
		tail->start = req->end + 1;
		fl->end = req->start - 1;
		list_add(&tail->list, &fl->list);
	} else if (fl->start < req->start) {
		fl->end = req->start - 1;
	} else if (fl->end > req->end) {
		fl->start = req->end + 1;
	} else {
		drop(fl, gone);
	}
}

static bool adjoin(const struct file_lock *a, const struct file_lock *b)
{
	return (a->end != OFFSET_MAX && a->end + 1 == b->start) || (b->end != OFFSET_MAX && b->end + 1 == a->start);
}

/* @new, whose range its owner has cleared, takes in its neighbours of the same type. */
static void merge(struct list_head *locks, struct file_lock *new, struct list_head *gone)
{
	struct file_lock *fl, *next;

	for (fl = list_first_entry(locks, struct file_lock, list); &fl->list != locks; fl = next) {
		next = list_first_entry(&fl->list, struct file_lock, list);
		if (fl->owner != new->owner || fl->type != new->type || !adjoin(fl, new))
			continue;
		new->start = min(new->start, fl->start);
		new->end = max(new->end, fl->end);
		drop(fl, gone);
	}
}

/* Context: ctx->lock held. *@new is used if @req is no unlock. */
static void apply(struct file_lock_context *ctx, const struct file_lock *req, struct file_lock **new,
		  struct file_lock **spare, struct list_head *gone)
{
	struct file_lock *fl, *next;

	for (fl = list_first_entry(&ctx->posix, struct file_lock, list); &fl->list != &ctx->posix; fl = next) {
		next = list_first_entry(&fl->list, struct file_lock, list);
		if (fl->owner == req->owner && overlap(fl, req))
			cut(fl, req, spare, gone);
	}
	if (req->type == F_UNLCK)
		return;
	**new = *req;
	merge(&ctx->posix, *new, gone);
	list_add_tail(&(*new)->list, &ctx->posix);
	*new = NULL;
}

static int set_range(struct inode *inode, const struct file_lock *req, bool wait)
{
	struct file_lock *new = kmalloc(sizeof(*new), GFP_KERNEL), *spare = kmalloc(sizeof(*spare), GFP_KERNEL);
	struct file_lock_context *ctx = get_context(inode);
	struct list_head gone;
	int err = -ENOLCK;

	list_init(&gone);
	if (new && spare && ctx)
		err = wait_for_turn(ctx, &ctx->posix, req, wait, req->pid >= 0);
	if (!err) {
		apply(ctx, req, &new, &spare, &gone);
		spin_unlock(&ctx->lock);
		wake_up_all(&ctx->wait);
	}
	kfree(new);
	kfree(spare);
	free_all(&gone);
	return err;
}

static void remove_of_owner(struct inode *inode, size_t which, void *owner)
{
	struct file_lock_context *ctx = inode->i_flctx;
	struct list_head *locks = (struct list_head *)((char *)ctx + which), gone;
	struct file_lock *fl, *next;

	list_init(&gone);
	spin_lock(&ctx->lock);
	for (fl = list_first_entry(locks, struct file_lock, list); &fl->list != locks; fl = next) {
		next = list_first_entry(&fl->list, struct file_lock, list);
		if (fl->owner == owner)
			drop(fl, &gone);
	}
	spin_unlock(&ctx->lock);
	if (!list_empty(&gone))
		wake_up_all(&ctx->wait);
	free_all(&gone);
}

void locks_remove_posix(struct file *file, struct files_struct *owner)
{
	remove_of_owner(file->f_inode, offsetof(struct file_lock_context, posix), owner);
}

void locks_remove_file(struct file *file)
{
	remove_of_owner(file->f_inode, offsetof(struct file_lock_context, posix), file);
	remove_of_owner(file->f_inode, offsetof(struct file_lock_context, flock), file);
}

/* ---------------------------------------------------------------------------- fcntl */

static int read_range(const struct flock *u, struct file *file, struct file_lock *req)
{
	loff_t start;

	switch (u->l_whence) {
	case SEEK_SET:
		start = 0;
		break;
	case SEEK_CUR:
		start = file->f_pos;
		break;
	case SEEK_END:
		start = i_size_read(file->f_inode);
		break;
	default:
		return -EINVAL;
	}
	if (__builtin_add_overflow(start, u->l_start, &start))
		return -EOVERFLOW;
	if (start < 0)
		return -EINVAL;
	req->start = start;
	req->end = OFFSET_MAX;
	if (u->l_len > 0 && __builtin_add_overflow(start, u->l_len - 1, &req->end))
		return -EOVERFLOW;
	if (u->l_len < 0) {
		req->end = start - 1;
		req->start = start + u->l_len;
		if (req->start < 0)
			return -EINVAL;
	}
	return 0;
}

static long get_lock(struct file *file, struct file_lock *req, struct flock *u, struct flock __user *ulock)
{
	struct file_lock_context *ctx = __atomic_load_n(&file->f_inode->i_flctx, __ATOMIC_ACQUIRE);
	const struct file_lock *fl = NULL;

	u->l_type = F_UNLCK;
	if (ctx) {
		spin_lock(&ctx->lock);
		fl = conflict(&ctx->posix, req);
		if (fl)
			*u = (struct flock){ .l_type = fl->type, .l_whence = SEEK_SET, .l_start = fl->start,
					     .l_len = fl->end == OFFSET_MAX ? 0 : fl->end - fl->start + 1,
					     .l_pid = fl->pid };
		spin_unlock(&ctx->lock);
	}
	return copy_to_user(ulock, u, sizeof(*u));
}

long fcntl_lock(unsigned int fd, struct file *file, unsigned int cmd, struct flock __user *ulock)
{
	bool ofd = cmd >= F_OFD_GETLK;
	struct file_lock req;
	struct flock u;
	long err;

	if (copy_from_user(&u, ulock, sizeof(u)))
		return -EFAULT;
	if (ofd && u.l_pid)
		return -EINVAL;
	req = (struct file_lock){ .owner = ofd ? (void *)file : (void *)current->files, .type = u.l_type,
				  .pid = ofd ? -1 : current->tgid };
	err = read_range(&u, file, &req);
	if (err)
		return err;
	if (cmd == F_GETLK || cmd == F_OFD_GETLK)
		return u.l_type == F_RDLCK || u.l_type == F_WRLCK ? get_lock(file, &req, &u, ulock) : -EINVAL;
	if (u.l_type != F_UNLCK && u.l_type != F_RDLCK && u.l_type != F_WRLCK)
		return -EINVAL;
	if ((u.l_type == F_RDLCK && !(file->f_mode & FMODE_READ)) ||
	    (u.l_type == F_WRLCK && !(file->f_mode & FMODE_WRITE)))
		return -EBADF;
	err = set_range(file->f_inode, &req, cmd == F_SETLKW || cmd == F_OFD_SETLKW);
	/* closed by another thread meanwhile: nobody would take the lock away again */
	if (!err && !ofd && req.type != F_UNLCK) {
		struct file *now = fget_raw(fd);

		if (now != file) {
			req.type = F_UNLCK;
			set_range(file->f_inode, &req, false);
			err = -EBADF;
		}
		if (now)
			fput(now);
	}
	return err;
}

/* ---------------------------------------------------------------------------- flock */

/* The lock this open file has is given up first, also when another cannot be had then, as on Linux. */
static int set_flock(struct file *file, short type, bool wait)
{
	struct file_lock req = { .owner = file, .type = type, .end = OFFSET_MAX };
	struct file_lock_context *ctx = get_context(file->f_inode);
	struct file_lock *new, *fl;
	bool same = false;
	int err;

	if (!ctx)
		return -ENOMEM;
	spin_lock(&ctx->lock);
	list_for_each_entry(fl, &ctx->flock, list)
		same |= fl->owner == file && fl->type == type;
	spin_unlock(&ctx->lock);
	if (same)
		return 0;
	remove_of_owner(file->f_inode, offsetof(struct file_lock_context, flock), file);
	if (type == F_UNLCK)
		return 0;
	new = kmalloc(sizeof(*new), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	err = wait_for_turn(ctx, &ctx->flock, &req, wait, false);
	if (err) {
		kfree(new);
		return err;
	}
	*new = req;
	list_add(&new->list, &ctx->flock);
	spin_unlock(&ctx->lock);
	return 0;
}

SYSCALL_DEFINE2(flock, unsigned int, fd, unsigned int, op)
{
	struct fd f = fdget(fd);
	int err;

	if (!f.file)
		return -EBADF;
	switch (op & ~LOCK_NB) {
	case LOCK_SH:
		err = set_flock(f.file, F_RDLCK, !(op & LOCK_NB));
		break;
	case LOCK_EX:
		err = set_flock(f.file, F_WRLCK, !(op & LOCK_NB));
		break;
	case LOCK_UN:
		err = set_flock(f.file, F_UNLCK, false);
		break;
	default:
		err = -EINVAL;
	}
	fdput(f);
	return err;
}
