/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSDP to XSDT or RSDT, and from there to any table. Whatever is wrong with one
 * table is told when somebody asks for its kind, and the next of the kind is
 * tried.
 */
#include "internal.h"
#include <asm/e820.h>
#include <asm/efi.h>
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <mm/memblock.h>

#define TABLE_MAX	(4u << 20)	/* bytes; longer is damage */
#define ROOT_MAX	256		/* tables; more is damage */
#define NR_MAPPINGS	16
#define PIECE_MAX	(1u << 20)	/* bytes mapped for one table with its neighbours */

struct acpi_rsdp {
	char	signature[8];		/* "RSD PTR " */
	u8	checksum;		/* of the first 20 bytes */
	char	oem_id[6];
	u8	revision;		/* >= 2: the fields after rsdt exist */
	u32	rsdt;
	u32	length;
	u64	xsdt;
	u8	extended_checksum;
	u8	reserved[3];
} __packed;

#define RSDP_V1_SIZE	20

/*
 * Whole pages that were mapped for a table. Tables lie side by side, in memory
 * that the direct map may not show, so one mapping serves all of a piece.
 */
static struct {
	phys_addr_t	start, end;
	const u8	*va;
} mappings[NR_MAPPINGS];

static const struct acpi_header *root;	/* XSDT or RSDT; NULL: no ACPI */
static phys_addr_t root_pa;
static struct acpi_madt madt;

/* The piece of memory that the map has for nothing but firmware, where it is small, is mapped as a whole. */
static void widen(phys_addr_t pa, u64 len, phys_addr_t *start, phys_addr_t *end)
{
	unsigned int i;

	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];

		if (e->type == E820_TYPE_RAM || e->size > PIECE_MAX || e->addr > pa || e->addr + e->size < pa + len)
			continue;
		*start = ALIGN_DOWN(e->addr, PAGE_SIZE);
		*end = ALIGN(e->addr + e->size, PAGE_SIZE);
		return;
	}
}

static const void *map_phys(phys_addr_t pa, u64 len)
{
	phys_addr_t start = ALIGN_DOWN(pa, PAGE_SIZE), end = ALIGN(pa + len, PAGE_SIZE);
	const u8 *va;
	unsigned int i;

	if (!phys_is_address(pa, len))
		return NULL;
	for (i = 0; i < NR_MAPPINGS && mappings[i].va; i++)
		if (pa >= mappings[i].start && pa + len <= mappings[i].end)
			return mappings[i].va + (pa - mappings[i].start);
	widen(pa, len, &start, &end);
	va = memremap(start, end - start);
	if (!va)
		return NULL;
	if (i < NR_MAPPINGS) {
		mappings[i].start = start;
		mappings[i].end = end;
		mappings[i].va = va;
	}
	return va + (pa - start);
}

static bool checksum_ok(const void *p, size_t len)
{
	const u8 *b = p;
	u8 sum = 0;

	while (len--)
		sum += *b++;
	return !sum;
}

const struct acpi_header *acpi_map_table(phys_addr_t pa, const char *signature)
{
	const struct acpi_header *h;
	const char *why = NULL;

	if (!pa)
		return NULL;
	h = map_phys(pa, sizeof(*h));
	if (!h)
		why = "not in memory";
	else if (memcmp(h->signature, signature, 4))
		why = "wrong signature";
	else if (h->length < sizeof(*h) || h->length > TABLE_MAX)
		why = "wrong length";
	else if (!(h = map_phys(pa, h->length)))
		why = "longer than memory";
	else if (!checksum_ok(h, h->length))
		why = "wrong checksum";
	if (!why)
		return h;
	boot_warn(STAGE_ACPI, "table %s at %#llx: %s, ignored", signature, (unsigned long long)pa, why);
	return NULL;
}

static unsigned int root_width(void)
{
	return memcmp(root->signature, "XSDT", 4) ? 4 : 8;
}

static unsigned int root_entries(void)
{
	return min((root->length - sizeof(*root)) / root_width(), (size_t)ROOT_MAX);
}

/* One entry of the RSDT (4 bytes) or XSDT (8 bytes). */
static phys_addr_t root_entry(unsigned int i)
{
	phys_addr_t pa = 0;

	memcpy(&pa, (const u8 *)(root + 1) + i * root_width(), root_width());
	return pa;
}

static bool listed_before(unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++)
		if (root_entry(j) == root_entry(i))
			return true;
	return false;
}

const struct acpi_header *acpi_find_table(const char *signature)
{
	const struct acpi_header *found = NULL, *h;
	unsigned int i, n = root ? root_entries() : 0;

	for (i = 0; i < n; i++) {
		phys_addr_t pa = root_entry(i);

		h = pa ? map_phys(pa, sizeof(*h)) : NULL;
		if (!h || memcmp(h->signature, signature, 4) || listed_before(i))
			continue;
		if (found)
			boot_warn(STAGE_ACPI, "a second table %s at %#llx, ignored", signature, (unsigned long long)pa);
		else
			found = acpi_map_table(pa, signature);
	}
	return found;
}

static const char *why_not_whole(phys_addr_t pa, const struct acpi_header *h)
{
	if (h->length < sizeof(*h) || h->length > TABLE_MAX)
		return "wrong length";
	h = map_phys(pa, h->length);
	if (!h)
		return "longer than memory";
	return checksum_ok(h, h->length) ? NULL : "wrong checksum";
}

static void visit_table(phys_addr_t pa, acpi_visit_t visit)
{
	const struct acpi_header *h = pa ? map_phys(pa, sizeof(*h)) : NULL;

	if (h)
		visit(pa, h, why_not_whole(pa, h));
}

void acpi_each_table(acpi_visit_t visit)
{
	unsigned int i;

	if (!root)
		return;
	visit_table(root_pa, visit);
	for (i = 0; i < root_entries(); i++)
		if (!listed_before(i))
			visit_table(root_entry(i), visit);
}

void acpi_for_each_table(void (*fn)(const struct acpi_header *table, phys_addr_t pa, void *ctx), void *ctx)
{
	unsigned int i, n = root ? root_entries() : 0;

	for (i = 0; i < n; i++) {
		phys_addr_t pa = root_entry(i);
		const struct acpi_header *h = pa ? map_phys(pa, sizeof(*h)) : NULL;

		if (h && h->length >= sizeof(*h) && h->length <= TABLE_MAX && !listed_before(i))
			fn(h, pa, ctx);
	}
}

static void reserve_table(phys_addr_t pa)
{
	const struct acpi_header *h = pa ? map_phys(pa, sizeof(*h)) : NULL;

	if (h && h->length <= TABLE_MAX && memblock_is_memory(pa, h->length) && !why_not_whole(pa, h))
		memblock_reserve(pa, h->length, MEM_ACPI);
}

void acpi_reserve_tables(void)
{
	unsigned int i;

	if (!root)
		return;
	for (i = 0; i < root_entries(); i++)
		reserve_table(root_entry(i));
	reserve_table(root_pa);
}

/* On 16-byte boundaries in a piece of low memory (5.2.5.1). */
static phys_addr_t scan_for_rsdp(phys_addr_t start, u32 size)
{
	const u8 *base = memremap(start, size);
	phys_addr_t found = 0;
	u32 at;

	for (at = 0; base && !found && at + sizeof(struct acpi_rsdp) <= size; at += 16)
		if (!memcmp(base + at, "RSD PTR ", 8) && checksum_ok(base + at, RSDP_V1_SIZE))
			found = start + at;
	memunmap(base);
	return found;
}

/* A BIOS keeps it in the first KiB of the extended BIOS data area or in its own ROM. */
static phys_addr_t find_bios_rsdp(void)
{
	const u16 *segment = memremap(0x40e, sizeof(*segment));
	phys_addr_t ebda = segment ? (phys_addr_t)*segment << 4 : 0, found = 0;

	memunmap(segment);
	if (ebda >= 0x80000 && ebda < 0xa0000)
		found = scan_for_rsdp(ebda, 1024);
	return found ? found : scan_for_rsdp(0xe0000, 0x20000);
}

static bool read_rsdp(phys_addr_t pa, struct acpi_rsdp *rsdp)
{
	const void *va = memremap(pa, sizeof(*rsdp));

	if (va)
		memcpy(rsdp, va, sizeof(*rsdp));
	memunmap(va);
	return va && !memcmp(rsdp->signature, "RSD PTR ", 8) && checksum_ok(rsdp, RSDP_V1_SIZE);
}

static const struct acpi_header *map_root(phys_addr_t pa, const char *signature)
{
	root_pa = pa;
	return acpi_map_table(pa, signature);
}

static const struct acpi_header *find_root(phys_addr_t pa)
{
	const struct acpi_header *table = NULL;
	struct acpi_rsdp rsdp;

	if (!read_rsdp(pa, &rsdp)) {
		boot_warn(STAGE_ACPI, "no RSDP at %#llx", (unsigned long long)pa);
		return NULL;
	}
	if (rsdp.revision >= 2 && !checksum_ok(&rsdp, sizeof(rsdp)))
		boot_warn(STAGE_ACPI, "RSDP at %#llx: wrong extended checksum, XSDT ignored", (unsigned long long)pa);
	else if (rsdp.revision >= 2)
		table = map_root(rsdp.xsdt, "XSDT");
	return table ? table : map_root(rsdp.rsdt, "RSDT");
}

const struct acpi_madt *acpi_madt(void)
{
	return &madt;
}

u32 acpi_cpu_uid(u32 apic_id)
{
	unsigned int i;

	for (i = 0; i < madt.nr_cpus; i++)
		if (madt.cpus[i].apic_id == apic_id)
			return madt.cpus[i].uid;
	return ACPI_ALL_CPUS;
}

static void madt_init(void)
{
	const struct acpi_header *table = acpi_find_table("APIC");

	if (!table) {
		boot_warn(STAGE_ACPI, "no MADT: one CPU, interrupts by the PIC");
		return;
	}
	acpi_parse_madt(table, table->length, &madt);
	if (madt.cut_at)
		boot_warn(STAGE_ACPI, "MADT: the entry at offset %u is cut short, what follows is ignored", madt.cut_at);
	if (madt.nr_bad)
		boot_warn(STAGE_ACPI, "MADT: %u entries make no sense, ignored", madt.nr_bad);
	if (madt.nr_duplicate_cpus)
		boot_warn(STAGE_ACPI, "MADT: %u CPUs have the APIC id of one before, ignored", madt.nr_duplicate_cpus);
	if (madt.nr_cpus_too_many)
		boot_warn(STAGE_ACPI, "MADT: %u CPUs, the first %u of them are used",
			  madt.nr_cpus + madt.nr_cpus_too_many, madt.nr_cpus);
	if (madt.nr_too_many)
		boot_warn(STAGE_ACPI, "MADT: no room for %u I/O APICs and NMI entries", madt.nr_too_many);
	printk("acpi: %u CPUs, %u I/O APICs\n", madt.nr_cpus, madt.nr_io_apics);
}

void acpi_init(phys_addr_t rsdp)
{
	char value[8];

	if (cmdline_find_option(boot_command_line, "acpi", value, sizeof(value)) == 3 && !strcmp(value, "off"))
		return;
	if (!rsdp && !efi_enabled())
		rsdp = find_bios_rsdp();
	if (!rsdp)
		return;
	root = find_root(rsdp);
	if (!root)
		return;
	fadt_init();
	madt_init();
	mcfg_init();
	fpdt_init();
}
