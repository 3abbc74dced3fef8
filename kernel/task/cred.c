// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who a thread is: users, groups and rights, and the calls that change them by
 * Linux's rules: user 0 has all rights, and loses them when it becomes somebody
 * else.
 */
#include <kernel/cred.h>
#include <asm/speculation.h>
#include <asm/uaccess.h>
#include <kernel/preempt.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <lib/err.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include "internal.h"

#define UNCHANGED	(~0u)

static struct user_struct root_user = { .usage = 1 };
static struct user_struct *users = &root_user;	/* users_lock */
static struct spinlock users_lock;

static struct group_info no_groups = { .usage = 1 };

struct cred init_cred = {
	.usage = 1, .cap_permitted = CAP_FULL_SET, .cap_effective = CAP_FULL_SET, .cap_bset = CAP_FULL_SET,
	.group_info = &no_groups, .user = &root_user,
};

/* ---------------------------------------------------------------- users */

static struct user_struct *get_user_struct(struct user_struct *user)
{
	__atomic_fetch_add(&user->usage, 1, __ATOMIC_RELAXED);
	return user;
}

static void put_user_struct(struct user_struct *user)
{
	struct user_struct **at;
	unsigned long flags;

	if (user == &root_user)
		return;
	flags = spin_lock_irqsave(&users_lock);
	if (!__atomic_sub_fetch(&user->usage, 1, __ATOMIC_ACQ_REL)) {
		for (at = &users; *at != user; at = &(*at)->next)
			;
		*at = user->next;
		kfree(user);
	}
	spin_unlock_irqrestore(&users_lock, flags);
}

/* Context: users_lock held. */
static struct user_struct *find_user(u32 uid)
{
	struct user_struct *user = users;

	while (user && user->uid != uid)
		user = user->next;
	return user ? get_user_struct(user) : NULL;
}

static struct user_struct *user_of(u32 uid)
{
	struct user_struct *new = kzalloc(sizeof(*new), GFP_KERNEL), *user;
	unsigned long flags = spin_lock_irqsave(&users_lock);

	user = find_user(uid);
	if (!user && new) {
		new->uid = uid;
		new->usage = 1;
		new->next = users;
		users = user = new;
		new = NULL;
	}
	spin_unlock_irqrestore(&users_lock, flags);
	kfree(new);
	return user;
}

/* ---------------------------------------------------------------- life */

static struct group_info *get_groups(struct group_info *groups)
{
	__atomic_fetch_add(&groups->usage, 1, __ATOMIC_RELAXED);
	return groups;
}

static void put_groups(struct group_info *groups)
{
	if (!__atomic_sub_fetch(&groups->usage, 1, __ATOMIC_ACQ_REL))
		kfree(groups);
}

static void free_cred(struct rcu_head *rcu)
{
	struct cred *cred = container_of(rcu, struct cred, rcu);

	put_groups(cred->group_info);
	put_user_struct(cred->user);
	kfree(cred);
}

void put_cred(const struct cred *cred)
{
	struct cred *c = (struct cred *)cred;

	if (!__atomic_sub_fetch(&c->usage, 1, __ATOMIC_ACQ_REL))
		call_rcu(&c->rcu, free_cred);
}

struct cred *prepare_creds(void)
{
	struct cred *new = kmalloc(sizeof(*new), GFP_KERNEL);

	if (!new)
		return NULL;
	*new = *current_cred();
	new->usage = 1;
	get_groups(new->group_info);
	get_user_struct(new->user);
	return new;
}

/* What others may see of a thread goes away with the identity it had. */
static void hide_from_others(const struct cred *old, const struct cred *new)
{
	if (old->euid == new->euid && old->egid == new->egid && old->fsuid == new->fsuid && old->fsgid == new->fsgid &&
	    !(new->cap_permitted & ~old->cap_permitted))
		return;
	if (current->mm)
		current->mm->dumpable = false;
	current->pdeath_signal = 0;
}

void commit_creds(struct cred *new)
{
	const struct cred *old = current->cred;
	bool other = new->euid != old->euid;

	hide_from_others(old, new);
	if (new->user != old->user) {
		__atomic_fetch_add(&new->user->processes, 1, __ATOMIC_RELAXED);
		__atomic_fetch_sub(&old->user->processes, 1, __ATOMIC_RELAXED);
	}
	rcu_assign_pointer(current->cred, new);
	put_cred(old);
	if (other) {
		preempt_disable();
		speculation_switch(new->euid);
		preempt_enable();
	}
}

int copy_creds(struct task_struct *p)
{
	const struct cred *cred = current_cred();
	u32 nr = __atomic_add_fetch(&cred->user->processes, 1, __ATOMIC_RELAXED);

	p->cred = get_cred(cred);
	if (likely(nr <= rlimit(RLIMIT_NPROC) || cred->user == &root_user || capable(CAP_SYS_RESOURCE) ||
		   capable(CAP_SYS_ADMIN)))
		return 0;
	uncopy_creds(p);
	return -EAGAIN;
}

void uncopy_creds(struct task_struct *p)
{
	__atomic_fetch_sub(&p->cred->user->processes, 1, __ATOMIC_RELAXED);
	put_cred(p->cred);
}

/* ---------------------------------------------------------------- groups */

bool groups_search(const struct group_info *groups, u32 gid)
{
	u32 low = 0, high = groups->ngroups;

	while (low < high) {
		u32 mid = low + (high - low) / 2;

		if (groups->gid[mid] == gid)
			return true;
		if (groups->gid[mid] < gid)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

bool in_group_p(u32 gid)
{
	const struct cred *cred = current_cred();

	return gid == cred->fsgid || groups_search(cred->group_info, gid);
}

/* By heap: a program may have given 65536 of them in any order. */
static void sift_down(u32 *a, u32 at, u32 nr)
{
	for (u32 child; (child = 2 * at + 1) < nr; at = child) {
		u32 v = a[at];

		if (child + 1 < nr && a[child + 1] > a[child])
			child++;
		if (a[child] <= v)
			return;
		a[at] = a[child];
		a[child] = v;
	}
}

static void sort_groups(u32 *a, u32 nr)
{
	for (u32 i = nr / 2; i-- > 0;)
		sift_down(a, i, nr);
	while (nr-- > 1) {
		u32 v = a[0];

		a[0] = a[nr];
		a[nr] = v;
		sift_down(a, 0, nr);
	}
}

SYSCALL_DEFINE2(getgroups, int, size, u32 __user *, list)
{
	const struct group_info *groups = current_cred()->group_info;

	if (size < 0 || (size && size < groups->ngroups))
		return -EINVAL;
	if (size && copy_to_user(list, groups->gid, groups->ngroups * sizeof(u32)))
		return -EFAULT;
	return groups->ngroups;
}

SYSCALL_DEFINE2(setgroups, int, size, const u32 __user *, list)
{
	struct group_info *groups;
	struct cred *new;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	groups = kmalloc(sizeof(*groups) + size * sizeof(u32), GFP_KERNEL);
	if (!groups)
		return -ENOMEM;
	groups->usage = 1;
	groups->ngroups = size;
	if (copy_from_user(groups->gid, list, size * sizeof(u32))) {
		kfree(groups);
		return -EFAULT;
	}
	sort_groups(groups->gid, size);
	new = prepare_creds();
	if (!new) {
		kfree(groups);
		return -ENOMEM;
	}
	put_groups(new->group_info);
	new->group_info = groups;
	commit_creds(new);
	return 0;
}

/* ---------------------------------------------------------------- users and rights */

static bool is_any_root(const struct cred *cred)
{
	return !cred->uid || !cred->euid || !cred->suid;
}

/* capabilities(7), "Effect of user ID changes on capabilities" */
static void fix_capabilities(struct cred *new)
{
	const struct cred *old = current_cred();

	if (new->securebits & SECBIT_NO_SETUID_FIXUP)
		return;
	if (is_any_root(old) && !is_any_root(new)) {
		if (!(new->securebits & SECBIT_KEEP_CAPS))
			new->cap_permitted = new->cap_effective = 0;
		new->cap_ambient = 0;
	}
	if (!old->euid && new->euid)
		new->cap_effective = 0;
	if (old->euid && !new->euid)
		new->cap_effective = new->cap_permitted;
}

/* @new has its numbers; the rest follows from them. Takes over @new. */
static int commit_users(struct cred *new)
{
	struct user_struct *user;

	new->fsuid = new->euid;
	if (new->uid != new->user->uid) {
		user = user_of(new->uid);
		if (!user) {
			put_cred(new);
			return -ENOMEM;
		}
		put_user_struct(new->user);
		new->user = user;
	}
	fix_capabilities(new);
	commit_creds(new);
	return 0;
}

static int commit_group_ids(struct cred *new)
{
	new->fsgid = new->egid;
	commit_creds(new);
	return 0;
}

/* One of the three a thread has, or any number where it may; UNCHANGED is allowed too. */
static bool may_be(u32 id, u32 a, u32 b, u32 c, bool any)
{
	return any || id == UNCHANGED || id == a || id == b || id == c;
}

static bool uid_allowed(u32 uid)
{
	const struct cred *cred = current_cred();

	return may_be(uid, cred->uid, cred->euid, cred->suid, capable(CAP_SETUID));
}

static bool gid_allowed(u32 gid)
{
	const struct cred *cred = current_cred();

	return may_be(gid, cred->gid, cred->egid, cred->sgid, capable(CAP_SETGID));
}

SYSCALL_DEFINE3(setresuid, u32, uid, u32, euid, u32, suid)
{
	struct cred *new;

	if (!uid_allowed(uid) || !uid_allowed(euid) || !uid_allowed(suid))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->uid = uid == UNCHANGED ? new->uid : uid;
	new->euid = euid == UNCHANGED ? new->euid : euid;
	new->suid = suid == UNCHANGED ? new->suid : suid;
	return commit_users(new);
}

SYSCALL_DEFINE3(setresgid, u32, gid, u32, egid, u32, sgid)
{
	struct cred *new;

	if (!gid_allowed(gid) || !gid_allowed(egid) || !gid_allowed(sgid))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->gid = gid == UNCHANGED ? new->gid : gid;
	new->egid = egid == UNCHANGED ? new->egid : egid;
	new->sgid = sgid == UNCHANGED ? new->sgid : sgid;
	return commit_group_ids(new);
}

SYSCALL_DEFINE1(setuid, u32, uid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (uid == UNCHANGED)
		return -EINVAL;
	if (!may_be(uid, old->uid, old->suid, old->uid, capable(CAP_SETUID)))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETUID))
		new->uid = new->suid = uid;
	new->euid = uid;
	return commit_users(new);
}

SYSCALL_DEFINE1(setgid, u32, gid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (gid == UNCHANGED)
		return -EINVAL;
	if (!may_be(gid, old->gid, old->sgid, old->gid, capable(CAP_SETGID)))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	if (capable(CAP_SETGID))
		new->gid = new->sgid = gid;
	new->egid = gid;
	return commit_group_ids(new);
}

SYSCALL_DEFINE2(setreuid, u32, uid, u32, euid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (!may_be(uid, old->uid, old->euid, old->uid, capable(CAP_SETUID)) || !uid_allowed(euid))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->uid = uid == UNCHANGED ? new->uid : uid;
	new->euid = euid == UNCHANGED ? new->euid : euid;
	if (uid != UNCHANGED || (euid != UNCHANGED && euid != old->uid))
		new->suid = new->euid;
	return commit_users(new);
}

SYSCALL_DEFINE2(setregid, u32, gid, u32, egid)
{
	const struct cred *old = current_cred();
	struct cred *new;

	if (!may_be(gid, old->gid, old->egid, old->gid, capable(CAP_SETGID)) || !gid_allowed(egid))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->gid = gid == UNCHANGED ? new->gid : gid;
	new->egid = egid == UNCHANGED ? new->egid : egid;
	if (gid != UNCHANGED || (egid != UNCHANGED && egid != old->gid))
		new->sgid = new->egid;
	return commit_group_ids(new);
}

/* These two tell the old number, whether or not they have changed it. */
SYSCALL_DEFINE1(setfsuid, u32, uid)
{
	const struct cred *old = current_cred();
	u32 before = old->fsuid;
	struct cred *new;

	if (uid == UNCHANGED || (uid != before && !uid_allowed(uid)) || !(new = prepare_creds()))
		return before;
	new->fsuid = uid;
	if (!before && uid)
		new->cap_effective &= ~CAP_FS_SET;
	if (before && !uid)
		new->cap_effective |= new->cap_permitted & CAP_FS_SET;
	commit_creds(new);
	return before;
}

SYSCALL_DEFINE1(setfsgid, u32, gid)
{
	const struct cred *old = current_cred();
	u32 before = old->fsgid;
	struct cred *new;

	if (gid == UNCHANGED || (gid != before && !gid_allowed(gid)) || !(new = prepare_creds()))
		return before;
	new->fsgid = gid;
	commit_creds(new);
	return before;
}

SYSCALL_DEFINE0(getuid)		{ return current_cred()->uid; }
SYSCALL_DEFINE0(geteuid)	{ return current_cred()->euid; }
SYSCALL_DEFINE0(getgid)		{ return current_cred()->gid; }
SYSCALL_DEFINE0(getegid)	{ return current_cred()->egid; }

static int put_three(u32 __user *a, u32 va, u32 __user *b, u32 vb, u32 __user *c, u32 vc)
{
	return put_user(va, a) || put_user(vb, b) || put_user(vc, c) ? -EFAULT : 0;
}

SYSCALL_DEFINE3(getresuid, u32 __user *, uid, u32 __user *, euid, u32 __user *, suid)
{
	const struct cred *cred = current_cred();

	return put_three(uid, cred->uid, euid, cred->euid, suid, cred->suid);
}

SYSCALL_DEFINE3(getresgid, u32 __user *, gid, u32 __user *, egid, u32 __user *, sgid)
{
	const struct cred *cred = current_cred();

	return put_three(gid, cred->gid, egid, cred->egid, sgid, cred->sgid);
}

/* ---------------------------------------------------------------- who may look into whom: ptrace(2) */

bool task_dumpable(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool dumpable = !p->mm || p->mm->dumpable;

	spin_unlock_irqrestore(&tasks_lock, flags);
	return dumpable;
}

/* Whether who has these numbers and rights is who @p is, in all respects. */
static bool is_the_same(struct task_struct *p, u32 uid, u32 gid, u64 caps)
{
	const struct cred *its;
	bool same;

	rcu_read_lock();
	its = task_cred(p);
	same = uid == its->uid && uid == its->euid && uid == its->suid && gid == its->gid && gid == its->egid &&
	       gid == its->sgid && !(its->cap_permitted & ~caps);
	rcu_read_unlock();
	return same;
}

/* What @p was becomes somebody else's together with its memory: the numbers are looked at first. */
static bool may_access(struct task_struct *p, u32 uid, u32 gid, u64 caps)
{
	return p->signal == current->signal || capable(CAP_SYS_PTRACE) ||
	       (is_the_same(p, uid, gid, caps) && task_dumpable(p));
}

bool may_look(struct task_struct *p)
{
	const struct cred *mine = current_cred();

	return may_access(p, mine->fsuid, mine->fsgid, mine->cap_effective);
}

bool may_trace(struct task_struct *p)
{
	const struct cred *mine = current_cred();

	return may_access(p, mine->uid, mine->gid, mine->cap_permitted);
}
