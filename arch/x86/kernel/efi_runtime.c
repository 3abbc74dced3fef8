/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The runtime services of the firmware, called through efi_call.S on the page
 * tables built here.
 */
#include "efi_internal.h"
#include <asm/init_64.h>
#include <asm/ptrace.h>
#include <asm/setup.h>
#include <asm/tlb.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>

/* efi_call.S */
u64 __efi_call(u64 fn, u64 a, u64 b, u64 c, u64 d);
extern const char efi_call_faulted[];
extern unsigned long efi_call_stack;		/* its stack pointer while a call is under way, else 0 */

static bool needed_at_runtime(const efi_memory_desc_t *d)
{
	return d->Attribute & EFI_ATTR_RUNTIME || d->Type == EfiBootServicesCode ||
	       d->Type == EfiBootServicesData;
}

/* Identity map of all the firmware may touch; the kernel's own half is shared, for our stack and handlers. */
static int map_runtime(struct pgtable *pt)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr_descs(); i++) {
		const efi_memory_desc_t *d = desc(i);
		u64 prot = PAGE_KERNEL & ~_PAGE_GLOBAL;

		if (!needed_at_runtime(d))
			continue;
		if (d->Type == EfiMemoryMappedIO || d->Type == EfiMemoryMappedIOPortSpace)
			prot |= _PAGE_CACHE_UC;
		/* firmware before UEFI 2.5 runs code from its data, too */
		if (d->Type == EfiRuntimeServicesCode || d->Type == EfiBootServicesCode ||
		    (d->Type == EfiRuntimeServicesData && !(d->Attribute & EFI_ATTR_XP)))
			prot &= ~_PAGE_NX;
		err = pgtable_map(pt, d->PhysicalStart, d->PhysicalStart, desc_bytes(d), prot);
		if (err)
			return err;
	}
	return 0;
}

void efi_runtime_setup(void)
{
	const efi_system_table_t *st;
	const efi_runtime_services_t *rt;

	if (!efi.map)
		return;
	efi.map = memremap(efi.map_pa, efi.map_size);	/* mem= may have cut it from the direct map */
	if (!efi.map || cmdline_find_option_bool(boot_command_line, "noefi"))
		return;
	if (efi.firmware_32bit) {
		printk("efi: runtime services off: the firmware is 32-bit\n");
		return;
	}
	st = memremap(efi.systab_pa, sizeof(*st));
	if (!st || st->Hdr.Signature != EFI_SYSTEM_TABLE_MAGIC) {
		boot_warn(STAGE_EFI_RUNTIME, "no EFI system table at %#llx: runtime services off",
			  (unsigned long long)efi.systab_pa);
		return;
	}
	rt = memremap((u64)(uintptr_t)st->RuntimeServices, sizeof(*rt));
	if (rt)
		efi.reset_system = (u64)(uintptr_t)rt->ResetSystem;
}

/* The tables are built when a service is first wanted: few boots ever want one. */
static bool runtime_ready(void)
{
	struct pgtable pt = kernel_pgtable;

	if (!efi.reset_system || efi.pgd)
		return efi.pgd;
	pt.root = pt.alloc();
	if (!pt.root)
		return false;
	pt.table(pt.root)[PTRS_PER_TABLE - 1] = init_top_pgt[PTRS_PER_TABLE - 1];
	if (map_runtime(&pt)) {
		boot_warn(STAGE_EFI_RUNTIME, "the firmware's map overlaps itself: runtime services off");
		efi.reset_system = 0;
		return false;
	}
	efi.pgd = pt.root;
	return true;
}

phys_addr_t efi_pgtable(void)
{
	return runtime_ready() ? efi.pgd : 0;
}

void efi_reset(EFI_RESET_TYPE type)
{
	if (!runtime_ready())
		return;
	load_pgtable(efi.pgd, PCID_EFI);
	__efi_call(efi.reset_system, type, EFI_SUCCESS, 0, 0);
	load_pgtable(kernel_pgtable.root, PCID_KERNEL);
}

bool efi_fixup_fault(struct pt_regs *regs)
{
	if (!efi_call_stack)
		return false;
	load_pgtable(kernel_pgtable.root, PCID_KERNEL);
	printk("lantern: warning %u %s: the firmware faulted at %#lx: runtime services off\n",
	       STAGE_EFI_RUNTIME, boot_stage_name(STAGE_EFI_RUNTIME), regs->ip);
	efi.reset_system = efi.pgd = 0;
	regs->ip = (unsigned long)efi_call_faulted;
	regs->sp = efi_call_stack;
	return true;
}
