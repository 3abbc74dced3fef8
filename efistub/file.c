/* SPDX-License-Identifier: BSD-2-Clause */
/* Small files from the volume the image was loaded from, through the firmware's own FAT driver. */
#include "stub.h"
#include <lib/string.h>

#define PATH_MAX_UNITS	256

/* "\EFI\BOOT\BOOTX64.EFI" and "cmdline.txt" make "\EFI\BOOT\cmdline.txt" */
static bool path_beside(struct stub *s, const char *name, efi_char16_t *out)
{
	char path[PATH_MAX_UNITS];
	size_t i, dir = 0, n = 0;

	stub_file_path(s, path, sizeof(path));
	for (i = 0; path[i]; i++) {
		if ((u8)path[i] >= 0x80)
			return false;	/* our own folders are ASCII; no guessing */
		if (path[i] == '/')
			path[i] = '\\';
		if (path[i] == '\\')
			dir = i + 1;
	}
	if (!dir)
		out[n++] = '\\';
	for (i = 0; i < dir; i++)
		out[n++] = path[i];
	for (; *name && n < PATH_MAX_UNITS - 1; name++)
		out[n++] = *name;
	out[n] = 0;
	return !*name;
}

static efi_status_t open_beside(struct stub *s, const char *name, efi_file_t **file)
{
	efi_simple_file_system_t *fs;
	efi_char16_t path[PATH_MAX_UNITS];
	efi_file_t *root;
	efi_status_t err;

	fs = stub_handle_protocol(s, s->loaded->DeviceHandle, SIMPLE_FILE_SYSTEM_GUID);
	if (!fs || !path_beside(s, name, path))
		return EFI_NOT_FOUND;
	err = fs->OpenVolume(fs, &root);
	if (EFI_ERROR(err))
		return err;
	err = root->Open(root, file, path, EFI_FILE_MODE_READ, 0);
	root->Close(root);
	return err;
}

efi_status_t stub_read_beside(struct stub *s, const char *name, void *buf, size_t *size)
{
	size_t room = *size, got = 0;
	efi_file_t *file;
	efi_status_t err;
	UINTN n;
	u8 extra;

	*size = 0;
	err = open_beside(s, name, &file);
	if (EFI_ERROR(err))
		return err;
	do {
		n = room - got;
		err = file->Read(file, &n, (u8 *)buf + got);
		if (EFI_ERROR(err) || n > room - got)
			break;
		got += n;
	} while (n && got < room);
	n = 1;
	if (!EFI_ERROR(err) && got == room && !EFI_ERROR(file->Read(file, &n, &extra)) && n)
		err = EFI_BUFFER_TOO_SMALL;
	file->Close(file);
	*size = got;
	return err;
}
