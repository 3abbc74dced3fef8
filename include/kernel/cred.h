/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose a thread is and what it may do. A struct cred is never changed once
 * something points to it: a thread that becomes somebody else gets a new one.
 * A thread reads its own without any lock; those of others are read between
 * rcu_read_lock() and rcu_read_unlock().
 */
#ifndef KERNEL_CRED_H
#define KERNEL_CRED_H

#include <kernel/rcupdate.h>
#include <kernel/sched.h>
#include <uapi/capability.h>

#define NGROUPS_MAX	65536

struct group_info {
	u32	usage;			/* atomic */
	u32	ngroups;
	u32	gid[];			/* ascending */
};

/* What all processes of one user have together. */
struct user_struct {
	u32	uid;
	u32	usage;			/* credentials that name it; atomic */
	u32	processes;		/* threads, by real user; atomic, RLIMIT_NPROC */
	u32	sigpending;		/* signals queued; atomic, RLIMIT_SIGPENDING */
	struct user_struct *next;	/* users_lock */
};

struct cred {
	u32	usage;			/* references; atomic */
	u32	uid, gid;		/* real */
	u32	suid, sgid;		/* saved */
	u32	euid, egid;		/* effective */
	u32	fsuid, fsgid;		/* for files */
	u32	securebits;
	u64	cap_inheritable, cap_permitted, cap_effective, cap_bset, cap_ambient;
	struct group_info *group_info;	/* never NULL */
	struct user_struct *user;	/* of uid; never NULL */
	struct rcu_head rcu;
};

extern struct cred init_cred;		/* root, all rights */

static inline const struct cred *current_cred(void)
{
	return current->cred;
}

#define current_uid()	(current_cred()->uid)
#define current_fsuid()	(current_cred()->fsuid)
#define current_fsgid()	(current_cred()->fsgid)

/** task_cred() - those of another thread. Context: rcu_read_lock() */
#define task_cred(p)	rcu_dereference((p)->cred)

static inline const struct cred *get_cred(const struct cred *cred)
{
	__atomic_fetch_add(&((struct cred *)cred)->usage, 1, __ATOMIC_RELAXED);
	return cred;
}

void put_cred(const struct cred *cred);

/** prepare_creds() - a copy of those of this thread, to be changed. Return: NULL when there is no memory */
struct cred *prepare_creds(void);

/** commit_creds() - this thread has @new from now on; takes over the reference */
void commit_creds(struct cred *new);

/** override_creds() - act as @cred for a while; returns what revert_creds() wants. No reference moves */
static inline const struct cred *override_creds(const struct cred *cred)
{
	const struct cred *old = current->cred;

	rcu_assign_pointer(current->cred, cred);
	return old;
}

static inline void revert_creds(const struct cred *old)
{
	rcu_assign_pointer(current->cred, old);
}

/** capable() - whether this thread has the right CAP_... @cap */
static inline bool capable(unsigned int cap)
{
	return current_cred()->cap_effective >> cap & 1;
}

/** in_group_p() - whether @gid is the group for files of this thread, or one of the others it is in */
bool in_group_p(u32 gid);

/** groups_search() - whether @gid is in @groups */
bool groups_search(const struct group_info *groups, u32 gid);

#endif
