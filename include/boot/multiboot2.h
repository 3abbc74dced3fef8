/* SPDX-License-Identifier: BSD-2-Clause */
/* The Multiboot2 specification, version 2.0: what the header asks and what a loader tells. */
#ifndef BOOT_MULTIBOOT2_H
#define BOOT_MULTIBOOT2_H

/* 3.1.1 and 3.1.3 to 3.1.9: the header and its tags */
#define MULTIBOOT2_HEADER_MAGIC			0xe85250d6
#define MULTIBOOT2_ARCHITECTURE_I386		0
#define MULTIBOOT2_HEADER_TAG_END		0
#define MULTIBOOT2_HEADER_TAG_ADDRESS		2
#define MULTIBOOT2_HEADER_TAG_ENTRY_ADDRESS	3
#define MULTIBOOT2_HEADER_TAG_FRAMEBUFFER	5
#define MULTIBOOT2_HEADER_TAG_RELOCATABLE	10
#define MULTIBOOT2_HEADER_TAG_OPTIONAL		1	/* flags */
#define MULTIBOOT2_LOAD_PREFERENCE_LOW		1

/* 3.3: in EAX at the entry point; the information is at EBX */
#define MULTIBOOT2_BOOTLOADER_MAGIC		0x36d76289

/* 3.6: tags of the information */
#define MULTIBOOT2_TAG_END			0
#define MULTIBOOT2_TAG_CMDLINE			1
#define MULTIBOOT2_TAG_MODULE			3
#define MULTIBOOT2_TAG_MMAP			6
#define MULTIBOOT2_TAG_FRAMEBUFFER		8
#define MULTIBOOT2_TAG_ACPI_OLD			14
#define MULTIBOOT2_TAG_ACPI_NEW			15

#define MULTIBOOT2_FRAMEBUFFER_RGB		1
#define MULTIBOOT2_FRAMEBUFFER_TEXT		2

#ifndef __ASSEMBLY__
#include <lib/types.h>

struct multiboot2_info {
	u32	total_size;		/* bytes, with this header */
	u32	reserved;
};

struct multiboot2_tag {			/* each begins at a multiple of 8 */
	u32	type;
	u32	size;			/* bytes, with this header, without padding */
};

struct multiboot2_module {
	struct multiboot2_tag tag;
	u32	start, end;		/* physical */
	char	cmdline[];
};

struct multiboot2_mmap_entry {
	u64	addr;
	u64	size;
	u32	type;			/* as in e820 */
	u32	reserved;
};

struct multiboot2_mmap {
	struct multiboot2_tag tag;
	u32	entry_size;		/* multiple of 8, may grow */
	u32	entry_version;
};

struct multiboot2_framebuffer {
	struct multiboot2_tag tag;
	u64	addr;
	u32	pitch, width, height;	/* bytes, pixels or characters */
	u8	bpp, type;
	u16	reserved;
	u8	red_pos, red_size;	/* type RGB */
	u8	green_pos, green_size;
	u8	blue_pos, blue_size;
} __packed;

static_assert(sizeof(struct multiboot2_mmap_entry) == 24, "3.6.8");
static_assert(offsetof(struct multiboot2_framebuffer, red_pos) == 32, "3.6.12");

#endif
#endif
