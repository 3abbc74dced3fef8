/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of kernel/task/ and by nobody else. */
#ifndef KERNEL_TASK_INTERNAL_H
#define KERNEL_TASK_INTERNAL_H

#include <kernel/pid.h>
#include <kernel/spinlock.h>
#include <kernel/task.h>

struct completion;
struct signal_struct;

/* ---- pid.c */

void pid_init(void);

/** pid_alloc() - one that has no number yet, with one reference; put_pid() frees it as long as it has none. NULL: no memory */
struct pid *pid_alloc(void);

/**
 * pid_attach() - from now on @p is found by number @nr, which is free; 0: by a new one
 * The reference of pid_alloc() is the hash's from here on. Context: tasks_lock
 */
void pid_attach(struct pid *pid, struct task_struct *p, int nr);

/** pid_release() - the number is free if nothing goes by it any more. Context: tasks_lock */
void pid_release(struct pid *pid);

/* join_pgrp(), join_session(), leave_pgrp(), leave_session() - the process @sig is in one at a time. Context: tasks_lock */
void join_pgrp(struct signal_struct *sig, struct pid *pid);
void join_session(struct signal_struct *sig, struct pid *pid);
void leave_pgrp(struct signal_struct *sig);
void leave_session(struct signal_struct *sig);

/* ---- task.c */

/** kernel_task_alloc() - task_alloc() for a thread of the kernel's own, which can be found; kernel_task_unlink(): no longer */
struct task_struct *kernel_task_alloc(int prio);
void kernel_task_unlink(struct task_struct *p);


/** too_many_threads() - whether there are as many as this machine's memory is made to bear */
bool too_many_threads(void);

/** task_free() - one from task_alloc() that nobody has seen */
void task_free(struct task_struct *p);

/** signal_struct_alloc() - for a new process, with what it has from @parent. Return: NULL when there is no memory */
struct signal_struct *signal_struct_alloc(const struct signal_struct *parent);
void put_signal_struct(struct signal_struct *sig);

/* ---- fork.c */

/** complete_vfork_done() - @p no longer uses the memory of the parent that waits in vfork() */
void complete_vfork_done(struct task_struct *p);

/* ---- exit.c */

/**
 * release_task() - @p, which has ended and is EXIT_DEAD, can no longer be found; drops the reference of those who could
 * Context: a thread, no lock held.
 */
void release_task(struct task_struct *p);

/** set_child_subreaper() - orphans below this process become its children rather than those of PID 1 */
void set_child_subreaper(bool on);

/** mm_release() - this thread is about to give up its memory: robust futexes, clear_child_tid, vfork() */
void mm_release(struct task_struct *p);

/** task_set_mm() - this thread has @mm from now on, NULL: none */
struct mm_struct;
void task_set_mm(struct task_struct *me, struct mm_struct *mm);

/** drop_mm() - mmput() of what this thread had, after it went into the books of its process */
void drop_mm(struct mm_struct *mm);

/** get_current_pgrp() - the group of this process, with a reference */
struct pid *get_current_pgrp(void);

/** usage_add() - @sum becomes the sum of both */
struct task_usage;
void usage_add(struct task_usage *sum, const struct task_usage *more);

/* ---- cred.c */

/** copy_creds() - those of a new thread are this one's; -EAGAIN: this user has too many processes. uncopy_creds(): undo */
int copy_creds(struct task_struct *p);
void uncopy_creds(struct task_struct *p);

#endif
