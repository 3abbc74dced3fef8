/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of this folder. */
#ifndef ACPI_INTERNAL_H
#define ACPI_INTERNAL_H

#include <kernel/acpi.h>

/**
 * acpi_map_table() - the table at @pa, mapped for good, its length and checksum checked
 * @signature: what it must be; a message says what is wrong with it
 * Return: NULL for @pa 0 and for a table that is not to be believed.
 */
const struct acpi_header *acpi_map_table(phys_addr_t pa, const char *signature);

/**
 * typedef acpi_visit_t - a table that the root table names, and the root itself
 * @h:   the header; what it says is not checked
 * @why: it is not to be believed; NULL: length and checksum are right
 */
typedef void (*acpi_visit_t)(phys_addr_t pa, const struct acpi_header *h, const char *why);

/** acpi_each_table() - visit each table once; maps those that no one has asked for yet */
void acpi_each_table(acpi_visit_t visit);

/* What the two PM1 control registers are to be told for soft-off (7.4.2) */
struct acpi_s5 {
	bool	valid;
	u8	type_a, type_b;		/* 0 to 7 */
};

/**
 * acpi_scan_s5() - the package named \_S5 in @len bytes of AML, damaged or hostile as they may be
 * Return: @s5->valid. Nothing is read beyond the end; each byte is looked at a few times at most.
 */
bool acpi_scan_s5(const void *aml, size_t len, struct acpi_s5 *s5);

/** mcfg_init() - print where PCI configuration space is in memory; acpi_init() calls it */
void mcfg_init(void);

/** fpdt_init() - read the firmware's time stamps */
void fpdt_init(void);

/** fadt_init() - read what the FADT and the DSDT tell; acpi_init() calls it */
void fadt_init(void);

#endif
