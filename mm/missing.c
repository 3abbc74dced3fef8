/* SPDX-License-Identifier: BSD-2-Clause */
/* What mm/ asks of parts that are not there yet; each goes when the real one comes. */
#include "internal.h"
#include "tlb.h"
#include <asm/tlb.h>
#include <kernel/fs.h>

__attribute__((weak)) void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	flush_tlb_kernel();
}

__attribute__((weak)) void flush_tlb_mm(struct mm_struct *mm)
{
	flush_tlb_kernel();
}

__attribute__((weak)) void leave_mm(struct mm_struct *mm)
{
}

struct file *__fget(unsigned int fd, u32 no_mode);

__attribute__((weak)) struct file *__fget(unsigned int fd, u32 no_mode)
{
	return NULL;
}

__attribute__((weak)) void __fput(struct file *file)
{
}
