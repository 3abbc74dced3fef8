/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules of <boot/handoff.h>, each asked of a record that is hostile. Pure:
 * what is not in the record is reached through map() alone.
 */
#include <asm/bootparam_utils.h>
#include <asm/page.h>
#include <asm/processor-flags.h>
#include <asm/segment.h>
#include <boot/efi.h>
#include <boot/stage.h>
#include <kernel/framebuffer.h>
#include <kernel/handoff.h>
#include <lib/string.h>

#define MAX_MAP_ENTRIES		4096	/* of which each is compared with each */
#define LOADFLAGS_DEFINED	(LOADED_HIGH | KASLR_FLAG | QUIET_FLAG | KEEP_SEGMENTS | CAN_USE_HEAP)
#define EFLAGS_DF		(1u << 10)
#define EFLAGS_IF		(1u << 9)

struct state {
	const struct handoff_check	*c;
	const struct handoff_record	*r;
	const struct boot_params	*bp;
	struct handoff_findings		*out;
};

static void found(struct state *s, enum handoff_rule rule, const char *part, u64 value, u64 wanted)
{
	if (s->out->nr == HANDOFF_MAX_FINDINGS)
		s->out->more++;
	else
		s->out->finding[s->out->nr++] = (struct handoff_finding){ rule, part, value, wanted };
}

/* ---------------------------------------------------------------- ranges */

struct range {
	const char	*name;
	u64		start, size;
};

static bool overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a_size && b_size && a <= b + (b_size - 1) && b <= a + (a_size - 1);
}

/* Follows neighbours in a map of any order; it ends, as each step goes up. */
static bool is_ram(const struct state *s, u64 start, u64 size)
{
	u64 at = start, end = start + size;
	unsigned int i;
	bool moved = true;

	if (end < start)
		return false;
	while (moved && at < end)
		for (i = 0, moved = false; i < s->c->nr_e820; i++) {
			const struct boot_e820_entry *e = &s->c->e820[i];

			if (e->type == E820_TYPE_RAM && e->addr <= at && at - e->addr < e->size) {
				at = e->addr + e->size > at ? e->addr + e->size : end;
				moved = true;
			}
		}
	return at >= end;
}

/* In memory that the firmware or loader had: RAM now, or tables that are left where they are. */
static bool is_memory(const struct state *s, u64 start, u64 size)
{
	unsigned int i;

	if (is_ram(s, start, size))
		return true;
	for (i = 0; i < s->c->nr_e820; i++) {
		const struct boot_e820_entry *e = &s->c->e820[i];

		if (e->type != E820_TYPE_UNUSABLE && e->addr <= start && start - e->addr < e->size &&
		    size <= e->size - (start - e->addr))
			return true;
	}
	return false;
}

/* A sentinel that is set makes the upper halves nonsense. */
static u64 whole(const struct state *s, u32 low, u32 high)
{
	return s->bp->sentinel ? low : low | (u64)high << 32;
}

static u64 cmdline_size(const struct state *s, u64 pa)
{
	const char *line = pa ? s->c->map(pa, COMMAND_LINE_SIZE) : NULL;

	return line ? strnlen(line, COMMAND_LINE_SIZE - 1) + 1 : 0;
}

/* ---------------------------------------------------------------- the header */

static void check_field(struct state *s, const char *name, u64 value, u64 wanted)
{
	if (value != wanted)
		found(s, HANDOFF_HEADER_COPY, name, value, wanted);
}

/* Fields that are the file's own. */
static void check_header_copy(struct state *s)
{
	const struct setup_header *h = &s->bp->hdr;

	check_field(s, "version", h->version, BOOT_PROTOCOL_VERSION);
	check_field(s, "initrd_addr_max", h->initrd_addr_max, 0x7fffffff);
	check_field(s, "relocatable_kernel", h->relocatable_kernel, 1);
	check_field(s, "min_alignment", h->min_alignment, 21);
	check_field(s, "xloadflags", h->xloadflags, XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_HANDOVER_32 |
		    XLF_EFI_HANDOVER_64 | XLF_5LEVEL | XLF_5LEVEL_ENABLED);
	check_field(s, "cmdline_size", h->cmdline_size, COMMAND_LINE_SIZE - 1);
	check_field(s, "payload_offset", h->payload_offset, 0);
	check_field(s, "pref_address", h->pref_address, LOAD_PHYSICAL_ADDR);
	check_field(s, "kernel_info_offset", h->kernel_info_offset, 0);
	if (!s->r->init_size)		/* the 32-bit stub does not know what the linker chose */
		return;
	check_field(s, "setup_sects", h->setup_sects, s->r->setup_sects);
	check_field(s, "syssize", h->syssize, s->r->syssize);
	check_field(s, "init_size", h->init_size, s->r->init_size);
	check_field(s, "handover_offset", h->handover_offset, s->r->handover_offset);
}

static void check_reserved(struct state *s)
{
	const struct boot_params *bp = s->bp;
	const struct { const char *name; const u8 *start; size_t len; } pads[] = {
		{ "0x054", bp->_pad2, sizeof(bp->_pad2) },
		{ "0x0cc", bp->_pad4, sizeof(bp->_pad4) },
		{ "0x1ed", bp->_pad5, sizeof(bp->_pad5) },
		{ "0x1f0", bp->_pad6, sizeof(bp->_pad6) },
		{ "0x26c", bp->_pad7, sizeof(bp->_pad7) },
		{ "0xcd0", bp->_pad8, sizeof(bp->_pad8) },
		{ "0xeec", bp->_pad9, sizeof(bp->_pad9) },
	};
	unsigned int i;
	size_t at;

	for (i = 0; i < ARRAY_SIZE(pads); i++)
		for (at = 0; at < pads[i].len; at++)
			if (pads[i].start[at]) {
				found(s, HANDOFF_RESERVED, pads[i].name, pads[i].start[at], 0);
				break;
			}
}

static void check_header(struct state *s)
{
	const struct setup_header *h = &s->bp->hdr;
	u8 wanted = s->r->door == STAGE_LOADER_64 ? 0 : LOADED_HIGH;	/* Linux's own kexec clears all flags */

	if (s->bp->sentinel)
		found(s, HANDOFF_SENTINEL, NULL, s->bp->sentinel, 0);
	/* its second byte was aux_device_info of older zero pages, which GRUB and kexec-tools clear */
	if (h->boot_flag != BOOT_FLAG_MAGIC && h->boot_flag != (BOOT_FLAG_MAGIC & 0xff) && h->boot_flag)
		found(s, HANDOFF_BOOT_FLAG, NULL, h->boot_flag, BOOT_FLAG_MAGIC);
	if (h->header != SETUP_HEADER_MAGIC)
		found(s, HANDOFF_MAGIC, NULL, h->header, SETUP_HEADER_MAGIC);
	else
		check_header_copy(s);
	if (!h->type_of_loader)
		found(s, HANDOFF_LOADER_TYPE, NULL, h->type_of_loader, 0);
	if ((h->loadflags & wanted) != wanted || h->loadflags & ~LOADFLAGS_DEFINED)
		found(s, HANDOFF_LOADFLAGS, NULL, h->loadflags, 0);
	if (!s->bp->sentinel)		/* else it has been said */
		check_reserved(s);
}

/* ---------------------------------------------------------------- what the header points to */

static void check_range(struct state *s, const struct range *range, enum handoff_rule ram, enum handoff_rule buffer)
{
	if (!range->size)
		return;
	if (s->c->nr_e820 && !is_ram(s, range->start, range->size))
		found(s, ram, NULL, range->start, range->size);
	if (s->r->buffer && overlap(range->start, range->size, s->r->buffer, s->r->init_size))
		found(s, buffer, NULL, range->start, s->r->buffer);
}

static void check_cmdline(struct state *s, const struct range *line)
{
	const char *text;

	if (line->start && !line->size) {
		found(s, HANDOFF_CMDLINE_RAM, NULL, line->start, 0);
		return;
	}
	check_range(s, line, HANDOFF_CMDLINE_RAM, HANDOFF_CMDLINE_BUFFER);
	text = line->size == COMMAND_LINE_SIZE ? s->c->map(line->start, COMMAND_LINE_SIZE) : NULL;
	if (text && text[COMMAND_LINE_SIZE - 1])
		found(s, HANDOFF_CMDLINE_LENGTH, NULL, line->start, COMMAND_LINE_SIZE - 1);
}

static void check_disjoint(struct state *s, const struct range *ranges, unsigned int nr)
{
	unsigned int i, j;

	for (i = 0; i < nr; i++)
		for (j = 0; j < i; j++)
			if (overlap(ranges[i].start, ranges[i].size, ranges[j].start, ranges[j].size))
				found(s, HANDOFF_DISJOINT, ranges[i].name, ranges[i].start, ranges[j].start);
}

static void check_setup_data(struct state *s)
{
	struct setup_data_iter it;

	setup_data_iter_init(&it, s->bp->hdr.setup_data, s->c->map);
	while (setup_data_next(&it))
		if (s->c->nr_e820 && !is_memory(s, it.pa, sizeof(struct setup_data) + it.len))
			found(s, HANDOFF_SETUP_DATA_RAM, NULL, it.pa, it.len);
	if (it.error)
		found(s, HANDOFF_SETUP_DATA, it.error, it.next, 0);
}

static void check_rsdp(struct state *s)
{
	u64 pa = s->bp->acpi_rsdp_addr;
	const void *rsdp = pa ? s->c->map(pa, 20) : NULL;

	if (pa && (!rsdp || memcmp(rsdp, "RSD PTR ", 8)))
		found(s, HANDOFF_RSDP, NULL, pa, 0);
}

static void check_screen(struct state *s)
{
	const struct screen_info *si = &s->bp->screen_info;
	struct framebuffer fb;
	const char *why;

	if ((si->orig_video_isVGA == VIDEO_TYPE_EFI || si->orig_video_isVGA == VIDEO_TYPE_VLFB) &&
	    framebuffer_describe(si, &fb, &why))
		found(s, HANDOFF_SCREEN, why, si->lfb_base | (u64)si->ext_lfb_base << 32, 0);
}

static void check_pointers(struct state *s)
{
	const struct setup_header *h = &s->bp->hdr;
	u64 cmdline = whole(s, h->cmd_line_ptr, s->bp->ext_cmd_line_ptr);
	struct range ranges[] = {
		{ "boot_params", s->r->params, BOOT_PARAMS_SIZE },
		{ "command line", cmdline, cmdline_size(s, cmdline) },
		{ "initrd", whole(s, h->ramdisk_image, s->bp->ext_ramdisk_image),
			    whole(s, h->ramdisk_size, s->bp->ext_ramdisk_size) },
	};

	if (!ranges[2].start != !ranges[2].size)
		found(s, HANDOFF_INITRD_HALF, NULL, ranges[2].size, ranges[2].start);
	if (!ranges[2].start)
		ranges[2].size = 0;
	check_range(s, &ranges[0], HANDOFF_PARAMS_RAM, HANDOFF_PARAMS_BUFFER);
	check_cmdline(s, &ranges[1]);
	check_range(s, &ranges[2], HANDOFF_INITRD_RAM, HANDOFF_INITRD_BUFFER);
	check_disjoint(s, ranges, ARRAY_SIZE(ranges));
	check_setup_data(s);
	check_rsdp(s);
	check_screen(s);
}

/* ---------------------------------------------------------------- e820 */

static bool e820_type_defined(u32 type)
{
	/* ACPI 6.5 table 15.4 defines 1 to 7; 12 and soft-reserved are Linux's, 20 GRUB's for code of runtime services */
	return (type >= 1 && type <= 7) || type == E820_TYPE_PRAM || type == 20 || type == E820_TYPE_SOFT_RESERVED ||
	       type == 128;
}

static void check_e820_entry(struct state *s, unsigned int i)
{
	const struct boot_e820_entry *e = &s->c->e820[i], *other;
	unsigned int j;

	if (!e->size)
		found(s, HANDOFF_E820_EMPTY, NULL, e->addr, 0);
	else if (e->addr + (e->size - 1) < e->addr)
		found(s, HANDOFF_E820_WRAP, NULL, e->addr, e->size);
	if (!e820_type_defined(e->type))
		found(s, HANDOFF_E820_TYPE, NULL, e->type, e->addr);
	for (j = 0; j < i; j++) {
		other = &s->c->e820[j];
		if (overlap(e->addr, min(e->size, ~e->addr), other->addr, min(other->size, ~other->addr)))
			found(s, HANDOFF_E820_OVERLAP, NULL, e->addr, other->addr);
	}
}

static void check_e820(struct state *s)
{
	unsigned int i, nr = min(s->c->nr_e820, MAX_MAP_ENTRIES);
	bool ram = false;

	if (!s->bp->e820_entries || s->bp->e820_entries > E820_MAX_ENTRIES_ZEROPAGE)
		found(s, HANDOFF_E820_COUNT, NULL, s->bp->e820_entries, E820_MAX_ENTRIES_ZEROPAGE);
	for (i = 0; i < nr; i++) {
		check_e820_entry(s, i);
		ram |= s->c->e820[i].type == E820_TYPE_RAM && s->c->e820[i].size;
	}
	if (nr && !ram)
		found(s, HANDOFF_E820_RAM, NULL, nr, 0);
	if (ram && s->r->buffer && !is_ram(s, s->r->buffer, s->r->init_size))
		found(s, HANDOFF_E820_BUFFER, NULL, s->r->buffer, s->r->init_size);
}

/* ---------------------------------------------------------------- the CPU */

static void check_cpu(struct state *s)
{
	const struct handoff_entry *e = &s->r->entry;
	bool is_32 = s->r->door == STAGE_STARTUP_32;
	u64 paging = is_32 ? X86_CR0_PE : X86_CR0_PE | X86_CR0_PG;

	if (e->flags & EFLAGS_IF)
		found(s, HANDOFF_CPU_INTERRUPTS, NULL, e->flags, 0);
	if (e->cs != __KERNEL_CS)
		found(s, HANDOFF_CPU_CODE, NULL, e->cs, __KERNEL_CS);
	if (e->ds != __KERNEL_DS)
		found(s, HANDOFF_CPU_DATA, "DS", e->ds, __KERNEL_DS);
	if (e->es != __KERNEL_DS)
		found(s, HANDOFF_CPU_DATA, "ES", e->es, __KERNEL_DS);
	if (e->ss != __KERNEL_DS)
		found(s, HANDOFF_CPU_DATA, "SS", e->ss, __KERNEL_DS);
	if ((e->cr0 & (X86_CR0_PE | X86_CR0_PG)) != paging)
		found(s, HANDOFF_CPU_PAGING, NULL, e->cr0, paging);
	if (is_32 && e->bp)
		found(s, HANDOFF_CPU_REGISTERS, "EBP", e->bp, 0);
	if (is_32 && e->di)
		found(s, HANDOFF_CPU_REGISTERS, "EDI", e->di, 0);
	if (is_32 && e->bx)
		found(s, HANDOFF_CPU_REGISTERS, "EBX", e->bx, 0);
}

/* ---------------------------------------------------------------- UEFI */

#define EFI_PAGE_BITS	12
#define EFI_ATTRIBUTES_DEFINED	(EFI_ATTR_RUNTIME | 1ULL << 62 /* ISA_VALID */ | 0x0ffff00000000000ULL /* ISA_MASK */ | \
				 0x1fULL /* UC WC WT WB UCE */ | 0x1ff000ULL /* WP to HOT_PLUGGABLE */)

static const efi_memory_desc_t *efi_desc(const struct state *s, u64 i)
{
	return (const void *)((const u8 *)s->c->efi_map + i * s->c->efi_desc_size);
}

static u64 desc_size(const efi_memory_desc_t *d)
{
	u64 size = d->NumberOfPages << EFI_PAGE_BITS, room = ~d->PhysicalStart;

	return size >> EFI_PAGE_BITS != d->NumberOfPages || (size && size - 1 > room) ? room : size;
}

static bool desc_wraps(const efi_memory_desc_t *d)
{
	u64 size = d->NumberOfPages << EFI_PAGE_BITS;

	return size >> EFI_PAGE_BITS != d->NumberOfPages || (size && d->PhysicalStart + (size - 1) < d->PhysicalStart);
}

/* Types from 0x70000000 on are the OEM's and the loaders' own. */
static bool efi_type_defined(u32 type)
{
	return type <= EFI_UNACCEPTED_MEMORY_TYPE || type >= 0x70000000;
}

static void check_efi_overlaps(struct state *s, u64 i)
{
	const efi_memory_desc_t *d = efi_desc(s, i), *other;
	u64 size = desc_size(d), j;

	for (j = 0; j < i; j++) {
		other = efi_desc(s, j);
		if (overlap(d->PhysicalStart, size, other->PhysicalStart, desc_size(other)))
			found(s, HANDOFF_EFI_OVERLAP, NULL, d->PhysicalStart, other->PhysicalStart);
	}
}

/* @end: of what came before. Nearly all maps are sorted: what begins there need not be compared. Return: of this too */
static u64 check_efi_desc(struct state *s, u64 i, u64 end)
{
	const efi_memory_desc_t *d = efi_desc(s, i);

	if (!d->NumberOfPages)
		found(s, HANDOFF_EFI_EMPTY, NULL, d->PhysicalStart, 0);
	if (desc_wraps(d))
		found(s, HANDOFF_EFI_WRAP, NULL, d->PhysicalStart, d->NumberOfPages);
	if (d->PhysicalStart & (PAGE_SIZE - 1))
		found(s, HANDOFF_EFI_ALIGNMENT, NULL, d->PhysicalStart, 0);
	if (!efi_type_defined(d->Type))
		found(s, HANDOFF_EFI_TYPE, NULL, d->Type, d->PhysicalStart);
	if (d->Attribute & ~EFI_ATTRIBUTES_DEFINED)
		found(s, HANDOFF_EFI_ATTRIBUTES, NULL, d->Attribute, d->PhysicalStart);
	if ((d->Type == EfiRuntimeServicesCode || d->Type == EfiRuntimeServicesData) && !(d->Attribute & EFI_ATTR_RUNTIME))
		found(s, HANDOFF_EFI_RUNTIME, NULL, d->Attribute, d->PhysicalStart);
	if (d->PhysicalStart < end)
		check_efi_overlaps(s, i);
	return max(end, d->PhysicalStart + desc_size(d));
}

/* The image may span descriptors, as a firmware that protects it splits them. */
static void check_efi_image(struct state *s, u64 nr)
{
	u64 at = s->r->image, end = at + s->r->image_size, i;
	bool moved = true;

	while (moved && at < end)
		for (i = 0, moved = false; i < nr; i++) {
			const efi_memory_desc_t *d = efi_desc(s, i);

			if ((d->Type == EfiLoaderCode || d->Type == EfiLoaderData) && d->PhysicalStart <= at &&
			    at - d->PhysicalStart < desc_size(d)) {
				at = d->PhysicalStart + desc_size(d);
				moved = true;
			}
		}
	if (at < end)
		found(s, HANDOFF_EFI_IMAGE, NULL, at, end);
}

static u32 crc32(const u8 *data, size_t len, size_t zero_at)
{
	u32 crc = ~0u;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= i >= zero_at && i < zero_at + 4 ? 0 : data[i];	/* the field itself counts as 0 */
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

static void check_systab(struct state *s)
{
	const EFI_TABLE_HEADER *hdr = s->c->systab ? s->c->map(s->c->systab, sizeof(*hdr)) : NULL;
	const u8 *table;

	if (!hdr || hdr->HeaderSize < sizeof(*hdr) || hdr->HeaderSize > PAGE_SIZE)
		return;
	table = s->c->map(s->c->systab, hdr->HeaderSize);
	if (table && crc32(table, hdr->HeaderSize, offsetof(EFI_TABLE_HEADER, CRC32)) != hdr->CRC32)
		found(s, HANDOFF_EFI_CRC, NULL, hdr->CRC32, crc32(table, hdr->HeaderSize, offsetof(EFI_TABLE_HEADER, CRC32)));
}

static void check_efi(struct state *s, bool firmware_called)
{
	u64 nr, end = 0, i;

	if (firmware_called)
		check_systab(s);
	if (!s->c->efi_map)
		return;
	if (s->c->efi_desc_size < sizeof(efi_memory_desc_t) || s->c->efi_map_size % s->c->efi_desc_size) {
		found(s, HANDOFF_EFI_STRIDE, NULL, s->c->efi_desc_size, s->c->efi_map_size);
		return;
	}
	nr = min(s->c->efi_map_size / s->c->efi_desc_size, (u64)MAX_MAP_ENTRIES);
	for (i = 0; i < nr; i++)
		end = check_efi_desc(s, i, end);
	if (firmware_called && s->r->image_size)
		check_efi_image(s, nr);
}

static void check_efi_cpu(struct state *s)
{
	const struct handoff_entry *e = &s->r->entry;

	if (e->sp && (e->sp & 15) != 8)
		found(s, HANDOFF_EFI_STACK, NULL, e->sp, 0);
	if (e->flags & EFLAGS_DF)
		found(s, HANDOFF_EFI_DIRECTION, NULL, e->flags, 0);
}

void handoff_check(const struct handoff_check *c, struct handoff_findings *out)
{
	struct state s = { c, c->record, &c->record->given, out };
	u32 signature = s.bp->efi_info.efi_loader_signature;
	bool firmware = s.r->door == STAGE_PE_ENTRY || s.r->door == STAGE_HANDOVER;

	out->nr = out->more = 0;
	if (s.r->door == STAGE_PE_ENTRY)
		check_efi_cpu(&s);
	check_efi(&s, firmware);
	if (!s.r->params)
		return;
	if (s.r->door == STAGE_HANDOVER) {
		check_header(&s);
		check_pointers(&s);
		return;
	}
	/* those of Multiboot2 are our own work, apart from the map and the initrd */
	if (s.r->door != STAGE_MULTIBOOT2) {
		check_header(&s);
		check_cpu(&s);
	}
	if (signature && signature != EFI64_LOADER_SIGNATURE && signature != EFI32_LOADER_SIGNATURE)
		found(&s, HANDOFF_EFI_SIGNATURE, NULL, signature, 0);
	check_pointers(&s);
	check_e820(&s);
}
