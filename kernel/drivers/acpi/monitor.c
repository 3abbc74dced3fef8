// SPDX-License-Identifier: BSD-2-Clause
/* The monitor command acpi: the tables, and what the kernel has read out of them. */
#include "internal.h"
#include <kernel/monitor.h>
#include <kernel/printk.h>

/* What the firmware writes there may be no text. */
static const char *text(const char *from, unsigned int len, char *to)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		to[i] = from[i] >= ' ' && from[i] < 0x7f ? from[i] : from[i] ? '?' : ' ';
	to[len] = '\0';
	return to;
}

static void print_table(phys_addr_t pa, const struct acpi_header *h, const char *why)
{
	char signature[5], oem[7], table[9];

	printk("%s %#14llx %8u bytes  rev %-3u %s %s  %s\n", text(h->signature, 4, signature), (unsigned long long)pa,
	       h->length, h->revision, text(h->oem_id, 6, oem), text(h->oem_table_id, 8, table), why ? why : "");
}

static void print_madt(const struct acpi_madt *madt)
{
	unsigned int i;

	printk("CPUs %u, local APIC at %#llx, %s\n", madt->nr_cpus, (unsigned long long)madt->lapic_base,
	       madt->has_pic ? "with a PIC" : "without a PIC");
	for (i = 0; i < madt->nr_io_apics; i++)
		printk("I/O APIC %u at %#x, its first interrupt is %u\n", madt->io_apics[i].id, madt->io_apics[i].address,
		       madt->io_apics[i].gsi_base);
	for (i = 0; i < ACPI_ISA_IRQS; i++)
		if (madt->isa[i].valid)
			printk("ISA irq %u is interrupt %u, %s, active %s\n", i, madt->isa[i].gsi,
			       acpi_trigger(madt->isa[i].flags) == ACPI_LEVEL ? "level" : "edge",
			       acpi_polarity(madt->isa[i].flags) == ACPI_ACTIVE_LOW ? "low" : "high");
}

static bool found;

static void note(phys_addr_t pa, const struct acpi_header *h, const char *why)
{
	found = true;
}

static int cmd_acpi(int argc, char **argv)
{
	if (argc != 1)
		return -1;
	found = false;
	acpi_each_table(note);
	if (!found) {
		printk("acpi: the firmware has no tables, or acpi=off\n");
		return 0;
	}
	acpi_each_table(print_table);
	if (acpi_madt()->lapic_base)
		print_madt(acpi_madt());
	if (acpi_sci_irq())
		printk("ACPI's own interrupt is irq %u\n", acpi_sci_irq());
	if (acpi_pm_timer_port())
		printk("PM timer at port %#x\n", acpi_pm_timer_port());
	return 0;
}
MONITOR_COMMAND(acpi, "", "ACPI tables, CPUs and interrupts as they tell of them", cmd_acpi);
