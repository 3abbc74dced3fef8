/* SPDX-License-Identifier: BSD-2-Clause */
/* What mm/ asks of parts that are not there yet; each goes when the real one comes. */
#include "internal.h"
#include "tlb.h"
#include <asm/tlb.h>

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
