/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * setup_arch: from what the loader said to a kernel on its own page tables, and
 * the lines that tell the user about it.
 */
#include <asm/setup.h>
#include <asm/bootparam_utils.h>
#include <asm/cpu.h>
#include <asm/e820.h>
#include <asm/efi.h>
#include <asm/init_64.h>
#include <asm/microcode.h>
#include <asm/sections.h>
#include <asm/speculation.h>
#include <asm/traps.h>
#include <kernel/acpi.h>
#include <kernel/framebuffer.h>
#include <kernel/handoff.h>
#include <kernel/init.h>
#include <kernel/initmem.h>
#include <kernel/initrd.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/srat.h>
#include <kernel/stage.h>
#include <kernel/strip.h>
#include <kernel/tty.h>
#include <lib/cmdline.h>
#include <lib/e820.h>
#include <mm/memblock.h>
#include <mm/vmalloc.h>

static struct framebuffer screen;
static bool text_screen;

bool boot_deterministic(void)
{
	return cmdline_find_option_bool(boot_command_line, "deterministic");
}

void print_hello(void)
{
	printk("Lantern %s (build %s)\n", lantern_version, lantern_build_id());
}

static int __init text_screen_init(void)
{
	const char *why;

	text_screen = !vgacon_init(&boot_params.screen_info, __va(VGA_TEXT_PHYS), &why);
	if (!text_screen)
		boot_warn(STAGE_CONSOLE, "text screen not used: %s", why);
	return text_screen ? 0 : -1;
}

int __init screen_init(void)
{
	struct fbcon_options opt;
	const char *why;

	if (!boot_params.screen_info.orig_video_isVGA)
		return -1;
	if (screen_is_vga_text(&boot_params.screen_info))
		return text_screen_init();
	if (framebuffer_describe(&boot_params.screen_info, &screen, &why)) {
		boot_warn(STAGE_CONSOLE, "screen not used: %s", why);
		return -1;
	}
	screen.base = (void *)boot_data_map(screen.phys, screen.size);
	if (!screen.base) {
		boot_warn(STAGE_CONSOLE, "screen not used: framebuffer at %#llx is outside physical memory",
			  (unsigned long long)screen.phys);
		return -1;
	}
	fbcon_options_parse(boot_command_line, &opt);
	if (*opt.unknown)
		boot_warn(STAGE_CONSOLE, "fbcon=%s: not all of it is known; fonts are VGA8x16 and TER16x32", opt.unknown);
	if (fbcon_init(&screen, &opt)) {
		boot_warn(STAGE_CONSOLE, "screen not used: %ux%u has no room for text", screen.width, screen.height);
		screen.base = NULL;
		return -1;
	}
	strip_repaint();
	return 0;
}

void __init screen_remap(void)
{
	u64 strip = strip_base(&boot_params.screen_info);

	if (screen.base) {
		screen.base = ioremap(screen.phys, screen.size, _PAGE_CACHE_WC);
		if (!screen.base)
			boot_warn(STAGE_PAGING, "screen lost: no memory for page tables to map it");
		strip_map((void *)screen.base);
	} else if (strip) {	/* no console is on it */
		strip_map((void *)ioremap(strip, strip_size(&boot_params.screen_info), _PAGE_CACHE_WC));
	}
	if (text_screen)	/* the direct map has RAM only, and this is none */
		vgacon_remap(ioremap(VGA_TEXT_PHYS, VGA_TEXT_SIZE, _PAGE_CACHE_UC));
}

/* boot.rst, type_of_loader: the upper digit names the loader. */
static const char *__init loader_name(u8 type)
{
	static const char *const names[16] = {
		"LILO", "Loadlin", "EFI stub", "Syslinux", "iPXE", "ELILO", NULL, "GRUB",
		"U-Boot", "Xen", "Gujin", "QEMU", "Arcturus", "kexec", NULL, NULL,
	};

	return names[type >> 4] ? names[type >> 4] : "an unknown loader";
}

static const char *__init door_name(enum boot_stage first)
{
	switch (first) {
	case STAGE_PE_ENTRY:	return "EFI application";
	case STAGE_SETUP:	return "16-bit BIOS boot protocol";
	case STAGE_HANDOVER:	return "EFI handover";
	case STAGE_STARTUP_32:	return "32-bit boot protocol";
	case STAGE_LOADER_64:	return "64-bit boot protocol";
	case STAGE_PVH_ENTRY:	return "PVH";
	case STAGE_MULTIBOOT2:	return "Multiboot2";
	case STAGE_STARTUP_64:	return "startup_64 itself";
	default:		return boot_stage_name(first);
	}
}

static void __init print_door(void)
{
	const char *vendor;
	u32 revision;

	printk("door: %s, started by %s (type %#04x)\n", door_name(boot_stage_first()),
	       loader_name(boot_params.hdr.type_of_loader), boot_params.hdr.type_of_loader);
	vendor = efi_firmware(&revision);
	if (vendor)
		printk("firmware: %sUEFI, %s %u.%02u, Secure Boot %s\n", efi_firmware_bits() == 32 ? "32-bit " : "",
		       vendor, revision >> 16, revision & 0xffff,
		       boot_params.secure_boot == SECURE_BOOT_ENABLED ? "on" : "off");
}

static void __init print_placement(void)
{
	printk("kernel: physical %#llx, virtual %#lx, %lu KiB, offset %#lx, KASLR %s\n",
	       (unsigned long long)__pa(_text), (unsigned long)_text, (unsigned long)(_end - _text) >> 10,
	       (unsigned long)_text - KERNEL_LINK_ADDR,
	       boot_params.hdr.loadflags & KASLR_FLAG ? "on" : "off");
	printk("paging: %u levels, direct map at %#lx\n", pgtable_levels, page_offset_base);
}

static void __init reserve_image(const char *start, const char *end, enum mem_use use)
{
	memblock_reserve(__pa(start), end - start, use);
}

/* Device memory as a rule; where the firmware calls it RAM, what is drawn must hit nobody. */
static void __init reserve_screen(void)
{
	struct framebuffer fb;
	const char *why;

	if (!framebuffer_describe(&boot_params.screen_info, &fb, &why))
		memblock_reserve(fb.phys, fb.size, MEM_FRAMEBUFFER);
}

static void __init memblock_setup(void)
{
	struct setup_data_iter it;
	unsigned int i;

	/* until it is known what can be unplugged: the lowest memory never is, and neither are page tables there */
	memblock.bottom_up = true;
	/*
	 * What is in use comes before the RAM: a list that grows takes RAM that
	 * nobody has reserved. The first MiB: real-mode vectors, EBDA,
	 * and firmware that says less than it uses.
	 */
	memblock_reserve(0, SZ_1M, MEM_FIRST_MIB);
	reserve_image(_sinittext, _einittext, MEM_INIT);
	reserve_image(__init_bss_start, __init_bss_end, MEM_INIT);
	reserve_image(_text, _etext, MEM_TEXT);
	reserve_image(__rodata_start, __rodata_end, MEM_RODATA);
	reserve_image(_sdata, _edata, MEM_DATA);
	reserve_image(_edata, _end, MEM_BSS);
	initrd_reserve();
	reserve_screen();
	setup_data_iter_init(&it, boot_params.hdr.setup_data, boot_data_map);
	while (setup_data_next(&it))
		memblock_reserve(it.pa, sizeof(struct setup_data) + it.len, MEM_BOOT_DATA);
	efi_reserve_memory();
	for (i = 0; i < e820_table.nr; i++)
		if (e820_table.entry[i].type == E820_TYPE_RAM)
			memblock_add(e820_table.entry[i].addr, e820_table.entry[i].size);
	efi_reserve_memory();	/* again: what did not fit before there was memory to grow into */
}

u64 arch_ram_bytes(void)
{
	return e820_total(e820_table.entry, e820_table.nr, E820_TYPE_RAM);
}

void __init setup_arch(void)
{
	efi_map_setup();
	print_door();
	printk("command line: %s\n", boot_command_line);
	boot_stage(STAGE_CPU_IDENT);
	identify_cpu();
	print_placement();

	boot_stage(STAGE_E820_TABLE);
	e820_setup();
	e820_print();
	handoff_check_boot();
	report_keep_gop_modes();

	boot_stage(STAGE_MEMBLOCK);
	memblock_setup();
	microcode_init();	/* the CPU as its maker mended it, before anything relies on its features */

	boot_stage(STAGE_PAGING);
	strip_suspend();	/* as it is in the direct map of the boot only */
	paging_init();		/* direct map up; boot tables no longer used */
	screen_remap();
	serial8250_remap();

	trap_init();		/* a stack overflow is reported; it needs the guard page */
	speculation_init();
	pt_check();
	initrd_print();

	boot_stage(STAGE_ACPI);
	acpi_init(boot_params.acpi_rsdp_addr);
	numa_init(acpi_numa_map());
	memblock.bottom_up = false;

	boot_stage(STAGE_EFI_RUNTIME);
	efi_map_remap();
	efi_enter_virtual_mode();	/* runtime services can be called */
	efi_free_boot_services();
	acpi_reserve_tables();		/* some firmware leaves them in what has become free */
}
