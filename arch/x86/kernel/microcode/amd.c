/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AuthenticAMD.bin: containers one after the other. Each begins with a table that
 * gives CPUs a short number, equal for CPUs that take the same patches; the
 * patches follow, each naming the number it is for.
 */
#include <asm/microcode.h>
#include <lib/unaligned.h>

#define AMD_MAGIC		0x00414d44u	/* "DMA" */
#define AMD_EQUIV_TABLE		0u
#define AMD_PATCH		1u

struct amd_section {
	u32	type;
	u32	size;			/* bytes after this */
} __packed;

struct amd_equiv {
	u32	installed_cpu;		/* CPUID.1:EAX; 0 ends the table */
	u32	errata_mask, errata_compare;
	u16	equiv_cpu;
	u16	reserved;
} __packed;

struct amd_patch {
	u32	date;			/* 0xMMDDYYYY */
	u32	patch_id;		/* the revision */
	u16	data_id;
	u8	data_len, init_flag;
	u32	checksum;		/* not of all families */
	u32	nb_dev_id, sb_dev_id;	/* only for boards with these chips, when not 0 */
	u16	processor_rev_id;	/* as equiv_cpu */
	u8	nb_rev_id, sb_rev_id, bios_api_rev, reserved[3];
	u32	match_reg[8];
} __packed;

static_assert(sizeof(struct amd_equiv) == 16 && sizeof(struct amd_patch) == 64, "as in the files");

/* The number the table has for the CPU, 0 for none. */
static u16 find_equiv(const struct amd_equiv *table, u64 size, u32 signature)
{
	for (u64 i = 0; i < size / sizeof(*table) && table[i].installed_cpu; i++)
		if (table[i].installed_cpu == signature)
			return table[i].equiv_cpu;
	return 0;
}

static void consider_patch(struct microcode_search *s, const struct amd_patch *p, u32 size, u16 equiv)
{
	if (!equiv || p->processor_rev_id != equiv || p->nb_dev_id || p->sb_dev_id)
		return;
	if (!s->newest.data || p->patch_id > s->newest.revision)
		s->newest = (struct microcode_patch){ (const u8 *)p, size, p->date, p->patch_id };
}

static const char *check_section(const struct amd_section *section, u64 room)
{
	if (room < sizeof(*section))
		return "the header is cut short";
	if (section->size > room - sizeof(*section))
		return "the section is cut short";
	if (section->type == AMD_PATCH && section->size < sizeof(struct amd_patch))
		return "the patch is shorter than its header";
	return NULL;
}

void microcode_amd_find(struct microcode_search *s, const u8 *data, u64 size)
{
	bool in_container = false;
	u64 pos = 0;
	u16 equiv = 0;

	while (pos < size && !s->fault) {
		bool starts = size - pos >= 4 && get_unaligned_le32(data + pos) == AMD_MAGIC;
		u64 at = pos + (starts ? 4 : 0);
		const struct amd_section *section = (const void *)(data + at);

		s->fault_at = pos;
		s->fault = check_section(section, size - at);
		if (s->fault)
			return;
		if (starts && section->type == AMD_EQUIV_TABLE)
			equiv = find_equiv((const void *)(section + 1), section->size, s->signature);
		else if (!starts && in_container && section->type == AMD_PATCH)
			consider_patch(s, (const void *)(section + 1), section->size, equiv);
		else
			s->fault = "not a section of a kind that is known";
		in_container = true;
		pos = at + sizeof(*section) + section->size;
	}
}
