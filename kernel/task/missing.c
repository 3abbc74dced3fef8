// SPDX-License-Identifier: BSD-2-Clause
/* What signals, futexes and timers ask of parts that are not there yet; each goes when the real one comes. */
#include <kernel/fork.h>
#include <kernel/fs.h>
#include <kernel/panic.h>
#include <kernel/pid.h>
#include <kernel/signal_struct.h>
#include <kernel/task.h>
#include <kernel/uio.h>
#include <mm/mm.h>

#define WEAK __attribute__((weak))

WEAK void do_group_exit(int code)				{ panic("no processes yet"); }
WEAK bool is_current_pgrp_orphaned(void)			{ return false; }
WEAK struct pid *find_pid(int nr)				{ return NULL; }
WEAK struct task_struct *find_task_by_pid(int nr)		{ return NULL; }
WEAK struct task_struct *get_task_by_pid(int nr)		{ return NULL; }
WEAK u64 cycles_to_ns(u64 cycles)				{ return 0; }
WEAK void sched_update_current(void)				{ }
WEAK bool pagefault_out_of_memory(void)				{ return false; }
WEAK loff_t noop_llseek(struct file *f, loff_t o, int w)	{ return 0; }
WEAK int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags) { return -ENOSYS; }
WEAK size_t copy_to_iter(const void *src, size_t n, struct iov_iter *i)	{ return 0; }
WEAK size_t copy_from_iter(void *dst, size_t n, struct iov_iter *i)	{ return 0; }
