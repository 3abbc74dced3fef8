// SPDX-License-Identifier: BSD-2-Clause
/*
 * Making threads, and freeing them: a thread cannot free the stack it runs on,
 * so it is put in a list by whoever runs after it, and freed by an idle CPU or
 * by who makes the next thread.
 */
#include <kernel/task.h>
#include <asm/switch_to.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include "internal.h"


struct list_head task_list = { &task_list, &task_list };
struct spinlock tasks_lock;

#define MAX_FREE_STACKS	8

static struct kmem_cache *task_cache;
static void *free_stacks[MAX_FREE_STACKS];	/* of threads that have ended, for the next ones; tasks_lock */
static unsigned int nr_free_stacks;	/* tasks_lock */
static int last_pid;			/* tasks_lock */
static struct task_struct *dead_tasks;	/* by next_dead; atomic */

void task_init(void)
{
	task_cache = kmem_cache_create("task_struct", sizeof(struct task_struct), 0, NULL);
	list_add_tail(&init_task.tasks, &task_list);
}

static bool pid_is_free(int pid)
{
	const struct task_struct *p;

	list_for_each_entry(p, &task_list, tasks)
		if (p->pid == pid)
			return false;
	return true;
}

/* Numbers come back as late as possible. Context: tasks_lock held. */
static int new_pid(void)
{
	do
		last_pid = last_pid < PID_MAX - 1 ? last_pid + 1 : 1;
	while (!pid_is_free(last_pid));
	return last_pid;
}

static void *stack_alloc(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	void *stack = nr_free_stacks ? free_stacks[--nr_free_stacks] : NULL;

	spin_unlock_irqrestore(&tasks_lock, flags);
	return stack ? stack : vmalloc(THREAD_SIZE);
}

static void stack_free(void *stack)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool keep = nr_free_stacks < MAX_FREE_STACKS;

	if (keep)
		free_stacks[nr_free_stacks++] = stack;
	spin_unlock_irqrestore(&tasks_lock, flags);
	if (!keep)
		vfree(stack);
}

struct task_struct *task_alloc(int prio)
{
	struct task_struct *p;
	unsigned long flags;

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
	flags = spin_lock_irqsave(&tasks_lock);
	p->pid = prio == PRIO_IDLE ? 0 : new_pid();
	list_add_tail(&p->tasks, &task_list);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return p;
}

void get_task_struct(struct task_struct *p)
{
	__atomic_add_fetch(&p->usage, 1, __ATOMIC_RELAXED);
}

void put_task_struct(struct task_struct *p)
{
	if (!__atomic_sub_fetch(&p->usage, 1, __ATOMIC_ACQ_REL))
		kmem_cache_free(task_cache, p);
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
	unsigned long flags;

	if (!__atomic_load_n(&dead_tasks, __ATOMIC_RELAXED))
		return;
	for (p = __atomic_exchange_n(&dead_tasks, NULL, __ATOMIC_ACQUIRE); p; p = next) {
		next = p->next_dead;
		flags = spin_lock_irqsave(&tasks_lock);
		list_del(&p->tasks);
		spin_unlock_irqrestore(&tasks_lock, flags);
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
