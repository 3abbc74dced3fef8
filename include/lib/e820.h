/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rules for tables of e820 entries that hold in the EFI stub, in the kernel and
 * on the host alike: one way to sort a map and to settle overlaps.
 */
#ifndef LIB_E820_H
#define LIB_E820_H

#include <boot/bootparam.h>

/* Scratch space of e820_sanitize(): two of these for each entry given. */
struct e820_change {
	u64	addr;
	u32	type;
	u32	start;			/* 1: a range of @type begins here, 0: it ends */
};

struct e820_report {
	u32	empty;			/* entries of size 0, dropped */
	u32	wrapped;		/* entries that reached 2^64, cut at 2^64 - 1 */
	u32	overlaps;		/* unbroken ranges claimed by more than one entry */
};

/**
 * e820_sanitize() - sort @map by address, settle overlaps, merge neighbours
 * @map:     in: @nr entries in any order, overlapping, empty or wrapping;
 *           out: sorted, disjoint, no two touching entries of one type
 * @nr:      entries in @map
 * @max:     room in @map; 2 * @nr is always enough
 * @scratch: room for 2 * @nr elements
 * @report:  what had to be repaired; may be NULL
 *
 * Where entries overlap, the one that promises least wins: every other type
 * beats RAM, and among those e820_type_rank() decides. A type nobody knows
 * counts as reserved and keeps its number; of two such, the higher number wins.
 * The last address, 2^64 - 1, is given up, so that addr + size of an entry that
 * comes out never wraps.
 * Return: number of entries, or -1 when @max is too small; then @map is lost.
 */
int e820_sanitize(struct boot_e820_entry *map, unsigned int nr, unsigned int max,
		  struct e820_change *scratch, struct e820_report *report);

/**
 * e820_type_rank() - order of precedence in overlaps, higher wins
 * From low to high: RAM, soft-reserved, PMEM, PRAM, ACPI, NVS, any unknown
 * type, RESERVED, UNUSABLE.
 */
unsigned int e820_type_rank(u32 type);

/** e820_type_name() - "usable", "reserved", "ACPI data", ...; never NULL */
const char *e820_type_name(u32 type);

/** e820_total() - sum of the sizes of all entries of @type, in bytes */
u64 e820_total(const struct boot_e820_entry *map, unsigned int nr, u32 type);

#endif
