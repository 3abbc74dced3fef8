/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of the boot's stages, for stub, loader and kernel. */
#include <lib/stage.h>

const char *boot_stage_name(unsigned int stage)
{
	switch (stage) {
#define BOOT_STAGE_NAME(nr, sym, name, text, try)	case nr: return name;
	LOADER_STAGES(BOOT_STAGE_NAME)
#ifndef LOADER_PART
	KERNEL_STAGES(BOOT_STAGE_NAME)
#endif
#undef BOOT_STAGE_NAME
	}
	return "?";
}
