/* SPDX-License-Identifier: BSD-2-Clause */
/* Small questions to the firmware: who are we, which protocols and tables are there. */
#include "stub.h"
#include <lib/string.h>
#include <lib/utf.h>

efi_status_t stub_watchdog_off(struct stub *s)
{
	efi_status_t err = s->st->BootServices->SetWatchdogTimer(0, 0, 0, NULL);

	if (EFI_ERROR(err))		/* many machines have none: not our problem */
		stub_detail(s, "no watchdog timer (%#llx)", (unsigned long long)err);
	return EFI_SUCCESS;
}

void *stub_handle_protocol(struct stub *s, efi_handle_t handle, efi_guid_t guid)
{
	void *p = NULL;

	if (!handle || EFI_ERROR(s->st->BootServices->HandleProtocol(handle, &guid, &p)))
		return NULL;
	return p;
}

void *stub_locate(struct stub *s, efi_guid_t guid)
{
	void *p = NULL;

	if (EFI_ERROR(s->st->BootServices->LocateProtocol(&guid, NULL, &p)))
		return NULL;
	return p;
}

void *stub_config_table(struct stub *s, efi_guid_t guid)
{
	efi_config_table_t *table = s->st->ConfigurationTable;
	size_t i;

	for (i = 0; table && i < s->st->NumberOfTableEntries; i++)
		if (!memcmp(&table[i].VendorGuid, &guid, sizeof(guid)))
			return table[i].VendorTable;
	return NULL;
}

efi_status_t stub_loaded_image(struct stub *s)
{
	s->loaded = stub_handle_protocol(s, s->image, LOADED_IMAGE_GUID);
	if (!s->loaded)
		return stub_fail(s, EFI_UNSUPPORTED, "the firmware does not know our image handle");
	stub_detail(s, "image at %p, %llu bytes, %u bytes of load options", s->loaded->ImageBase,
		    (unsigned long long)s->loaded->ImageSize, s->loaded->LoadOptionsSize);
	return EFI_SUCCESS;
}

/*
 * FilePath is a device path of file path nodes (UEFI 10.3.5.4), each with a
 * piece of the name; it is NULL when a loader started us from memory.
 */
void stub_file_path(struct stub *s, char *path, size_t size)
{
	const efi_device_path_t *node = s->loaded->FilePath;
	size_t len = 0, left = 32;	/* nobody nests deeper; a broken path must end */

	path[0] = 0;
	for (; node && left; left--) {
		unsigned int node_len = node->Length[0] | node->Length[1] << 8;

		if ((node->Type & 0x7f) == END_DEVICE_PATH_TYPE || node_len < sizeof(*node))
			return;
		if ((node->Type & 0x7f) == MEDIA_DEVICE_PATH && node->SubType == MEDIA_FILEPATH_DP) {
			if (len && len + 1 < size && path[len - 1] != '\\')
				path[len++] = '\\';
			len += utf16_to_utf8(node + 1, (node_len - sizeof(*node)) / 2,
					     path + len, size - len, NULL);
		}
		node = (const void *)((const u8 *)node + node_len);
	}
}
