/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A 32-bit EFI program that starts \lantern.efi the way 32-bit firmware and boot
 * loaders with support for mixed mode do: load the 64-bit image, find the entry
 * for our CPU type in its .compat section, call it with the image's handle. The
 * firmware of Debian's ovmf-ia32 is built without a driver that does so itself.
 */
#include <efi.h>
#include <efilib.h>

struct compat_entry {
	UINT8	version, size;
	UINT16	machine;
	UINT32	rva;
};

static UINT32 read32(const UINT8 *p)
{
	return p[0] | p[1] << 8 | p[2] << 16 | (UINT32)p[3] << 24;
}

static UINT32 find_compat_rva(const UINT8 *image)
{
	const UINT8 *pe = image + read32(image + 0x3c);
	const UINT8 *section = pe + 24 + (pe[20] | pe[21] << 8);
	UINTN i, nr_sections = pe[6] | pe[7] << 8;

	for (i = 0; i < nr_sections; i++, section += 40) {
		const struct compat_entry *entry = (const void *)(image + read32(section + 12));

		if (CompareMem(section, ".compat", 8))
			continue;
		for (; entry->version; entry = (const void *)((const UINT8 *)entry + entry->size))
			if (entry->machine == 0x14c)
				return entry->rva;
	}
	return 0;
}

static void stop(CHAR16 *what, EFI_STATUS status)
{
	Print(L"compat: %s: %r\n", what, status);
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	static CHAR16 options[512];
	EFI_GUID loaded_image_guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *self, *image;
	EFI_HANDLE child = NULL;
	EFI_STATUS status;
	EFI_STATUS (*entry)(EFI_HANDLE, EFI_SYSTEM_TABLE *);
	UINT32 rva;

	InitializeLib(handle, systab);
	status = BS->HandleProtocol(handle, &loaded_image_guid, (void **)&self);
	if (EFI_ERROR(status))
		stop(L"own image", status);
	status = BS->LoadImage(FALSE, handle, FileDevicePath(self->DeviceHandle, L"\\lantern.efi"), NULL, 0, &child);
	if (EFI_ERROR(status))
		stop(L"LoadImage", status);
	status = BS->HandleProtocol(child, &loaded_image_guid, (void **)&image);
	if (EFI_ERROR(status))
		stop(L"image", status);
	rva = find_compat_rva(image->ImageBase);
	Print(L"compat: loaded at 0x%x, entry at +0x%x\n", (UINT32)image->ImageBase, rva);
	if (!rva)
		stop(L"no .compat entry for 32-bit CPUs", EFI_UNSUPPORTED);
	/* what the firmware passed to us, if anything, goes on to the kernel */
	if (self->LoadOptionsSize && self->LoadOptionsSize < sizeof(options)) {
		CopyMem(options, self->LoadOptions, self->LoadOptionsSize);
		image->LoadOptions = options;
		image->LoadOptionsSize = self->LoadOptionsSize;
	}
	entry = (void *)((UINT8 *)image->ImageBase + rva);
	status = entry(child, systab);
	stop(L"the entry returned", status);
	return status;
}
