/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the compressed block in this image to a kernel ready to run. The header
 * is believed only after its checksum; from then on its offsets are as built.
 */
#include "payload.h"
#include <asm/page.h>
#include <lib/lz4.h>
#include <lib/unaligned.h>
#include <lib/xxhash.h>

extern const struct payload_header payload_blob __attribute__((visibility("hidden")));

const struct payload_header *payload_find(void)
{
	return &payload_blob;
}

enum payload_error payload_check(const struct payload_header *p)
{
	if (p->magic != PAYLOAD_MAGIC ||
	    p->header_checksum != xxh64(p, offsetof(struct payload_header, header_checksum), 0) ||
	    p->image_size > p->memory_size || p->text_size > p->image_size ||
	    p->entry_offset >= p->text_size || p->relr_offset > p->image_size ||
	    p->relr_size > p->image_size - p->relr_offset)
		return PAYLOAD_BAD_HEADER;
	return PAYLOAD_OK;
}

enum payload_error payload_expand(const struct payload_header *p, void *dst)
{
	const u8 *block = (const u8 *)p + p->block_offset;

	if (lz4_decompress(block, p->block_size, dst, p->image_size) != (s64)p->image_size)
		return PAYLOAD_BAD_BLOCK;
	return PAYLOAD_OK;
}

enum payload_error payload_verify(const struct payload_header *p, const void *image)
{
	return xxh64(image, p->image_size, 0) == p->image_checksum ? PAYLOAD_OK : PAYLOAD_BAD_CHECKSUM;
}

/* RELR promises even addresses, no more. */
static void move_pointer(u8 *where, u64 delta)
{
	put_unaligned_le64(get_unaligned_le64(where) + delta, where);
}

/*
 * RELR (gABI, "Relative Relocation Table"): an even word is the address of a
 * pointer; an odd word is a bit map of the 63 words that follow the last one.
 */
enum payload_error payload_relocate(const struct payload_header *p, void *image, u64 virt)
{
	u64 delta = virt - p->link_address;
	const u64 *relr = (const u64 *)((u8 *)image + p->relr_offset);
	const u64 *end = relr + p->relr_size / sizeof(u64);
	u64 where = 0, limit = p->image_size - sizeof(u64);

	if (!delta)
		return PAYLOAD_OK;
	for (; relr < end; relr++) {
		u64 bits = *relr;

		if (!(bits & 1)) {
			where = bits - p->link_address;
			if (where > limit)
				return PAYLOAD_BAD_RELOCS;
			move_pointer((u8 *)image + where, delta);
			where += sizeof(u64);
			continue;
		}
		for (u64 at = where; bits >>= 1; at += sizeof(u64)) {
			if (!(bits & 1))
				continue;
			if (at > limit)
				return PAYLOAD_BAD_RELOCS;
			move_pointer((u8 *)image + at, delta);
		}
		where += 63 * sizeof(u64);
	}
	return PAYLOAD_OK;
}

u64 payload_virtual(const struct payload_header *p, u64 random)
{
	u32 room = __START_KERNEL_map + KERNEL_IMAGE_SIZE - p->link_address -
		   ALIGN((u64)p->memory_size, KERNEL_ALIGN);

	return p->link_address + (u64)((u32)random % (room / SZ_2M + 1)) * SZ_2M;
}

const char *payload_strerror(enum payload_error err)
{
	switch (err) {
	case PAYLOAD_OK:		return "no error";
	case PAYLOAD_BAD_HEADER:	return "the header of the compressed kernel is damaged";
	case PAYLOAD_BAD_BLOCK:		return "the compressed kernel is damaged";
	case PAYLOAD_BAD_CHECKSUM:	return "the checksum of the decompressed kernel is wrong";
	case PAYLOAD_BAD_RELOCS:	return "the relocation table of the kernel is damaged";
	}
	return "unknown error";
}
