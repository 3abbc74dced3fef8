/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One primitive does all the work: cut a range out of every entry, giving the
 * pieces inside it another type or none. Pieces are appended, so the map loses
 * its order and is sorted once at the end by the caller.
 */
#include <lib/cmdline.h>
#include <lib/e820_edit.h>
#include <lib/memparse.h>
#include <lib/string.h>

#define ANY_TYPE	0

static u64 entry_end(const struct boot_e820_entry *e)
{
	return e->addr + e->size < e->addr ? ~0ULL : e->addr + e->size;
}

static void append(struct e820_map *map, u64 start, u64 end, u32 type)
{
	if (start < end)
		map->entry[map->nr++] = (struct boot_e820_entry){ start, end - start, type };
}

/* Each entry cut leaves at most a piece before it in place and two appended. */
static bool has_room(const struct e820_map *map, u64 start, u64 end)
{
	unsigned int i, cut = 1;

	for (i = 0; i < map->nr; i++)
		if (map->entry[i].addr < end && entry_end(&map->entry[i]) > start)
			cut++;
	return map->nr + 2 * cut <= map->max;
}

static void cut(struct e820_map *map, u64 start, u64 end, u32 from, u32 to)
{
	unsigned int i, nr = map->nr;

	for (i = 0; i < nr; i++) {
		struct boot_e820_entry *e = &map->entry[i];
		u64 e_start = e->addr, e_end = entry_end(e);
		u32 type = e->type;

		if (e_start >= end || e_end <= start || (from != ANY_TYPE && type != from))
			continue;
		e->size = start > e_start ? start - e_start : 0;	/* e820_sanitize() drops empty ones */
		append(map, end, e_end, type);
		if (to)
			append(map, e_start > start ? e_start : start, e_end < end ? e_end : end, to);
	}
}

int e820_convert_range(struct e820_map *map, u64 start, u64 end, u32 from, u32 to)
{
	if (start >= end)
		return 0;
	if (!has_room(map, start, end))
		return -1;
	cut(map, start, end, from, to);
	return 0;
}

int e820_set_range(struct e820_map *map, u64 start, u64 end, u32 to)
{
	if (start >= end)
		return 0;
	if (!has_room(map, start, end))
		return -1;
	cut(map, start, end, ANY_TYPE, 0);
	if (to)
		append(map, start, end, to);
	return 0;
}

static u64 saturating_end(u64 start, u64 size)
{
	return start + size < start ? ~0ULL : start + size;
}

/* "-old+new" after N%S; types are numbers. *@end is left at the first character not used. */
static int convert(struct e820_map *map, u64 start, u64 size, const char *s, const char **end)
{
	u32 from = ANY_TYPE, to = 0;

	if (*s == '-')
		from = memparse(s + 1, &s);
	if (*s == '+')
		to = memparse(s + 1, &s);
	*end = s;
	return e820_convert_range(map, start, saturating_end(start, size), from, to);
}

static u32 type_of_mark(char c)
{
	switch (c) {
	case '@': return E820_TYPE_RAM;
	case '#': return E820_TYPE_ACPI;
	case '$': return E820_TYPE_RESERVED;
	case '!': return E820_TYPE_PRAM;
	}
	return 0;
}

/* One piece of memmap=; 1 applied, 0 not understood, -1 no room. */
static int apply_piece(struct e820_map *map, const char *s)
{
	const char *end, *after;
	u64 size, start;
	u32 type;
	int err;

	if (!strcmp(s, "exactmap")) {
		map->nr = 0;
		return 1;
	}
	size = memparse(s, &end);
	if (end == s || !size)
		return 0;
	if (!*end)
		return e820_convert_range(map, size, ~0ULL, E820_TYPE_RAM, 0) ? -1 : 1;
	start = memparse(end + 1, &after);
	if (after == end + 1)
		return 0;
	type = type_of_mark(*end);
	if (*end == '%')
		err = convert(map, start, size, after, &after);
	else if (type && !*after)
		err = e820_set_range(map, start, saturating_end(start, size), type);
	else
		return 0;
	if (err)
		return -1;
	return !*after;
}

static void remember_bad(const char *piece, char *bad, size_t size)
{
	if (!bad[0])
		strscpy(bad, piece, size);
}

/* All pieces of one value; it is taken apart in place. */
static int apply_value(struct e820_map *map, char *value, char *bad, size_t bad_size)
{
	int applied = 0, ret;

	while (*value) {
		char *comma = strchr(value, ',');

		if (comma)
			*comma = 0;
		ret = apply_piece(map, value);
		if (ret < 0)
			return -1;
		if (!ret)
			remember_bad(value, bad, bad_size);
		applied += ret;
		value = comma ? comma + 1 : value + strlen(value);
	}
	return applied;
}

static int apply_option(struct e820_map *map, const char *cmdline, const char *option, char *bad, size_t bad_size)
{
	char value[256];
	int len, applied = 0, ret;

	while ((len = cmdline_next_option(&cmdline, option, value, sizeof(value))) >= 0) {
		if (len >= (int)sizeof(value)) {
			remember_bad("a value longer than 255 bytes", bad, bad_size);
			continue;
		}
		ret = apply_value(map, value, bad, bad_size);
		if (ret < 0)
			return -1;
		applied += ret;
	}
	return applied;
}

int e820_edit(struct e820_map *map, const char *cmdline, char *bad, size_t bad_size)
{
	int memmap, mem;

	bad[0] = 0;
	memmap = apply_option(map, cmdline, "memmap", bad, bad_size);
	if (memmap < 0)
		return -1;
	mem = apply_option(map, cmdline, "mem", bad, bad_size);
	return mem < 0 ? -1 : memmap + mem;
}
