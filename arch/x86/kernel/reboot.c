/* SPDX-License-Identifier: BSD-2-Clause */
/* Ways to end: each is tried, given a moment to work, and followed by the next. */
#include <asm/efi.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <kernel/acpi.h>
#include <kernel/delay.h>
#include <kernel/reboot.h>
#include <kernel/smp.h>

#define I8042_COMMAND	0x64
#define I8042_PULSE_RESET 0xfe

static void i8042_reset(void)
{
	unsigned int i;

	for (i = 0; i < 100000 && inb(I8042_COMMAND) & 0x02; i++)
		cpu_relax();
	outb(I8042_PULSE_RESET, I8042_COMMAND);
}

/* An exception without an IDT, twice: the CPU shuts down and the board resets it. */
static void __noreturn triple_fault(void)
{
	struct desc_ptr none = { 0, 0 };

	lidt(&none);
	__asm__ volatile("int3");
	halt_forever();
}

void __noreturn machine_restart(void)
{
	local_irq_disable();
	smp_send_stop();
	efi_reset(EfiResetCold);
	acpi_reset();
	mdelay(50);
	i8042_reset();
	mdelay(50);
	triple_fault();
}

void machine_poweroff(void)
{
	unsigned long flags = local_irq_save();

	efi_reset(EfiResetShutdown);
	acpi_poweroff();
	mdelay(100);
	local_irq_restore(flags);
}
