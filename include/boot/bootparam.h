/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct boot_params, the "zero page": the only object, with its setup_data
 * list, that crosses from a loader to the kernel. Every offset and value here
 * is fixed by the Linux/x86 boot protocol (Documentation/arch/x86/boot.rst and
 * zero-page.rst, protocol 2.15); the static_asserts at the end hold us to it.
 */
#ifndef BOOT_BOOTPARAM_H
#define BOOT_BOOTPARAM_H

/* setup_header.loadflags */
#define LOADED_HIGH		0x01
#define KASLR_FLAG		0x02
#define QUIET_FLAG		0x20
#define KEEP_SEGMENTS		0x40
#define CAN_USE_HEAP		0x80

/* setup_header.xloadflags */
#define XLF_KERNEL_64			0x01
#define XLF_CAN_BE_LOADED_ABOVE_4G	0x02
#define XLF_EFI_HANDOVER_32		0x04
#define XLF_EFI_HANDOVER_64		0x08
#define XLF_EFI_KEXEC			0x10
#define XLF_5LEVEL			0x20
#define XLF_5LEVEL_ENABLED		0x40

#define BOOT_PROTOCOL_VERSION	0x020f		/* 2.15 */
#define BOOT_FLAG_MAGIC		0xaa55
#define SETUP_HEADER_MAGIC	0x53726448	/* "HdrS" */
#define SETUP_HEADER_OFFSET	0x1f1
#define SETUP_HEADER_END	0x26c
#define COMMAND_LINE_SIZE	2048		/* with the terminating NUL */
#define BOOT_PARAMS_SIZE	4096
#define LOADER_TYPE_EFI_STUB	0x21		/* boot.rst, type_of_loader: 2 bootsect loader, version 1 */

#define VIDEO_TYPE_TEXT		0x01		/* VGA text, the oldest way to say so */
#define VIDEO_TYPE_EGAC		0x21		/* EGA colour text */
#define VIDEO_TYPE_VGAC		0x22		/* VGA colour text */
#define VIDEO_TYPE_VLFB		0x23		/* VESA linear framebuffer */
#define VIDEO_TYPE_EFI		0x70		/* EFI framebuffer */

#define VIDEO_CAPABILITY_SKIP_QUIRKS	(1 << 0)
#define VIDEO_CAPABILITY_64BIT_BASE	(1 << 1)

/* e820 types: ACPI 6.5 table 15.4, and the values Linux adds to them */
#define E820_TYPE_RAM		1
#define E820_TYPE_RESERVED	2
#define E820_TYPE_ACPI		3	/* reclaimable */
#define E820_TYPE_NVS		4
#define E820_TYPE_UNUSABLE	5
#define E820_TYPE_PMEM		7
#define E820_TYPE_PRAM		12
#define E820_TYPE_SOFT_RESERVED	0xefffffff

#define E820_MAX_ENTRIES_ZEROPAGE	128

/* setup_data.type */
#define SETUP_NONE		0
#define SETUP_E820_EXT		1
#define SETUP_DTB		2
#define SETUP_PCI		3
#define SETUP_EFI		4
#define SETUP_APPLE_PROPERTIES	5
#define SETUP_JAILHOUSE		6
#define SETUP_CC_BLOB		7
#define SETUP_IMA		8
#define SETUP_RNG_SEED		9
#define SETUP_INDIRECT		0x80000000u
/* ours, far from the numbers Linux hands out: a struct boot_trace, see <boot/stage.h> */
#define SETUP_LANTERN_TRACE	0x4c54524eu
#define SETUP_LANTERN_HANDOFF	0x4c54484fu	/* a struct handoff_record, see <boot/handoff.h> */
#define SETUP_LANTERN_GOP	0x4c544750u	/* a struct gop_modes, see <boot/gop.h> */

/* efi_info.efi_loader_signature */
#define EFI64_LOADER_SIGNATURE	0x34364c45u	/* "EL64" */
#define EFI32_LOADER_SIGNATURE	0x32334c45u	/* "EL32" */

/* boot_params.secure_boot */
#define SECURE_BOOT_UNSET	0
#define SECURE_BOOT_UNKNOWN	1
#define SECURE_BOOT_DISABLED	2
#define SECURE_BOOT_ENABLED	3

#ifndef __ASSEMBLY__
#include <lib/types.h>

struct screen_info {
	u8	orig_x;			/* 0x00 */
	u8	orig_y;
	u16	ext_mem_k;		/* 0x02, KiB above 1 MiB by INT 15h 88h */
	u16	orig_video_page;
	u8	orig_video_mode;	/* 0x06 */
	u8	orig_video_cols;
	u8	flags;			/* 0x08 */
	u8	unused2;
	u16	orig_video_ega_bx;	/* 0x0a */
	u16	unused3;
	u8	orig_video_lines;	/* 0x0e */
	u8	orig_video_isVGA;	/* 0x0f, VIDEO_TYPE_* */
	u16	orig_video_points;	/* 0x10, font height */
	u16	lfb_width;		/* 0x12, pixels */
	u16	lfb_height;		/* 0x14 */
	u16	lfb_depth;		/* 0x16, bits per pixel */
	u32	lfb_base;		/* 0x18 */
	u32	lfb_size;		/* 0x1c, bytes for EFI, 64 KiB units for VESA */
	u16	cl_magic, cl_offset;	/* 0x20, old command line */
	u16	lfb_linelength;		/* 0x24, bytes */
	u8	red_size, red_pos;	/* 0x26, bits */
	u8	green_size, green_pos;
	u8	blue_size, blue_pos;
	u8	rsvd_size, rsvd_pos;
	u16	vesapm_seg, vesapm_off;	/* 0x2e */
	u16	pages;			/* 0x32 */
	u16	vesa_attributes;
	u32	capabilities;		/* 0x36, VIDEO_CAPABILITY_* */
	u32	ext_lfb_base;		/* 0x3a, upper half */
	u8	reserved[2];
} __packed;

struct efi_info {
	u32	efi_loader_signature;
	u32	efi_systab;
	u32	efi_memdesc_size;	/* bytes, the stride of the map */
	u32	efi_memdesc_version;
	u32	efi_memmap;
	u32	efi_memmap_size;	/* bytes */
	u32	efi_systab_hi;
	u32	efi_memmap_hi;
} __packed;

struct setup_header {
	u8	setup_sects;		/* 0x1f1, 512-byte units after the first */
	u16	root_flags;
	u32	syssize;		/* 0x1f4, 16-byte units */
	u16	ram_size;
	u16	vid_mode;		/* 0x1fa */
	u16	root_dev;
	u16	boot_flag;		/* 0x1fe, BOOT_FLAG_MAGIC */
	u16	jump;			/* 0x200 */
	u32	header;			/* 0x202, SETUP_HEADER_MAGIC */
	u16	version;		/* 0x206, BOOT_PROTOCOL_VERSION */
	u32	realmode_swtch;
	u16	start_sys_seg;
	u16	kernel_version;		/* 0x20e, offset of the string minus 0x200 */
	u8	type_of_loader;		/* 0x210 */
	u8	loadflags;
	u16	setup_move_size;
	u32	code32_start;		/* 0x214 */
	u32	ramdisk_image;		/* 0x218 */
	u32	ramdisk_size;
	u32	bootsect_kludge;
	u16	heap_end_ptr;		/* 0x224 */
	u8	ext_loader_ver;
	u8	ext_loader_type;
	u32	cmd_line_ptr;		/* 0x228 */
	u32	initrd_addr_max;
	u32	kernel_alignment;	/* 0x230 */
	u8	relocatable_kernel;
	u8	min_alignment;		/* log2 */
	u16	xloadflags;		/* 0x236 */
	u32	cmdline_size;		/* 0x238, without the NUL */
	u32	hardware_subarch;
	u64	hardware_subarch_data;
	u32	payload_offset;		/* 0x248 */
	u32	payload_length;
	u64	setup_data;		/* 0x250, first struct setup_data */
	u64	pref_address;		/* 0x258 */
	u32	init_size;		/* 0x260, bytes */
	u32	handover_offset;
	u32	kernel_info_offset;	/* 0x268 */
} __packed;

struct boot_e820_entry {
	u64	addr;
	u64	size;			/* bytes */
	u32	type;			/* E820_TYPE_* */
} __packed;

struct setup_data {
	u64	next;			/* physical, 0 ends the list */
	u32	type;			/* SETUP_* */
	u32	len;			/* bytes of data[] */
	u8	data[];
} __packed;				/* lists are made by others: at any address */

struct boot_params {
	struct screen_info screen_info;			/* 0x000 */
	u8	apm_bios_info[0x14];			/* 0x040 */
	u8	_pad2[4];
	u64	tboot_addr;				/* 0x058 */
	u8	ist_info[0x10];
	u64	acpi_rsdp_addr;				/* 0x070 */
	u8	_pad3[8];
	u8	hd0_info[16];				/* 0x080 */
	u8	hd1_info[16];
	u8	sys_desc_table[16];
	u8	olpc_ofw_header[16];
	u32	ext_ramdisk_image;			/* 0x0c0 */
	u32	ext_ramdisk_size;
	u32	ext_cmd_line_ptr;			/* 0x0c8 */
	u8	_pad4[112];
	u32	cc_blob_address;			/* 0x13c */
	u8	edid_info[0x80];			/* 0x140 */
	struct efi_info efi_info;			/* 0x1c0 */
	u32	alt_mem_k;				/* 0x1e0 */
	u32	scratch;
	u8	e820_entries;				/* 0x1e8 */
	u8	eddbuf_entries;
	u8	edd_mbr_sig_buf_entries;
	u8	kbd_status;
	u8	secure_boot;				/* 0x1ec, SECURE_BOOT_* */
	u8	_pad5[2];
	u8	sentinel;				/* 0x1ef, 0 unless the loader copied too much */
	u8	_pad6[1];
	struct setup_header hdr;			/* 0x1f1 */
	u8	_pad7[0x290 - SETUP_HEADER_END];
	u32	edd_mbr_sig_buffer[16];			/* 0x290 */
	struct boot_e820_entry e820_table[E820_MAX_ENTRIES_ZEROPAGE];	/* 0x2d0 */
	u8	_pad8[48];				/* 0xcd0 */
	u8	eddbuf[6 * 82];				/* 0xd00 */
	u8	_pad9[276];				/* 0xeec */
} __packed __aligned(8);

static_assert(sizeof(struct screen_info) == 0x40, "zero-page.rst");
static_assert(offsetof(struct screen_info, lfb_linelength) == 0x24, "zero-page.rst");
static_assert(offsetof(struct screen_info, capabilities) == 0x36, "zero-page.rst");
static_assert(sizeof(struct efi_info) == 0x20, "zero-page.rst");
static_assert(sizeof(struct boot_e820_entry) == 20, "zero-page.rst");
static_assert(sizeof(struct setup_data) == 16, "boot.rst, setup_data");
static_assert(sizeof(struct setup_header) == SETUP_HEADER_END - SETUP_HEADER_OFFSET, "boot.rst");
static_assert(offsetof(struct boot_params, acpi_rsdp_addr) == 0x070, "zero-page.rst");
static_assert(offsetof(struct boot_params, ext_ramdisk_image) == 0x0c0, "zero-page.rst");
static_assert(offsetof(struct boot_params, cc_blob_address) == 0x13c, "zero-page.rst");
static_assert(offsetof(struct boot_params, efi_info) == 0x1c0, "zero-page.rst");
static_assert(offsetof(struct boot_params, e820_entries) == 0x1e8, "zero-page.rst");
static_assert(offsetof(struct boot_params, secure_boot) == 0x1ec, "zero-page.rst");
static_assert(offsetof(struct boot_params, sentinel) == 0x1ef, "zero-page.rst");
static_assert(offsetof(struct boot_params, hdr) == SETUP_HEADER_OFFSET, "zero-page.rst");
static_assert(offsetof(struct boot_params, hdr.code32_start) == 0x214, "boot.rst");
static_assert(offsetof(struct boot_params, hdr.cmd_line_ptr) == 0x228, "boot.rst");
static_assert(offsetof(struct boot_params, hdr.xloadflags) == 0x236, "boot.rst");
static_assert(offsetof(struct boot_params, hdr.setup_data) == 0x250, "boot.rst");
static_assert(offsetof(struct boot_params, hdr.init_size) == 0x260, "boot.rst");
static_assert(offsetof(struct boot_params, e820_table) == 0x2d0, "zero-page.rst");
static_assert(sizeof(struct boot_params) == BOOT_PARAMS_SIZE, "zero-page.rst");

#endif /* __ASSEMBLY__ */
#endif
