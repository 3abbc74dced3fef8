/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ways to end: each is tried, given a moment to work, and followed by the next.
 * reboot= chooses the one to begin with, as in Linux: the last of the words efi,
 * acpi, kbd, triple, pci (or their first letters). "warm" asks for a reset without
 * a new test of memory, where there is a way to ask; "cold" is what is done anyhow.
 */
#include <asm/efi.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/acpi.h>
#include <kernel/delay.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/smp.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define I8042_COMMAND	0x64
#define I8042_PULSE_RESET 0xfe

#define RESET_CONTROL	0xcf9		/* of Intel's chipsets since the PIIX, and of others after them */
#define RESET_SYSTEM	0x02		/* cold rather than of the CPU alone */
#define RESET_CPU	0x04		/* its rise does it */
#define RESET_FULL	0x08		/* power off and on again */

#define WAIT_MS		500		/* for a way to work; the host of a virtual machine may take its time */

static void reset_by_efi(bool warm)
{
	efi_reset(warm ? EfiResetWarm : EfiResetCold);
}

static void reset_by_acpi(bool warm)
{
	acpi_reset();
}

static void reset_by_kbd(bool warm)
{
	unsigned int i;

	for (i = 0; i < 100000 && inb(I8042_COMMAND) & 0x02; i++)
		cpu_relax();
	outb(I8042_PULSE_RESET, I8042_COMMAND);
}

static void reset_by_pci(bool warm)
{
	u8 how = warm ? RESET_SYSTEM : RESET_SYSTEM | RESET_FULL;

	outb(how, RESET_CONTROL);
	udelay(50);
	outb(how | RESET_CPU, RESET_CONTROL);
}

/* An exception without an IDT, twice: the CPU shuts down and the board resets it. */
static void reset_by_triple_fault(bool warm)
{
	struct desc_ptr none = { 0, 0 };

	lidt(&none);
	__asm__ volatile("int3");
}

/* In the order they are tried. The first only when it is asked for: not every board has the port. */
static const struct reset {
	const char	*name;		/* Linux takes the first letter */
	const char	*what;
	void		(*reset)(bool warm);
} resets[] = {
	{ "pci", "port 0xcf9", reset_by_pci },
	{ "efi", "EFI", reset_by_efi },
	{ "acpi", "ACPI", reset_by_acpi },
	{ "kbd", "the keyboard controller", reset_by_kbd },
	{ "triple", "a triple fault", reset_by_triple_fault },
};
#define FIRST_RESET	1

static bool reboot_has(const char *word)
{
	char letter[2] = { word[0] };

	return cmdline_list_has(boot_command_line, "reboot", word) || cmdline_list_has(boot_command_line, "reboot", letter);
}

static unsigned int first_reset(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(resets); i++)
		if (reboot_has(resets[i].name))
			return i;
	return cmdline_list_has(boot_command_line, "reboot", "cf9") ? 0 : FIRST_RESET;
}

void __noreturn machine_restart(void)
{
	bool warm = reboot_has("warm");
	unsigned int i;

	local_irq_disable();
	smp_send_stop();
	for (i = first_reset(); i < ARRAY_SIZE(resets); i++) {
		if (resets[i].reset != reset_by_efi || efi_enabled())
			printk("reboot: by %s\n", resets[i].what);
		resets[i].reset(warm);
		mdelay(WAIT_MS);
	}
	halt_forever();
}

void machine_poweroff(void)
{
	bool by_efi = first_reset() <= FIRST_RESET;
	unsigned long flags = local_irq_save();

	if (by_efi)
		efi_reset(EfiResetShutdown);
	acpi_poweroff();
	mdelay(WAIT_MS);
	local_irq_restore(flags);
}
