/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot loader with mistakes on purpose. It starts \lantern.efi as a bzImage by
 * the 64-bit boot protocol (boot.rst): reads the setup header, puts the
 * protected-mode part into memory, fills in boot_params with an e820 map made
 * of the firmware's, leaves boot services and jumps to the part + 0x200.
 *
 * It asks for one line: words below, and after " -- " the command line.
 *
 *   kernel=ADDRESS params=ADDRESS cmdline=ADDRESS initrd=ADDRESS
 *                     where to put what; as the firmware likes without
 *   initrd-size=SIZE  of an initrd of zeroes (none without)
 *   inside=initrd|cmdline|params   put it 1 MiB behind the kernel's place, inside init_size
 *   header=long       copied from byte 0 of the file on: the sentinel is not cleared
 *   header=short      not even HdrS is there
 *   header=bootflag|field|type|loadflags|reserved   one thing in it is wrong
 *   initrd-claim=ADDRESS   say that the initrd is there
 *   screen=ADDRESS    a framebuffer of 1024x768 with 32 bits a pixel is there
 *   line=long         a command line without an end
 *   misc=half         a size of the initrd without an address
 *   misc=overlap      the initrd begins where the command line is
 *   setup-data=plain|loop|nowhere
 *   rsdp=ADDRESS
 *   misc=screen       a framebuffer without height
 *   e820=none|overlap|reserved|empty|wrap|type|count
 *   e820=params|cmdline|nodes   no RAM where boot_params, command line or setup_data are
 *   cpu=if|cs|ds      interrupts on, or other segments
 *   door=32           by the 32-bit protocol; with cpu=paging or cpu=registers too
 *   efi=good|signature|stride|empty|wrap|overlap|align|type|attribute|runtime   tell of the firmware and its map
 */
#include <boot/bootparam.h>
#include <boot/efi.h>
#include <efilib.h>

#define FOUR_GIB	0x100000000ULL
#define MIB		0x100000ULL
#define PAGES(size)	(((size) + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE)

static struct {
	u64		kernel, params, cmdline, initrd, initrd_size, initrd_claim, rsdp, screen;
	const char	*inside, *header, *setup_data, *e820, *cpu, *door, *efi, *line, *misc;
	const char	*text;		/* the command line */
} want;

static u8 map[256 * 1024];

static bool text_equal(const char *a, const char *b)
{
	while (a && *a && *a == *b)
		a++, b++;
	return a && *a == *b;
}

static const char *after(const char *word, const char *prefix)
{
	while (*prefix)
		if (*word++ != *prefix++)
			return NULL;
	return word;
}

static u64 hex(const char *text)
{
	u64 value = 0;

	for (text += 2; *text; text++)
		value = value << 4 | (*text <= '9' ? *text - '0' : (*text | 0x20) - 'a' + 10);
	return value;
}

static void stop(const char *what, EFI_STATUS status)
{
	Print(L"loader: %a: %r\n", what, status);
	RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
	for (;;)
		;
}

static void parse(char *line)
{
	static const struct { const char *name; u64 *value; } numbers[] = {
		{ "kernel=", &want.kernel }, { "params=", &want.params }, { "cmdline=", &want.cmdline },
		{ "initrd=", &want.initrd }, { "initrd-size=", &want.initrd_size },
		{ "initrd-claim=", &want.initrd_claim }, { "screen=", &want.screen },
		{ "rsdp=", &want.rsdp },
	};
	static const struct { const char *name; const char **value; } words[] = {
		{ "inside=", &want.inside }, { "header=", &want.header }, { "setup-data=", &want.setup_data },
		{ "e820=", &want.e820 }, { "cpu=", &want.cpu }, { "door=", &want.door }, { "efi=", &want.efi },
		{ "line=", &want.line }, { "misc=", &want.misc },
	};

	want.text = "";
	while (*line) {
		char *word = line;
		bool known = false;

		while (*line && *line != ' ' && *line != '\n')
			line++;
		if (*line)
			*line++ = 0;
		if (text_equal(word, "--")) {
			want.text = line;
			while (*line && *line != '\n')
				line++;
			*line = 0;
			return;
		}
		for (unsigned int i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
			if (after(word, numbers[i].name)) {
				*numbers[i].value = hex(after(word, numbers[i].name));
				known = true;
			}
		for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (after(word, words[i].name)) {
				*words[i].value = after(word, words[i].name);
				known = true;
			}
		if (*word && !known) {
			Print(L"loader: unknown word %a\n", word);
			stop("the line", EFI_INVALID_PARAMETER);
		}
	}
}

static char *ask(void)
{
	static CHAR16 line[512];
	static char text[ARRAY_SIZE(line)];

	Input(L"loader> ", line, ARRAY_SIZE(line));
	Print(L"\n");
	for (unsigned int i = 0; i < ARRAY_SIZE(line); i++)
		text[i] = line[i];
	return text;
}

static u8 *read_file(EFI_HANDLE device, CHAR16 *name, UINTN *size)
{
	efi_guid_t fs_guid = SIMPLE_FILE_SYSTEM_GUID;
	EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *fs;
	EFI_FILE_PROTOCOL *root, *file;
	u8 *data = NULL;
	EFI_STATUS status;

	*size = 4 * MIB;
	status = BS->HandleProtocol(device, &fs_guid, (void **)&fs);
	if (!EFI_ERROR(status))
		status = fs->OpenVolume(fs, &root);
	if (!EFI_ERROR(status))
		status = root->Open(root, &file, name, EFI_FILE_MODE_READ, 0);
	if (!EFI_ERROR(status))
		status = BS->AllocatePool(EfiBootServicesData, *size + 1, (void **)&data);
	if (!EFI_ERROR(status))
		status = file->Read(file, size, data);
	if (EFI_ERROR(status))
		stop("reading a file", status);
	data[*size] = 0;
	return data;
}

/* @size bytes at @where, or anywhere below 4 GiB when that is 0; cleared */
static u8 *place(const char *what, u64 where, u64 size)
{
	EFI_PHYSICAL_ADDRESS at = where ? where : FOUR_GIB - 1;
	EFI_STATUS status = BS->AllocatePages(where ? AllocateAddress : AllocateMaxAddress, EfiLoaderData,
					      PAGES(size), &at);

	if (EFI_ERROR(status))
		stop(what, status);
	SetMem((void *)at, PAGES(size) * EFI_PAGE_SIZE, 0);
	Print(L"loader: %a at 0x%lx\n", what, at);
	return (u8 *)at;
}

static u32 e820_type(u32 type)
{
	switch (type) {
	case EfiLoaderCode: case EfiLoaderData: case EfiBootServicesCode: case EfiBootServicesData:
	case EfiConventionalMemory:
		return E820_TYPE_RAM;
	case EfiACPIReclaimMemory:
		return E820_TYPE_ACPI;
	case EfiACPIMemoryNVS:
		return E820_TYPE_NVS;
	default:
		return E820_TYPE_RESERVED;
	}
}

static void add_range(struct boot_params *params, u64 addr, u64 size, u32 type)
{
	struct boot_e820_entry *last = &params->e820_table[params->e820_entries - 1];

	if (params->e820_entries && last->type == type && last->addr + last->size == addr)
		last->size += size;
	else if (params->e820_entries < E820_MAX_ENTRIES_ZEROPAGE)
		params->e820_table[params->e820_entries++] = (struct boot_e820_entry){ addr, size, type };
}

/* Of RAM; @type 0: nobody says what it is. */
static void take_away(struct boot_params *params, u64 addr, u64 size, u32 type)
{
	struct boot_e820_entry *e = params->e820_table, *end = e + params->e820_entries;

	for (; e < end; e++)
		if (e->type == E820_TYPE_RAM && e->addr <= addr && addr - e->addr < e->size) {
			u64 rest = e->addr + e->size - (addr + size);

			e->size = addr - e->addr;
			if (type)
				add_range(params, addr, size, type);
			add_range(params, addr + size, rest, E820_TYPE_RAM);
			return;
		}
}

static void spoil_e820(struct boot_params *params)
{
	struct boot_e820_entry *next = &params->e820_table[params->e820_entries];

	if (text_equal(want.e820, "params"))
		take_away(params, (u64)params, 4096, E820_TYPE_RESERVED);
	else if (text_equal(want.e820, "cmdline"))
		take_away(params, params->hdr.cmd_line_ptr, 4096, E820_TYPE_RESERVED);
	else if (text_equal(want.e820, "nodes"))
		take_away(params, params->hdr.setup_data, 4096, 0);
	else if (text_equal(want.e820, "count"))
		params->e820_entries = 200;
	else if (text_equal(want.e820, "empty"))
		*next = (struct boot_e820_entry){ FOUR_GIB, 0, E820_TYPE_RAM };
	else if (text_equal(want.e820, "wrap"))
		*next = (struct boot_e820_entry){ -0x1000ULL, 0x2000, E820_TYPE_RESERVED };
	else if (text_equal(want.e820, "type"))
		*next = (struct boot_e820_entry){ 2 * FOUR_GIB, 0x1000, 77 };
	if (next->type && next == &params->e820_table[params->e820_entries])
		params->e820_entries++;
}

static void make_e820(struct boot_params *params, UINTN size, UINTN stride)
{
	if (text_equal(want.e820, "none"))
		return;
	for (UINTN at = 0; at < size; at += stride) {
		const EFI_MEMORY_DESCRIPTOR *desc = (void *)(map + at);
		u32 type = e820_type(desc->Type);

		if (text_equal(want.e820, "reserved"))
			type = E820_TYPE_RESERVED;
		add_range(params, desc->PhysicalStart, desc->NumberOfPages * EFI_PAGE_SIZE, type);
	}
	spoil_e820(params);
	/* the last 64 KiB below 16 MiB twice, of two types, and out of order */
	if (text_equal(want.e820, "overlap"))
		add_range(params, 16 * MIB - 0x10000, 0x10000, E820_TYPE_RESERVED);
}

static u64 find_rsdp(EFI_SYSTEM_TABLE *systab)
{
	efi_guid_t guid = ACPI_20_TABLE_GUID;

	for (UINTN i = 0; i < systab->NumberOfTableEntries; i++)
		if (!CompareGuid(&systab->ConfigurationTable[i].VendorGuid, &guid))
			return (u64)systab->ConfigurationTable[i].VendorTable;
	return 0;
}

static void put_setup_data(struct boot_params *params, struct setup_data *node)
{
	if (text_equal(want.setup_data, "loop")) {
		node[0].next = (u64)&node[1];
		node[1].next = (u64)&node[0];
		params->hdr.setup_data = (u64)node;
	} else if (text_equal(want.setup_data, "plain")) {
		params->hdr.setup_data = (u64)node;
	} else if (text_equal(want.setup_data, "nowhere")) {
		params->hdr.setup_data = 0x0000700000000000;
	}
}

static void fill_header(struct boot_params *params, const u8 *file)
{
	UINTN end = 0x202 + file[0x201];

	if (text_equal(want.header, "long"))
		CopyMem(params, (void *)file, end);
	else if (!text_equal(want.header, "short"))
		CopyMem((u8 *)params + SETUP_HEADER_OFFSET, (void *)(file + SETUP_HEADER_OFFSET), end - SETUP_HEADER_OFFSET);
	params->hdr.type_of_loader = 0xff;
	params->acpi_rsdp_addr = want.rsdp ? want.rsdp : find_rsdp(ST);
	if (text_equal(want.header, "bootflag"))
		params->hdr.boot_flag = 0x1234;
	else if (text_equal(want.header, "field"))
		params->hdr.xloadflags ^= 0x8000;
	else if (text_equal(want.header, "type"))
		params->hdr.type_of_loader = 0;
	else if (text_equal(want.header, "loadflags"))
		params->hdr.loadflags |= 0x10;
	else if (text_equal(want.header, "reserved"))
		params->_pad8[3] = 0x41;
	if (text_equal(want.misc, "screen")) {
		params->screen_info.orig_video_isVGA = VIDEO_TYPE_EFI;
		params->screen_info.lfb_width = 640;
		params->screen_info.lfb_base = 0x80000000;
	}
}

static void put_screen(struct boot_params *params)
{
	params->screen_info = (struct screen_info){
		.orig_video_isVGA = VIDEO_TYPE_EFI, .lfb_width = 1024, .lfb_height = 768, .lfb_depth = 32, .lfb_linelength = 4096,
		.lfb_base = want.screen, .ext_lfb_base = want.screen >> 32, .capabilities = VIDEO_CAPABILITY_64BIT_BASE,
	};
}

/* What the firmware's map is by now, with one descriptor more that is wrong. */
static void tell_efi(struct boot_params *params, UINTN size, UINTN stride, UINT32 version)
{
	struct efi_info *info = &params->efi_info;
	EFI_MEMORY_DESCRIPTOR *d = (void *)(map + size);

	if (!want.efi)
		return;
	*d = (EFI_MEMORY_DESCRIPTOR){ .Type = EfiMemoryMappedIO, .PhysicalStart = 16 * FOUR_GIB, .NumberOfPages = 1 };
	if (text_equal(want.efi, "empty"))
		d->NumberOfPages = 0;
	else if (text_equal(want.efi, "wrap"))
		d->PhysicalStart = -0x1000ULL, d->NumberOfPages = 2;
	else if (text_equal(want.efi, "overlap"))
		d->PhysicalStart = MIB;
	else if (text_equal(want.efi, "align"))
		d->PhysicalStart += 0x10;
	else if (text_equal(want.efi, "type"))
		d->Type = 0x1234;
	else if (text_equal(want.efi, "attribute"))
		d->Attribute = 1ULL << 40;
	else if (text_equal(want.efi, "runtime"))
		d->Type = EfiRuntimeServicesData;
	info->efi_loader_signature = text_equal(want.efi, "signature") ? 0x41414141 : EFI64_LOADER_SIGNATURE;
	info->efi_systab = (u64)ST;
	info->efi_systab_hi = (u64)ST >> 32;
	info->efi_memmap = (u64)map;
	info->efi_memmap_hi = (u64)map >> 32;
	info->efi_memmap_size = size + stride - (text_equal(want.efi, "stride") ? 8 : 0);
	info->efi_memdesc_size = stride;
	info->efi_memdesc_version = version;
}

/* Flat segments, 0x10 and 0x18 as the protocol wants them, and the same again for cpu=cs and cpu=ds. */
static u64 gdt[] __attribute__((aligned(16))) = {
	0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff,
};
#define CODE32	"0x10"

/* On a stack of ours: those of the firmware may be RAM of somebody else by now. */
static void __attribute__((noreturn)) jump64(u64 entry, struct boot_params *params, u64 cs, u64 ds, bool interrupts)
{
	__asm__ volatile("movl %k2, %%ds; movl %k2, %%es; movl %k2, %%ss\n\t"
			 "pushq %1; leaq 1f(%%rip), %%rax; pushq %%rax; lretq\n"
			 "1: testl %k3, %k3; jz 2f; sti\n"
			 "2: jmp *%0"
			 : : "r"(entry), "r"(cs), "r"(ds), "r"((u64)interrupts), "S"(params) : "rax", "memory");
	__builtin_unreachable();
}

/* Down to 32-bit mode, all of this lies below 4 GiB; @value goes into the registers that are to be 0 */
static void __attribute__((noreturn)) jump32(u64 entry, struct boot_params *params, u64 value, bool paging)
{
	__asm__ volatile("pushq $" CODE32 "; leaq 1f(%%rip), %%rax; pushq %%rax; lretq\n"
			 ".code32\n"
			 "1: movl $0x18, %%eax; movl %%eax, %%ds; movl %%eax, %%es; movl %%eax, %%ss\n"
			 "testl %%edx, %%edx; jnz 2f\n"
			 "movl %%cr0, %%eax; andl $0x7fffffff, %%eax; movl %%eax, %%cr0\n"
			 "movl $0xc0000080, %%ecx; movl %%edi, %%ebp; rdmsr; andl $~0x100, %%eax; wrmsr; movl %%ebp, %%edi\n"
			 "2: movl %%ebx, %%eax; movl %%edi, %%ebx; movl %%edi, %%ebp\n"
			 "jmp *%%eax\n"
			 ".code64\n"
			 : : "b"(entry), "S"(params), "D"(value), "d"((u64)paging) : "rax", "rcx", "memory");
	__builtin_unreachable();
}

static void __attribute__((noreturn)) jump(u64 kernel, struct boot_params *params)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) gdtr = { sizeof(gdt) - 1, (u64)gdt };

	if (text_equal(want.door, "32"))
		gdt[2] = gdt[6];
	__asm__ volatile("cli; cld; lgdt %0" : : "m"(gdtr));
	if (text_equal(want.door, "32"))
		jump32(kernel, params, text_equal(want.cpu, "registers") ? 0x1234 : 0, text_equal(want.cpu, "paging"));
	jump64(kernel + 0x200, params, text_equal(want.cpu, "cs") ? 0x20 : 0x10, text_equal(want.cpu, "ds") ? 0x28 : 0x18,
	       text_equal(want.cpu, "if"));
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *systab)
{
	efi_guid_t guid = LOADED_IMAGE_GUID;
	const struct setup_header *hdr;
	struct boot_params *params;
	u64 setup_size, pm_size, initrd = 0;
	UINTN file_size, size, key, stride;
	u8 *file, *kernel, *cmdline, *nodes;
	EFI_LOADED_IMAGE *image;
	EFI_STATUS status;
	UINT32 version;

	InitializeLib(handle, systab);
	status = BS->HandleProtocol(handle, &guid, (void **)&image);
	if (EFI_ERROR(status))
		stop("LoadedImage", status);
	parse(ask());
	file = read_file(image->DeviceHandle, L"\\lantern.efi", &file_size);
	hdr = (void *)(file + SETUP_HEADER_OFFSET);
	setup_size = (hdr->setup_sects + 1) * 512;
	pm_size = file_size - setup_size;

	kernel = place("kernel", want.kernel, hdr->init_size + hdr->kernel_alignment);
	kernel += -(u64)kernel & (hdr->kernel_alignment - 1);
	CopyMem(kernel, file + setup_size, pm_size);
	params = text_equal(want.inside, "params") ? (void *)(kernel + MIB) : (void *)place("boot_params", want.params, 4096);
	fill_header(params, file);

	cmdline = text_equal(want.inside, "cmdline") ? kernel + MIB : place("command line", want.cmdline, 3 * COMMAND_LINE_SIZE);
	CopyMem(cmdline, (void *)want.text, strlena((const CHAR8 *)want.text) + 1);
	if (text_equal(want.line, "long"))
		for (unsigned int i = strlena((const CHAR8 *)want.text); i < 2 * COMMAND_LINE_SIZE; i++)
			cmdline[i] = (i - strlena((const CHAR8 *)want.text)) % 8 ? 'x' : ' ';
	params->hdr.cmd_line_ptr = (u64)cmdline;
	params->ext_cmd_line_ptr = (u64)cmdline >> 32;

	if (want.initrd_size) {
		initrd = text_equal(want.inside, "initrd") ? (u64)kernel + MIB : (u64)place("initrd", want.initrd, want.initrd_size);
		if (want.initrd_claim)
			initrd = want.initrd_claim;
		params->hdr.ramdisk_image = initrd;
		params->ext_ramdisk_image = initrd >> 32;
		params->hdr.ramdisk_size = want.initrd_size;
	}
	if (want.screen)
		put_screen(params);
	if (text_equal(want.misc, "half"))
		params->hdr.ramdisk_size = 0x1234;
	if (text_equal(want.misc, "overlap")) {
		params->hdr.ramdisk_image = (u64)cmdline;
		params->hdr.ramdisk_size = 0x1000;
	}
	nodes = place("setup_data", 0, 4096);
	put_setup_data(params, (void *)nodes);

	size = sizeof(map);
	status = BS->GetMemoryMap(&size, (void *)map, &key, &stride, &version);
	if (!EFI_ERROR(status))
		status = BS->ExitBootServices(handle, key);
	if (EFI_ERROR(status))
		stop("ExitBootServices", status);
	make_e820(params, size, stride);
	tell_efi(params, size, stride, version);
	jump((u64)kernel, params);
}
