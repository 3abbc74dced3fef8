/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initial RAM disk, from the first of these that there is: what the loader
 * wrote into its boot_params, the LoadFile2 protocol that a loader installs on
 * the initrd media device path, the files of initrd=, initrd.img beside the
 * image. Whoever names an initrd gets it, or no boot at all.
 */
#include "stub.h"
#include <asm/page.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define CHUNK_SIZE	SZ_1M		/* more at once fails on some firmware, efi=nochunk helps others */
#define CPIO_ALIGN	4
#define NAME_SIZE	512
#define DEFAULT_NAME	"initrd.img"

static void set_initrd(struct stub *s, u64 pa, u64 size)
{
	struct boot_params *params = &s->handoff->params;

	params->hdr.ramdisk_image = pa;
	params->ext_ramdisk_image = pa >> 32;
	params->hdr.ramdisk_size = size;
	params->ext_ramdisk_size = size >> 32;
}

/* @limit: last address the pages may have */
static efi_status_t allocate(struct stub *s, u64 size, u64 limit)
{
	u64 nr = (size >> PAGE_SHIFT) + !IS_ALIGNED(size, PAGE_SIZE);
	EFI_PHYSICAL_ADDRESS pa = limit;
	efi_status_t err = EFI_OUT_OF_RESOURCES;

	if (nr <= (UINTN)-1)
		err = s->st->BootServices->AllocatePages(AllocateMaxAddress, EfiLoaderData, nr, &pa);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "no memory for an initrd of %llu KiB%s", (unsigned long long)size >> 10,
				 limit == 0xffffffff ? " below 4 GiB" : "");
	s->initrd_pa = pa;
	s->initrd_pages = nr;
	return EFI_SUCCESS;
}

static void *initrd_buffer(struct stub *s)
{
	return (void *)(uintptr_t)s->initrd_pa;
}

/* --- LoadFile2 --- */

/* The device path of initrds (UEFI 10.3.5.3): a vendor media node, then the end */
struct initrd_path {
	efi_device_path_t	vendor;
	u8			guid[sizeof(efi_guid_t)];
	efi_device_path_t	end;
};

static efi_load_file2_t *find_load_file2(struct stub *s, struct initrd_path *path)
{
	efi_guid_t media = INITRD_MEDIA_GUID, load_file2 = LOAD_FILE2_GUID;
	efi_device_path_t *rest = &path->vendor;
	efi_handle_t handle;

	path->vendor = (efi_device_path_t){ MEDIA_DEVICE_PATH, MEDIA_VENDOR_DP,
					    { offsetof(struct initrd_path, end), 0 } };
	memcpy(path->guid, &media, sizeof(media));
	path->end = (efi_device_path_t){ END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
					 { sizeof(efi_device_path_t), 0 } };
	if (EFI_ERROR(s->st->BootServices->LocateDevicePath(&load_file2, &rest, &handle)) ||
	    rest != &path->end)
		return NULL;
	return stub_handle_protocol(s, handle, LOAD_FILE2_GUID);
}

/* Return: EFI_NOT_FOUND when nobody offers an initrd that way */
static efi_status_t from_load_file2(struct stub *s)
{
	struct initrd_path path;
	efi_load_file2_t *loader = find_load_file2(s, &path);
	UINTN size = 0, got;
	efi_status_t err;

	if (!loader)
		return EFI_NOT_FOUND;
	err = loader->LoadFile(loader, &path.end, FALSE, &size, NULL);
	if (err == EFI_NOT_FOUND)
		return err;
	if (err != EFI_BUFFER_TOO_SMALL && EFI_ERROR(err))
		return stub_fail(s, err, "LoadFile2 does not tell the size of the initrd");
	if (!size) {
		stub_warn(s, "LoadFile2: an initrd of 0 bytes, ignored");
		return EFI_SUCCESS;
	}
	err = allocate(s, size, (UINTN)-1);
	if (EFI_ERROR(err))
		return err;
	got = size;
	err = loader->LoadFile(loader, &path.end, FALSE, &got, initrd_buffer(s));
	if (!EFI_ERROR(err) && got > size)
		err = EFI_BAD_BUFFER_SIZE;
	if (EFI_ERROR(err))
		return stub_fail(s, err == EFI_NOT_FOUND ? EFI_LOAD_ERROR : err, "LoadFile2: initrd of %llu bytes", (unsigned long long)size);
	stub_detail(s, "from LoadFile2");
	set_initrd(s, s->initrd_pa, got);
	return EFI_SUCCESS;
}

/* --- files --- */

/* One file of the initrd: open it, tell its size; the message is said already when it fails. */
static efi_status_t open_part(struct stub *s, const char *name, efi_file_t **file, u64 *size)
{
	efi_status_t err = stub_open(s, name, file);

	if (EFI_ERROR(err))
		return stub_fail(s, err, "initrd=%.160s", name);
	err = stub_file_size(*file, size);
	if (!EFI_ERROR(err) && *size >= SZ_4G)
		err = EFI_BAD_BUFFER_SIZE;
	if (!EFI_ERROR(err))
		return EFI_SUCCESS;
	(*file)->Close(*file);
	return stub_fail(s, err, "initrd=%.160s%s", name,
			 err == EFI_UNSUPPORTED ? ": a folder" :
			 err == EFI_BAD_BUFFER_SIZE ? ": 4 GiB or more" : "");
}

static efi_status_t read_part(struct stub *s, const char *name, efi_file_t *file, u64 size, void *buf)
{
	size_t got = size;
	efi_status_t err;

	err = stub_read(file, buf, &got, cmdline_list_has(s->cmdline, "efi", "nochunk") ? got : CHUNK_SIZE);
	if (EFI_ERROR(err) || got != size)
		return stub_fail(s, EFI_ERROR(err) ? err : EFI_END_OF_FILE, "initrd=%.160s: %llu of %llu bytes read",
				 name, (unsigned long long)got, (unsigned long long)size);
	stub_detail(s, "%.160s: %llu bytes", name, (unsigned long long)size);
	return EFI_SUCCESS;
}

/*
 * All parts in order, each at a multiple of four bytes, as cpio archives want
 * it. With @buf NULL only their sizes are added up. @size: in: room, out: bytes.
 */
static efi_status_t walk_parts(struct stub *s, const char *paths, u8 *buf, u64 *size)
{
	u64 room = *size, used = 0, part, at;
	char name[NAME_SIZE];
	efi_file_t *file;
	efi_status_t err;
	int len;

	while ((len = cmdline_next_option(&paths, "initrd", name, sizeof(name))) >= 0) {
		if (len >= (int)sizeof(name))
			return stub_fail(s, EFI_INVALID_PARAMETER, "initrd=%.60s...: a path of %d bytes", name, len);
		err = open_part(s, name, &file, &part);
		if (EFI_ERROR(err))
			return err;
		at = ALIGN(used, CPIO_ALIGN);
		if (buf && (at > room || part > room - at))
			err = stub_fail(s, EFI_BAD_BUFFER_SIZE, "initrd=%.160s grew while it was read", name);
		else if (buf && part)
			err = read_part(s, name, file, part, buf + at);
		else if (!buf && !part)
			stub_warn(s, "initrd=%.160s: empty", name);
		file->Close(file);
		if (EFI_ERROR(err))
			return err;
		if (buf)
			memset(buf + used, 0, at - used);
		used = at + part;
	}
	*size = used;
	return EFI_SUCCESS;
}

static efi_status_t from_files(struct stub *s, const char *paths)
{
	u64 size = 0;
	efi_status_t err = walk_parts(s, paths, NULL, &size);

	if (EFI_ERROR(err) || !size)
		return err;
	/* Disk drivers of many machines cannot reach what lies above (grub2 pull request 30). */
	err = allocate(s, size, 0xffffffff);
	if (EFI_ERROR(err))
		return err;
	err = walk_parts(s, paths, initrd_buffer(s), &size);
	if (!EFI_ERROR(err))
		set_initrd(s, s->initrd_pa, size);
	return err;
}

static bool default_file_exists(struct stub *s)
{
	efi_file_t *file;

	if (EFI_ERROR(stub_open(s, DEFAULT_NAME, &file)))
		return false;
	file->Close(file);
	return true;
}

efi_status_t stub_initrd(struct stub *s)
{
	const struct boot_params *params = &s->handoff->params;
	const char *paths = s->cmdline;
	efi_status_t err;
	char c;

	if (cmdline_find_option_bool(s->cmdline, "noinitrd")) {
		set_initrd(s, 0, 0);
		return EFI_SUCCESS;
	}
	if (params->hdr.ramdisk_size || params->ext_ramdisk_size) {
		stub_detail(s, "from the loader's boot_params");
		return EFI_SUCCESS;
	}
	err = from_load_file2(s);
	if (err != EFI_NOT_FOUND)
		return err;
	if (cmdline_find_option(s->cmdline, "initrd", &c, 1) < 0) {
		if (s->handed || !default_file_exists(s))	/* there, "beside" is the loader's folder */
			return EFI_SUCCESS;
		paths = "initrd=" DEFAULT_NAME;
	}
	return from_files(s, paths);
}
