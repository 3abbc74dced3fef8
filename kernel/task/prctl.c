// SPDX-License-Identifier: BSD-2-Clause
/* What a thread may change about itself: prctl(), capabilities, personality(). */
#include <uapi/prctl.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <lib/string.h>
#include <mm/mm.h>
#include "internal.h"

#define DEFAULT_TIMER_SLACK	50000	/* ns */

static long set_name(const char __user *user)
{
	char name[TASK_COMM_LEN] = { 0 };
	long len = strncpy_from_user(name, user, sizeof(name) - 1);

	if (len < 0)
		return len;
	memcpy(current->comm, name, sizeof(name));
	return 0;
}

static long drop_from_bounding_set(unsigned long cap)
{
	struct cred *new;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (cap > CAP_LAST_CAP)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_bset &= ~(1ULL << cap);
	commit_creds(new);
	return 0;
}

/* Each bit has one to its left that locks both. */
static long set_securebits(u32 bits)
{
	u32 locked = (current_cred()->securebits & SECURE_ALL_LOCKS) >> 1;
	struct cred *new;

	if (bits & ~(SECURE_ALL_BITS | SECURE_ALL_LOCKS) || (locked & (current_cred()->securebits ^ bits)) ||
	    (current_cred()->securebits & SECURE_ALL_LOCKS & ~bits) || !capable(CAP_SETPCAP))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->securebits = bits;
	commit_creds(new);
	return 0;
}

static long set_keepcaps(unsigned long keep)
{
	struct cred *new;

	if (keep > 1)
		return -EINVAL;
	if (current_cred()->securebits & SECBIT_KEEP_CAPS << 1)
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->securebits = (new->securebits & ~SECBIT_KEEP_CAPS) | (keep ? SECBIT_KEEP_CAPS : 0);
	commit_creds(new);
	return 0;
}

static long cap_ambient(unsigned long what, unsigned long cap)
{
	const struct cred *old = current_cred();
	struct cred *new;
	u64 bit = 1ULL << (cap & 63);

	if (what == PR_CAP_AMBIENT_CLEAR_ALL ? cap : cap > CAP_LAST_CAP)
		return -EINVAL;
	if (what == PR_CAP_AMBIENT_IS_SET)
		return !!(old->cap_ambient & bit);
	if (what == PR_CAP_AMBIENT_RAISE && (!(old->cap_permitted & old->cap_inheritable & bit)))
		return -EPERM;
	if (what < PR_CAP_AMBIENT_RAISE || what > PR_CAP_AMBIENT_CLEAR_ALL)
		return -EINVAL;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_ambient = what == PR_CAP_AMBIENT_RAISE ? new->cap_ambient | bit :
			   what == PR_CAP_AMBIENT_LOWER ? new->cap_ambient & ~bit : 0;
	commit_creds(new);
	return 0;
}

SYSCALL_DEFINE5(prctl, int, option, unsigned long, arg, unsigned long, arg3, unsigned long, arg4, unsigned long, arg5)
{
	struct task_struct *me = current;

	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg > _NSIG)
			return -EINVAL;
		me->pdeath_signal = arg;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(me->pdeath_signal, (int __user *)arg);
	case PR_GET_DUMPABLE:
		return me->mm->dumpable;
	case PR_SET_DUMPABLE:
		if (arg > 1)
			return -EINVAL;
		me->mm->dumpable = arg;
		return 0;
	case PR_GET_KEEPCAPS:
		return !!(current_cred()->securebits & SECBIT_KEEP_CAPS);
	case PR_SET_KEEPCAPS:
		return set_keepcaps(arg);
	case PR_GET_TIMING:
		return 0;
	case PR_SET_TIMING:
		return arg ? -EINVAL : 0;
	case PR_SET_NAME:
		return set_name((const char __user *)arg);
	case PR_GET_NAME:
		return copy_to_user((char __user *)arg, me->comm, sizeof(me->comm));
	case PR_CAPBSET_READ:
		return arg > CAP_LAST_CAP ? -EINVAL : (long)(current_cred()->cap_bset >> arg & 1);
	case PR_CAPBSET_DROP:
		return drop_from_bounding_set(arg);
	case PR_GET_SECUREBITS:
		return current_cred()->securebits;
	case PR_SET_SECUREBITS:
		return set_securebits(arg);
	case PR_SET_TIMERSLACK:
		me->timer_slack = (long)arg > 0 ? arg : DEFAULT_TIMER_SLACK;
		return 0;
	case PR_GET_TIMERSLACK:
		return me->timer_slack;
	case PR_SET_CHILD_SUBREAPER:
		set_child_subreaper(arg);
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_user(me->signal->is_child_subreaper, (int __user *)arg);
	case PR_SET_NO_NEW_PRIVS:
		if (arg != 1 || arg3 || arg4 || arg5)
			return -EINVAL;
		me->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return arg || arg3 || arg4 || arg5 ? -EINVAL : me->no_new_privs;
	case PR_GET_TID_ADDRESS:
		return put_user((unsigned long)me->clear_child_tid, (unsigned long __user *)arg);
	case PR_CAP_AMBIENT:
		return arg4 || arg5 ? -EINVAL : cap_ambient(arg, arg3);
	default:
		return -EINVAL;
	}
}
SYSCALL_PARTIAL(prctl, "what has to do with names, deaths, rights and timer slack alone");

SYSCALL_DEFINE1(personality, unsigned int, persona)
{
	u32 old = current->personality;

	if (persona != PER_QUERY)
		current->personality = persona;
	return old;
}
SYSCALL_PARTIAL(personality, "of its bits only ADDR_NO_RANDOMIZE does something");

/* ---------------------------------------------------------------- capget(), capset() */

#define CAPABILITY_VERSION_1	0x19980330
#define CAPABILITY_VERSION_2	0x20071026
#define CAPABILITY_VERSION_3	0x20080522

struct cap_header {
	u32	version;
	int	pid;
};

struct cap_data {
	u32	effective, permitted, inheritable;
};

/* Return: how many struct cap_data a program of that version has, or -EINVAL, and it is told ours. */
static int cap_words(struct cap_header __user *header, struct cap_header *h)
{
	if (copy_from_user(h, header, sizeof(*h)))
		return -EFAULT;
	if (h->version == CAPABILITY_VERSION_1)
		return 1;
	if (h->version == CAPABILITY_VERSION_2 || h->version == CAPABILITY_VERSION_3)
		return 2;
	return put_user(CAPABILITY_VERSION_3, (u32 __user *)header) ? -EFAULT : -EINVAL;
}

static int get_caps(int nr, struct cap_data data[2])
{
	struct task_struct *p = nr ? get_task_by_pid(nr) : current;
	const struct cred *cred;

	if (!p)
		return -ESRCH;
	rcu_read_lock();
	cred = task_cred(p);
	data[0] = (struct cap_data){ cred->cap_effective, cred->cap_permitted, cred->cap_inheritable };
	data[1] = (struct cap_data){ cred->cap_effective >> 32, cred->cap_permitted >> 32, cred->cap_inheritable >> 32 };
	rcu_read_unlock();
	if (nr)
		put_task_struct(p);
	return 0;
}

SYSCALL_DEFINE2(capget, struct cap_header __user *, header, struct cap_data __user *, data)
{
	struct cap_data caps[2];
	struct cap_header h;
	int words = cap_words(header, &h), err;

	if (words < 0)		/* with no data it is asked which version there is */
		return words == -EINVAL && !data ? 0 : words;
	if (h.pid < 0)
		return -EINVAL;
	err = get_caps(h.pid, caps);
	if (err || !data)
		return err;
	return copy_to_user(data, caps, words * sizeof(caps[0]));
}

static u64 cap_u64(u32 low, u32 high)
{
	return (low | (u64)high << 32) & CAP_FULL_SET;
}

SYSCALL_DEFINE2(capset, struct cap_header __user *, header, const struct cap_data __user *, data)
{
	const struct cred *old = current_cred();
	struct cap_data d[2] = { 0 };
	struct cap_header h;
	u64 effective, permitted, inheritable;
	int words = cap_words(header, &h);
	struct cred *new;

	if (words < 0)
		return words;
	if (h.pid && h.pid != current->pid)
		return -EPERM;
	if (copy_from_user(d, data, words * sizeof(d[0])))
		return -EFAULT;
	effective = cap_u64(d[0].effective, d[1].effective);
	permitted = cap_u64(d[0].permitted, d[1].permitted);
	inheritable = cap_u64(d[0].inheritable, d[1].inheritable);
	if (permitted & ~old->cap_permitted || effective & ~permitted ||
	    inheritable & ~(old->cap_inheritable | old->cap_bset) ||
	    (inheritable & ~(old->cap_inheritable | old->cap_permitted) && !capable(CAP_SETPCAP)))
		return -EPERM;
	new = prepare_creds();
	if (!new)
		return -ENOMEM;
	new->cap_effective = effective;
	new->cap_permitted = permitted;
	new->cap_inheritable = inheritable;
	new->cap_ambient &= permitted & inheritable;
	commit_creds(new);
	return 0;
}
