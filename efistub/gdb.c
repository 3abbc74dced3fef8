/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * "gdb" on the command line: tell a debugger where things are. The stub calls a
 * lone RET at a fixed low address, where tests/tools/lantern-gdb.py has set a
 * hardware breakpoint before the firmware even started, with the addresses in
 * registers. No breakpoint, no effect.
 */
#include <boot/gdb.h>
#include "stub.h"
#include <lib/cmdline.h>

void stub_gdb(struct stub *s)
{
	EFI_PHYSICAL_ADDRESS page = GDB_HOOK_ADDRESS;
	u64 magic = GDB_HOOK_MAGIC;

	if (!cmdline_find_option_bool(s->cmdline, "gdb"))
		return;
	if (EFI_ERROR(s->st->BootServices->AllocatePages(AllocateAddress, EfiLoaderCode, 1, &page))) {
		stub_warn(s, "gdb: the page at %#x is taken, the debugger will not know our addresses",
			  GDB_HOOK_ADDRESS);
		return;
	}
	*(volatile u8 *)(uintptr_t)page = 0xc3;		/* ret */
	__asm__ volatile("call *%0"
			 : : "r"(page), "a"(magic), "D"(s->loaded->ImageBase), "S"(s->kernel_pa),
			     "d"(s->kernel_va) : "memory");
	s->st->BootServices->FreePages(page, 1);
}
