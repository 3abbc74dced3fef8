/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of work in real mode. Nothing here goes back to the loader: what is
 * missing is left out of boot_params, and what nothing can go on without stops
 * the boot with a numbered line.
 */
#include <lib/string.h>
#include "setup.h"

struct boot_params boot_params;
char command_line[COMMAND_LINE_SIZE];

/* The way of loaders before protocol 2.02: a magic number and an offset in the header page. */
#define OLD_CL_MAGIC_OFFSET	0x20
#define OLD_CL_MAGIC		0xa33f

static void find_old_command_line(void)
{
	u16 seg = our_segment(), off = far_read16(seg, OLD_CL_MAGIC_OFFSET + 2);

	if (boot_params.hdr.cmd_line_ptr || far_read16(seg, OLD_CL_MAGIC_OFFSET) != OLD_CL_MAGIC)
		return;
	/* inside what a loader would have moved with us, else at 0x90000 where we would have been */
	if (off >= boot_params.hdr.setup_move_size)
		seg = 0x9000;
	boot_params.hdr.cmd_line_ptr = ((u32)seg << 4) + off;
}

/* A command line above 1 MiB is the kernel's to read; for us there is none then. */
static void read_command_line(void)
{
	u32 at = boot_params.hdr.cmd_line_ptr;
	unsigned int i;

	for (i = 0; at && i < sizeof(command_line) - 1 && at + i < 0x100000; i++) {
		command_line[i] = far_read8((at + i) >> 4, (at + i) & 0xf);
		if (!command_line[i])
			break;
	}
	command_line[i] = '\0';
}

static void copy_boot_params(void)
{
	memcpy(&boot_params.hdr, &loaded_setup_header, sizeof(boot_params.hdr));
	find_old_command_line();
	read_command_line();
}

/* INT 15h EC00: tells the BIOS that long mode is where we go; answers mean nothing to us. */
void set_bios_mode(void)
{
	struct bios_regs regs;

	bios_regs_init(&regs);
	regs.eax = 0xec00;
	regs.ebx = 2;			/* long mode only */
	bios_call(0x15, &regs, NULL);
}

void __noreturn main(void);

void __noreturn main(void)
{
	copy_boot_params();		/* the command line can be asked */
	trace_init();			/* stages are recorded */
	console_init();			/* messages reach the serial line */
	init_heap();
	stage(STAGE_SETUP);

	stage(STAGE_SETUP_CPU);
	validate_cpu();
	stage(STAGE_SETUP_BIOS_MODE);
	set_bios_mode();
	stage(STAGE_SETUP_MEMORY);
	detect_memory();
	stage(STAGE_SETUP_BIOS_DATA);
	keyboard_init();
	query_ist();
	query_apm_bios();
	stage(STAGE_SETUP_EDD);
	query_edd();
	stage(STAGE_SETUP_VIDEO);
	set_video();
	go_to_protected_mode();		/* A20, then startup_32 with ESI = boot_params */
}
