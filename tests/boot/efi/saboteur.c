/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's bad days. Booted in place of Lantern, this program reads
 * \saboteur.txt and, for each line, starts \lantern.efi from the same volume
 * after it has spoilt the file, its LoadedImage, the memory or a boot service
 * in the way the line says. When Lantern returns, it prints the status and how
 * much memory is missing, and goes on with the next line; when Lantern boots,
 * that was the last line. In the end it switches the machine off.
 *
 * A line holds tricks, and after " -- " the command line Lantern is to get:
 *
 *   flip=OFFSET  set=OFFSET:HEX  truncate=SIZE       the file, before LoadImage
 *   high                                             loaded above 4 GiB
 *   opts=plain|garbage|64k|odd|unterminated|empty|null|dell|name|surrogate|lone
 *   nofilepath  nodevice                             NULL in LoadedImage
 *   hog  hog=KIB                                     only scraps of memory left, or one run of KIB
 *   map=none|empty|fail|many|stride|wrap|image       GetMemoryMap; image: what Lantern lies in is the firmware's
 *   entry=stack|flags                                Lantern called with its stack off by 8, or with DF set;
 *                                                    it must not return
 *   crc                                              of the system table wrong, from ExitBootServices on
 *   ebs=N                                            ExitBootServices refused N times
 *   rng=ok|busy|fail  memattr                        protocols installed
 *   reset                                            ResetSystem points nowhere
 *   rt=SERVICE:HOW                                   a runtime service replaced: HOW is ud, gp, pf or stack for
 *                                                    a fault, error, write (to its own code), or boot (by way
 *                                                    of boot services memory); OVMF's own table of memory
 *                                                    attributes forbids to run them, so mat= is needed, too
 *   mat=bad|gone|ro|xp                               the table of memory attributes: damaged, not there, or one
 *                                                    that says this of the services replaced
 *   ami                                              vendor and UEFI version of old AMI firmware
 *   gop=bgr|rgb|mask|base0|pitch                     the graphics mode as told
 *
 * Services are replaced in the boot services table itself, so whatever the
 * child calls comes through here while this program stays loaded. Hooks use
 * static memory only: an allocation would change the map they report.
 */
#include <boot/efi.h>
#include <efilib.h>

#define MAX_HOGGED	4096
#define MAX_DESCRIPTORS	4096
#define FOUR_GIB	0x100000000ULL
#define MANY_PIECES	1000		/* pairs of descriptors that map=many makes */
#define PIECE_PAGES	4
#define HIGH_LEAVES_KIB	(256 * 1024)	/* given back below 4 GiB; OVMF wipes what is freed, so not all */
#define SCRAP_PAGES	8		/* left at the end of each free range by hog */

struct range {
	u64	start;			/* physical */
	u64	nr_pages;
};

static EFI_HANDLE self;
static efi_guid_t loaded_image_guid = LOADED_IMAGE_GUID;

/* What the line asks for; NULL or 0: not asked for */
static struct {
	const char	*map, *opts, *rng, *gop, *mat, *entry;
	u64		ebs_failures;
	u64		hog_kib;
	bool		hog, high, memattr, nofilepath, nodevice, reset, ami, crc;
	const char	*cmdline;	/* "" when the line has none */
	bool		has_cmdline;
} trick;

/* The services as the firmware made them */
static EFI_GET_MEMORY_MAP real_get_memory_map;
static EFI_EXIT_BOOT_SERVICES real_exit_boot_services;

static EFI_LOADED_IMAGE *started;	/* what the line starts */

static struct range hogged[MAX_HOGGED];
static unsigned int nr_hogged;

/* --- text --- */

static bool text_equal(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* The part of @word behind @prefix, or NULL */
static const char *after(const char *word, const char *prefix)
{
	while (*prefix)
		if (*word++ != *prefix++)
			return NULL;
	return word;
}

static unsigned int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return 16;
}

/* Decimal, or hexadecimal behind 0x; *end is the first character that is neither */
static u64 number(const char *text, const char **end)
{
	unsigned int base = 10;
	u64 value = 0;

	if (text[0] == '0' && text[1] == 'x') {
		base = 16;
		text += 2;
	}
	while (hex_digit(*text) < base)
		value = value * base + hex_digit(*text++);
	if (end)
		*end = text;
	return value;
}

static void fatal(const char *what, EFI_STATUS status)
{
	Print(L"saboteur: %a: %r\n", what, status);
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		;
}

/* --- memory map --- */

static u8 real_map[MAX_DESCRIPTORS * 48];
static u8 told_map[MAX_DESCRIPTORS * 64];
static UINTN told_stride;
static unsigned int nr_told;

static EFI_MEMORY_DESCRIPTOR *told(unsigned int i)
{
	return (void *)(told_map + i * told_stride);
}

static void tell(u32 type, u64 start, u64 nr_pages, u64 attribute)
{
	EFI_MEMORY_DESCRIPTOR *desc = told(nr_told);

	if ((nr_told + 1) * told_stride > sizeof(told_map))
		fatal("map too large", EFI_BUFFER_TOO_SMALL);
	ZeroMem(desc, told_stride);
	desc->Type = type;
	desc->PhysicalStart = start;
	desc->NumberOfPages = nr_pages;
	desc->Attribute = attribute;
	nr_told++;
}

/* The end of the largest free range as small pieces of two kinds, with empty and overlapping ones between */
static void tell_pieces(const EFI_MEMORY_DESCRIPTOR *desc)
{
	u64 nr_pages = desc->NumberOfPages - 2 * MANY_PIECES * PIECE_PAGES;
	u64 start = desc->PhysicalStart + nr_pages * EFI_PAGE_SIZE;

	for (unsigned int i = 0; i < MANY_PIECES; i++) {
		tell(EfiACPIMemoryNVS, start, PIECE_PAGES, desc->Attribute);
		start += PIECE_PAGES * EFI_PAGE_SIZE;
		tell(EfiConventionalMemory, start, PIECE_PAGES, desc->Attribute);
		if (i % 50 == 0)
			tell(EfiConventionalMemory, start, 0, desc->Attribute);
		if (i % 100 == 0)	/* the last page of this piece and the first of the next */
			tell(EfiReservedMemoryType, start + (PIECE_PAGES - 1) * EFI_PAGE_SIZE, 2, 0);
		start += PIECE_PAGES * EFI_PAGE_SIZE;
	}
	tell(EfiConventionalMemory, desc->PhysicalStart, nr_pages, desc->Attribute);
}

static bool is_ram(u32 type)
{
	return type >= EfiLoaderCode && type <= EfiConventionalMemory &&
		type != EfiRuntimeServicesCode && type != EfiRuntimeServicesData;
}

static bool holds_started(const EFI_MEMORY_DESCRIPTOR *desc)
{
	u64 start = (u64)started->ImageBase;

	return desc->PhysicalStart < start + started->ImageSize &&
		start < desc->PhysicalStart + desc->NumberOfPages * EFI_PAGE_SIZE;
}

static EFI_STATUS make_told_map(UINTN *key, u32 *version)
{
	UINTN size = sizeof(real_map), stride, largest = 0;
	u64 largest_pages = 0;
	EFI_STATUS status = real_get_memory_map(&size, (void *)real_map, key, &stride, version);

	if (EFI_ERROR(status))
		return status;
	nr_told = 0;
	told_stride = text_equal(trick.map, "stride") ? 64 : stride;
	if (text_equal(trick.map, "empty"))
		return EFI_SUCCESS;
	for (UINTN at = 0; at < size; at += stride) {
		EFI_MEMORY_DESCRIPTOR *desc = (void *)(real_map + at);

		if (desc->Type == EfiConventionalMemory && desc->NumberOfPages > largest_pages) {
			largest_pages = desc->NumberOfPages;
			largest = at;
		}
	}
	for (UINTN at = 0; at < size; at += stride) {
		EFI_MEMORY_DESCRIPTOR *desc = (void *)(real_map + at);
		u32 type = desc->Type;

		if (text_equal(trick.map, "many") && at == largest) {
			tell_pieces(desc);
			continue;
		}
		if (text_equal(trick.map, "none") && is_ram(type))
			type = EfiReservedMemoryType;
		if (text_equal(trick.map, "image") && holds_started(desc))
			type = EfiBootServicesData;
		tell(type, desc->PhysicalStart, desc->NumberOfPages, desc->Attribute);
	}
	if (text_equal(trick.map, "wrap")) {
		tell(EfiConventionalMemory, 0xfffffffffffff000ULL, 0x10, 0);
		tell(EfiConventionalMemory, 0xffff000000000000ULL, 0xffffffffffffffffULL, 0);
	}
	if (text_equal(trick.map, "many"))	/* nobody promised an order */
		for (unsigned int i = 0; i < nr_told / 2; i += 3) {
			EFI_MEMORY_DESCRIPTOR swap = *told(i);

			*told(i) = *told(nr_told - 1 - i);
			*told(nr_told - 1 - i) = swap;
		}
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI hooked_get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key,
					       UINTN *stride, UINT32 *version)
{
	UINTN real_key, needed, room = *size;
	u32 real_version;
	EFI_STATUS status;

	if (text_equal(trick.map, "fail"))
		return EFI_DEVICE_ERROR;
	status = make_told_map(&real_key, &real_version);
	if (EFI_ERROR(status))
		return status;
	needed = nr_told * told_stride;
	if (stride)
		*stride = told_stride;
	if (version)
		*version = real_version;
	/* an empty map must still ask for a buffer, or nobody calls a second time */
	*size = needed || room ? needed : told_stride;
	if (room < *size || !map)
		return EFI_BUFFER_TOO_SMALL;
	if (key)
		*key = real_key;
	CopyMem(map, told_map, needed);
	return EFI_SUCCESS;
}

/* --- taking memory --- */

static bool hog_range(EFI_MEMORY_TYPE type, u64 start, u64 nr_pages)
{
	EFI_PHYSICAL_ADDRESS at = start;

	if (nr_hogged == MAX_HOGGED || EFI_ERROR(BS->AllocatePages(AllocateAddress, type, nr_pages, &at)))
		return false;
	hogged[nr_hogged++] = (struct range){ start, nr_pages };
	return true;
}

/*
 * Take the free memory below @limit but for scraps, in which the firmware's own
 * small needs still find room: with nothing at all left it is the firmware that
 * hangs, in the bookkeeping of its map.
 */
static void hog_below(u64 limit)
{
	bool again;

	do {
		UINTN size = sizeof(real_map), key, stride;
		u32 version;
		EFI_STATUS status = real_get_memory_map(&size, (void *)real_map, &key, &stride, &version);

		if (EFI_ERROR(status))
			fatal("GetMemoryMap", status);
		again = false;
		for (UINTN at = 0; at < size; at += stride) {
			EFI_MEMORY_DESCRIPTOR *desc = (void *)(real_map + at);

			if (desc->Type == EfiConventionalMemory && desc->PhysicalStart < limit &&
			    desc->NumberOfPages > SCRAP_PAGES)
				again |= hog_range(EfiBootServicesData, desc->PhysicalStart,
						   desc->NumberOfPages - SCRAP_PAGES);
		}
	} while (again);
}

static void free_hogged(void)
{
	while (nr_hogged) {
		nr_hogged--;
		BS->FreePages(hogged[nr_hogged].start, hogged[nr_hogged].nr_pages);
	}
}

/* Give back one run of @kib KiB, from the largest range taken */
static void leave_run(u64 kib)
{
	u64 nr_pages = kib * 1024 / EFI_PAGE_SIZE;
	struct range *largest = &hogged[0];

	for (unsigned int i = 1; i < nr_hogged; i++)
		if (hogged[i].nr_pages > largest->nr_pages)
			largest = &hogged[i];
	if (!nr_hogged || largest->nr_pages < nr_pages)
		fatal("hog", EFI_NOT_FOUND);
	largest->nr_pages -= nr_pages;
	BS->FreePages(largest->start + largest->nr_pages * EFI_PAGE_SIZE, nr_pages);
}

static u64 free_pages(void)
{
	UINTN size = sizeof(real_map), key, stride;
	u64 nr_pages = 0;
	u32 version;

	if (EFI_ERROR(BS->GetMemoryMap(&size, (void *)real_map, &key, &stride, &version)))
		return 0;
	for (UINTN at = 0; at < size; at += stride) {
		EFI_MEMORY_DESCRIPTOR *desc = (void *)(real_map + at);

		if (desc->Type == EfiConventionalMemory)
			nr_pages += desc->NumberOfPages;
	}
	return nr_pages;
}

/* --- ExitBootServices --- */

/* Every second page of a few, so that each adds a descriptor to the map */
static void grow_map(void)
{
	UINTN size = sizeof(real_map), key, stride;
	u32 version;

	if (EFI_ERROR(real_get_memory_map(&size, (void *)real_map, &key, &stride, &version)))
		return;
	for (UINTN at = 0; at < size; at += stride) {
		EFI_MEMORY_DESCRIPTOR *desc = (void *)(real_map + at);

		if (desc->Type == EfiConventionalMemory && desc->NumberOfPages >= 64) {
			for (unsigned int i = 1; i <= 3; i++)
				hog_range(EfiBootServicesData,
					  desc->PhysicalStart + 2 * i * EFI_PAGE_SIZE, 1);
			return;
		}
	}
}

static EFI_STATUS EFIAPI hooked_exit_boot_services(EFI_HANDLE image, UINTN key)
{
	if (!trick.ebs_failures) {
		EFI_STATUS status = real_exit_boot_services(image, key);

		ST->Hdr.CRC32 ^= trick.crc;	/* which the firmware has just made right */
		return status;
	}
	trick.ebs_failures--;
	grow_map();
	return EFI_INVALID_PARAMETER;
}

/* --- protocols --- */

static unsigned int rng_busy;

static EFI_STATUS EFIAPI rng_get_info(EFI_RNG_PROTOCOL *this, UINTN *size, EFI_RNG_ALGORITHM *list)
{
	return EFI_UNSUPPORTED;
}

static EFI_STATUS EFIAPI rng_get(EFI_RNG_PROTOCOL *this, EFI_RNG_ALGORITHM *algorithm, UINTN size, UINT8 *out)
{
	Print(L"saboteur: rng asked for %d bytes\n", size);
	if (text_equal(trick.rng, "fail"))
		return EFI_DEVICE_ERROR;
	if (rng_busy) {
		rng_busy--;
		return EFI_NOT_READY;
	}
	for (UINTN i = 0; i < size; i++)
		out[i] = 0xa5 + 29 * i;
	return EFI_SUCCESS;
}

static EFI_RNG_PROTOCOL rng_protocol = { rng_get_info, rng_get };
static efi_guid_t rng_guid = RNG_GUID;

static EFI_STATUS EFIAPI memattr_get(efi_memory_attribute_t *this, u64 base, u64 len, u64 *attributes)
{
	*attributes = EFI_ATTR_XP;
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI memattr_set(efi_memory_attribute_t *this, u64 base, u64 len, u64 attributes)
{
	Print(L"saboteur: memattr set 0x%lx 0x%lx 0x%lx\n", base, len, attributes);
	return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI memattr_clear(efi_memory_attribute_t *this, u64 base, u64 len, u64 attributes)
{
	Print(L"saboteur: memattr clear 0x%lx 0x%lx 0x%lx\n", base, len, attributes);
	return EFI_SUCCESS;
}

static efi_memory_attribute_t memattr_protocol = { memattr_get, memattr_set, memattr_clear };
static efi_guid_t memattr_guid = MEMORY_ATTRIBUTE_GUID;

static void install_protocols(void)
{
	EFI_HANDLE handle = self;

	rng_busy = trick.rng && text_equal(trick.rng, "busy") ? 2 : 0;
	if (trick.rng)
		BS->InstallProtocolInterface(&handle, &rng_guid, EFI_NATIVE_INTERFACE, &rng_protocol);
	if (trick.memattr)
		BS->InstallProtocolInterface(&handle, &memattr_guid, EFI_NATIVE_INTERFACE, &memattr_protocol);
}

/* --- runtime services: what stays changed, only for lines after which Lantern boots --- */

#define MAX_SERVICES	4

static const struct {
	const char	*name;
	UINTN		offset;		/* of the pointer in the table */
} services[] = {
	{ "GetTime", offsetof(EFI_RUNTIME_SERVICES, GetTime) },
	{ "SetTime", offsetof(EFI_RUNTIME_SERVICES, SetTime) },
	{ "GetNextVariableName", offsetof(EFI_RUNTIME_SERVICES, GetNextVariableName) },
	{ "ResetSystem", offsetof(EFI_RUNTIME_SERVICES, ResetSystem) },
	{ "SetVirtualAddressMap", offsetof(EFI_RUNTIME_SERVICES, SetVirtualAddressMap) },
};

/* Position independent, as the services get another address */
static const struct {
	const char	*name;
	u8		length;
	u8		code[24];
} bodies[] = {
	{ "ud", 2, { 0x0f, 0x0b } },						/* ud2 */
	{ "gp", 13, { 0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0x80,			/* mov rax, 2^63 */
		      0x48, 0x89, 0x00 } },					/* mov [rax], rax */
	{ "pf", 13, { 0x48, 0xb8, 0, 0, 0xff, 0xff, 0xff, 0x7f, 0, 0,		/* mov rax, where nothing is */
		      0x48, 0x89, 0x00 } },					/* mov [rax], rax */
	{ "stack", 5, { 0xe8, 0xfb, 0xff, 0xff, 0xff } },			/* call itself */
	{ "error", 11, { 0x48, 0xb8, 7, 0, 0, 0, 0, 0, 0, 0x80, 0xc3 } },	/* return EFI_DEVICE_ERROR */
	{ "write", 22, { 0x48, 0x8d, 0x05, 0xf9, 0xff, 0xff, 0xff,		/* lea rax, itself */
			 0x8a, 0x08, 0x88, 0x08,				/* mov cl, [rax]; mov [rax], cl */
			 0x48, 0xb8, 7, 0, 0, 0, 0, 0, 0, 0x80, 0xc3 } },	/* return EFI_DEVICE_ERROR */
};

static const char *replaced[MAX_SERVICES];	/* values of rt=, each cut at its colon */
static unsigned int nr_replaced;

static u8 *code_page(EFI_MEMORY_TYPE type)
{
	EFI_PHYSICAL_ADDRESS page;
	EFI_STATUS status = BS->AllocatePages(AllocateAnyPages, type, 1, &page);

	if (EFI_ERROR(status))
		fatal("a page for code", status);
	return (u8 *)page;
}

static u8 *put_jump(u8 *at, const void *target)
{
	*at++ = 0x48, *at++ = 0xb8;		/* mov rax, target */
	CopyMem(at, &target, sizeof(target));
	at += sizeof(target);
	*at++ = 0xff, *at++ = 0xe0;		/* jmp rax */
	return at;
}

/* Write at @at what is to run instead of @old. Return: where the next may be written. */
static u8 *put_body(u8 *at, const char *how, const void *old)
{
	if (text_equal(how, "boot")) {
		u8 *page = code_page(EfiBootServicesCode);

		put_jump(page, old);
		return put_jump(at, page);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(bodies); i++)
		if (text_equal(how, bodies[i].name)) {
			CopyMem(at, (void *)bodies[i].code, bodies[i].length);
			return at + bodies[i].length;
		}
	fatal("rt=", EFI_INVALID_PARAMETER);
	return at;
}

/* Return: the page the new code is in */
static u8 *replace_services(void)
{
	u8 *page = code_page(EfiRuntimeServicesCode), *at = page;

	while (nr_replaced) {
		const char *name = replaced[--nr_replaced], *how = name + strlena((CHAR8 *)name) + 1;
		unsigned int i;

		for (i = 0; i < ARRAY_SIZE(services) && !text_equal(name, services[i].name); i++)
			;
		if (i == ARRAY_SIZE(services))
			fatal("rt=", EFI_NOT_FOUND);
		void **service = (void **)((u8 *)RT + services[i].offset);
		u8 *code = at;

		at = put_body(at, how, *service);
		*service = code;
	}
	return page;
}

static void note_replaced(char *value)
{
	if (nr_replaced == MAX_SERVICES)
		fatal("rt=", EFI_OUT_OF_RESOURCES);
	replaced[nr_replaced++] = value;
	while (*value && *value != ':')
		value++;
	if (!*value)
		fatal("rt=", EFI_INVALID_PARAMETER);
	*value = 0;
}

static void spoil_attributes(u8 *page)
{
	static struct {
		efi_memory_attributes_t	header;
		EFI_MEMORY_DESCRIPTOR	entry;
	} ours;
	efi_guid_t guid = MEMORY_ATTRIBUTES_TABLE_GUID;

	for (UINTN i = 0; i < ST->NumberOfTableEntries; i++) {
		EFI_CONFIGURATION_TABLE *table = &ST->ConfigurationTable[i];

		if (CompareGuid(&table->VendorGuid, &guid))
			continue;
		if (text_equal(trick.mat, "gone")) {
			table->VendorGuid.Data1 ^= 1;
		} else if (text_equal(trick.mat, "bad")) {
			((efi_memory_attributes_t *)table->VendorTable)->NumberOfEntries = 0x7fffffff;
		} else {
			ours.header = (efi_memory_attributes_t){ 1, 1, sizeof(ours.entry), 0 };
			ours.entry.Type = EfiRuntimeServicesCode;
			ours.entry.PhysicalStart = (u64)page;
			ours.entry.NumberOfPages = 1;
			ours.entry.Attribute = EFI_ATTR_RUNTIME | (text_equal(trick.mat, "ro") ? EFI_ATTR_RO : EFI_ATTR_XP);
			table->VendorTable = &ours;
		}
		return;
	}
	fatal("no table of memory attributes", EFI_NOT_FOUND);
}

static void spoil_system_table(void)
{
	u8 *page = nr_replaced ? replace_services() : NULL;

	if (trick.mat)
		spoil_attributes(page);
	if (trick.reset)
		RT->ResetSystem = (EFI_RESET_SYSTEM)0xdead0000;
	if (trick.ami) {
		ST->FirmwareVendor = L"American Megatrends";
		ST->Hdr.Revision = 2 << 16;
	}
}

static void remove_protocols(void)
{
	if (trick.rng)
		BS->UninstallProtocolInterface(self, &rng_guid, &rng_protocol);
	if (trick.memattr)
		BS->UninstallProtocolInterface(self, &memattr_guid, &memattr_protocol);
}

/* Change what every graphics output says of itself; the pixels stay as they are (BGR in QEMU) */
static void spoil_graphics(void)
{
	efi_guid_t guid = GRAPHICS_OUTPUT_GUID;
	EFI_HANDLE *handles = NULL;
	UINTN nr_handles = 0;

	if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &nr_handles, &handles)))
		fatal("no graphics output to change", EFI_NOT_FOUND);
	for (UINTN i = 0; i < nr_handles; i++) {
		EFI_GRAPHICS_OUTPUT_PROTOCOL *gop;
		EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;

		if (EFI_ERROR(BS->HandleProtocol(handles[i], &guid, (void **)&gop)))
			continue;
		info = gop->Mode->Info;
		if (text_equal(trick.gop, "bgr")) {
			info->PixelFormat = PixelBlueGreenRedReserved8BitPerColor;
		} else if (text_equal(trick.gop, "rgb")) {
			info->PixelFormat = PixelRedGreenBlueReserved8BitPerColor;
		} else if (text_equal(trick.gop, "mask")) {
			info->PixelFormat = PixelBitMask;
			info->PixelInformation = (EFI_PIXEL_BITMASK){ 0xff0000, 0xff00, 0xff, 0xff000000 };
		} else if (text_equal(trick.gop, "base0")) {
			gop->Mode->FrameBufferBase = 0;
		} else if (text_equal(trick.gop, "pitch")) {
			info->PixelsPerScanLine = info->HorizontalResolution / 2;
		}
	}
	BS->FreePool(handles);
}

/* --- LoadOptions --- */

static u8 options[128 * 1024];
static UINTN options_size;

static void put_u16(u16 value)
{
	options[options_size++] = value;
	options[options_size++] = value >> 8;
}

static void put_text(const char *text)
{
	while (*text)
		put_u16((u8)*text++);
}

/* EFI_LOAD_OPTION (UEFI 2.10 3.1.3): what Dell firmware hands over as LoadOptions */
static void put_whole_option(void)
{
	static const u16 end_of_path[] = { 0xff7f, 4 };	/* type 7f, subtype ff; length */

	put_u16(1), put_u16(0);			/* Attributes: active */
	put_u16(4 + 2 * 13 + 4);		/* bytes of FilePathList */
	put_text("Lantern"), put_u16(0);	/* Description */
	put_u16(0x0404), put_u16(4 + 2 * 13);	/* media device path, file path; length */
	put_text("\\lantern.efi"), put_u16(0);
	put_u16(end_of_path[0]), put_u16(end_of_path[1]);
	put_text(trick.cmdline), put_u16(0);	/* OptionalData */
}

static void spoil_options(EFI_LOADED_IMAGE *image)
{
	const char *shape = trick.opts ? trick.opts : "plain";

	ZeroMem(options, sizeof(options));
	options_size = 0;
	if (text_equal(shape, "garbage")) {
		for (unsigned int i = 0; i < 100; i++)
			put_u16(i % 3 == 0 ? 1 + i % 31 : i % 3 == 1 ? 0xdc00 + i : 0x4141 + 977 * i);
	} else if (text_equal(shape, "64k")) {
		put_text(trick.cmdline), put_text(" pad=");
		while (options_size < 65534)
			put_u16('a' + options_size / 2 % 26);
		put_u16(0);
	} else if (text_equal(shape, "odd")) {
		put_text(trick.cmdline);
		options[options_size++] = 'x';
	} else if (text_equal(shape, "unterminated")) {
		put_text(trick.cmdline);
		UINTN size = options_size;
		put_text("beyond-the-end");
		options_size = size;
	} else if (text_equal(shape, "empty")) {
		options_size = 32;
	} else if (text_equal(shape, "dell")) {
		put_whole_option();
	} else if (text_equal(shape, "name")) {
		put_text("\\EFI\\Boot\\lantern.efi "), put_text(trick.cmdline), put_u16(0);
	} else if (text_equal(shape, "surrogate")) {
		put_text(trick.cmdline), put_text(" lamp=");
		put_u16(0xd83e), put_u16(0xde94), put_u16(0);	/* U+1FA94 */
	} else if (text_equal(shape, "lone")) {
		put_text(trick.cmdline), put_text(" lamp=");
		put_u16(0xd83e), put_u16(0);
	} else if (text_equal(shape, "null")) {
		options_size = 8;
	} else {
		put_text(trick.cmdline), put_u16(0);
	}
	image->LoadOptions = text_equal(shape, "null") ? NULL : options;
	image->LoadOptionsSize = options_size;
}

/* --- files --- */

static void *read_file(EFI_HANDLE device, CHAR16 *name, UINTN *size)
{
	efi_guid_t fs_guid = SIMPLE_FILE_SYSTEM_GUID, info_guid = FILE_INFO_GUID;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_PROTOCOL *root, *file;
	static u8 info[512];
	UINTN info_size = sizeof(info);
	EFI_STATUS status;
	u8 *data;

	status = BS->HandleProtocol(device, &fs_guid, (void **)&fs);
	if (!EFI_ERROR(status))
		status = fs->OpenVolume(fs, &root);
	if (!EFI_ERROR(status))
		status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
	if (!EFI_ERROR(status))
		status = file->GetInfo(file, &info_guid, &info_size, info);
	if (EFI_ERROR(status))
		fatal("opening a file", status);
	*size = ((EFI_FILE_INFO *)info)->FileSize;
	status = BS->AllocatePool(EfiBootServicesData, *size + 1, (void **)&data);
	if (!EFI_ERROR(status))
		status = file->Read(file, size, data);
	if (EFI_ERROR(status))
		fatal("reading a file", status);
	data[*size] = 0;
	file->Close(file);
	root->Close(root);
	return data;
}

/* --- one line --- */

/* Tricks with the file are done at once, all others noted in trick. Cuts @line into words. */
static void parse_line(char *line, u8 *file, UINTN *size)
{
	const char *value;

	ZeroMem(&trick, sizeof(trick));
	trick.cmdline = "";
	while (*line) {
		char *word = line;

		while (*line && *line != ' ')
			line++;
		if (*line)
			*line++ = 0;
		if (text_equal(word, "--")) {
			trick.cmdline = line;
			trick.has_cmdline = true;
			return;
		}
		if ((value = after(word, "flip="))) {
			u64 offset = number(value, NULL);

			if (offset < *size)
				file[offset] ^= 0x10;
		} else if ((value = after(word, "set="))) {
			u64 offset = number(value, &value);

			for (value++; hex_digit(value[0]) < 16 && offset < *size; value += 2)
				file[offset++] = hex_digit(value[0]) << 4 | hex_digit(value[1]);
		} else if ((value = after(word, "truncate="))) {
			*size = number(value, NULL);
		} else if ((value = after(word, "opts="))) {
			trick.opts = value;
		} else if ((value = after(word, "map="))) {
			trick.map = value;
		} else if ((value = after(word, "ebs="))) {
			trick.ebs_failures = number(value, NULL);
		} else if ((value = after(word, "rng="))) {
			trick.rng = value;
		} else if ((value = after(word, "gop="))) {
			trick.gop = value;
		} else if ((value = after(word, "hog="))) {
			trick.hog = true;
			trick.hog_kib = number(value, NULL);
		} else if (text_equal(word, "hog")) {
			trick.hog = true;
		} else if (text_equal(word, "high")) {
			trick.high = true;
		} else if (text_equal(word, "memattr")) {
			trick.memattr = true;
		} else if ((value = after(word, "mat="))) {
			trick.mat = value;
		} else if (after(word, "rt=")) {
			note_replaced(word + 3);
		} else if (text_equal(word, "reset")) {
			trick.reset = true;
		} else if ((value = after(word, "entry="))) {
			trick.entry = value;
		} else if (text_equal(word, "crc")) {
			trick.crc = true;
		} else if (text_equal(word, "ami")) {
			trick.ami = true;
		} else if (text_equal(word, "nofilepath")) {
			trick.nofilepath = true;
		} else if (text_equal(word, "nodevice")) {
			trick.nodevice = true;
		} else if (*word) {
			Print(L"saboteur: unknown trick %a\n", word);
			fatal("reading saboteur.txt", EFI_INVALID_PARAMETER);
		}
	}
}

/* By hand, as no firmware should */
static void call_entry(EFI_HANDLE child)
{
	u8 *base = started->ImageBase;
	u64 entry = (u64)base + *(u32 *)(base + *(u32 *)(base + 0x3c) + 0x28);	/* AddressOfEntryPoint */
	u64 room = text_equal(trick.entry, "stack") ? 40 : 32;

	__asm__ volatile("andq $-16, %%rsp; subq %1, %%rsp; testl %2, %2; jz 1f; std\n"
			 "1: call *%0; ud2"
			 : : "r"(entry), "r"(room), "r"((u32)text_equal(trick.entry, "flags")), "c"(child), "d"(ST)
			 : "memory");
	__builtin_unreachable();
}

static void run(EFI_HANDLE device, unsigned int nr, char *line)
{
	EFI_DEVICE_PATH *path = FileDevicePath(device, L"\\lantern.efi");
	EFI_LOADED_IMAGE *image;
	EFI_HANDLE child = NULL;
	EFI_STATUS status;
	UINTN size;
	u8 *file;
	u64 free_before;

	Print(L"saboteur: line %d: %a\n", nr, line);
	file = read_file(device, L"\\lantern.efi", &size);
	parse_line(line, file, &size);

	free_before = free_pages();
	if (trick.high)
		hog_below(FOUR_GIB);
	status = BS->LoadImage(FALSE, self, path, file, size, &child);
	if (trick.high)
		leave_run(HIGH_LEAVES_KIB);
	if (EFI_ERROR(status)) {
		Print(L"saboteur: LoadImage returned %r\n", status);
		/* a security violation leaves the image loaded, UEFI 2.10 7.4.1 */
		if (child)
			BS->UnloadImage(child);
		free_hogged();
		goto out;
	}
	status = BS->HandleProtocol(child, &loaded_image_guid, (void **)&image);
	if (EFI_ERROR(status))
		fatal("LoadedImage of the child", status);
	Print(L"saboteur: loaded at 0x%lx\n", (u64)image->ImageBase);
	started = image;
	if (trick.opts || trick.has_cmdline)
		spoil_options(image);
	if (trick.nofilepath)
		image->FilePath = NULL;
	if (trick.nodevice)
		image->DeviceHandle = NULL;
	if (trick.gop)
		spoil_graphics();
	spoil_system_table();
	install_protocols();
	if (trick.hog) {
		hog_below(~0ULL);
		if (trick.hog_kib)
			leave_run(trick.hog_kib);
	}
	if (trick.map)
		BS->GetMemoryMap = hooked_get_memory_map;
	if (trick.ebs_failures || trick.crc)
		BS->ExitBootServices = hooked_exit_boot_services;

	if (trick.entry)
		call_entry(child);
	status = BS->StartImage(child, NULL, NULL);

	BS->GetMemoryMap = real_get_memory_map;
	BS->ExitBootServices = real_exit_boot_services;
	free_hogged();
	remove_protocols();
	Print(L"saboteur: StartImage returned %r\n", status);
	Print(L"saboteur: %ld pages missing\n", (s64)(free_before - free_pages()));
out:
	BS->FreePool(file);
	BS->FreePool(path);
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	EFI_LOADED_IMAGE *image;
	unsigned int nr = 0;
	EFI_STATUS status;
	UINTN size;
	char *script;

	InitializeLib(handle, systab);
	self = handle;
	real_get_memory_map = BS->GetMemoryMap;
	real_exit_boot_services = BS->ExitBootServices;
	status = BS->HandleProtocol(handle, &loaded_image_guid, (void **)&image);
	if (EFI_ERROR(status))
		fatal("LoadedImage", status);
	script = read_file(image->DeviceHandle, L"\\saboteur.txt", &size);

	while (*script) {
		char *line = script;

		while (*script && *script != '\n')
			script++;
		if (*script)
			*script++ = 0;
		if (*line)
			run(image->DeviceHandle, ++nr, line);
	}
	Print(L"saboteur: done\n");
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	return EFI_ABORTED;
}
