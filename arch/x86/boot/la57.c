/* SPDX-License-Identifier: BSD-2-Clause */
/* Both doors into the kernel switch paging levels here: the EFI stub and the loader. */
#include <asm/la57.h>
#include <asm/pgtable_types.h>
#include <asm/processor.h>
#include <lib/string.h>

extern const char la57_trampoline[], la57_trampoline_end[];

void la57_toggle(void *low)
{
	u64 *top = (u64 *)((u8 *)low + PAGE_SIZE);
	u64 *old = (u64 *)(read_cr3() & PTE_PFN_MASK);
	void (*trampoline)(void *base, u64 cr3) = low;

	memcpy(low, la57_trampoline, la57_trampoline_end - la57_trampoline);
	memset(top, 0, PAGE_SIZE);
	if (read_cr4() & X86_CR4_LA57)
		memcpy(top, (const void *)(old[0] & PTE_PFN_MASK), PAGE_SIZE);
	else
		top[0] = (unsigned long)old | _KERNPG_TABLE;
	__asm__ volatile("cli");
	trampoline(low, (unsigned long)top);
}
