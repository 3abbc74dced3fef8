/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot loader that uses the 64-bit EFI handover protocol (boot.rst), and can
 * do it wrong. \handover.txt holds one line: tricks, "--", the command line.
 *
 *   noheader   boot_params without a setup header
 *   null       no boot_params at all
 *   sentinel   boot_params whose first half was not cleared
 *   long       a command line of 5000 bytes
 *   nocmdline  no command line
 *   high       the protected-mode part lies above 4 GiB
 *   twoinits   an initrd in boot_params while initrd= names another
 */
#include <boot/bootparam.h>
#include <boot/efi.h>
#include <efilib.h>

#define MAX_PAGES(size)	(((size) + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE)
#define ABOVE_4GIB	0x140000000

static void stop(CHAR16 *what, EFI_STATUS status)
{
	Print(L"handover: %s: %r\n", what, status);
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
}

static u8 *read_file(EFI_HANDLE device, CHAR16 *name, UINTN *size)
{
	EFI_GUID fs_guid = SIMPLE_FILE_SYSTEM_GUID;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_PROTOCOL *root, *file;
	EFI_STATUS status;
	u8 *data;

	status = BS->HandleProtocol(device, &fs_guid, (void **)&fs);
	if (!EFI_ERROR(status))
		status = fs->OpenVolume(fs, &root);
	if (!EFI_ERROR(status))
		status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
	*size = 4 << 20;
	if (!EFI_ERROR(status))
		status = BS->AllocatePool(EfiLoaderData, *size, (void **)&data);
	if (!EFI_ERROR(status))
		status = file->Read(file, size, data);
	if (EFI_ERROR(status))
		stop(name, status);
	data[*size] = 0;
	return data;
}

static bool has_word(const char *line, const char *word)
{
	while (*line) {
		const char *w = word;

		while (*line && *line == *w)
			line++, w++;
		if (!*w && (*line == ' ' || !*line))
			return true;
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			line++;
	}
	return false;
}

static void *pages(EFI_ALLOCATE_TYPE type, EFI_PHYSICAL_ADDRESS at, UINTN size)
{
	EFI_STATUS status = BS->AllocatePages(type, EfiLoaderCode, MAX_PAGES(size), &at);

	if (EFI_ERROR(status))
		stop(L"AllocatePages", status);
	return (void *)at;
}

static void hand_over(EFI_HANDLE self, const u8 *file, UINTN size, const char *tricks, const char *cmdline)
{
	const struct setup_header *hdr = (const void *)(file + SETUP_HEADER_OFFSET);
	UINTN setup_size = 512 * (1 + hdr->setup_sects), i;
	bool high = has_word(tricks, "high");
	u8 *pm = pages(high ? AllocateAddress : AllocateAnyPages, high ? ABOVE_4GIB : 0, hdr->init_size);
	struct boot_params *params = pages(AllocateMaxAddress, 0xffffffff, sizeof(*params));
	char *line = pages(AllocateMaxAddress, 0xffffffff, 8192);
	void (*entry)(EFI_HANDLE, EFI_SYSTEM_TABLE *, struct boot_params *) =
		(void *)(pm + hdr->handover_offset + 0x200);

	CopyMem(pm, file + setup_size, size - setup_size);
	ZeroMem(params, sizeof(*params));
	ZeroMem(line, 8192);
	if (has_word(tricks, "sentinel"))
		SetMem(params, SETUP_HEADER_OFFSET, 0xa5);
	if (!has_word(tricks, "noheader"))
		CopyMem(&params->hdr, (void *)hdr, 0x202 + file[0x201] - SETUP_HEADER_OFFSET);
	params->hdr.type_of_loader = 0xff;
	params->hdr.code32_start = (UINTN)pm;
	for (i = 0; cmdline[i]; i++)
		line[i] = cmdline[i];
	if (has_word(tricks, "long"))
		for (line[i++] = ' '; i < 5000; i++)
			line[i] = 'x';
	if (!has_word(tricks, "nocmdline"))
		params->hdr.cmd_line_ptr = (UINTN)line;
	if (has_word(tricks, "twoinits")) {
		params->hdr.ramdisk_image = (UINTN)pages(AllocateMaxAddress, 0xffffffff, EFI_PAGE_SIZE);
		params->hdr.ramdisk_size = 1234;
		SetMem((void *)(UINTN)params->hdr.ramdisk_image, 1234, 0x5a);
	}
	Print(L"handover: %a at 0x%lx\n", tricks, (u64)(UINTN)pm);
	/* the ABI of the entry is not that of EFI */
	__asm__ volatile("call *%3" : : "D"(self), "S"(ST), "d"(has_word(tricks, "null") ? NULL : params), "r"(entry)
			 : "memory", "rax", "rcx", "r8", "r9", "r10", "r11");
	stop(L"came back", EFI_ABORTED);
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	EFI_GUID loaded_image_guid = LOADED_IMAGE_GUID;
	EFI_LOADED_IMAGE *self;
	EFI_STATUS status;
	UINTN size, script_size;
	char *tricks, *cmdline;
	u8 *file;

	InitializeLib(handle, systab);
	status = BS->HandleProtocol(handle, &loaded_image_guid, (void **)&self);
	if (EFI_ERROR(status))
		stop(L"own image", status);
	file = read_file(self->DeviceHandle, L"\\lantern.efi", &size);
	tricks = (char *)read_file(self->DeviceHandle, L"\\handover.txt", &script_size);
	for (cmdline = tricks; *cmdline && (cmdline[0] != '-' || cmdline[1] != '-'); cmdline++)
		;
	if (*cmdline) {
		*cmdline = 0;
		cmdline += cmdline[2] == ' ' ? 3 : 2;
	}
	for (char *c = cmdline; *c; c++)
		if (*c == '\n' || *c == '\r')
			*c = 0;
	hand_over(handle, file, size, tricks, cmdline);
	return EFI_ABORTED;
}
