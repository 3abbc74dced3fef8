/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of memory for programs: nothing can be written back or thrown away here, so
 * the largest process has to go. Its own pages are taken at once, whatever it is
 * doing; the rest comes back when it has ended. Meanwhile nobody else is killed,
 * and who wants memory waits and tries again.
 */
#include "internal.h"
#include "mmap.h"
#include "tlb.h"
#include <kernel/panic.h>
#include <kernel/pid.h>
#include <kernel/printk.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <mm/fail_nth.h>
#include <mm/vmalloc.h>

#define WAIT_NS		1000000ULL		/* before the next try */
#define PATIENCE_NS	5000000000ULL		/* a victim that has not ended by then is not waited for */
#define OOM_SCORE_ADJ_MIN	(-1000)		/* never killed */

static DEFINE_MUTEX(oom_lock);
static struct mm_struct *victim_mm;		/* of the last one, kept by mmgrab(); oom_lock */
static u64 victim_since;			/* ktime_get(); oom_lock */

struct mm_struct *get_task_mm(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct mm_struct *mm = p->mm;

	if (mm && !mmget_not_zero(mm))
		mm = NULL;
	spin_unlock_irqrestore(&tasks_lock, flags);
	return mm;
}

/* The memory of a process, also of one whose first thread has ended. tasks_lock held */
static struct mm_struct *mm_of_process(struct task_struct *leader)
{
	struct task_struct *t;

	for_each_thread(leader, t)
		if (t->mm)
			return t->mm;
	return NULL;
}

/* How much would come back, in pages, and what was said of it by oom_score_adj. <= 0: not this one */
static long badness(struct task_struct *leader)
{
	long adj = leader->signal->oom_score_adj;
	const struct mm_struct *mm;

	if (leader->pid == 1 || adj == OOM_SCORE_ADJ_MIN)
		return 0;
	mm = mm_of_process(leader);
	if (!mm || mm->oom_reaped)
		return 0;
	return max((long)(get_mm_rss(mm) + (mm->pgtables_bytes >> PAGE_SHIFT)) + adj * (long)(totalram_pages() / 1000), 1L);
}

/* With a reference to it, and to its mm in victim_mm; NULL: there is nobody. */
static struct task_struct *choose_victim(void)
{
	struct task_struct *p, *victim = NULL;
	unsigned long flags;
	long most = 0, points;

	flags = spin_lock_irqsave(&tasks_lock);
	for_each_process(p) {
		points = badness(p);
		if (points > most) {
			most = points;
			victim = p;
		}
	}
	if (victim) {
		get_task_struct(victim);
		victim_mm = mm_of_process(victim);
		mmgrab(victim_mm);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return victim;
}

/* What no fault may make anew: else the victim would read zeros where its data was. */
static void reap(struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	struct mmu_gather tlb;

	if (!mmget_not_zero(mm))
		return;
	if (down_read_trylock(&mm->mmap_lock)) {
		__atomic_store_n(&mm->oom_reaped, true, __ATOMIC_RELEASE);
		for_each_vma(mm, vma) {
			if (vma->vm_flags & (VM_SHARED | VM_PFNMAP) || !vma->anon)
				continue;
			tlb_gather(&tlb, mm, false);
			zap_range(&tlb, vma, vma->vm_start, vma->vm_end);
			tlb_finish(&tlb);
		}
		mmap_read_unlock(mm);
	}
	mmput(mm);
}

static void kill_victim(struct task_struct *p)
{
	printk("out of memory: killed process %d (%s), which has %lu KiB of %lu KiB\n", p->pid, p->comm,
	       get_mm_rss(victim_mm) << (PAGE_SHIFT - 10), totalram_pages() << (PAGE_SHIFT - 10));
	send_sig_info(SIGKILL, SEND_SIG_PRIV, p, true);
	victim_since = ktime_get();
	reap(victim_mm);
}

/* Whether the last victim is still on its way out. */
static bool victim_is_ending(void)
{
	if (!victim_mm)
		return false;
	if (__atomic_load_n(&victim_mm->mm_users, __ATOMIC_ACQUIRE) && ktime_get() - victim_since < PATIENCE_NS)
		return true;
	mmdrop(victim_mm);
	victim_mm = NULL;
	return false;
}

static void make_room(void)
{
	struct task_struct *victim;

	if (victim_is_ending())
		return;
	if (vmalloc_lazy_pages()) {	/* free, but for a flush: stacks of many that have ended */
		vm_flush();
		return;
	}
	victim = choose_victim();
	if (victim) {
		kill_victim(victim);
		put_task_struct(victim);
	} else if (current->tgid == 1) {
		panic("out of memory, and nothing but PID 1 is left");
	} else {
		send_sig_info(SIGKILL, SEND_SIG_PRIV, current, true);
	}
}

bool pagefault_out_of_memory(void)
{
	if (fatal_signal_pending(current))
		return false;
	if (fail_nth_is_why())
		return true;
	if (mutex_trylock(&oom_lock)) {
		make_room();
		mutex_unlock(&oom_lock);
	}
	if (fatal_signal_pending(current))
		return false;
	set_current_state(TASK_KILLABLE);
	schedule_timeout(WAIT_NS);
	return !fatal_signal_pending(current);
}
