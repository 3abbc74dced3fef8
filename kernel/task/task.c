// SPDX-License-Identifier: BSD-2-Clause
/*
 * Making threads, and freeing them: a thread cannot free the stack it runs on,
 * so it is put in a list by whoever runs after it, and freed by an idle CPU or
 * by who makes the next thread.
 */
#include <kernel/task.h>
#include <asm/switch_to.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs_struct.h>
#include <kernel/initmem.h>
#include <kernel/signal_struct.h>
#include <lib/string.h>
#include <mm/kasan.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <kernel/sysinfo.h>
#include "internal.h"

#define MAX_FREE_STACKS	16
#define INIT_THREADS	16		/* that PID 1 may have beside all others */
#define RAM_PER_THREAD	8		/* threads are no more than so many times their stacks fit into RAM */

struct list_head task_list = { &task_list, &task_list };

static struct kmem_cache *task_cache, *signal_cache;
static struct spinlock stacks_lock;
static void *free_stacks[MAX_FREE_STACKS];	/* of threads that have ended, for the next ones; stacks_lock */
static unsigned int nr_free_stacks;	/* stacks_lock */
static struct task_struct *dead_tasks;	/* by next_dead; atomic */
static unsigned int nr_threads, max_threads = 64;	/* all that are not freed; atomic */

/* Of all threads of the kernel's own. */
struct signal_struct init_signals = {
	.usage = 1, .live = 1, .nr_threads = 1,
	.thread_head = { &init_signals.thread_head, &init_signals.thread_head },
	.shared_pending.list = { &init_signals.shared_pending.list, &init_signals.shared_pending.list },
	.wait_chldexit.entries = { &init_signals.wait_chldexit.entries, &init_signals.wait_chldexit.entries },
	.rlim = {
		[RLIMIT_CPU]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_FSIZE]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_DATA]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_STACK]	= { 8 << 20, RLIM_INFINITY },
		[RLIMIT_CORE]	= { 0, RLIM_INFINITY },
		[RLIMIT_RSS]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_NOFILE]	= { 1024, 4096 },
		[RLIMIT_MEMLOCK] = { 8 << 20, 8 << 20 },
		[RLIMIT_AS]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_LOCKS]	= { RLIM_INFINITY, RLIM_INFINITY },
		[RLIMIT_MSGQUEUE] = { 819200, 819200 },
		[RLIMIT_RTTIME]	= { RLIM_INFINITY, RLIM_INFINITY },
	},
};

struct sighand_struct init_sighand = {
	.usage = 1,
};

/* What threads of the kernel have in common; they live as long as the kernel, so nobody counts. */
static void set_kernel_thread(struct task_struct *p)
{
	p->signal = &init_signals;
	p->sighand = &init_sighand;
	p->cred = &init_cred;
	p->fs = &init_fs;
	p->files = &init_files;
	p->group_leader = p;
	p->parent = p->real_parent = &init_task;
	list_init(&p->children);
	init_sigpending(&p->pending);
}

void task_init(void)
{
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), 0, NULL);
	signal_cache = kmem_cache_create("signal_struct", sizeof(struct signal_struct), 0, NULL);
	pid_init();
	set_kernel_thread(&init_task);
	list_add_tail(&init_task.tasks, &task_list);
}

void __init task_set_limits(unsigned long ram_pages)
{
	max_threads = max(ram_pages * PAGE_SIZE / THREAD_SIZE / RAM_PER_THREAD, 64UL);
	max_threads = min(max_threads, PID_MAX / 2u);
	init_signals.rlim[RLIMIT_NPROC] = init_signals.rlim[RLIMIT_SIGPENDING] =
		(struct rlimit){ max_threads / 2, max_threads / 2 };
}

static void *stack_alloc(void)
{
	unsigned long flags = spin_lock_irqsave(&stacks_lock);
	void *stack = nr_free_stacks ? free_stacks[--nr_free_stacks] : NULL;

	spin_unlock_irqrestore(&stacks_lock, flags);
	if (!stack)
		return vmalloc(THREAD_SIZE);
	kasan_unpoison(stack, THREAD_SIZE);	/* the last thread never left its outer functions */
	return stack;
}

static void stack_free(void *stack)
{
	unsigned long flags = spin_lock_irqsave(&stacks_lock);
	bool keep = nr_free_stacks < MAX_FREE_STACKS;

	if (keep)
		free_stacks[nr_free_stacks++] = stack;
	spin_unlock_irqrestore(&stacks_lock, flags);
	if (!keep)
		vfree(stack);
}

unsigned int nr_threads_now(void)
{
	return __atomic_load_n(&nr_threads, __ATOMIC_RELAXED);
}

bool too_many_threads(void)
{
	/* PID 1 can always end what fills the machine, and switch it off: busybox's makes a process for that, or ends itself */
	u32 more = current->tgid == 1 ? INIT_THREADS : 0;

	return __atomic_load_n(&nr_threads, __ATOMIC_RELAXED) >= max_threads + more;
}

struct task_struct *task_alloc(int prio)
{
	struct task_struct *p;

	reap_dead_tasks();
	if (!task_cache)
		return NULL;
	p = kmem_cache_alloc(task_cache, GFP_KERNEL | __GFP_ZERO);
	if (!p)
		return NULL;
	p->stack = stack_alloc();
	if (!p->stack) {
		kmem_cache_free(task_cache, p);
		return NULL;
	}
	p->state = TASK_NEW;
	p->cpu = this_cpu_read(cpu_number);
	p->cpus_allowed = ~0ULL;
	p->usage = 1;
	se_set_class(&p->se, prio, 0);
	arch_thread_init(p);
	__atomic_fetch_add(&nr_threads, 1, __ATOMIC_RELAXED);
	return p;
}

static void free_task_struct(struct task_struct *p)
{
	__atomic_fetch_sub(&nr_threads, 1, __ATOMIC_RELAXED);
	kmem_cache_free(task_cache, p);
}

void task_free(struct task_struct *p)
{
	stack_free(p->stack);
	free_task_struct(p);
}

struct task_struct *kernel_task_alloc(int prio)
{
	struct task_struct *p = task_alloc(prio);
	unsigned long flags;

	if (!p)
		return NULL;
	set_kernel_thread(p);
	if (prio != PRIO_IDLE) {
		p->thread_pid = pid_alloc();
		if (!p->thread_pid) {
			task_free(p);
			return NULL;
		}
	}
	flags = spin_lock_irqsave(&tasks_lock);
	if (p->thread_pid) {
		pid_attach(p->thread_pid, p, 0);
		p->pid = p->tgid = p->thread_pid->nr;
	}
	list_add_tail(&p->tasks, &task_list);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return p;
}

void kernel_task_unlink(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);

	list_del(&p->tasks);
	p->thread_pid->task = NULL;
	pid_release(p->thread_pid);
	spin_unlock_irqrestore(&tasks_lock, flags);
}

/* ---------------------------------------------------------------- what threads of a process share */

struct signal_struct *signal_struct_alloc(const struct signal_struct *parent)
{
	struct signal_struct *sig = kmem_cache_alloc(signal_cache, GFP_KERNEL | __GFP_ZERO);

	if (!sig)
		return NULL;
	sig->usage = 1;
	list_init(&sig->thread_head);
	init_waitqueue_head(&sig->wait_chldexit);
	init_sigpending(&sig->shared_pending);
	list_init(&sig->posix_timers);
	memcpy(sig->rlim, parent->rlim, sizeof(sig->rlim));
	sig->oom_score_adj = parent->oom_score_adj;
	sig->oom_score_adj_min = parent->oom_score_adj_min;
	return sig;
}

void put_signal_struct(struct signal_struct *sig)
{
	if (!__atomic_sub_fetch(&sig->usage, 1, __ATOMIC_ACQ_REL))
		kmem_cache_free(signal_cache, sig);
}

/* ---------------------------------------------------------------- references and the end */

void get_task_struct(struct task_struct *p)
{
	__atomic_add_fetch(&p->usage, 1, __ATOMIC_RELAXED);
}

void put_task_struct(struct task_struct *p)
{
	if (__atomic_sub_fetch(&p->usage, 1, __ATOMIC_ACQ_REL))
		return;
	if (p->signal != &init_signals) {
		put_cred(p->cred);
		put_signal_struct(p->signal);
		put_sighand(p->sighand);
	}
	free_task_struct(p);
}

void task_is_dead(struct task_struct *p)
{
	p->next_dead = __atomic_load_n(&dead_tasks, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&dead_tasks, &p->next_dead, p, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

void reap_dead_tasks(void)
{
	struct task_struct *p, *next;

	if (!__atomic_load_n(&dead_tasks, __ATOMIC_RELAXED))
		return;
	for (p = __atomic_exchange_n(&dead_tasks, NULL, __ATOMIC_ACQUIRE); p; p = next) {
		next = p->next_dead;
		stack_free(p->stack);
		put_task_struct(p);
	}
}

unsigned long task_stack_end(unsigned long sp)
{
	unsigned long start = (unsigned long)current->stack;

	return sp - start < THREAD_SIZE ? start + THREAD_SIZE : 0;
}

bool task_stack_overflow(unsigned long sp)
{
	return (unsigned long)current->stack - sp <= PAGE_SIZE;
}
