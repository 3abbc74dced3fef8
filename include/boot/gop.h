/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware's display could show: the stub asks while the firmware still
 * serves and hands the list on as setup_data of type SETUP_LANTERN_GOP.
 */
#ifndef BOOT_GOP_H
#define BOOT_GOP_H

#include <lib/types.h>

#define GOP_MODES_VERSION	1
#define GOP_MODES_MAX		64	/* firmware knows some 30 */

struct gop_mode {
	u32	number;			/* of QueryMode(), UEFI 12.9.2 */
	u32	width, height;		/* pixels */
	u32	format;			/* EFI_GRAPHICS_PIXEL_FORMAT */
};

struct gop_modes {
	u32	version;		/* GOP_MODES_VERSION */
	u32	nr;			/* <= GOP_MODES_MAX */
	u32	offered;		/* by the firmware, which may not describe all */
	u32	current;		/* number of the mode that is on */
	struct gop_mode mode[GOP_MODES_MAX];
};

#endif
