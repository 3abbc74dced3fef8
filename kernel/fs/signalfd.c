// SPDX-License-Identifier: BSD-2-Clause
/* A file from which signals are read that would otherwise be handled: those of its mask, of who reads. */
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <mm/slab.h>

struct signalfd_siginfo {
	u32	signo;
	s32	err, code;
	u32	pid, uid;
	s32	fd;
	u32	tid, band, overrun, trapno;
	s32	status, sival;
	u64	ptr, utime, stime, addr;
	u8	pad[48];
};

static_assert(sizeof(struct signalfd_siginfo) == 128, "struct signalfd_siginfo of the ABI");

struct signalfd {
	struct list_head	entry;		/* in signalfds; its lock */
	u64			mask;		/* atomic */
	struct wait_queue_head	wq;
};

/*
 * All there are: whose signals one of them gives depends on who reads, so each signal
 * in its mask may be news. signalfds_lock is inner to siglocks, outer to the queues'.
 */
struct list_head signalfds = { &signalfds, &signalfds };
static struct spinlock signalfds_lock;

static const struct file_operations signalfd_fops;

static u64 mask_of(const struct signalfd *s)
{
	return __atomic_load_n(&s->mask, __ATOMIC_RELAXED);
}

void __signalfd_notify(int sig)
{
	struct signalfd *s;

	spin_lock(&signalfds_lock);
	list_for_each_entry(s, &signalfds, entry)
		if (mask_of(s) & sigmask(sig))
			wake_up_all(&s->wq);
	spin_unlock(&signalfds_lock);
}

static bool has_some(u64 mask)
{
	return (__atomic_load_n(&current->pending.signal, __ATOMIC_RELAXED) |
		__atomic_load_n(&current->signal->shared_pending.signal, __ATOMIC_RELAXED)) & mask;
}

static int take(u64 mask, struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&current->sighand->siglock);
	int sig = dequeue_signal(mask, info);

	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return sig;
}

static struct signalfd_siginfo convert(const struct siginfo *info)
{
	struct signalfd_siginfo s = { .signo = info->si_signo, .err = info->si_errno, .code = info->si_code };

	if (info->si_signo == SIGCHLD && info->si_code > 0 && info->si_code < SI_KERNEL) {
		s.pid = info->sigchld.pid;
		s.uid = info->sigchld.uid;
		s.status = info->sigchld.status;
		s.utime = info->sigchld.utime;
		s.stime = info->sigchld.stime;
	} else if (info->si_code == SI_TIMER) {
		s.tid = info->timer.tid;
		s.overrun = info->timer.overrun;
		s.ptr = (unsigned long)info->timer.sigval.sival_ptr;
		s.sival = info->timer.sigval.sival_int;
	} else if (info->si_code <= 0) {
		s.pid = info->rt.pid;
		s.uid = info->rt.uid;
		s.ptr = (unsigned long)info->rt.sigval.sival_ptr;
		s.sival = info->rt.sigval.sival_int;
	} else {
		s.addr = (unsigned long)info->sigfault.addr;
	}
	return s;
}

static ssize_t signalfd_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct signalfd *sfd = file->private_data;
	struct signalfd_siginfo s;
	struct siginfo info;
	ssize_t n = 0;

	if (iov_iter_count(to) < sizeof(s))
		return -EINVAL;
	while (iov_iter_count(to) >= sizeof(s)) {
		if (!take(mask_of(sfd), &info)) {
			if (n || file->f_flags & O_NONBLOCK)
				return n ? n : -EAGAIN;
			if (wait_event_interruptible(&sfd->wq, has_some(mask_of(sfd))))
				return -ERESTARTSYS;
			continue;
		}
		s = convert(&info);
		if (copy_to_iter(&s, sizeof(s), to) != sizeof(s))
			return n ? n : -EFAULT;
		n += sizeof(s);
	}
	return n;
}

static u32 signalfd_poll(struct file *file, struct poll_table *pt)
{
	struct signalfd *s = file->private_data;

	poll_wait(file, &s->wq, pt);
	return has_some(mask_of(s)) ? EPOLLIN : 0;
}

static void list_signalfd(struct signalfd *s, bool in)
{
	unsigned long flags = spin_lock_irqsave(&signalfds_lock);

	if (in)
		list_add_tail(&s->entry, &signalfds);
	else
		list_del(&s->entry);
	spin_unlock_irqrestore(&signalfds_lock, flags);
}

static void signalfd_release(struct inode *inode, struct file *file)
{
	list_signalfd(file->private_data, false);
	kfree(file->private_data);
}

static const struct file_operations signalfd_fops = {
	.read_iter = signalfd_read, .poll = signalfd_poll, .release = signalfd_release, .llseek = noop_llseek,
};

static int change_mask(int fd, u64 mask)
{
	struct fd f = fdget(fd);
	int err = f.file ? 0 : -EBADF;

	if (f.file && f.file->f_op != &signalfd_fops)
		err = -EINVAL;
	if (!err) {
		struct signalfd *s = f.file->private_data;

		__atomic_store_n(&s->mask, mask, __ATOMIC_RELAXED);
		wake_up_all(&s->wq);
	}
	fdput(f);
	return err ? err : fd;
}

static long create(u64 mask, int flags)
{
	struct signalfd *s = kzalloc(sizeof(*s), GFP_KERNEL);
	long fd;

	if (!s)
		return -ENOMEM;
	s->mask = mask;
	init_waitqueue_head(&s->wq);
	list_signalfd(s, true);
	fd = anon_inode_getfd("anon_inode:[signalfd]", &signalfd_fops, s, O_RDWR | flags);
	if (fd < 0) {
		list_signalfd(s, false);
		kfree(s);
	}
	return fd;
}

static long signalfd(int fd, const sigset_t __user *uset, size_t size, int flags)
{
	sigset_t set;

	if (size != sizeof(set) || flags & ~(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	if (get_user(set, uset))
		return -EFAULT;
	set &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	if (fd != -1)
		return change_mask(fd, set);
	return create(set, flags);
}

SYSCALL_DEFINE4(signalfd4, int, fd, const sigset_t __user *, uset, size_t, size, int, flags)
{
	return signalfd(fd, uset, size, flags);
}

SYSCALL_DEFINE3(signalfd, int, fd, const sigset_t __user *, uset, size_t, size)
{
	return signalfd(fd, uset, size, 0);
}
