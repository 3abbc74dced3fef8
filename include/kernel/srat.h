/* SPDX-License-Identifier: BSD-2-Clause */
/* The ACPI tables that say what memory is near which CPU. */
#ifndef KERNEL_SRAT_H
#define KERNEL_SRAT_H

#include <kernel/acpi.h>
#include <mm/numa.h>

/**
 * acpi_numa_map() - the nodes of the machine, from SRAT and SLIT
 * Return: NULL when there is no SRAT, when it makes no sense, which is said, and
 * with "numa=off"; else a map that stays. Context: once, after acpi_init().
 */
const struct numa_map *acpi_numa_map(void);

/**
 * srat_read() - fill @map from a table; slit_read() - set its distances
 * @srat, @header: header->length bytes can be read; nothing else of it is believed
 * Return: NULL, or what is wrong. After a failure of srat_read() the map has no
 * meaning; slit_read() leaves it as it was then.
 */
const char *srat_read(const struct acpi_header *srat, struct numa_map *map);
const char *slit_read(const struct acpi_header *header, struct numa_map *map);

#endif
