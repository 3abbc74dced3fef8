# SPDX-License-Identifier: BSD-2-Clause
"""Where the compressed kernel lies in lantern.efi (arch/x86/boot/decompress/payload.h)."""
import struct

MAGIC = b"LTNPAPL1"
HEADER_SIZE = 72
BLOCK_OFFSET = 48		# of the fields block_offset and block_size


def payload_offset(image):
    """Offset of struct payload_header. The magic alone also occurs in code that compares with it."""
    at = image.find(MAGIC)
    while at >= 0:
        if struct.unpack_from("<I", image, at + BLOCK_OFFSET)[0] == HEADER_SIZE:
            return at
        at = image.find(MAGIC, at + 1)
    raise ValueError("no payload header in the image")


def payload_block(image):
    """(offset in the file, size) of the LZ4 block."""
    at = payload_offset(image)
    offset, size = struct.unpack_from("<II", image, at + BLOCK_OFFSET)
    return at + offset, size
