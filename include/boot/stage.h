/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every stage of the boot, from the first instruction of ours: number, symbol,
 * short name, what begins there, and what to try when the boot stops there.
 * Numbers are for people who read them off a screen: once published a number
 * keeps its meaning. tests/tools/stages_table.py copies the table to README.md.
 *
 *   1..39   EFI stub                 40..49  BIOS setup code in real mode
 *                                    50..59  loader without firmware
 *   60..79  kernel head              80..99  start_kernel and on
 *
 * A message that names a fault carries the number of the stage it happened in.
 */
#ifndef BOOT_STAGE_H
#define BOOT_STAGE_H

#include <lib/types.h>

/* 1..59: what stub and loader go through; they know no other names. */
#define LOADER_STAGES(S) \
	S( 1, PE_ENTRY,		"efi-pe-entry",		"The firmware called the entry point of lantern.efi.", \
		"Nothing of ours has failed yet: start it from another loader, or from the UEFI shell.") \
	S( 2, WATCHDOG,		"watchdog-off",		"The firmware's watchdog timer is switched off.", \
		"The firmware hangs in SetWatchdogTimer: update it, or start Lantern through GRUB.") \
	S( 3, LOADED_IMAGE,	"loaded-image",		"The firmware tells where and from what it loaded us.", \
		"Start it from the firmware's boot menu instead of from a loader.") \
	S( 4, COMMAND_LINE,	"command-line",		"The command line is taken from the load options, cmdline.txt or the image.", \
		"Boot with no options and without cmdline.txt beside the image.") \
	S( 5, BOOT_PARAMS,	"boot-params",		"Memory for boot_params and its setup_data is allocated.", \
		"The firmware has no memory left: fewer loaders and option ROMs before us.") \
	S( 6, PAYLOAD,		"payload-header",	"The header of the compressed kernel is checked.", \
		"The file is damaged: copy lantern.efi again and compare its checksum.") \
	S( 7, PLACE,		"place-kernel",		"Physical and virtual address of the kernel are chosen and allocated.", \
		"nokaslr; a machine with more free memory; another loader.") \
	S( 8, DECOMPRESS,	"decompress",		"The kernel is decompressed into its place.", \
		"Copy the file again; nokaslr puts it elsewhere; test the memory.") \
	S( 9, CHECKSUM,		"checksum",		"The checksum of the decompressed kernel is verified.", \
		"Copy the file again; when that does not help, test the memory.") \
	S(10, RELOCATE,		"relocate",		"Pointers of the kernel are moved to its virtual address.", \
		"nokaslr leaves the pointers where they are.") \
	S(11, PROTECT,		"protect-text",		"Kernel text is made read-only and executable where the firmware can.", \
		"The firmware's memory protection is faulty: update it, or start through GRUB.") \
	S(12, INITRD,		"initrd",		"The initial RAM disk is loaded.", \
		"noinitrd; a shorter path in initrd=; copy the file again.") \
	S(13, GRAPHICS,		"graphics-output",	"The framebuffer the console is on is described for the kernel.", \
		"Unplug all displays but one; set another graphics mode in the firmware.") \
	S(14, FIRMWARE_TABLES,	"firmware-tables",	"ACPI, SMBIOS and EFI system table are found.", \
		"Update the firmware; acpi=off tells whether its tables are to blame.") \
	S(15, SECURE_BOOT,	"secure-boot",		"The state of Secure Boot is read.", \
		"Switch Secure Boot off in the firmware's setup.") \
	S(16, RANDOM_SEED,	"random-seed",		"A random seed is drawn for the kernel.", \
		"The firmware's random numbers hang: deterministic does without.") \
	S(17, LA57,		"paging-levels",	"4 or 5 page-table levels are chosen and prepared.", \
		"no5lvl.") \
	S(18, MEMORY_MAP,	"memory-map",		"The memory map of the firmware is read.", \
		"The firmware's memory map is broken: update it; report the line under efi=debug.") \
	S(19, EXIT_BOOT,	"exit-boot-services",	"The firmware's boot services end.", \
		"The firmware does not let go: unplug USB devices; start it again; update the firmware.") \
	S(20, E820,		"e820-map",		"The firmware's map becomes the e820 map of boot_params.", \
		"Report the map that the UEFI shell's memmap shows.") \
	S(21, ENTER_KERNEL,	"enter-kernel",		"The stub jumps to the kernel's startup_64.", \
		"nokaslr no5lvl; if it stops at the same place, test the memory.") \
	S(22, HANDOVER,		"efi-handover",		"A boot loader called the EFI handover entry point.", \
		"Use GRUB's linux instead of linuxefi.") \
	S(23, CPU_CHECK,	"cpu-check",		"A CPU started by 32-bit firmware is asked for long mode.", \
		"This CPU has no 64-bit mode: there is nothing to try.") \
	S(24, BOOT_REPORT,	"boot-report",		"What is known so far is written to the file that bootreport= names.", \
		"The firmware hangs at its disk: no bootreport=, or bootreport=serial.") \
	\
	S(40, SETUP,		"start-of-setup",	"A BIOS loader started the real-mode setup code; segments, stack and BSS are in order.", \
		"Another BIOS loader: this one did not load all of the setup code.") \
	S(41, SETUP_CPU,	"validate-cpu",		"The CPU is asked for long mode, while a message still reaches the BIOS's screen.", \
		"This CPU has no 64-bit mode: there is nothing to try.") \
	S(42, SETUP_BIOS_MODE,	"set-bios-mode",	"The BIOS is told that long mode follows.", \
		"The BIOS hangs in INT 15h EC00: start through GRUB's linux, which needs no BIOS.") \
	S(43, SETUP_MEMORY,	"detect-memory",	"The memory map is read by INT 15h E820, E801 and 88.", \
		"The BIOS hangs or errs in INT 15h E820: start through GRUB's linux.") \
	S(44, SETUP_BIOS_DATA,	"bios-data",		"The BIOS is asked for keyboard flags, SpeedStep and APM.", \
		"Start through GRUB's linux, which asks the BIOS for nothing.") \
	S(45, SETUP_EDD,	"edd",			"The BIOS's hard disks are listed.", \
		"The BIOS hangs at one of its disks: unplug what is not needed.") \
	S(46, SETUP_VIDEO,	"set-video",		"Text mode or a VESA framebuffer is set and described for the kernel.", \
		"vga=normal, or no vga= and video= at all.") \
	S(47, SETUP_A20,	"enable-a20",		"Address line 20 is switched on.", \
		"No way to switch A20 on works: look for it in the BIOS's setup.") \
	S(48, SETUP_PROTECTED,	"protected-mode",	"Interrupts are off; the CPU goes to protected mode and startup_32.", \
		"Start through GRUB's linux.") \
	\
	S(50, STARTUP_32,	"startup_32",		"The 32-bit entry point: long mode is switched on.", \
		"The loader left the CPU in another state than it should: try another loader.") \
	S(51, LOADER_64,	"loader-64",		"The loader part runs in 64-bit mode, moved to the end of its buffer.", \
		"Try another loader; nokaslr.") \
	S(52, HANDOFF_CHECK,	"handoff-check",	"What the boot loader gave is checked before it is used.", \
		"The message names what the loader got wrong: tell its authors, use another.") \
	S(53, IDENTITY_MAP,	"identity-map",		"Own page tables, extended by page faults, show physical memory.", \
		"More page tables than there is room for, or a wild address: nokaslr; another loader.") \
	\
	S(55, PVH_ENTRY,	"pvh-entry",		"A hypervisor entered vmlinux in 32-bit mode (PVH): long mode is switched on.", \
		"The hypervisor entered in a wrong state: start lantern.efi instead of vmlinux.") \
	S(56, PVH_START_INFO,	"pvh-start-info",	"What the hypervisor tells in start_info is checked and becomes boot_params.", \
		"The message names the field of start_info: start lantern.efi instead of vmlinux.") \
	S(57, MULTIBOOT2,	"multiboot2",		"A Multiboot2 loader entered; what it tells becomes boot_params.", \
		"The message names the Multiboot2 tag: use linux instead of multiboot2.")

#define KERNEL_STAGES(S) \
	S(60, STARTUP_64,	"startup_64",		"The kernel's first instruction, still at its physical address.", \
		"The loader's page tables do not reach the kernel: nokaslr; another loader.") \
	S(61, VERIFY_CPU,	"verify_cpu",		"The CPU has what the kernel needs: long mode, SSE2, NX.", \
		"The message names the CPU feature that is missing.") \
	S(62, EARLY_PGT,	"early-page-tables",	"early_top_pgt maps the kernel at its virtual address.", \
		"nokaslr no5lvl.") \
	S(63, HIGH_HALF,	"high-half",		"The kernel runs at its virtual address on its own tables, stack and GDT.", \
		"nokaslr no5lvl.") \
	S(64, X86_64_START,	"x86_64_start_kernel",	"First C function in the high half; BSS cleared, early IDT loaded.", \
		"nokaslr; report the registers on the serial line.") \
	S(65, BOOTDATA,		"copy_bootdata",	"boot_params, command line and setup_data are checked and copied.", \
		"The message names the field of boot_params: handoff tells more; try another loader.") \
	S(66, CPU_IDENT,	"identify_cpu",		"Vendor, family, model and features of the CPU are known.", \
		"Try the CPU model that the hypervisor calls host or max.") \
	\
	S(80, START_KERNEL,	"start_kernel",		"The architecture-independent kernel begins.", \
		"console=ttyS0 or console=tty0 alone.") \
	S(81, CONSOLE,		"console",		"Serial line and screen print.", \
		"console=ttyS0 when the screen stays dark, console=tty0 when the serial line hangs.") \
	S(82, E820_TABLE,	"e820-table",		"The memory map is sorted, checked and added up.", \
		"memmap= and mem= repair a wrong map; handoff tells what is wrong in it.") \
	S(83, MEMBLOCK,		"memblock",		"RAM and reserved ranges are known to memblock.", \
		"mem=1G; more memory.") \
	S(84, PAGING,		"direct-map",		"The kernel's final page tables are live.", \
		"mem=1G no5lvl nokaslr.") \
	S(85, ACPI,		"acpi-tables",		"The ACPI tables that the kernel needs are found and checked.", \
		"acpi=off.") \
	S(86, EFI_RUNTIME,	"efi-runtime",		"The runtime services of the firmware are found.", \
		"noefi.") \
	S(87, PAGE_ALLOC,	"page-allocator",	"Free memory goes from memblock to the page allocator.", \
		"mem=1G; the firmware calls RAM what is none.") \
	S(88, MICROCODE,	"microcode",		"Microcode in the initial RAM disk is looked for, and loaded.", \
		"dis_ucode_ldr.") \
	S(90, TIME,		"time",			"Clocks are found and measured, one is chosen.", \
		"clocksource=hpet notsc; hpet=disable.") \
	S(91, INTERRUPTS,	"interrupts",		"Interrupts are taken, the scheduler and its timers run.", \
		"noapic; nolapic; acpi=off.") \
	S(92, CPUS,		"all-cpus",		"The other CPUs are started.", \
		"nosmp, or maxcpus= with fewer.") \
	S(94, ROOTFS,		"rootfs",		"The initial RAM disk becomes the root file system.", \
		"monitor.") \
	S(98, INIT,		"init",			"The first program starts as PID 1.", \
		"init=/bin/sh; monitor.") \
	S(99, MONITOR,		"monitor",		"The monitor waits for a command.", \
		"The boot is done: this is where it should be.")

#define BOOT_STAGES(S)	LOADER_STAGES(S) KERNEL_STAGES(S)

enum boot_stage {
#define BOOT_STAGE_ENUM(nr, sym, name, text, try)	STAGE_##sym = nr,
	BOOT_STAGES(BOOT_STAGE_ENUM)
#undef BOOT_STAGE_ENUM
};

/*
 * The time line: one record per stage passed, in order. The EFI stub and the
 * loader hand theirs to the kernel as setup_data of type SETUP_LANTERN_TRACE.
 */
#define BOOT_TRACE_VERSION	1
#define BOOT_TRACE_MAX		64

struct boot_trace_entry {
	u64	tsc;			/* RDTSC when the stage began */
	u32	stage;			/* enum boot_stage */
	u32	reserved;		/* 0 */
};

struct boot_trace {
	u32	version;		/* BOOT_TRACE_VERSION */
	u32	nr_entries;		/* <= BOOT_TRACE_MAX */
	struct boot_trace_entry entry[BOOT_TRACE_MAX];
};

#endif
