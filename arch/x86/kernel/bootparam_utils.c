/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks on boot_params and setup_data; see the header for the rules. */
#include <asm/bootparam_utils.h>
#include <lib/string.h>

struct field { u16 start, end; };

#define FIELD(first, last) \
	{ offsetof(struct boot_params, first), \
	  offsetof(struct boot_params, last) + sizeof(((struct boot_params *)0)->last) }

/* Fields that loaders fill on their own, by offset; everything between them is cleared. */
static const struct field kept[] = {
	FIELD(screen_info, apm_bios_info),
	FIELD(tboot_addr, acpi_rsdp_addr),
	FIELD(hd0_info, olpc_ofw_header),
	FIELD(efi_info, edd_mbr_sig_buf_entries),
	FIELD(sentinel, sentinel),
	FIELD(hdr, hdr),
	FIELD(edd_mbr_sig_buffer, e820_table),
	FIELD(eddbuf, eddbuf),
};

bool sanitize_boot_params(struct boot_params *bp)
{
	unsigned int i, from = 0;

	if (bp->e820_entries > E820_MAX_ENTRIES_ZEROPAGE)
		bp->e820_entries = E820_MAX_ENTRIES_ZEROPAGE;
	if (!bp->sentinel)
		return false;
	for (i = 0; i < ARRAY_SIZE(kept); i++) {
		memset((u8 *)bp + from, 0, kept[i].start - from);
		from = kept[i].end;
	}
	memset((u8 *)bp + from, 0, sizeof(*bp) - from);
	return true;
}

void setup_data_iter_init(struct setup_data_iter *it, phys_addr_t first,
			  const void *(*map)(phys_addr_t pa, size_t len))
{
	*it = (struct setup_data_iter){ .map = map, .next = first };
}

const void *setup_data_next(struct setup_data_iter *it)
{
	const struct setup_data *node;
	const u8 *data;

	if (!it->next || it->error)
		return NULL;
	if (it->nr == SETUP_DATA_MAX_NODES) {
		it->error = "too many nodes, or a loop";
		return NULL;
	}
	node = it->map(it->next, sizeof(*node));
	if (!node) {
		it->error = "a node outside memory";
		return NULL;
	}
	it->pa = it->next;
	it->type = node->type;
	it->len = node->len;
	it->next = node->next;
	if (it->len > SETUP_DATA_MAX_LEN) {
		it->error = "a node longer than 16 MiB";
		return NULL;
	}
	data = it->map(it->pa, sizeof(*node) + it->len);
	if (!data) {
		it->error = "a node that runs out of memory's range";
		return NULL;
	}
	it->nr++;
	return data + sizeof(*node);
}
