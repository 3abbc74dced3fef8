/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GenuineIntel.bin: updates one after the other, each with a header that names
 * its sizes and the CPU it is for, and perhaps more CPUs in a table at its end
 * (SDM 3A 10.11.1 to 10.11.5). Only what fits the CPU is added up.
 */
#include <asm/microcode.h>
#include <lib/unaligned.h>

struct intel_header {
	u32	version;		/* 1 */
	s32	revision;
	u32	date;			/* 0xMMDDYYYY */
	u32	signature;
	u32	checksum;		/* header and data add up to 0 */
	u32	loader_revision;	/* 1 */
	u32	platforms;		/* a bit for each platform ID */
	u32	data_size;		/* bytes after the header; 0: INTEL_OLD_DATA_SIZE */
	u32	total_size;		/* bytes with header and table; no meaning when data_size is 0 */
	u32	reserved[3];
} __packed;

struct intel_table {
	u32	count;
	u32	checksum;		/* table and signatures add up to 0 */
	u32	reserved[3];
} __packed;

struct intel_signature {
	u32	signature, platforms;
	u32	checksum;		/* the update's, if these were in its header */
} __packed;

#define INTEL_OLD_DATA_SIZE	2000u

static_assert(sizeof(struct intel_header) == INTEL_MICROCODE_HEADER_SIZE, "SDM 3A table 10-8");
static_assert(sizeof(struct intel_table) == 20 && sizeof(struct intel_signature) == 12, "SDM 3A table 10-8");

static u64 data_end(const struct intel_header *h)
{
	return sizeof(*h) + (h->data_size ? h->data_size : INTEL_OLD_DATA_SIZE);
}

static u64 total_size(const struct intel_header *h)
{
	return h->data_size ? h->total_size : data_end(h);
}

static u32 sum(const void *data, u64 size)
{
	u32 total = 0;

	for (u64 i = 0; i < size; i += 4)
		total += get_unaligned_le32((const u8 *)data + i);
	return total;
}

/* After this, all sizes in the update can be relied on. */
static const char *check_sizes(const struct intel_header *h, u64 room)
{
	const struct intel_table *table;
	u64 left;

	if (room < sizeof(*h))
		return "the header is cut short";
	if (h->version != 1 || h->loader_revision != 1)
		return "not an update of a kind that is known";
	if (data_end(h) % 4 || total_size(h) < data_end(h))
		return "its sizes contradict each other";
	if (total_size(h) > room)
		return "the update is cut short";
	left = total_size(h) - data_end(h);
	table = (const void *)((const u8 *)h + data_end(h));
	if (left && (left < sizeof(*table) || table->count > (left - sizeof(*table)) / sizeof(struct intel_signature)))
		return "its table of signatures is cut short";
	return NULL;
}

static bool fits(const struct microcode_search *s, u32 signature, u32 platforms)
{
	return signature == s->signature && platforms & s->platform;
}

/* The signature in the table that fits the CPU; *@table is NULL when the update has none. */
static const struct intel_signature *find_signature(const struct microcode_search *s, const struct intel_header *h,
						    const struct intel_table **table)
{
	const struct intel_signature *signature;

	*table = NULL;
	if (total_size(h) == data_end(h))
		return NULL;
	*table = (const void *)((const u8 *)h + data_end(h));
	signature = (const void *)(*table + 1);
	for (u32 i = 0; i < (*table)->count; i++)
		if (fits(s, signature[i].signature, signature[i].platforms))
			return &signature[i];
	return NULL;
}

static const char *check_update(struct microcode_search *s, const struct intel_header *h, u64 room)
{
	const struct intel_signature *other;
	const struct intel_table *table;
	const char *fault = check_sizes(h, room);

	if (fault)
		return fault;
	other = find_signature(s, h, &table);
	if (!other && !fits(s, h->signature, h->platforms))
		return NULL;
	if (s->newest.data && h->revision <= s->newest.revision)
		return NULL;
	if (sum(h, data_end(h)))
		return "its checksum is wrong";
	if (table && sum(table, sizeof(*table) + (u64)table->count * sizeof(*other)))
		return "the checksum of its table of signatures is wrong";
	if (other && other->signature + other->platforms + other->checksum != h->signature + h->platforms + h->checksum)
		return "the checksum of a signature in its table is wrong";
	s->newest = (struct microcode_patch){ (const u8 *)h, total_size(h), h->date, h->revision };
	return NULL;
}

void microcode_intel_find(struct microcode_search *s, const u8 *data, u64 size)
{
	u64 pos = 0;

	while (pos < size) {
		const struct intel_header *h = (const void *)(data + pos);

		s->fault = check_update(s, h, size - pos);
		if (s->fault) {
			s->fault_at = pos;
			return;
		}
		pos += total_size(h);
	}
}
