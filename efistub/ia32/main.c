/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the 32-bit stub does in its own way: it asks for a 64-bit CPU first, and
 * goes to long mode last, on page tables it made room for while it could. The
 * kernel starts with 4 levels.
 */
#include <asm/pgtable_types.h>
#include <asm/processor.h>
#include "../stub.h"
#include <lib/cmdline.h>
#include <lib/string.h>

#define CPUID_EXT_FEATURES	0x80000001
#define CPUID_EXT_EDX_LM	(1u << 29)

/* One table each of levels 4 and 3, four of level 2: 4 GiB in pages of 2 MiB */
#define NR_TABLES		6

/* called from and calling assembly */
#define __cdecl		__attribute__((regparm(0)))

void __noreturn __cdecl stub32_enter_kernel(u32 top_table, u32 entry, struct boot_params *params);
efi_status_t __cdecl stub32_main(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed,
				 const struct payload_header *payload);

static bool cpu_has_cpuid(void)
{
	u32 before, after;

	__asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl; pushfl; popl %1; pushl %0; popfl"
			 : "=&r"(before), "=&r"(after) : "i"(X86_EFLAGS_ID));
	return (before ^ after) & X86_EFLAGS_ID;
}

/* A CPU with long mode has SSE2; the decompressor uses it, and not every firmware turned it on (SDM 3A 13.1.1). */
efi_status_t stub_cpu_check(struct stub *s)
{
	if (!cpu_has_cpuid() || !(cpuid_checked(CPUID_EXT_FEATURES, 0).edx & CPUID_EXT_EDX_LM))
		return stub_fail(s, EFI_UNSUPPORTED, "this CPU has no 64-bit mode (long mode)");
	write_cr4(read_cr4() | X86_CR4_OSFXSR);
	return EFI_SUCCESS;
}

void stub_gdb(struct stub *s)
{
	if (cmdline_find_option_bool(s->cmdline, "gdb"))
		stub_warn(s, "gdb: not from 32-bit firmware");
}

efi_status_t stub_paging(struct stub *s)
{
	EFI_PHYSICAL_ADDRESS pa = (UINTN)-1;
	u64 *table;
	efi_status_t err;
	unsigned int i;

	err = s->st->BootServices->AllocatePages(AllocateMaxAddress, EfiLoaderData, NR_TABLES, &pa);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "no memory for page tables");
	s->paging_pa = pa;
	s->paging_pages = NR_TABLES;

	table = (u64 *)(uintptr_t)pa;
	memset(table, 0, NR_TABLES * PAGE_SIZE);
	table[0] = (pa + PAGE_SIZE) | _KERNPG_TABLE;
	for (i = 0; i < 4; i++)
		table[PTRS_PER_TABLE + i] = (pa + (2 + i) * PAGE_SIZE) | _KERNPG_TABLE;
	for (i = 0; i < 4 * PTRS_PER_TABLE; i++)
		table[2 * PTRS_PER_TABLE + i] = (u64)i * PMD_SIZE | _KERNPG_TABLE | _PAGE_PSE;
	stub_detail(s, "32-bit firmware, 4 levels for the kernel");
	return EFI_SUCCESS;
}

void stub_enter_kernel(struct stub *s, u64 entry)
{
	stub32_enter_kernel(s->paging_pa, entry, &s->handoff->params);
}

efi_status_t __cdecl stub32_main(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed,
				 const struct payload_header *payload)
{
	struct handoff_entry entry = { .tsc = rdtsc() };

	if (handed)
		stub_handover(image, st, handed, payload, &entry);
	return stub_main(image, st, NULL, payload, &entry);
}
