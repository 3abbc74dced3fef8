/* SPDX-License-Identifier: BSD-2-Clause */
/* The heap between BSS and stack: a mark that moves up, and back down to release. */
#include "setup.h"

extern char _end[];

static char *heap_top, *heap_limit;

void init_heap(void)
{
	u32 stack = (u32)(unsigned long)__builtin_frame_address(0);
	u32 limit = stack > SETUP_STACK_SIZE ? stack - SETUP_STACK_SIZE : 0;

	/* heap_end_ptr is where the heap ends, less 0x200 (boot.rst); without it the stack says */
	if (boot_params.hdr.loadflags & CAN_USE_HEAP)
		limit = min(limit, boot_params.hdr.heap_end_ptr + 0x200u);
	heap_top = _end;
	heap_limit = (char *)(unsigned long)limit;
}

void *heap_mark(void)
{
	return heap_top;
}

void heap_release(void *mark)
{
	heap_top = mark;
}

void *heap_alloc(u16 size)
{
	char *p = heap_top;

	size = ALIGN(size, 4);
	if (p > heap_limit || heap_limit - p < size)
		return NULL;
	heap_top = p + size;
	return p;
}
