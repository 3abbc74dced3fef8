/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of the boot's stages, for stub, loader and kernel. One string of them all,
 * each behind its number: a switch would be a kilobyte of code in every part that
 * has to be small, and a table of pointers is not right before they are relocated.
 */
#include <lib/stage.h>
#include <lib/string.h>

#define BOOT_STAGE_NAME(nr, sym, name, text, try)	#nr name "\0"

const char *boot_stage_name(unsigned int stage)
{
	const char *at = LOADER_STAGES(BOOT_STAGE_NAME)
#ifndef LOADER_PART
			 KERNEL_STAGES(BOOT_STAGE_NAME)
#endif
			 ;
	unsigned int nr;

	while (*at) {
		for (nr = 0; *at >= '0' && *at <= '9'; at++)
			nr = 10 * nr + *at - '0';
		if (nr == stage)
			return at;
		at += strlen(at) + 1;
	}
	return "?";
}
