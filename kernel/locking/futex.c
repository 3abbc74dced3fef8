// SPDX-License-Identifier: BSD-2-Clause
/*
 * Futexes: a thread waits for a word in user memory to change, another changes it
 * and says so. The kernel knows only those who wait, by what the word is: an address
 * in a process, or a place in a file that several have mapped.
 *
 * The value is looked at under the lock that a waker takes, so no change is missed.
 * A waker that finds nobody in the queue takes no lock: who waits counts itself before
 * it looks at the value, and a waker changes the value before it looks at the count.
 */
#include <kernel/futex.h>
#include <asm/uaccess.h>
#include <kernel/alarm.h>
#include <kernel/panic.h>
#include <kernel/posix_clock.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/spinlock.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <lib/err.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <uapi/futex.h>
#include <uapi/time.h>

#define NR_BUCKETS	256

struct futex_key {
	const void	*where;		/* mm_struct, or address_space of the file */
	u64		offset;		/* bytes in it */
};

struct bucket {
	u32			nr_waiters;	/* in queue, and on their way there or out; atomic */
	struct spinlock		lock;
	struct list_head	queue;		/* struct waiter; lock */
};

struct waiter {
	struct list_head	entry;
	struct futex_key	key;
	struct bucket		*bucket;	/* whose queue it is in; that bucket's lock, NULL: it was woken */
	struct task_struct	*task;
	u32			bitset;
};

static struct bucket *buckets;

void futex_init(void)
{
	unsigned int i;

	buckets = kmalloc(NR_BUCKETS * sizeof(*buckets), GFP_KERNEL);
	if (!buckets)
		panic("no memory for futexes");
	for (i = 0; i < NR_BUCKETS; i++) {
		buckets[i].nr_waiters = 0;
		spin_lock_init(&buckets[i].lock);
		list_init(&buckets[i].queue);
	}
}

static struct bucket *bucket_of(const struct futex_key *key)
{
	u64 hash = ((unsigned long)key->where ^ key->offset * 0x9e3779b97f4a7c15) * 0x9e3779b97f4a7c15;

	return &buckets[hash >> 56];
}

static bool same_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->where == b->where && a->offset == b->offset;
}

/*
 * What a word is that another process may have at another address. As if it was written, where that may be: a private
 * page of a file has its copy then, and is the same to who waits now and who writes before he wakes.
 */
static __noinline int shared_key(u32 __user *uaddr, struct futex_key *key)
{
	struct page *page = get_user_page(current->mm, (unsigned long)uaddr, FAULT_WRITE);

	if (page == ERR_PTR(-EFAULT))
		page = get_user_page(current->mm, (unsigned long)uaddr, 0);
	if (IS_ERR(page))
		return PTR_ERR(page);
	if (page->mapping)
		*key = (struct futex_key){ page->mapping,
			(u64)page->index << PAGE_SHIFT | ((unsigned long)uaddr & (PAGE_SIZE - 1)) };
	put_page(page);
	return 0;
}

static __inline_always int get_key(u32 __user *uaddr, bool shared, struct futex_key *key)
{
	if (!IS_ALIGNED((unsigned long)uaddr, sizeof(u32)))
		return -EINVAL;
	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	*key = (struct futex_key){ current->mm, (unsigned long)uaddr };
	return shared ? shared_key(uaddr, key) : 0;
}

static int get_two_keys(u32 __user *uaddr, u32 __user *uaddr2, bool shared, struct futex_key *key, struct futex_key *key2)
{
	int err = get_key(uaddr, shared, key);

	return err ? err : get_key(uaddr2, shared, key2);
}

/* ---------------------------------------------------------------- waking */

/* Context: the bucket's lock. @w may be gone as soon as its bucket is NULL. */
static void wake_waiter(struct waiter *w)
{
	struct task_struct *task = w->task;

	get_task_struct(task);
	list_del(&w->entry);
	__atomic_fetch_sub(&w->bucket->nr_waiters, 1, __ATOMIC_RELAXED);
	__atomic_store_n(&w->bucket, NULL, __ATOMIC_RELEASE);
	wake_up_process(task);
	put_task_struct(task);
}

/* Context: @b->lock. Return: how many were woken. */
static int wake_matching(struct bucket *b, const struct futex_key *key, int nr, u32 bitset)
{
	struct list_head *node, *next;
	int n = 0;

	for (node = b->queue.next; node != &b->queue && n < nr; node = next) {
		struct waiter *w = container_of(node, struct waiter, entry);

		next = node->next;
		if (same_key(&w->key, key) && w->bitset & bitset) {
			wake_waiter(w);
			n++;
		}
	}
	return n;
}

static __noinline int wake_bucket(struct bucket *b, const struct futex_key *key, int nr, u32 bitset)
{
	int n;

	spin_lock(&b->lock);
	n = wake_matching(b, key, nr, bitset);
	spin_unlock(&b->lock);
	return n;
}

static int futex_wake(u32 __user *uaddr, bool shared, int nr, u32 bitset)
{
	struct futex_key key;
	struct bucket *b;
	int err = get_key(uaddr, shared, &key);

	if (err)
		return err;
	if (!bitset)
		return -EINVAL;
	b = bucket_of(&key);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!__atomic_load_n(&b->nr_waiters, __ATOMIC_RELAXED))
		return 0;
	return wake_bucket(b, &key, max(nr, 1), bitset);
}

int futex_wake_user(u32 __user *uaddr, bool shared, int nr)
{
	return futex_wake(uaddr, shared, nr, FUTEX_BITSET_MATCH_ANY);
}

/* Two buckets, in the order of their addresses. */
static void lock_two(struct bucket *a, struct bucket *b)
{
	spin_lock(a < b ? &a->lock : &b->lock);
	if (a != b)
		spin_lock_nested(a < b ? &b->lock : &a->lock);
}

static void unlock_two(struct bucket *a, struct bucket *b)
{
	spin_unlock(&a->lock);
	if (a != b)
		spin_unlock(&b->lock);
}

/* Context: both locks. Return: how many were moved. */
static int requeue(struct bucket *from, struct bucket *to, const struct futex_key *key, const struct futex_key *new, int nr)
{
	struct list_head *node, *next;
	int n = 0;

	for (node = from->queue.next; node != &from->queue && n < nr; node = next) {
		struct waiter *w = container_of(node, struct waiter, entry);

		next = node->next;
		if (!same_key(&w->key, key))
			continue;
		n++;
		w->key = *new;
		if (from == to)
			continue;
		list_del(&w->entry);
		list_add_tail(&w->entry, &to->queue);
		__atomic_fetch_add(&to->nr_waiters, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&from->nr_waiters, 1, __ATOMIC_RELAXED);
		w->bucket = to;
	}
	return n;
}

static int futex_requeue(u32 __user *uaddr, u32 __user *uaddr2, bool shared, int nr_wake, int nr_requeue,
			 const u32 *expected)
{
	struct futex_key key, key2;
	struct bucket *b, *b2;
	u32 value;
	int err, n;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	err = get_two_keys(uaddr, uaddr2, shared, &key, &key2);
	if (err)
		return err;
	b = bucket_of(&key);
	b2 = bucket_of(&key2);
	for (;;) {
		lock_two(b, b2);
		if (!expected || !get_user(value, uaddr))	/* no page is made with the locks held */
			break;
		unlock_two(b, b2);
		if (get_user(value, uaddr))
			return -EFAULT;
	}
	if (expected && value != *expected) {
		n = -EAGAIN;
	} else {
		n = wake_matching(b, &key, nr_wake, FUTEX_BITSET_MATCH_ANY);
		n += requeue(b, b2, &key, &key2, nr_requeue);
	}
	unlock_two(b, b2);
	return n;
}

/* ---------------------------------------------------------------- FUTEX_WAKE_OP */

#define OP_FIELD(op, shift)	((op) >> (shift) & 0xf)
#define OP_ARG_SHIFTS		8	/* of the operation: its argument is a number of bits */

static int sign_extend12(u32 v)
{
	return (int)(v << 20) >> 20;
}

static u32 apply_op(unsigned int op, u32 old, int arg)
{
	switch (op & 7) {
	case 0:	return arg;
	case 1:	return old + arg;
	case 2:	return old | arg;
	case 3:	return old & ~arg;
	default: return old ^ arg;
	}
}

static bool compare_op(unsigned int cmp, int old, int arg)
{
	switch (cmp) {
	case 0:	return old == arg;
	case 1:	return old != arg;
	case 2:	return old < arg;
	case 3:	return old <= arg;
	case 4:	return old > arg;
	default: return old >= arg;
	}
}

/* Change the word and say whether it was as @op wants it. Context: may not sleep; 0, 1 or -EFAULT */
static int change_word(u32 __user *uaddr, u32 op)
{
	unsigned int what = OP_FIELD(op, 28), cmp = OP_FIELD(op, 24);
	int arg = sign_extend12(op >> 12 & 0xfff), cmparg = sign_extend12(op & 0xfff);
	u32 old, seen;

	if (what & OP_ARG_SHIFTS)
		arg = 1u << (arg & 31);
	if (get_user(old, uaddr))
		return -EFAULT;
	for (;;) {
		if (futex_cmpxchg_user(uaddr, old, apply_op(what, old, arg), &seen))
			return -EFAULT;
		if (seen == old)
			return compare_op(cmp, old, cmparg);
		old = seen;
	}
}

static int futex_wake_op(u32 __user *uaddr, u32 __user *uaddr2, bool shared, int nr, int nr2, u32 op)
{
	struct futex_key key, key2;
	struct bucket *b, *b2;
	int err, n;

	if ((OP_FIELD(op, 28) & 7) > 4 || OP_FIELD(op, 24) > 5)
		return -ENOSYS;
	err = get_two_keys(uaddr, uaddr2, shared, &key, &key2);
	if (err)
		return err;
	b = bucket_of(&key);
	b2 = bucket_of(&key2);
	for (;;) {
		struct page *page;

		lock_two(b, b2);
		err = change_word(uaddr2, op);
		if (err >= 0)
			break;
		unlock_two(b, b2);
		page = get_user_page(current->mm, (unsigned long)uaddr2, FAULT_WRITE);
		if (IS_ERR(page))
			return PTR_ERR(page);
		put_page(page);
	}
	n = wake_matching(b, &key, nr, FUTEX_BITSET_MATCH_ANY);
	if (err)
		n += wake_matching(b2, &key2, nr2, FUTEX_BITSET_MATCH_ANY);
	unlock_two(b, b2);
	return n;
}

/* ---------------------------------------------------------------- waiting */

/* Be in the queue if the word is still @value. Return: 0, -EAGAIN: it is not, -EFAULT */
static int queue_up(struct waiter *w, u32 __user *uaddr, u32 value)
{
	struct bucket *b = bucket_of(&w->key);
	u32 now;

	__atomic_fetch_add(&b->nr_waiters, 1, __ATOMIC_SEQ_CST);
	for (;;) {
		int err;

		spin_lock(&b->lock);
		err = get_user(now, uaddr);	/* no page is made with the lock held */
		if (!err && now == value)
			break;
		spin_unlock(&b->lock);
		if (!err || get_user(now, uaddr)) {
			__atomic_fetch_sub(&b->nr_waiters, 1, __ATOMIC_RELAXED);
			return err ? -EFAULT : -EAGAIN;
		}
	}
	w->bucket = b;
	list_add_tail(&w->entry, &b->queue);
	set_current_state(TASK_INTERRUPTIBLE);
	spin_unlock(&b->lock);
	return 0;
}

/* Out of the queue. Return: whether it was woken already. */
static bool leave_queue(struct waiter *w)
{
	struct bucket *b;

	while ((b = __atomic_load_n(&w->bucket, __ATOMIC_ACQUIRE))) {
		spin_lock(&b->lock);
		if (w->bucket == b) {
			list_del(&w->entry);
			__atomic_fetch_sub(&b->nr_waiters, 1, __ATOMIC_RELAXED);
			spin_unlock(&b->lock);
			return false;
		}
		spin_unlock(&b->lock);	/* it was moved to another queue, or woken */
	}
	return true;
}

/* @expires: of ktime_get(), of the date if @date, or NEVER. */
static int futex_wait(u32 __user *uaddr, bool shared, u32 value, u64 expires, bool date, u32 bitset)
{
	const struct timed_clock clock = { .kind = date ? CLOCK_KIND_DATE : CLOCK_KIND_TIME };
	struct waiter w = { .task = current, .bitset = bitset };
	int err;

	if (!bitset)
		return -EINVAL;
	for (;;) {
		err = get_key(uaddr, shared, &w.key);
		if (!err)
			err = queue_up(&w, uaddr, value);
		if (err)
			return err;
		if (__atomic_load_n(&w.bucket, __ATOMIC_ACQUIRE) && !signal_pending(current)) {
			if (expires == NEVER)
				schedule();
			else if (timed_clock_read(&clock) < expires)
				schedule_until(&clock, expires);
		}
		set_current_state(TASK_RUNNING);
		if (leave_queue(&w))
			return 0;
		if (expires != NEVER && timed_clock_read(&clock) >= expires)
			return -ETIMEDOUT;
		if (signal_pending(current))
			return -ERESTARTSYS;
	}
}

/* restart_block.arg[1] */
#define FUTEX_IS_SHARED	1u
#define FUTEX_BY_DATE	2u

static long futex_wait_restart(struct restart_block *r)
{
	bool shared = r->arg[1] & FUTEX_IS_SHARED, date = r->arg[1] & FUTEX_BY_DATE;

	return futex_wait((u32 __user *)r->arg[0], shared, r->arg[2], r->expires, date, r->arg[3]);
}

static long futex_wait_call(u32 __user *uaddr, bool shared, u32 value, u64 expires, bool date, u32 bitset)
{
	long err = futex_wait(uaddr, shared, value, expires, date, bitset);

	if (err != -ERESTARTSYS || expires == NEVER)
		return err;
	current->restart = (struct restart_block){
		futex_wait_restart, expires,
		{ (unsigned long)uaddr, (shared ? FUTEX_IS_SHARED : 0) | (date ? FUTEX_BY_DATE : 0), value, bitset },
	};
	return -ERESTART_RESTARTBLOCK;
}

/* When it is over. @relative: FUTEX_WAIT counts from now, the others name a time. */
static int get_expiry(const struct timespec_user __user *uts, bool relative, u64 *expires)
{
	u64 ns;
	int err;

	*expires = NEVER;
	if (!uts)
		return 0;
	err = get_timespec(&ns, uts);
	if (err)
		return err;
	*expires = min(relative ? ns + ktime_get() : ns, ~0ULL >> 1);
	return 0;
}

static long do_futex_wait(u32 __user *uaddr, int op, u32 val, const struct timespec_user __user *uts, u32 bitset)
{
	bool relative = (op & 127) == FUTEX_WAIT, date = !relative && op & FUTEX_CLOCK_REALTIME;
	u64 expires;
	int err = get_expiry(uts, relative, &expires);

	return err ? err : futex_wait_call(uaddr, !(op & FUTEX_PRIVATE_FLAG), val, expires, date, bitset);
}

SYSCALL_DEFINE6(futex, u32 __user *, uaddr, int, op, u32, val, unsigned long, arg, u32 __user *, uaddr2, u32, val3)
{
	bool shared = !(op & FUTEX_PRIVATE_FLAG);
	int cmd = op & ~(FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME);

	if (op & FUTEX_CLOCK_REALTIME && cmd != FUTEX_WAIT_BITSET && cmd != FUTEX_WAIT)
		return -ENOSYS;
	switch (cmd) {
	case FUTEX_WAKE:
		return futex_wake(uaddr, shared, val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT:
		return do_futex_wait(uaddr, op, val, (void *)arg, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return do_futex_wait(uaddr, op, val, (void *)arg, val3);
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, shared, val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, uaddr2, shared, val, arg, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, uaddr2, shared, val, arg, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, uaddr2, shared, val, arg, val3);
	default:
		return -ENOSYS;
	}
}
SYSCALL_PARTIAL(futex, "priority inheritance (the _PI operations)");

/* ---------------------------------------------------------------- locks of a thread that ends */

/*
 * A lock this thread has: say that its owner died, and let one go on who waits. @pending: it was about to take it or to
 * let go of it; if it has let go, perhaps nobody was told. Return: whether to go on.
 */
static bool release_robust(u32 __user *uaddr, bool pending)
{
	u32 value, seen;

	if (!IS_ALIGNED((unsigned long)uaddr, sizeof(u32)) || get_user(value, uaddr))
		return false;
	for (;;) {
		if ((value & FUTEX_TID_MASK) != (u32)current->pid) {
			if (pending && !(value & FUTEX_TID_MASK))
				futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
			return true;
		}
		if (futex_cmpxchg_user(uaddr, value, (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED, &seen))
			return false;
		if (seen == value)
			break;
		value = seen;
	}
	if (value & FUTEX_WAITERS)
		futex_wake(uaddr, true, 1, FUTEX_BITSET_MATCH_ANY);
	return true;
}

/* Of a list, whose parts may lie at any address. */
static int get_word(unsigned long *word, unsigned long addr)
{
	return get_user(*word, (unsigned long __user *)addr);
}

void exit_robust_list(void)
{
	unsigned long head = (unsigned long)current->robust_list, entry, pending, next, offset;
	unsigned int limit = ROBUST_LIST_LIMIT;

	if (!head || get_word(&entry, head) ||		/* list.next */
	    get_word(&offset, head + offsetof(struct robust_list_head, futex_offset)) ||
	    get_word(&pending, head + offsetof(struct robust_list_head, list_op_pending)))
		return;
	/* bit 0 marks locks with priority inheritance; a list without an end ends at the limit */
	for (; entry != head && limit--; entry = next) {
		if (get_word(&next, entry & ~1UL))
			return;
		if (entry != pending && !release_robust((u32 __user *)((entry & ~1UL) + offset), false))
			return;
	}
	if (pending)
		release_robust((u32 __user *)((pending & ~1UL) + offset), true);
}

SYSCALL_DEFINE2(set_robust_list, void __user *, head, size_t, size)
{
	if (size != sizeof(struct robust_list_head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

SYSCALL_DEFINE3(get_robust_list, int, pid, unsigned long __user *, head, size_t __user *, size)
{
	struct task_struct *p = get_task_by_pid(pid ? pid : current->pid);
	unsigned long list;
	bool may;

	if (!p)
		return -ESRCH;
	may = may_trace(p);
	list = (unsigned long)p->robust_list;
	put_task_struct(p);
	if (!may)
		return -EPERM;
	return put_user(sizeof(struct robust_list_head), size) || put_user(list, head) ? -EFAULT : 0;
}
