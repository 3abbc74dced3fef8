/* SPDX-License-Identifier: BSD-2-Clause */
/* build/vdso/vdso.so as bytes. */
#include <asm/linkage.h>

	.section .rodata, "a"
	.balign 8
SYM_DATA_START(vdso_image)
	.incbin "vdso/vdso.so"
SYM_LABEL(vdso_image_end)
SYM_DATA_END(vdso_image)
