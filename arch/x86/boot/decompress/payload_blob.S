/* SPDX-License-Identifier: BSD-2-Clause */
/* The compressed kernel, as data of the boot part. */
#include <asm/linkage.h>

	.section .rodata.payload, "a", @progbits
	.balign 16
SYM_DATA_START(payload_blob)
	.incbin "boot/payload.bin"
SYM_DATA_END(payload_blob)
