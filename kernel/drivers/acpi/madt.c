/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MADT: a list of entries, each with its type and length. No entry is read
 * beyond its length and none beyond the table; one of length below 2 would never
 * end the walk, so it ends it at once.
 */
#include <kernel/acpi.h>
#include <lib/string.h>

struct madt_table {
	struct acpi_header header;
	u32	lapic_address, flags;
} __packed;

#define MADT_PCAT_COMPAT	1

struct madt_entry { u8 type, length; } __packed;

struct madt_lapic { struct madt_entry e; u8 uid, apic_id; u32 flags; } __packed;
struct madt_io_apic { struct madt_entry e; u8 id, reserved; u32 address, gsi_base; } __packed;
struct madt_override { struct madt_entry e; u8 bus, source; u32 gsi; u16 flags; } __packed;
struct madt_nmi_source { struct madt_entry e; u16 flags; u32 gsi; } __packed;
struct madt_lapic_nmi { struct madt_entry e; u8 uid; u16 flags; u8 lint; } __packed;
struct madt_lapic_address { struct madt_entry e; u16 reserved; u64 address; } __packed;
struct madt_x2apic { struct madt_entry e; u16 reserved; u32 apic_id, flags, uid; } __packed;
struct madt_x2apic_nmi { struct madt_entry e; u16 flags; u32 uid; u8 lint, reserved[3]; } __packed;

static_assert(sizeof(struct madt_override) == 10, "ACPI 6.5 table 5.28");
static_assert(sizeof(struct madt_x2apic) == 16, "ACPI 6.5 table 5.34");

#define LAPIC_ENABLED		1
#define LAPIC_ALL_CPUS		0xff		/* uid in a table of 8-bit uids */
#define LAPIC_BROADCAST		0xff		/* no APIC id */
#define X2APIC_BROADCAST	0xffffffff

static void add_cpu(struct acpi_madt *m, u32 apic_id, u32 uid, u32 flags)
{
	unsigned int i;

	if (!(flags & LAPIC_ENABLED))
		return;			/* an empty socket, or a CPU that may be plugged in later */
	for (i = 0; i < m->nr_cpus; i++)
		if (m->cpus[i].apic_id == apic_id) {
			m->nr_duplicate_cpus++;
			return;
		}
	if (m->nr_cpus == ACPI_MAX_CPUS)
		m->nr_cpus_too_many++;
	else
		m->cpus[m->nr_cpus++] = (struct acpi_cpu){ apic_id, uid };
}

static void add_nmi(struct acpi_madt *m, struct acpi_nmi *list, unsigned int *nr, struct acpi_nmi nmi)
{
	if (*nr == ACPI_MAX_NMIS)
		m->nr_too_many++;
	else
		list[(*nr)++] = nmi;
}

static void add_lint_nmi(struct acpi_madt *m, u32 lint, u32 uid, u16 flags)
{
	if (lint > 1)
		m->nr_bad++;
	else
		add_nmi(m, m->lint_nmis, &m->nr_lint_nmis, (struct acpi_nmi){ lint, uid, flags });
}

static void lapic(struct acpi_madt *m, const void *entry)
{
	const struct madt_lapic *e = entry;

	if (e->apic_id != LAPIC_BROADCAST)
		add_cpu(m, e->apic_id, e->uid, e->flags);
}

static void x2apic(struct acpi_madt *m, const void *entry)
{
	const struct madt_x2apic *e = entry;

	if (e->apic_id != X2APIC_BROADCAST)
		add_cpu(m, e->apic_id, e->uid, e->flags);
}

static void io_apic(struct acpi_madt *m, const void *entry)
{
	const struct madt_io_apic *e = entry;

	if (m->nr_io_apics == ACPI_MAX_IO_APICS)
		m->nr_too_many++;
	else
		m->io_apics[m->nr_io_apics++] = (struct acpi_io_apic){ e->address, e->gsi_base, e->id };
}

static void override(struct acpi_madt *m, const void *entry)
{
	const struct madt_override *e = entry;

	if (e->bus || e->source >= ACPI_ISA_IRQS)
		m->nr_bad++;
	else
		m->isa[e->source] = (struct acpi_isa_irq){ e->gsi, e->flags, true };
}

static void nmi_source(struct acpi_madt *m, const void *entry)
{
	const struct madt_nmi_source *e = entry;

	add_nmi(m, m->nmis, &m->nr_nmis, (struct acpi_nmi){ e->gsi, ACPI_ALL_CPUS, e->flags });
}

static void lapic_nmi(struct acpi_madt *m, const void *entry)
{
	const struct madt_lapic_nmi *e = entry;

	add_lint_nmi(m, e->lint, e->uid == LAPIC_ALL_CPUS ? ACPI_ALL_CPUS : e->uid, e->flags);
}

static void x2apic_nmi(struct acpi_madt *m, const void *entry)
{
	const struct madt_x2apic_nmi *e = entry;

	add_lint_nmi(m, e->lint, e->uid, e->flags);
}

static void lapic_address(struct acpi_madt *m, const void *entry)
{
	const struct madt_lapic_address *e = entry;

	m->lapic_base = e->address;
}

/* By type; others are not about this kind of machine. */
static const struct {
	void	(*take)(struct acpi_madt *m, const void *entry);
	u8	size;
} types[] = {
	[0] = { lapic, sizeof(struct madt_lapic) },
	[1] = { io_apic, sizeof(struct madt_io_apic) },
	[2] = { override, sizeof(struct madt_override) },
	[3] = { nmi_source, sizeof(struct madt_nmi_source) },
	[4] = { lapic_nmi, sizeof(struct madt_lapic_nmi) },
	[5] = { lapic_address, sizeof(struct madt_lapic_address) },
	[9] = { x2apic, sizeof(struct madt_x2apic) },
	[10] = { x2apic_nmi, sizeof(struct madt_x2apic_nmi) },
};

static void take_entry(struct acpi_madt *m, const struct madt_entry *e)
{
	if (e->type >= ARRAY_SIZE(types) || !types[e->type].take)
		return;
	if (e->length < types[e->type].size)
		m->nr_bad++;
	else
		types[e->type].take(m, e);
}

void acpi_parse_madt(const void *table, size_t len, struct acpi_madt *m)
{
	const struct madt_table *t = table;
	const struct madt_entry *e;
	size_t at;

	memset(m, 0, sizeof(*m));
	if (len < sizeof(*t)) {
		m->cut_at = sizeof(struct acpi_header);
		return;
	}
	m->lapic_base = t->lapic_address;
	m->has_pic = t->flags & MADT_PCAT_COMPAT;
	for (at = sizeof(*t); at < len; at += e->length) {
		e = (const void *)((const u8 *)table + at);
		if (len - at < sizeof(*e) || e->length < sizeof(*e) || e->length > len - at) {
			m->cut_at = at;
			return;
		}
		take_entry(m, e);
	}
}
