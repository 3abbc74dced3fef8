/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of the volume the image was loaded from, through the firmware's own FAT driver. */
#include "stub.h"
#include <lib/string.h>
#include <lib/utf.h>

#define PATH_MAX_UNITS	256

struct path {
	efi_char16_t	unit[PATH_MAX_UNITS];
	size_t		len;		/* < PATH_MAX_UNITS, without the NUL */
};

/* Append [@s, @end) as UTF-16 with backslashes; false when it does not fit or is no text. */
static bool path_append(struct path *p, const char *s, const char *end)
{
	while (s < end) {
		u32 cp;

		s += utf8_decode(s, end, &cp);
		if (cp < ' ' || cp == UNICODE_REPLACEMENT || p->len + 2 >= PATH_MAX_UNITS)
			return false;
		if (cp > 0xffff) {
			p->unit[p->len++] = 0xd7c0 + (cp >> 10);	/* 0xd800 - (0x10000 >> 10) */
			cp = 0xdc00 | (cp & 0x3ff);
		}
		if (cp == '/')
			cp = '\\';
		p->unit[p->len++] = cp;
	}
	p->unit[p->len] = 0;
	return true;
}

/* "\EFI\BOOT\BOOTX64.EFI" and "cmdline.txt" make "\EFI\BOOT\cmdline.txt"; "/a/b" makes "\a\b" */
static bool path_resolve(struct stub *s, const char *name, struct path *p)
{
	char own[PATH_MAX_UNITS];
	const char *dir = own;

	p->len = 0;
	if (*name != '/' && *name != '\\') {
		stub_file_path(s, own, sizeof(own));
		for (const char *c = own; *c; c++)
			if (*c == '/' || *c == '\\')
				dir = c + 1;
		if (!path_append(p, own, dir))
			return false;
		if (!p->len)
			p->unit[p->len++] = '\\';
	}
	return *name && path_append(p, name, name + strlen(name));
}

/* @mode: as for EFI_FILE_PROTOCOL.Open() (UEFI 13.5) */
static efi_status_t open_mode(struct stub *s, const char *name, efi_file_t **file, u64 mode)
{
	efi_simple_file_system_t *fs;
	struct path path;
	efi_file_t *root;
	efi_status_t err;

	fs = stub_handle_protocol(s, s->loaded->DeviceHandle, SIMPLE_FILE_SYSTEM_GUID);
	if (!fs)
		return EFI_NOT_FOUND;
	if (!path_resolve(s, name, &path))
		return EFI_INVALID_PARAMETER;
	err = fs->OpenVolume(fs, &root);
	if (EFI_ERROR(err))
		return err;
	err = root->Open(root, file, path.unit, mode, 0);
	root->Close(root);
	return err;
}

efi_status_t stub_open(struct stub *s, const char *name, efi_file_t **file)
{
	return open_mode(s, name, file, EFI_FILE_MODE_READ);
}

/* The old one is deleted, as a new one that is shorter would keep its end. */
efi_status_t stub_create(struct stub *s, const char *name, efi_file_t **file)
{
	efi_status_t err = open_mode(s, name, file, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE);
	u64 size;

	if (!EFI_ERROR(err)) {
		err = stub_file_size(*file, &size);
		if (EFI_ERROR(err)) {
			(*file)->Close(*file);
			return err;
		}
		err = (*file)->Delete(*file);		/* closes it, too */
		if (err)
			return EFI_WRITE_PROTECTED;	/* a warning is all it says */
	} else if (err != EFI_NOT_FOUND) {
		return err;
	}
	return open_mode(s, name, file, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE | EFI_FILE_MODE_CREATE);
}

efi_status_t stub_file_size(efi_file_t *file, u64 *size)
{
	u64 buf[(sizeof(EFI_FILE_INFO) + PATH_MAX_UNITS * sizeof(efi_char16_t)) / sizeof(u64) + 1];
	const EFI_FILE_INFO *info = (const EFI_FILE_INFO *)buf;
	efi_guid_t guid = FILE_INFO_GUID;
	UINTN buf_size = sizeof(buf);
	efi_status_t err;

	err = file->GetInfo(file, &guid, &buf_size, buf);
	if (EFI_ERROR(err))
		return err;
	if (info->Attribute & EFI_FILE_DIRECTORY)
		return EFI_UNSUPPORTED;
	*size = info->FileSize;
	return EFI_SUCCESS;
}

efi_status_t stub_read(efi_file_t *file, void *buf, size_t *size, size_t chunk)
{
	size_t room = *size, got = 0;
	efi_status_t err = EFI_SUCCESS;
	UINTN n = 1;

	while (n && got < room) {
		n = min(room - got, chunk);
		err = file->Read(file, &n, (u8 *)buf + got);
		if (!EFI_ERROR(err) && n > room - got)
			err = EFI_DEVICE_ERROR;		/* it wrote more than there is room for */
		if (EFI_ERROR(err))
			break;
		got += n;
	}
	*size = got;
	return err;
}

efi_status_t stub_read_beside(struct stub *s, const char *name, void *buf, size_t *size)
{
	size_t room = *size;
	efi_file_t *file;
	efi_status_t err;
	UINTN n = 1;
	u8 extra;

	*size = 0;
	err = stub_open(s, name, &file);
	if (EFI_ERROR(err))
		return err;
	*size = room;
	err = stub_read(file, buf, size, room);
	if (!EFI_ERROR(err) && *size == room && !EFI_ERROR(file->Read(file, &n, &extra)) && n)
		err = EFI_BUFFER_TOO_SMALL;
	file->Close(file);
	return err;
}
