/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables of the firmware that outlive it, and whether it checks signatures. */
#include "stub.h"

efi_status_t stub_firmware_tables(struct stub *s)
{
	struct boot_params *params = &s->handoff->params;
	void *rsdp = stub_config_table(s, ACPI_20_GUID);
	void *smbios = stub_config_table(s, SMBIOS3_GUID);
	u64 systab = (uintptr_t)s->st;

	if (!rsdp)
		rsdp = stub_config_table(s, ACPI_10_GUID);
	if (!smbios)
		smbios = stub_config_table(s, SMBIOS_GUID);
	params->acpi_rsdp_addr = (uintptr_t)rsdp;
	params->efi_info.efi_loader_signature = sizeof(UINTN) == 8 ? EFI64_LOADER_SIGNATURE : EFI32_LOADER_SIGNATURE;
	params->efi_info.efi_systab = systab;
	params->efi_info.efi_systab_hi = systab >> 32;
	stub_detail(s, "ACPI RSDP at %p, SMBIOS at %p, system table at %p", rsdp, smbios, (void *)s->st);
	if (!rsdp)
		stub_warn(s, "the firmware has no ACPI tables");
	return EFI_SUCCESS;
}

/* One byte of a variable; -1 when it is absent or has another size. */
static int variable_byte(struct stub *s, const efi_char16_t *name, efi_guid_t guid, u32 *attributes)
{
	UINTN size = 1;
	u8 value = 0;

	if (EFI_ERROR(s->st->RuntimeServices->GetVariable((CHAR16 *)name, &guid, attributes, &size, &value)) ||
	    size != 1)
		return -1;
	return value;
}

/* UEFI 32.3: on when SecureBoot is 1 outside setup mode; shim may have switched its checks off (MokSBState). */
bool stub_secure_boot_on(struct stub *s)
{
	u32 attributes = 0;

	if (variable_byte(s, L"SecureBoot", GLOBAL_VARIABLE_GUID, NULL) != 1 ||
	    variable_byte(s, L"SetupMode", GLOBAL_VARIABLE_GUID, NULL) != 0)
		return false;
	return variable_byte(s, L"MokSBState", SHIM_LOCK_GUID, &attributes) != 1 ||
	       attributes & EFI_VARIABLE_NON_VOLATILE;
}

efi_status_t stub_secure_boot(struct stub *s)
{
	bool on = stub_secure_boot_on(s);

	s->handoff->params.secure_boot = on ? SECURE_BOOT_ENABLED : SECURE_BOOT_DISABLED;
	stub_detail(s, "Secure Boot %s", on ? "on" : "off");
	return EFI_SUCCESS;
}
