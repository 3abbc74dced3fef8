/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The road through the EFI stub, from the firmware's call to the jump into the
 * kernel. Read top to bottom: every line is a step, named in <boot/stage.h>;
 * the memory map comes last, because nothing may be allocated after it.
 */
#include <asm/processor.h>
#include "stub.h"
#include "../arch/x86/boot/decompress/payload.h"
#include <generated/version.h>
#include <lib/string.h>

/* In reverse order of allocation. Only before ExitBootServices. */
static void release(struct stub *s)
{
	efi_boot_services_t *bs = s->st->BootServices;

	if (s->map_pool)
		bs->FreePool(s->map_pool);
	if (s->paging_pa)
		bs->FreePages(s->paging_pa, s->paging_pages);
	if (s->initrd_pa)
		bs->FreePages(s->initrd_pa, s->initrd_pages);
	stub_unprotect(s);
	if (s->kernel_pa)
		bs->FreePages(s->kernel_pa, s->kernel_pages);
	if (s->handoff)
		bs->FreePages((u64)(uintptr_t)s->handoff, HANDOFF_PAGES);
}

static efi_status_t prepare(struct stub *s)
{
	efi_status_t err;

#define STEP(name, function)				\
	stub_stage(s, STAGE_##name);			\
	err = function(s);				\
	if (EFI_ERROR(err))				\
		return err

#ifdef __i386__
	STEP(CPU_CHECK,		stub_cpu_check);
#endif
	STEP(WATCHDOG,		stub_watchdog_off);
	STEP(LOADED_IMAGE,	stub_loaded_image);
	STEP(COMMAND_LINE,	stub_command_line);
	stub_gdb(s);
	STEP(BOOT_PARAMS,	stub_boot_params);
	STEP(PAYLOAD,		stub_payload);
	STEP(PLACE,		stub_place);
	STEP(DECOMPRESS,	stub_decompress);
	STEP(CHECKSUM,		stub_verify);
	STEP(RELOCATE,		stub_relocate);
	stub_gdb(s);
	STEP(PROTECT,		stub_protect);
	STEP(INITRD,		stub_initrd);
	STEP(GRAPHICS,		stub_graphics);
	STEP(FIRMWARE_TABLES,	stub_firmware_tables);
	STEP(SECURE_BOOT,	stub_secure_boot);
	STEP(RANDOM_SEED,	stub_random_seed);
	STEP(LA57,		stub_paging);
	stub_boot_report(s);
	STEP(MEMORY_MAP,	stub_memory_map);
	STEP(EXIT_BOOT,		stub_exit_boot);
	return EFI_SUCCESS;
#undef STEP
}

static bool system_table_valid(const efi_system_table_t *st)
{
	return st && st->Hdr.Signature == EFI_SYSTEM_TABLE_MAGIC;
}

efi_status_t stub_main(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed,
		       const struct payload_header *payload, const struct handoff_entry *entry)
{
	struct stub stub, *s = &stub;
	efi_status_t err;

	if (!system_table_valid(st))
		return EFI_INVALID_PARAMETER;	/* nobody to print through */
	memset(s, 0, sizeof(*s));
	s->image = image;
	s->st = st;
	s->handed = handed;
	s->entry = entry;
	s->payload = payload;
	stub_printf(s, "Lantern " LANTERN_VERSION " EFI stub\n");
	stub_screen(s);
	stub_stage_at(s, handed ? STAGE_HANDOVER : STAGE_PE_ENTRY, entry->tsc);

	err = prepare(s);
	if (EFI_ERROR(err)) {
		release(s);
		return err;
	}

	/* No firmware from here on, and nothing that can fail. */
	stub_stage(s, STAGE_E820);
	stub_e820(s);
	stub_stage(s, STAGE_ENTER_KERNEL);
	stub_enter_kernel(s, s->kernel_pa + s->payload->entry_offset);
}

/* The loader may have nothing to go back to; the firmware takes over where it started the loader. */
void __noreturn stub_handover(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed,
			      const struct payload_header *payload, const struct handoff_entry *entry)
{
	efi_status_t err = EFI_INVALID_PARAMETER;

	if (handed)
		err = stub_main(image, st, handed, payload, entry);
	if (system_table_valid(st))
		st->BootServices->Exit(image, err, 0, NULL);
	halt_forever();
}
