/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few ACPI tables the kernel reads itself. Signature, length and checksum
 * of a table are checked before a field of it is believed (ACPI 6.5, 5.2).
 */
#ifndef KERNEL_ACPI_H
#define KERNEL_ACPI_H

#include <lib/types.h>

/* What every table but the RSDP starts with (5.2.6) */
struct acpi_header {
	char	signature[4];
	u32	length;			/* bytes of the table, this header included */
	u8	revision, checksum;
	char	oem_id[6], oem_table_id[8];
	u32	oem_revision, creator_id, creator_revision;
} __packed;

/* The MADT (5.2.12), checked: who can be a CPU, and how interrupts are wired. */

#define ACPI_MAX_CPUS		64	/* NR_CPUS */
#define ACPI_MAX_IO_APICS	16
#define ACPI_MAX_NMIS		16
#define ACPI_ISA_IRQS		16
#define ACPI_ALL_CPUS		0xffffffff

struct acpi_cpu {
	u32	apic_id;		/* no two the same */
	u32	uid;			/* ACPI's own name for it */
};

struct acpi_io_apic {
	u32	address;		/* physical */
	u32	gsi_base;		/* its first global system interrupt */
	u8	id;
};

struct acpi_isa_irq {			/* interrupt source override */
	u32	gsi;
	u16	flags;			/* acpi_polarity(), acpi_trigger() */
	bool	valid;
};

struct acpi_nmi {
	u32	input;			/* global system interrupt, or 0 and 1 for LINT0 and LINT1 */
	u32	cpu_uid;		/* ACPI_ALL_CPUS; not used for a global system interrupt */
	u16	flags;
};

struct acpi_madt {
	phys_addr_t		lapic_base;	/* 0: no MADT */
	bool			has_pic;	/* PCAT_COMPAT */
	unsigned int		nr_cpus, nr_io_apics, nr_nmis, nr_lint_nmis;
	struct acpi_cpu		cpus[ACPI_MAX_CPUS];	/* that can run, in the table's order */
	struct acpi_io_apic	io_apics[ACPI_MAX_IO_APICS];
	struct acpi_isa_irq	isa[ACPI_ISA_IRQS];
	struct acpi_nmi		nmis[ACPI_MAX_NMIS], lint_nmis[ACPI_MAX_NMIS];
	/* what was left out */
	unsigned int		cut_at;		/* offset of an entry that is not there in full; 0: none */
	unsigned int		nr_bad;		/* entries shorter than their type, or about what does not exist */
	unsigned int		nr_duplicate_cpus;	/* same APIC id as one before */
	unsigned int		nr_too_many;	/* entries for which there was no room, CPUs not counted */
	unsigned int		nr_cpus_too_many;
};

/**
 * acpi_parse_madt() - take a MADT apart; touches nothing but its arguments
 * @table: @len bytes of anything at all, checksum correct or not
 * @madt:  overwritten; what is wrong with the table is counted in its last fields
 */
void acpi_parse_madt(const void *table, size_t len, struct acpi_madt *madt);

/* Polarity and trigger of an MADT entry (5.2.12.5) */
#define ACPI_AS_THE_BUS		0
#define ACPI_ACTIVE_LOW		3
#define ACPI_LEVEL		3

static inline unsigned int acpi_polarity(u16 flags)
{
	return flags & 3;
}

static inline unsigned int acpi_trigger(u16 flags)
{
	return flags >> 2 & 3;
}

/* The MCFG: memory that is the configuration space of some PCI buses. */

#define ACPI_MAX_ECAMS	16

struct acpi_ecam {
	phys_addr_t	address;	/* of bus 0, also where the first bus is another */
	u16		segment;
	u8		first_bus, last_bus;
};

/** acpi_parse_mcfg() - at most @max entries of @len bytes of anything at all. Return: how many */
unsigned int acpi_parse_mcfg(const void *table, size_t len, struct acpi_ecam *ecam, unsigned int max);

/** acpi_ecams() - those of this machine that are to be believed. After acpi_init() */
const struct acpi_ecam *acpi_ecams(unsigned int *nr);

/** acpi_check_ecam() - what is wrong with an entry, NULL when nothing is */
const char *acpi_check_ecam(const struct acpi_ecam *ecam);

/**
 * acpi_parse_hpet() - the physical address of @size bytes of registers in @len bytes of a table
 * Return: 0 when they are not in memory, or where RAM is.
 */
phys_addr_t acpi_parse_hpet(const void *table, size_t len, u64 size);

/* The FPDT and the FBPT it points to: when the firmware did what. */
struct firmware_times;

/** acpi_parse_fpdt() - physical address of the FBPT in @len bytes of anything; 0: there is none */
phys_addr_t acpi_parse_fpdt(const void *table, size_t len);

/** acpi_parse_fbpt() - the stamps in @len bytes of anything; false when there are none */
bool acpi_parse_fbpt(const void *table, size_t len, struct firmware_times *t);

/** acpi_firmware_times() - those of this boot, all 0 where the firmware keeps none */
const struct firmware_times *acpi_firmware_times(void);

/**
 * acpi_init() - find RSDP, FADT, DSDT and MADT; says what is missing or damaged ("acpi=off": nothing is looked for)
 * @rsdp: where the loader says the RSDP is; 0: look where a BIOS keeps it
 */
void acpi_init(phys_addr_t rsdp);

/**
 * acpi_reserve_tables() - keep the tables that lie in RAM, before mm_init()
 * They belong into memory of their own, but some firmware has them in that of its boot services.
 */
void acpi_reserve_tables(void);

/**
 * acpi_find_table() - the first table of a kind whose length and checksum are right
 * @signature: four characters
 * Return: the table, mapped for good, header->length bytes of it readable; NULL when there is none.
 * Says what is wrong with others of the kind. Context: after acpi_init().
 */
const struct acpi_header *acpi_find_table(const char *signature);

/** acpi_for_each_table() - every table the root lists whose length makes sense, checksum right or not */
void acpi_for_each_table(void (*fn)(const struct acpi_header *table, phys_addr_t pa, void *ctx), void *ctx);

/** acpi_madt() - the MADT, or what stands for it when there is none: all counts 0. After acpi_init() */
const struct acpi_madt *acpi_madt(void);

/** acpi_cpu_uid() - ACPI's name of the CPU with @apic_id; ACPI_ALL_CPUS when it is not in the MADT */
u32 acpi_cpu_uid(u32 apic_id);

/** acpi_sci_irq() - line of ACPI's own interrupt, as <kernel/irq.h> counts; 0 without one */
unsigned int acpi_sci_irq(void);

/** acpi_pm_timer_port() - I/O port of the PM timer, 0 when there is none */
u16 acpi_pm_timer_port(void);

/** acpi_pm_timer_irq_enable() - have the PM timer pull the SCI when it runs over. Return: whether there is one */
bool acpi_pm_timer_irq_enable(void);

/** acpi_has_rtc() - false when the tables say that there is no CMOS clock */
bool acpi_has_rtc(void);

/** acpi_rtc_century() - the register of the CMOS clock that holds the century, 0 when none does */
u8 acpi_rtc_century(void);

/** acpi_reset() - write the FADT's reset register; returns when there is none or it did nothing */
void acpi_reset(void);

/** acpi_poweroff() - enter S5 through PM1 or sleep control; returns when the tables do not say how */
void acpi_poweroff(void);

#endif
