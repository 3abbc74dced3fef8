/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The nodes of the machine: which RAM is whose, and in which order the others are
 * asked when a node has none left. What the firmware says has been checked by who
 * read it; a map that cannot be applied leaves one node.
 */
#include "internal.h"
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <mm/numa.h>

#define BLOCK_SIZE	PFN_PHYS(BLOCK_PAGES)

unsigned int nr_nodes = 1;

static const struct numa_map *numa;
static u8 nearest[MAX_NUMNODES][MAX_NUMNODES];	/* by node: all nodes, itself first, then by distance */

unsigned int numa_distance(unsigned int from, unsigned int to)
{
	return numa ? numa->distance[from][to] : LOCAL_DISTANCE;
}

unsigned int numa_nearest(unsigned int nid, unsigned int n)
{
	return nearest[nid][n];
}

unsigned int numa_node_of_apic(u32 apic_id)
{
	unsigned int i;

	for (i = 0; numa && i < numa->nr_cpus; i++)
		if (numa->cpu[i].apic_id == apic_id)
			return numa->cpu[i].node;
	return 0;
}

/* By insertion; of two nodes as far away, the next one in number goes first, so that not all ask node 0. */
static void sort_nearest(unsigned int nid)
{
	unsigned int i, at;

	for (i = 0; i < nr_nodes; i++) {
		unsigned int node = (nid + i) % nr_nodes;

		for (at = i; at && numa_distance(nid, nearest[nid][at - 1]) > numa_distance(nid, node); at--)
			nearest[nid][at] = nearest[nid][at - 1];
		nearest[nid][at] = node;
	}
}

/* In ascending order: the block in which two nodes meet becomes the upper one's, as a whole. */
static bool set_nodes(const struct numa_map *map)
{
	unsigned int i;

	for (i = 0; i < map->nr_ranges; i++) {
		phys_addr_t start = ALIGN_DOWN(map->range[i].start, BLOCK_SIZE);
		phys_addr_t end = ALIGN(map->range[i].end, BLOCK_SIZE);

		if (memblock_set_node(start, (end ? end : ~0ULL) - start, map->range[i].node))
			return false;
	}
	return true;
}

static u64 ram_within(phys_addr_t start, phys_addr_t end)
{
	struct memblock_region r;
	u64 sum = 0;

	for (; memblock_next_ram(start, end, &r); start = r.base + r.size)
		sum += r.size;
	return sum;
}

static u64 ram_in_ranges(const struct numa_map *map)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < map->nr_ranges; i++)
		sum += ram_within(ALIGN(map->range[i].start, PAGE_SIZE), ALIGN_DOWN(map->range[i].end, PAGE_SIZE));
	return sum;
}

static void print_node(const struct numa_map *map, unsigned int nid)
{
	struct memblock_region r;
	u64 ram = 0, hotplug = 0;
	unsigned int i, cpus = 0;
	phys_addr_t at;

	for (at = 0; memblock_next_ram(at, memblock_end(), &r); at = r.base + r.size)
		ram += r.nid == nid ? r.size : 0;
	for (i = 0; i < map->nr_ranges; i++)
		if (map->range[i].node == nid && map->range[i].hotplug)
			hotplug += map->range[i].end - map->range[i].start;
	for (i = 0; i < map->nr_cpus; i++)
		cpus += map->cpu[i].node == nid;
	printk("numa: node %u: domain %u, CPUs %u, RAM %llu KiB, room to plug in %llu KiB, distances", nid,
	       map->domain[nid], cpus, (unsigned long long)(ram >> 10), (unsigned long long)(hotplug >> 10));
	for (i = 0; i < nr_nodes; i++)
		printk(" %u", numa_distance(nid, i));
	printk("\n");
}

/* Return: whether all went well; a map applied in part is taken back. */
static bool apply(const struct numa_map *map)
{
	u64 all = ram_within(0, memblock_end()), covered = ram_in_ranges(map);

	if (!set_nodes(map)) {
		boot_warn(STAGE_ACPI, "SRAT: no room for the nodes in the memory map, one node assumed");
		memblock_set_node(0, ~0ULL, 0);
		return false;
	}
	if (covered + SZ_1M < all)	/* the firmware's own first pages are often missing */
		boot_warn(STAGE_ACPI, "SRAT: %llu KiB of RAM in no domain, counted to node 0",
			  (unsigned long long)((all - covered) >> 10));
	return true;
}

void numa_init(const struct numa_map *map)
{
	unsigned int nid;

	if (map && apply(map)) {
		numa = map;
		nr_nodes = map->nr_nodes;
	}
	for (nid = 0; nid < nr_nodes; nid++)
		sort_nearest(nid);
	for (nid = 0; nr_nodes > 1 && nid < nr_nodes; nid++)
		print_node(map, nid);
}
