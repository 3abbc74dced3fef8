/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 5-level paging can only be switched on with paging off, which in turn needs
 * 32-bit mode and memory below 4 GiB. So: a page of trampoline code and a new
 * top-level table are allocated low while the firmware can, and used last.
 */
#include <asm/la57.h>
#include <asm/pgtable_types.h>
#include <asm/processor.h>
#include "stub.h"
#include <lib/string.h>

#define TRAMPOLINE_PAGES	2

static bool cpu_has_la57(void)
{
	return cpuid_checked(7, 0).ecx & 1u << 16;
}

/* Code the firmware did not load may be mapped without execute permission, see stub_protect(). */
static efi_status_t make_executable(struct stub *s, u64 pa)
{
	efi_memory_attribute_t *attr = stub_locate(s, MEMORY_ATTRIBUTE_GUID);
	efi_status_t err;

	if (!attr)
		return EFI_SUCCESS;
	err = attr->clear(attr, pa, EFI_PAGE_SIZE, EFI_ATTR_XP);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "the firmware does not let the switch of paging levels be executable");
	return EFI_SUCCESS;
}

efi_status_t stub_paging(struct stub *s)
{
	bool now = read_cr4() & X86_CR4_LA57, want = cpu_has_la57() && !s->no_5level;
	EFI_PHYSICAL_ADDRESS pa = 0xffffffff;
	efi_status_t err;

	stub_detail(s, "%d levels now, %d for the kernel", now ? 5 : 4, want ? 5 : 4);
	if (now == want)
		return EFI_SUCCESS;
	err = s->st->BootServices->AllocatePages(AllocateMaxAddress, EfiLoaderCode, TRAMPOLINE_PAGES, &pa);
	if (EFI_ERROR(err)) {
		stub_warn(s, "no memory below 4 GiB for the switch to %d levels: staying at %d",
			  want ? 5 : 4, now ? 5 : 4);
		return EFI_SUCCESS;
	}
	s->paging_pa = pa;
	s->paging_pages = TRAMPOLINE_PAGES;
	return make_executable(s, pa);
}

void stub_enter_kernel(struct stub *s, u64 entry)
{
	if (s->paging_pa)
		la57_toggle((void *)(uintptr_t)s->paging_pa);
	efi_enter_kernel(entry, &s->handoff->params);
}
