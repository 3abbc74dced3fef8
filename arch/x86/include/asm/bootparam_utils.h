/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What must be done to boot_params and its setup_data before anything believes
 * them. Pure: the host tests run the same code.
 */
#ifndef ASM_BOOTPARAM_UTILS_H
#define ASM_BOOTPARAM_UTILS_H

#include <boot/bootparam.h>

/**
 * sanitize_boot_params() - undo what a careless loader copied
 * A sentinel that is not 0 means that bytes of the file outside the setup
 * header were copied into @bp (boot.rst, "sentinel"): all but the fields such
 * loaders are known to fill is cleared, the sentinel is kept for the message.
 * e820_entries is cut to what the table holds.
 * Return: whether the sentinel was set.
 */
bool sanitize_boot_params(struct boot_params *bp);

#define SETUP_DATA_MAX_NODES	64
#define SETUP_DATA_MAX_LEN	(16u << 20)

/* One walk along the setup_data list of hostile origin. */
struct setup_data_iter {
	/* set by setup_data_iter_init() */
	const void *(*map)(phys_addr_t pa, size_t len);	/* NULL when [pa, pa + len) cannot be memory */
	phys_addr_t	next;
	/* the current node, valid after setup_data_next() returned it */
	phys_addr_t	pa;			/* of the header */
	u32		type, len;
	unsigned int	nr;			/* nodes seen */
	const char	*error;			/* why the walk ended early, else NULL */
};

void setup_data_iter_init(struct setup_data_iter *it, phys_addr_t first,
			  const void *(*map)(phys_addr_t pa, size_t len));

/**
 * setup_data_next() - step to the next node
 * Stops at nodes that cannot be memory, are longer than SETUP_DATA_MAX_LEN, and
 * after SETUP_DATA_MAX_NODES, which ends loops; it->error then says which.
 * Return: the node's data, it->len bytes of it, or NULL at the end.
 */
const void *setup_data_next(struct setup_data_iter *it);

#endif
