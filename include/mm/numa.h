/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which memory and which CPUs are near each other. The firmware speaks of
 * proximity domains, any 32-bit numbers; the kernel of nodes, 0 to nr_nodes - 1
 * in the order in which the domains were met. A machine of which nothing is known
 * is one node.
 */
#ifndef MM_NUMA_H
#define MM_NUMA_H

#include <lib/types.h>
#include <mm/memblock.h>

#define MAX_NUMNODES	16
#define NUMA_MAX_RANGES	64		/* of memory */
#define NUMA_MAX_CPUS	256

#define LOCAL_DISTANCE	10		/* ACPI 6.5, 5.2.17: of a node to itself */
#define REMOTE_DISTANCE	20		/* to another, when the firmware does not say */

struct numa_range {
	phys_addr_t	start, end;
	u8		node;
	bool		hotplug;	/* may be taken out of the running machine, or come later */
};

struct numa_cpu {
	u32		apic_id;
	u8		node;
};

/* What the firmware says, checked. Ranges of different nodes do not overlap. */
struct numa_map {
	unsigned int		nr_nodes, nr_ranges, nr_cpus;
	u32			domain[MAX_NUMNODES];	/* the firmware's name of the node */
	struct numa_range	range[NUMA_MAX_RANGES];
	struct numa_cpu		cpu[NUMA_MAX_CPUS];
	u8			distance[MAX_NUMNODES][MAX_NUMNODES];
};

extern unsigned int nr_nodes;		/* 1 to MAX_NUMNODES */

/**
 * numa_init() - give all RAM in memblock its node, print the nodes
 * @map: kept; NULL: one node
 * Borders are moved to the multiple of 4 MiB below, as the page allocator takes
 * memory in whole blocks of that size; RAM in no range belongs to node 0.
 * Context: after memblock has all RAM, before mm_init().
 */
void numa_init(const struct numa_map *map);

/** numa_node_of_apic() - the node of the CPU with this APIC id; 0 when the firmware does not say */
unsigned int numa_node_of_apic(u32 apic_id);

/** numa_distance() - from node to node, LOCAL_DISTANCE to itself, more to any other */
unsigned int numa_distance(unsigned int from, unsigned int to);

/** numa_nearest() - the @n-th nearest node seen from @nid, itself for 0; @n < nr_nodes */
unsigned int numa_nearest(unsigned int nid, unsigned int n);

#endif
