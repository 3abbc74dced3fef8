/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory maps edited by the user: mem= and memmap= on the command line, in all
 * the forms of Linux (kernel-parameters.txt). Pure: the host tests and the
 * fuzzer run the same code.
 */
#ifndef LIB_E820_EDIT_H
#define LIB_E820_EDIT_H

#include <boot/bootparam.h>

struct e820_map {
	struct boot_e820_entry	*entry;
	unsigned int		nr, max;
};

/**
 * e820_set_range() - [@start, @end) gets type @to, whatever it was
 * @to: E820_TYPE_*, or 0 to take the range out of the map
 * Return: 0, or -1 when the map has no room; it is then unchanged.
 */
int e820_set_range(struct e820_map *map, u64 start, u64 end, u32 to);

/** e820_convert_range() - only what has type @from in [@start, @end) becomes @to; as above */
int e820_convert_range(struct e820_map *map, u64 start, u64 end, u32 from, u32 to);

/**
 * e820_edit() - apply all mem= and memmap= options in order
 *   mem=N, memmap=N      no RAM above N
 *   memmap=exactmap      start from an empty map
 *   memmap=N@S N#S N$S N!S   RAM, ACPI data, reserved, PRAM at [S, S + N)
 *   memmap=N%S-old+new   retype what has type old (either part may be missing)
 * Several of them may stand in one option, separated by commas.
 * @bad, @bad_size: receives the first piece that makes no sense, "" if none; it
 * is skipped
 * The map is neither sorted nor merged afterwards: e820_sanitize() does that.
 * Return: number of pieces applied, -1 when the map has no room.
 */
int e820_edit(struct e820_map *map, const char *cmdline, char *bad, size_t bad_size);

#endif
