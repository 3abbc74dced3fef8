/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few ACPI tables the kernel reads itself. Signature, length and checksum
 * of a table are checked before a field of it is believed (ACPI 6.5, 5.2).
 */
#ifndef KERNEL_ACPI_H
#define KERNEL_ACPI_H

#include <lib/types.h>

/* What every table begins with, 5.2.6. */
struct acpi_header {
	char	signature[4];
	u32	length;			/* bytes, this header included */
	u8	revision, checksum;
	char	oem_id[6], oem_table_id[8];
	u32	oem_revision, creator_id, creator_revision;
} __packed;

/**
 * acpi_init() - find RSDP, FADT and DSDT; says what is missing or damaged
 * @rsdp: where the loader says the RSDP is; 0: look where a BIOS keeps it
 */
void acpi_init(phys_addr_t rsdp);

/**
 * acpi_reserve_tables() - keep the tables that lie in RAM, before mm_init()
 * They belong into memory of their own, but some firmware has them in that of its boot services.
 */
void acpi_reserve_tables(void);

/**
 * acpi_find_table() - the first table with this signature of four letters
 * Return: header->length bytes, mapped for good, checksum right; NULL when there
 * is none or it is damaged, which is said. Context: after acpi_init().
 */
const struct acpi_header *acpi_find_table(const char *signature);

/** acpi_pm_timer_port() - I/O port of the PM timer, 0 when there is none */
u16 acpi_pm_timer_port(void);

/** acpi_reset() - write the FADT's reset register; returns when there is none or it did nothing */
void acpi_reset(void);

/** acpi_poweroff() - enter S5 through PM1 or sleep control; returns when the tables do not say how */
void acpi_poweroff(void);

#endif
