/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the kernel goes when no firmware can be asked: the free places are those
 * of the e820 map, less what must survive until the kernel has copied it.
 */
#include <asm/page.h>
#include "loader.h"
#include <lib/cmdline.h>
#include <lib/memparse.h>
#include <lib/string.h>

#define MIN_ADDRESS	SZ_1M
#define MAX_AVOID	24

struct range {
	u64	start, end;
};

struct avoid_list {
	unsigned int	nr;
	struct range	range[MAX_AVOID];
	u64		limit;		/* mem=: no memory above */
	bool		unknown;	/* something that does not fit the list: do not move at all */
};

static void avoid(struct avoid_list *list, u64 start, u64 size)
{
	if (!size)
		return;
	if (list->nr == MAX_AVOID || start + size < start) {
		list->unknown = true;
		return;
	}
	list->range[list->nr++] = (struct range){ start, start + size };
}

/* memmap=SIZE$START, SIZE#START and SIZE!START take memory away; other forms redraw the map. */
static void avoid_memmap(struct avoid_list *list, const char *value)
{
	while (*value) {
		const char *end;
		u64 size = memparse(value, &end), start;
		char kind = *end;

		if (end == value || !kind || !strchr("$#!", kind)) {
			list->unknown = true;
			return;
		}
		start = memparse(end + 1, &value);
		avoid(list, start, size);
		if (*value == ',')
			value++;
		else if (*value) {
			list->unknown = true;
			return;
		}
	}
}

static void avoid_user_ranges(struct avoid_list *list)
{
	const char *cmdline = loader_cmdline(), *end;
	const char *pos;
	char value[256];
	int len;

	list->limit = ~0ULL;
	for (pos = cmdline; (len = cmdline_next_option(&pos, "mem", value, sizeof(value))) >= 0; ) {
		u64 limit = memparse(value, &end);

		if (*end || (len && !limit))
			list->unknown = true;	/* mem=nopentium and the like: leave it to the kernel */
		else if (len)
			list->limit = min(list->limit, limit);
	}
	for (pos = cmdline; (len = cmdline_next_option(&pos, "memmap", value, sizeof(value))) >= 0; ) {
		if (len >= (int)sizeof(value))
			list->unknown = true;
		else
			avoid_memmap(list, value);
	}
}

static void avoid_setup_data(struct avoid_list *list, const struct boot_params *params)
{
	const struct setup_data *node = (const void *)params->hdr.setup_data;
	unsigned int n;

	for (n = 0; node; node = (const void *)node->next, n++) {
		if (n == MAX_AVOID) {		/* a long list, or a loop: the kernel tells which */
			list->unknown = true;
			return;
		}
		avoid(list, (u64)node, sizeof(*node) + node->len);
	}
}

static void build_avoid_list(struct avoid_list *list, const struct boot_params *params)
{
	memset(list, 0, sizeof(*list));
	avoid(list, (u64)_pm_start, (u64)_image_end + LOADER_WORKSPACE - (u64)_pm_start);
	avoid(list, (u64)params, sizeof(*params));
	avoid(list, params->hdr.cmd_line_ptr | (u64)params->ext_cmd_line_ptr << 32, COMMAND_LINE_SIZE);
	avoid(list, params->hdr.ramdisk_image | (u64)params->ext_ramdisk_image << 32,
	      params->hdr.ramdisk_size | (u64)params->ext_ramdisk_size << 32);
	avoid_setup_data(list, params);
	avoid_user_ranges(list);
}

static bool overlaps_sooner(const struct range *r, const struct range *best, u64 start, u64 end)
{
	return r->start < end && r->end > start && r->start < best->start;
}

/*
 * The range to keep clear of that begins first among those that overlap [@start,
 * @end); [@end, @end) if none. In maps that contradict themselves RAM is what
 * nothing else claims.
 */
static struct range first_overlap(const struct avoid_list *list, const struct boot_params *params,
				  u64 start, u64 end)
{
	struct range first = { end, end };
	unsigned int i;

	for (i = 0; i < list->nr; i++)
		if (overlaps_sooner(&list->range[i], &first, start, end))
			first = list->range[i];
	for (i = 0; i < params->e820_entries; i++) {
		const struct boot_e820_entry *e = &params->e820_table[i];
		struct range r = { e->addr, e->addr + min(e->size, ~e->addr) };

		if (e->type != E820_TYPE_RAM && e->size && overlaps_sooner(&r, &first, start, end))
			first = r;
	}
	return first;
}

/* Count the places in one piece of free memory; *@pa is set when the one sought is among them. */
static void slots_in(u64 start, u64 end, u64 size, u64 sought, u64 *count, u64 *pa)
{
	u64 n, first = ALIGN(start, KERNEL_ALIGN);

	if (first < start || first >= end || end - first < size)
		return;
	n = (end - first - size) / KERNEL_ALIGN + 1;
	if (sought >= *count && sought - *count < n)
		*pa = first + (sought - *count) * KERNEL_ALIGN;
	*count += n;
}

static u64 find_slot(const struct avoid_list *list, const struct boot_params *params, u64 size,
		     u64 sought, u64 *count)
{
	u64 pa = 0;
	unsigned int i;

	*count = 0;
	for (i = 0; i < params->e820_entries; i++) {
		const struct boot_e820_entry *e = &params->e820_table[i];
		u64 start = max(e->addr, (u64)MIN_ADDRESS), end = min(e->addr + e->size, list->limit);
		struct range r;

		if (e->type != E820_TYPE_RAM || e->addr + e->size < e->addr)
			continue;
		for (; start < end; start = r.end) {
			r = first_overlap(list, params, start, end);
			slots_in(start, r.start, size, sought, count, &pa);
		}
	}
	return pa;
}

u64 loader_place(const struct boot_params *params, u64 out, u64 size, u64 random)
{
	struct avoid_list list;
	u64 count, pa;

	if (!random)
		return out;
	build_avoid_list(&list, params);
	if (list.unknown) {
		loader_detail("physical KASLR off: memory is edited, or too much to keep clear of");
		return out;
	}
	find_slot(&list, params, size, ~0ULL, &count);
	if (!count)
		return out;
	pa = find_slot(&list, params, size, random % count, &count);
	return pa ? pa : out;
}
