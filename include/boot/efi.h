/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UEFI as the tree speaks of it: the types come from gnu-efi's headers, under
 * the lower-case spelling of Linux; what those headers lack is declared here
 * with the section of UEFI 2.10 it comes from. No code, layouts only.
 */
#ifndef BOOT_EFI_H
#define BOOT_EFI_H

#ifndef GNU_EFI_USE_MS_ABI
#define GNU_EFI_USE_MS_ABI 1	/* EFIAPI is the Microsoft ABI, called directly */
#endif
#include <lib/types.h>
#pragma push_macro("ALIGN")	/* gnu-efi has one of its own, with another meaning */
#undef ALIGN
#include <efi.h>
#undef ALIGN
#pragma pop_macro("ALIGN")

typedef CHAR16				efi_char16_t;
typedef EFI_STATUS			efi_status_t;
typedef EFI_HANDLE			efi_handle_t;
typedef EFI_GUID			efi_guid_t;
typedef EFI_SYSTEM_TABLE		efi_system_table_t;
typedef EFI_BOOT_SERVICES		efi_boot_services_t;
typedef EFI_RUNTIME_SERVICES		efi_runtime_services_t;
typedef EFI_LOADED_IMAGE		efi_loaded_image_t;
typedef EFI_MEMORY_DESCRIPTOR		efi_memory_desc_t;
typedef EFI_CONFIGURATION_TABLE		efi_config_table_t;
typedef EFI_DEVICE_PATH			efi_device_path_t;
typedef EFI_GRAPHICS_OUTPUT_PROTOCOL	efi_graphics_output_t;
typedef EFI_FILE_PROTOCOL		efi_file_t;
typedef EFI_SIMPLE_FILE_SYSTEM_PROTOCOL	efi_simple_file_system_t;
typedef EFI_LOAD_FILE_PROTOCOL		efi_load_file2_t;	/* same layout, 13.2 */
typedef EFI_RNG_PROTOCOL		efi_rng_t;

#define EFI_SYSTEM_TABLE_MAGIC		0x5453595320494249ULL	/* "IBI SYST", 4.3.1 */

/* Memory types after EfiPalCode, and attributes, 7.2.1 and 7.2.3 */
#define EFI_PERSISTENT_MEMORY_TYPE	14
#define EFI_UNACCEPTED_MEMORY_TYPE	15
#define EFI_ATTR_SP			0x0000000000040000ULL
#define EFI_ATTR_RO			0x0000000000020000ULL
#define EFI_ATTR_XP			0x0000000000004000ULL
#define EFI_ATTR_RP			0x0000000000002000ULL
#define EFI_ATTR_RUNTIME		0x8000000000000000ULL

/* EFI_SYSTEM_TABLE of 32-bit firmware as a 64-bit kernel reads it, 4.3.1: pointers and UINTN of 4 bytes */
typedef struct {
	EFI_TABLE_HEADER	Hdr;
	u32			FirmwareVendor;
	u32			FirmwareRevision;
	u32			ConsoleInHandle, ConIn, ConsoleOutHandle, ConOut, StandardErrorHandle, StdErr;
	u32			RuntimeServices, BootServices;
	u32			NumberOfTableEntries;
	u32			ConfigurationTable;
} efi_system_table_32_t;

/* EFI_MEMORY_ATTRIBUTE_PROTOCOL, 37.7 (UEFI 2.10) */
typedef struct efi_memory_attribute efi_memory_attribute_t;
struct efi_memory_attribute {
	efi_status_t (EFIAPI *get)(efi_memory_attribute_t *this, u64 base, u64 len, u64 *attrs);
	efi_status_t (EFIAPI *set)(efi_memory_attribute_t *this, u64 base, u64 len, u64 attrs);
	efi_status_t (EFIAPI *clear)(efi_memory_attribute_t *this, u64 base, u64 len, u64 attrs);
};

#define LANTERN_GUID(a, b, c, ...)	((efi_guid_t){ a, b, c, { __VA_ARGS__ } })

#define LOADED_IMAGE_GUID	LANTERN_GUID(0x5b1b31a1, 0x9562, 0x11d2, 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)
#define SIMPLE_FILE_SYSTEM_GUID	LANTERN_GUID(0x964e5b22, 0x6459, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)
#define FILE_INFO_GUID		LANTERN_GUID(0x09576e92, 0x6d3f, 0x11d2, 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b)
#define LOAD_FILE2_GUID		LANTERN_GUID(0x4006c0c1, 0xfcb3, 0x403e, 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d)
#define INITRD_MEDIA_GUID	LANTERN_GUID(0x5568e427, 0x68fc, 0x4f3d, 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68)
#define GRAPHICS_OUTPUT_GUID	LANTERN_GUID(0x9042a9de, 0x23dc, 0x4a38, 0x96, 0xfb, 0x7a, 0xde, 0xd0, 0x80, 0x51, 0x6a)
#define CONSOLE_OUT_DEVICE_GUID	LANTERN_GUID(0xd3b36f2c, 0xd551, 0x11d4, 0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)
#define RNG_GUID		LANTERN_GUID(0x3152bca5, 0xeade, 0x433d, 0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44)
#define MEMORY_ATTRIBUTE_GUID	LANTERN_GUID(0xf4560cf6, 0x40ec, 0x4b4a, 0xa1, 0x92, 0xbf, 0x1d, 0x57, 0xd0, 0xb1, 0x89)
#define ACPI_20_GUID		LANTERN_GUID(0x8868e871, 0xe4f1, 0x11d3, 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81)
#define ACPI_10_GUID		LANTERN_GUID(0xeb9d2d30, 0x2d88, 0x11d3, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)
#define SMBIOS_GUID		LANTERN_GUID(0xeb9d2d31, 0x2d88, 0x11d3, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)
#define SMBIOS3_GUID		LANTERN_GUID(0xf2fd1544, 0x9794, 0x4a2c, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94)
#define GLOBAL_VARIABLE_GUID	LANTERN_GUID(0x8be4df61, 0x93ca, 0x11d2, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c)
#define SHIM_LOCK_GUID		LANTERN_GUID(0x605dab50, 0xe046, 0x4300, 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23)
#define RANDOM_SEED_GUID	LANTERN_GUID(0x1ce1e5bc, 0x7ceb, 0x42f2, 0x81, 0xe5, 0x8a, 0xad, 0xf1, 0x80, 0xf5, 0x7b)

#endif
