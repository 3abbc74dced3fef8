// SPDX-License-Identifier: BSD-2-Clause
/*
 * Numbers: see <kernel/pid.h>. They are in a hash from the moment they are given
 * out until no thread, group and session goes by them any more, and come back as
 * late as possible.
 */
#include <kernel/pid.h>
#include <kernel/signal_struct.h>
#include <mm/slab.h>
#include <kernel/sysinfo.h>
#include "internal.h"

#define HASH_SIZE	512		/* a power of two */

struct spinlock tasks_lock;

static struct pid *hash[HASH_SIZE];	/* tasks_lock */
static u64 nr_given;			/* numbers given out so far; tasks_lock */
static int last_pid = 1;		/* 1 is asked for by name; tasks_lock */
static struct kmem_cache *pid_cache;

void pid_init(void)
{
	pid_cache = kmem_cache_create("pid", sizeof(struct pid), 0, NULL);
}

struct pid *get_pid(struct pid *pid)
{
	if (pid)
		__atomic_fetch_add(&pid->count, 1, __ATOMIC_RELAXED);
	return pid;
}

void put_pid(struct pid *pid)
{
	if (pid && !__atomic_sub_fetch(&pid->count, 1, __ATOMIC_ACQ_REL))
		kmem_cache_free(pid_cache, pid);
}

struct pid *find_pid(int nr)
{
	struct pid *pid = hash[(unsigned int)nr % HASH_SIZE];

	while (pid && pid->nr != nr)
		pid = pid->hash_next;
	return pid;
}

struct pid *find_get_pid(int nr)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct pid *pid = get_pid(find_pid(nr));

	spin_unlock_irqrestore(&tasks_lock, flags);
	return pid;
}

struct task_struct *find_task_by_pid(int nr)
{
	struct pid *pid = find_pid(nr);

	return pid ? pid->task : NULL;
}

struct task_struct *get_task_by_pid(int nr)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *p = find_task_by_pid(nr);

	if (p)
		get_task_struct(p);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return p;
}

struct pid *pid_alloc(void)
{
	struct pid *pid = kmem_cache_alloc(pid_cache, GFP_KERNEL);

	if (!pid)
		return NULL;
	pid->count = 1;
	pid->nr = 0;
	pid->task = NULL;
	list_init(&pid->pgrp);
	list_init(&pid->session);
	return pid;
}

static int new_number(void)
{
	do
		last_pid = last_pid < PID_MAX - 1 ? last_pid + 1 : 2;
	while (find_pid(last_pid));
	nr_given++;
	return last_pid;
}

void pid_attach(struct pid *pid, struct task_struct *p, int nr)
{
	struct pid **bucket;

	pid->nr = nr ? nr : new_number();
	pid->task = p;
	bucket = &hash[(unsigned int)pid->nr % HASH_SIZE];
	pid->hash_next = *bucket;
	*bucket = pid;
}

void pid_release(struct pid *pid)
{
	struct pid **at = &hash[(unsigned int)pid->nr % HASH_SIZE];

	if (pid->task || !list_empty(&pid->pgrp) || !list_empty(&pid->session))
		return;
	while (*at != pid)
		at = &(*at)->hash_next;
	*at = pid->hash_next;
	put_pid(pid);
}

void join_pgrp(struct signal_struct *sig, struct pid *pid)
{
	sig->pgrp = pid;
	list_add_tail(&sig->pgrp_node, &pid->pgrp);
}

void join_session(struct signal_struct *sig, struct pid *pid)
{
	sig->session = pid;
	list_add_tail(&sig->session_node, &pid->session);
}

void leave_pgrp(struct signal_struct *sig)
{
	list_del(&sig->pgrp_node);
	pid_release(sig->pgrp);
}

void leave_session(struct signal_struct *sig)
{
	list_del(&sig->session_node);
	pid_release(sig->session);
}

u64 total_forks(void)
{
	return __atomic_load_n(&nr_given, __ATOMIC_RELAXED);
}

int last_pid_now(void)
{
	return __atomic_load_n(&last_pid, __ATOMIC_RELAXED);
}
