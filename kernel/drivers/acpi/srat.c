/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SRAT and SLIT: which memory and which CPUs belong together, and how far apart
 * the groups are (ACPI 6.5, 5.2.16 and 5.2.17). The readers below see nothing but
 * the bytes of a table whose length and checksum are right, and a map to fill.
 * They refuse a table as a whole: half a truth about memory is worth less than
 * one node, which is always right.
 */
#include <asm/setup.h>
#include <kernel/acpi.h>
#include <kernel/srat.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/string.h>

struct acpi_srat {
	struct acpi_header header;
	u32	table_revision;
	u64	reserved;
} __packed;

struct srat_entry {
	u8	type, length;
} __packed;

#define SRAT_CPU	0		/* 5.2.16.1 */
#define SRAT_MEMORY	1		/* 5.2.16.2 */
#define SRAT_X2APIC	2		/* 5.2.16.3 */

#define SRAT_ENABLED	1u
#define SRAT_HOTPLUG	2u		/* of memory */

struct srat_cpu {
	struct srat_entry entry;
	u8	domain_low, apic_id;
	u32	flags;
	u8	sapic_eid, domain_high[3];
	u32	clock_domain;
} __packed;

struct srat_memory {
	struct srat_entry entry;
	u32	domain;
	u16	reserved;
	u64	base, length;
	u32	reserved2, flags;
	u64	reserved3;
} __packed;

struct srat_x2apic {
	struct srat_entry entry;
	u16	reserved;
	u32	domain, apic_id, flags, clock_domain, reserved2;
} __packed;

struct acpi_slit {
	struct acpi_header header;
	u64	nr;			/* domains: 0 to nr - 1 */
	u8	distance[];		/* nr rows of nr */
} __packed;

static_assert(sizeof(struct acpi_srat) == 48 && sizeof(struct srat_cpu) == 16, "ACPI 6.5 5.2.16");
static_assert(sizeof(struct srat_memory) == 40 && sizeof(struct srat_x2apic) == 24, "ACPI 6.5 5.2.16");

static const char too_many_domains[] = "more domains than the kernel has nodes";

/* The node of a domain, a new one when it was not met before; MAX_NUMNODES: no more nodes. */
static unsigned int node_of_domain(struct numa_map *map, u32 domain)
{
	unsigned int nid;

	for (nid = 0; nid < map->nr_nodes; nid++)
		if (map->domain[nid] == domain)
			return nid;
	if (nid < MAX_NUMNODES) {
		map->domain[nid] = domain;
		map->nr_nodes++;
	}
	return nid;
}

/* What does not fit is a CPU the kernel would not start either. */
static const char *add_cpu(struct numa_map *map, u32 domain, u32 apic_id)
{
	unsigned int nid = node_of_domain(map, domain);

	if (nid == MAX_NUMNODES)
		return too_many_domains;
	if (map->nr_cpus < NUMA_MAX_CPUS)
		map->cpu[map->nr_cpus++] = (struct numa_cpu){ apic_id, nid };
	return NULL;
}

static void remove_range(struct numa_map *map, unsigned int i)
{
	map->nr_ranges--;
	memmove(&map->range[i], &map->range[i + 1], (map->nr_ranges - i) * sizeof(map->range[0]));
}

/* Sorted; ranges of one node that overlap become one. */
static const char *add_range(struct numa_map *map, struct numa_range new)
{
	unsigned int i = 0;

	while (i < map->nr_ranges && map->range[i].end <= new.start)
		i++;
	while (i < map->nr_ranges && map->range[i].start < new.end) {
		if (map->range[i].node != new.node)
			return "memory of two domains overlaps";
		new.start = min(new.start, map->range[i].start);
		new.end = max(new.end, map->range[i].end);
		new.hotplug |= map->range[i].hotplug;
		remove_range(map, i);
	}
	if (map->nr_ranges == NUMA_MAX_RANGES)
		return "more pieces of memory than the kernel has room for";
	memmove(&map->range[i + 1], &map->range[i], (map->nr_ranges - i) * sizeof(map->range[0]));
	map->range[i] = new;
	map->nr_ranges++;
	return NULL;
}

static const char *add_memory(struct numa_map *map, const struct srat_memory *m, u32 domain)
{
	unsigned int nid;

	if (!(m->flags & SRAT_ENABLED) || !m->length)
		return NULL;
	if (m->base + m->length < m->base)
		return "memory beyond the last address";
	nid = node_of_domain(map, domain);
	if (nid == MAX_NUMNODES)
		return too_many_domains;
	return add_range(map, (struct numa_range){ m->base, m->base + m->length, nid, m->flags & SRAT_HOTPLUG });
}

/* Before revision 2 a domain is one byte, and the other three are not to be relied on. */
static const char *add_entry(struct numa_map *map, const void *entry, unsigned int revision)
{
	static const u8 length[] = { sizeof(struct srat_cpu), sizeof(struct srat_memory), sizeof(struct srat_x2apic) };
	const struct srat_entry *e = entry;
	const struct srat_x2apic *x2apic = entry;
	const struct srat_memory *memory = entry;
	const struct srat_cpu *cpu = entry;
	u32 domain;

	if (e->type < ARRAY_SIZE(length) && e->length < length[e->type])
		return "an entry is too short for its type";
	switch (e->type) {
	case SRAT_CPU:
		domain = cpu->domain_high[0] << 8 | cpu->domain_high[1] << 16 | (u32)cpu->domain_high[2] << 24;
		domain = cpu->domain_low | (revision < 2 ? 0 : domain);
		return cpu->flags & SRAT_ENABLED ? add_cpu(map, domain, cpu->apic_id) : NULL;
	case SRAT_MEMORY:
		return add_memory(map, memory, revision < 2 ? memory->domain & 0xff : memory->domain);
	case SRAT_X2APIC:
		return x2apic->flags & SRAT_ENABLED ? add_cpu(map, x2apic->domain, x2apic->apic_id) : NULL;
	}
	return NULL;		/* for other kinds of machine */
}

const char *srat_read(const struct acpi_header *srat, struct numa_map *map)
{
	const u8 *entry = (const u8 *)srat + sizeof(struct acpi_srat), *end = (const u8 *)srat + srat->length;
	const char *why = NULL;
	unsigned int i, j;

	memset(map, 0, sizeof(*map));
	if (srat->length < sizeof(struct acpi_srat))
		return "too short";
	for (; entry < end && !why; entry += entry[1]) {
		if (end - entry < 2 || entry[1] < 2 || entry[1] > end - entry)
			return "an entry reaches past the end";
		why = add_entry(map, entry, srat->revision);
	}
	if (!why && !map->nr_ranges)
		why = "no memory in it";
	for (i = 0; i < map->nr_nodes; i++)
		for (j = 0; j < map->nr_nodes; j++)
			map->distance[i][j] = i == j ? LOCAL_DISTANCE : REMOTE_DISTANCE;
	return why;
}

const char *slit_read(const struct acpi_header *header, struct numa_map *map)
{
	const struct acpi_slit *slit = (const struct acpi_slit *)header;
	u8 distance[MAX_NUMNODES][MAX_NUMNODES];
	unsigned int i, j;

	if (header->length < sizeof(*slit) || slit->nr > 0xffff || header->length - sizeof(*slit) < slit->nr * slit->nr)
		return "too short";
	for (i = 0; i < map->nr_nodes; i++) {
		if (map->domain[i] >= slit->nr)
			return "a domain of the SRAT is missing";
		for (j = 0; j < map->nr_nodes && map->domain[j] < slit->nr; j++) {
			distance[i][j] = slit->distance[map->domain[i] * slit->nr + map->domain[j]];
			if ((i == j) != (distance[i][j] == LOCAL_DISTANCE) || distance[i][j] < LOCAL_DISTANCE)
				return "a distance makes no sense";
		}
	}
	for (i = 0; i < map->nr_nodes; i++)
		memcpy(map->distance[i], distance[i], map->nr_nodes);
	return NULL;
}

const struct numa_map *acpi_numa_map(void)
{
	static struct numa_map map;
	const struct acpi_header *srat, *slit;
	const char *why;

	if (cmdline_list_has(boot_command_line, "numa", "off"))
		return NULL;
	srat = acpi_find_table("SRAT");
	if (!srat)
		return NULL;
	why = srat_read(srat, &map);
	if (why) {
		boot_warn(STAGE_ACPI, "SRAT: %s, one node assumed", why);
		return NULL;
	}
	slit = acpi_find_table("SLIT");
	why = slit ? slit_read(slit, &map) : NULL;
	if (why)
		boot_warn(STAGE_ACPI, "SLIT: %s, all nodes taken as equally far", why);
	return &map;
}
