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

/** fadt_init() - read what the FADT and the DSDT tell; acpi_init() calls it */
void fadt_init(void);

#endif
