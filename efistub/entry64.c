/* SPDX-License-Identifier: BSD-2-Clause */
/* From the 64-bit entry points to the stub; those of 32-bit firmware are in ia32/. */
#include "stub.h"
#include "../arch/x86/boot/decompress/payload.h"

efi_status_t efi_main(efi_handle_t image, efi_system_table_t *st, u64 tsc, u64 flags, u64 sp)
{
	struct handoff_entry entry = { .tsc = tsc, .flags = flags, .sp = sp };

	return stub_main(image, st, NULL, payload_find(), &entry);
}

void __noreturn efi_handover(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed, u64 tsc)
{
	struct handoff_entry entry = { .tsc = tsc };

	stub_handover(image, st, handed, payload_find(), &entry);
}
