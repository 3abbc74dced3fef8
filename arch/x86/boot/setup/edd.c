/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the BIOS calls its hard disks: geometry and bus (EDD 3.0, INT 13h 48h)
 * and the signature in each one's MBR, by which a kernel can tell which of its
 * disks the BIOS boots from. edd=off asks nothing, edd=skipmbr reads no sector.
 */
#include <lib/cmdline.h>
#include <lib/string.h>
#include "setup.h"

#define FIRST_DISK	0x80
#define DISKS		16		/* ARRAY_SIZE(edd_mbr_sig_buffer) */
#define EDD_ENTRIES	6
#define MBR_SIGNATURE	0x1b8
#define MBR_MAGIC	510
#define SECTOR_SIZE_MAX	4096

/* EDD 3.0, INT 13h 48h */
struct edd_device_params {
	u16	length, flags;
	u32	cylinders, heads, sectors_per_track;
	u64	sectors;
	u16	bytes_per_sector;
	u8	rest[48];
} __packed;

/* zero-page.rst, eddbuf */
struct edd_info {
	u8	device;
	u8	version;
	u16	interface_support;
	u16	legacy_max_cylinder;
	u8	legacy_max_head;
	u8	legacy_sectors_per_track;
	struct edd_device_params params;
} __packed;
static_assert(EDD_ENTRIES * sizeof(struct edd_info) == sizeof(boot_params.eddbuf), "zero-page.rst");
static_assert(DISKS == ARRAY_SIZE(boot_params.edd_mbr_sig_buffer), "zero-page.rst");

static bool disk_call(u16 ax, u8 disk, struct bios_regs *regs)
{
	regs->eax = ax;
	regs->edx = (regs->edx & 0xff00) | disk;
	bios_call(0x13, regs, regs);
	return !bios_failed(regs);
}

static bool get_edd_info(u8 disk, struct edd_info *info)
{
	struct bios_regs regs;

	memset(info, 0, sizeof(*info));
	bios_regs_init(&regs);
	regs.ebx = 0x55aa;
	if (!disk_call(0x4100, disk, &regs) || (u16)regs.ebx != 0xaa55)
		return false;
	info->device = disk;
	info->version = regs.eax >> 8;
	info->interface_support = regs.ecx;

	bios_regs_init(&regs);
	info->params.length = sizeof(info->params);
	regs.esi = (u32)(unsigned long)&info->params;
	disk_call(0x4800, disk, &regs);

	bios_regs_init(&regs);
	regs.es = 0;			/* ES:DI = 0:0 against BIOSes that believe it on entry */
	if (disk_call(0x0800, disk, &regs)) {
		info->legacy_max_cylinder = (regs.ecx >> 8 & 0xff) | (regs.ecx & 0xc0) << 2;
		info->legacy_max_head = regs.edx >> 8;
		info->legacy_sectors_per_track = regs.ecx & 0x3f;
	}
	return true;
}

/* @sector_size: as the BIOS reads whole sectors, whatever we hoped for */
static void read_mbr_signature(u8 disk, u16 sector_size)
{
	unsigned int nr = disk - FIRST_DISK;
	struct bios_regs regs;
	void *mark = heap_mark();
	u8 *sector;

	if (sector_size < 512)
		sector_size = 512;
	sector = sector_size <= SECTOR_SIZE_MAX ? heap_alloc(sector_size) : NULL;
	if (!sector)
		return;
	bios_regs_init(&regs);
	regs.ebx = (u32)(unsigned long)sector;
	regs.ecx = 1;			/* cylinder 0, sector 1, head 0 */
	if (disk_call(0x0201, disk, &regs) && *(u16 *)(sector + MBR_MAGIC) == 0xaa55) {
		boot_params.edd_mbr_sig_buffer[nr] = *(u32 *)(sector + MBR_SIGNATURE);
		boot_params.edd_mbr_sig_buf_entries = nr + 1;
	}
	heap_release(mark);
}

void query_edd(void)
{
	bool read_mbr = !cmdline_list_has(command_line, "edd", "skipmbr") &&
			!cmdline_list_has(command_line, "edd", "skip");
	unsigned int disks = far_read8(0x40, 0x75);	/* BIOS data area: number of hard disks */
	struct edd_info info;

	if (cmdline_list_has(command_line, "edd", "off"))
		return;
	for (unsigned int nr = 0; nr < DISKS; nr++) {
		bool known = get_edd_info(FIRST_DISK + nr, &info);

		if (known && boot_params.eddbuf_entries < EDD_ENTRIES)
			memcpy(boot_params.eddbuf + boot_params.eddbuf_entries++ * sizeof(info), &info, sizeof(info));
		if (read_mbr && (known || nr < disks))
			read_mbr_signature(FIRST_DISK + nr, known ? info.params.bytes_per_sector : 512);
	}
}
