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

WEAK bool pagefault_out_of_memory(void)				{ return false; }
WEAK loff_t noop_llseek(struct file *f, loff_t o, int w)	{ return 0; }
WEAK int anon_inode_getfd(const char *name, const struct file_operations *fops, void *priv, int flags) { return -ENOSYS; }
WEAK size_t copy_to_iter(const void *src, size_t n, struct iov_iter *i)	{ return 0; }
WEAK size_t copy_from_iter(void *dst, size_t n, struct iov_iter *i)	{ return 0; }
