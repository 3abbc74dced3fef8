/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The numbers of a PE32+ header (Microsoft PE/COFF specification, and UEFI 2.10
 * section 2.1.1 for the subsystem). Read by header.S.
 */
#ifndef BOOT_PE_H
#define BOOT_PE_H

#define IMAGE_DOS_SIGNATURE		0x5a4d		/* "MZ" */
#define IMAGE_NT_SIGNATURE		0x00004550	/* "PE\0\0" */

#define IMAGE_FILE_MACHINE_I386		0x014c
#define IMAGE_FILE_MACHINE_AMD64	0x8664

/* COFF characteristics; bit 0, RELOCS_STRIPPED, is never set: shim refuses it */
#define IMAGE_FILE_EXECUTABLE_IMAGE	0x0002
#define IMAGE_FILE_LINE_NUMS_STRIPPED	0x0004
#define IMAGE_FILE_DEBUG_STRIPPED	0x0200

#define IMAGE_NT_OPTIONAL_HDR64_MAGIC	0x020b
#define IMAGE_SUBSYSTEM_EFI_APPLICATION	10
#define IMAGE_DLLCHARACTERISTICS_NX_COMPAT	0x0100

#define IMAGE_SCN_CNT_CODE		0x00000020
#define IMAGE_SCN_CNT_INITIALIZED_DATA	0x00000040
#define IMAGE_SCN_MEM_DISCARDABLE	0x02000000
#define IMAGE_SCN_MEM_EXECUTE		0x20000000
#define IMAGE_SCN_MEM_READ		0x40000000
#define IMAGE_SCN_MEM_WRITE		0x80000000

#define PE_SECTION_ALIGNMENT		0x1000
#define PE_FILE_ALIGNMENT		0x200
#define PE_HEADERS_SIZE			0x1000
#define PE_DATA_DIRECTORIES		6

/* major image version 3: the stub understands LoadFile2 initrds and mixed mode (linux/pe.h) */
#define LINUX_EFISTUB_MAJOR_VERSION	3
#define LINUX_EFISTUB_MINOR_VERSION	0
/* at 0x38: "a Linux EFI stub is here", read by GRUB and systemd */
#define LINUX_PE_MAGIC			0x818223cd

#endif
