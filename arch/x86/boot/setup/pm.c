/* SPDX-License-Identifier: BSD-2-Clause */
/* Leaving real mode: nothing may interrupt from here, and the CPU gets its descriptor tables. */
#include <asm/io.h>
#include <asm/segment.h>
#include "setup.h"

#define TSS32_SIZE	104
#define DESC_TSS32_FREE	0x0000890000000000ull	/* SDM 3A 8.2.2: present, available 32-bit TSS */

static_assert(__KERNEL_CS == 0x10 && __KERNEL_DS == 0x18, "boot.rst: __BOOT_CS, __BOOT_DS");

/* Never run in, but a CPU with VT-x wants a valid task register. */
static u8 tss[TSS32_SIZE] __aligned(4);

static u64 gdt[GDT_ENTRY_BOOT_TSS + 1] __aligned(16) = {
	[GDT_ENTRY_KERNEL_CS] = GDT_DESC_CODE32,
	[GDT_ENTRY_KERNEL_DS] = GDT_DESC_DATA,
	[GDT_ENTRY_BOOT_TSS] = DESC_TSS32_FREE,
};

struct descriptor_table {
	u16	limit;
	u32	base;			/* linear */
} __packed;

static void check_loaded_image(void)
{
	const struct setup_header *hdr = &boot_params.hdr;

	if (hdr->boot_flag != BOOT_FLAG_MAGIC || hdr->header != SETUP_HEADER_MAGIC)
		die("the loader spoiled the setup header");
	if (!(hdr->loadflags & LOADED_HIGH) || hdr->code32_start < 0x100000)
		die("the loader put the kernel below 1 MiB");
}

/* From here on no interrupt, not even NMI: the loader may have a say in how. */
static void interrupts_off(void)
{
	if (boot_params.hdr.realmode_swtch) {
		realmode_switch_hook(boot_params.hdr.realmode_swtch);
	} else {
		__asm__ volatile("cli");
		outb(0x80, 0x70);	/* bit 7 of the CMOS index masks NMI */
		io_delay();
	}
}

static void reset_coprocessor(void)
{
	outb(0, 0xf0);
	io_delay();
	outb(0, 0xf1);
	io_delay();
}

static void mask_pics(void)
{
	outb(0xff, 0xa1);
	io_delay();
	outb(0xfb, 0x21);		/* but for the cascade */
	io_delay();
}

static void load_descriptor_tables(void)
{
	static const struct descriptor_table null_idt;
	struct descriptor_table gdtr = { sizeof(gdt) - 1, linear(gdt) };
	u64 base = linear(tss);

	gdt[GDT_ENTRY_BOOT_TSS] |= (TSS32_SIZE - 1) | (base & 0xffffff) << 16 | (base >> 24) << 56;
	__asm__ volatile("lidtl %0" : : "m"(null_idt));
	__asm__ volatile("lgdtl %0" : : "m"(gdtr));
}

void __noreturn go_to_protected_mode(void)
{
	stage(STAGE_SETUP_A20);
	check_loaded_image();
	/* INT 15h 2401 may turn interrupts on again, so they go off after it */
	if (!enable_a20())
		die("address line A20 stays off: BIOS, keyboard controller and port 92h were tried");
	stage(STAGE_SETUP_PROTECTED);
	interrupts_off();
	reset_coprocessor();
	mask_pics();
	load_descriptor_tables();
	protected_mode_jump(boot_params.hdr.code32_start, linear(&boot_params), __BOOT_TSS);
}
