/* SPDX-License-Identifier: BSD-2-Clause */
/* Who we are: the version, and the build id the linker computed over the image. */
#include <asm/sections.h>
#include <generated/version.h>
#include <kernel/init.h>
#include <lib/printf.h>
#include <lib/types.h>

const char lantern_version[] = LANTERN_VERSION;

/* An ELF note: sizes of name and contents, type, name "GNU", then the id (gABI, "Note Section"). */
const char *lantern_build_id(void)
{
	static char text[17];
	const u8 *id = (const u8 *)__build_id_start + 3 * sizeof(u32) + sizeof("GNU");
	unsigned int i;

	for (i = 0; i < 8 && (const char *)id + i < __build_id_end; i++)
		snprintf(text + 2 * i, 3, "%02x", id[i]);
	return text;
}
