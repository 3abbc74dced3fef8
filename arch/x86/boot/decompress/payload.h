/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The compressed kernel inside lantern.efi and what it takes to make it run:
 * check, decompress, verify, relocate. The EFI stub and the loader share this
 * one copy; nothing here calls firmware or prints.
 */
#ifndef DECOMPRESS_PAYLOAD_H
#define DECOMPRESS_PAYLOAD_H

#include <lib/types.h>

#define PAYLOAD_MAGIC	0x314c5041504e544cULL

/* Written by mkpayload.py; offsets count from the first byte of the kernel image. */
struct payload_header {
	u64	magic;
	u64	link_address;		/* virtual address the image is linked at */
	u64	image_checksum;		/* XXH64 of the decompressed image, seed 0 */
	u32	image_size;		/* bytes after decompression */
	u32	memory_size;		/* bytes the kernel occupies, .bss included */
	u32	text_size;		/* [0, text_size) is code */
	u32	relr_offset, relr_size;	/* RELR table, ELF gABI SHT_RELR */
	u32	entry_offset;		/* startup_64 */
	u32	block_offset;		/* of the LZ4 block, from this header */
	u32	block_size;
	u64	build_id;		/* its first 8 bytes, the first one highest */
	u64	header_checksum;	/* XXH64 of all of the above */
};

enum payload_error {
	PAYLOAD_OK,
	PAYLOAD_BAD_HEADER,	/* magic, checksum or sizes of the header */
	PAYLOAD_BAD_BLOCK,	/* LZ4 data malformed, or of the wrong length */
	PAYLOAD_BAD_CHECKSUM,	/* decompressed image differs from what was built */
	PAYLOAD_BAD_RELOCS,	/* RELR table points outside the image */
};

/** payload_find() - the header linked into this image */
const struct payload_header *payload_find(void);

/** payload_check() - whether the header is intact: PAYLOAD_OK or PAYLOAD_BAD_HEADER */
enum payload_error payload_check(const struct payload_header *p);

/** payload_expand() - decompress into @dst, which has room for image_size bytes */
enum payload_error payload_expand(const struct payload_header *p, void *dst);

/** payload_verify() - compare the decompressed image with its checksum */
enum payload_error payload_verify(const struct payload_header *p, const void *image);

/**
 * payload_relocate() - move all pointers of the image at @image to @virt
 * @virt: virtual address of the image's first byte; a multiple of 2 MiB
 */
enum payload_error payload_relocate(const struct payload_header *p, void *image, u64 virt);

/**
 * payload_virtual() - a virtual address for the kernel
 * @random: any number; 0 gives the link address
 * Return: a multiple of 2 MiB such that the kernel ends inside its own GiB.
 */
u64 payload_virtual(const struct payload_header *p, u64 random);

/** payload_strerror() - one clause, no full stop */
const char *payload_strerror(enum payload_error err);

#endif
