/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RSDP to XSDT or RSDT to FADT and DSDT: enough for the PM timer, reset and
 * power-off. There is no AML interpreter: the value that PM1 or sleep control
 * wants for S5 is found by a bounded scan for the package named \_S5.
 */
#include <asm/efi.h>
#include <asm/init_64.h>
#include <asm/io.h>
#include <kernel/acpi.h>
#include <kernel/stage.h>
#include <lib/string.h>
#include <mm/memblock.h>
#include <mm/vmalloc.h>

#define TABLE_MAX	(4u << 20)	/* longer is damage */

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

struct acpi_gas {			/* generic address structure, 5.2.3.2 */
	u8	space, bit_width, bit_offset, access_size;
	u64	address;
} __packed;

#define GAS_MEMORY	0
#define GAS_IO		1

struct acpi_fadt {
	struct acpi_header header;
	u32	firmware_ctrl, dsdt;
	u8	reserved, profile;
	u16	sci_int;
	u32	smi_cmd;
	u8	acpi_enable, acpi_disable, s4bios_req, pstate_cnt;
	u32	pm1a_evt_blk, pm1b_evt_blk, pm1a_cnt_blk, pm1b_cnt_blk, pm2_cnt_blk, pm_tmr_blk;
	u32	gpe0_blk, gpe1_blk;
	u8	lengths[8];
	u16	p_lvl2_lat, p_lvl3_lat, flush_size, flush_stride;
	u8	duty_offset, duty_width, day_alarm, month_alarm, century;
	u16	iapc_boot_arch;
	u8	reserved2;
	u32	flags;
	struct acpi_gas reset_reg;
	u8	reset_value;
	u16	arm_boot_arch;
	u8	minor_version;
	u64	x_firmware_ctrl, x_dsdt;
	struct acpi_gas x_pm1a_evt_blk, x_pm1b_evt_blk, x_pm1a_cnt_blk, x_pm1b_cnt_blk, x_pm2_cnt_blk;
	struct acpi_gas x_pm_tmr_blk, x_gpe0_blk, x_gpe1_blk;
	struct acpi_gas sleep_control_reg, sleep_status_reg;
} __packed;

static_assert(offsetof(struct acpi_fadt, pm_tmr_blk) == 76, "ACPI 6.5 table 5.9");
static_assert(offsetof(struct acpi_fadt, flags) == 112, "ACPI 6.5 table 5.9");
static_assert(offsetof(struct acpi_fadt, x_dsdt) == 140, "ACPI 6.5 table 5.9");
static_assert(offsetof(struct acpi_fadt, sleep_control_reg) == 244, "ACPI 6.5 table 5.9");
static_assert(offsetof(struct acpi_fadt, sleep_status_reg) == 256, "ACPI 6.5 table 5.9");

#define FADT_RESET_REG_SUP	(1u << 10)
#define FADT_HW_REDUCED		(1u << 20)

#define PM1_SCI_EN		0x0001
#define PM1_SLP_TYP(n)		((n) << 10)
#define PM1_SLP_EN		0x2000

/* hardware-reduced ACPI, 4.8.3.7 */
#define SLEEP_CONTROL_SLP_TYP(n) ((n) << 2)
#define SLEEP_CONTROL_SLP_EN	0x20
#define SLEEP_STATUS_WAK_STS	0x80	/* written 1 to clear */

static const struct acpi_header *root;		/* RSDT or XSDT */
static const struct acpi_fadt *fadt;
static u32 fadt_len;
static int s5_type_a = -1, s5_type_b = -1;

static bool checksum_ok(const void *p, size_t len)
{
	const u8 *b = p;
	u8 sum = 0;

	while (len--)
		sum += *b++;
	return !sum;
}

/* A whole table, or NULL with a line that says what is wrong with it. */
static const struct acpi_header *map_table(phys_addr_t pa)
{
	const struct acpi_header *h;
	const char *why = NULL;

	if (!pa)
		return NULL;
	h = memremap(pa, sizeof(*h));
	if (!h)
		return NULL;
	if (h->length < sizeof(*h) || h->length > TABLE_MAX)
		why = "wrong length";
	else if (!(h = memremap(pa, h->length)))
		return NULL;
	else if (!checksum_ok(h, h->length))
		why = "wrong checksum";
	if (!why)
		return h;
	boot_warn(STAGE_ACPI, "table %.4s at %#llx: %s, ignored", h->signature, (unsigned long long)pa, why);
	return NULL;
}

/* One entry of the RSDT (4 bytes) or XSDT (8 bytes). */
static phys_addr_t root_entry(unsigned int i, unsigned int width)
{
	phys_addr_t pa = 0;

	memcpy(&pa, (const u8 *)(root + 1) + i * width, width);
	return pa;
}

const struct acpi_header *acpi_find_table(const char *signature)
{
	unsigned int width, i, n;

	if (!root)
		return NULL;
	width = memcmp(root->signature, "XSDT", 4) ? 4 : 8;
	n = (root->length - sizeof(*root)) / width;
	for (i = 0; i < n; i++) {
		phys_addr_t pa = root_entry(i, width);
		const struct acpi_header *h = pa ? memremap(pa, sizeof(*h)) : NULL;

		if (h && !memcmp(h->signature, signature, 4))
			return map_table(pa);
	}
	return NULL;
}

/* On 16-byte boundaries in a piece of low memory (5.2.5.1). */
static phys_addr_t scan_for_rsdp(phys_addr_t start, u32 size)
{
	const u8 *base = memremap(start, size);
	u32 at;

	for (at = 0; base && at + sizeof(struct acpi_rsdp) <= size; at += 16)
		if (!memcmp(base + at, "RSD PTR ", 8) && checksum_ok(base + at, 20))
			return start + at;
	return 0;
}

/* A BIOS keeps it in the first KiB of the extended BIOS data area or in its own ROM. */
static phys_addr_t find_bios_rsdp(void)
{
	const u16 *segment = memremap(0x40e, sizeof(*segment));
	phys_addr_t ebda = segment ? (phys_addr_t)*segment << 4 : 0, found = 0;

	if (ebda >= 0x80000 && ebda < 0xa0000)
		found = scan_for_rsdp(ebda, 1024);
	return found ? found : scan_for_rsdp(0xe0000, 0x20000);
}

static const struct acpi_header *find_root(phys_addr_t pa)
{
	const struct acpi_rsdp *rsdp = memremap(pa, sizeof(*rsdp));
	const struct acpi_header *table = NULL;

	if (!rsdp || memcmp(rsdp->signature, "RSD PTR ", 8) || !checksum_ok(rsdp, 20)) {
		boot_warn(STAGE_ACPI, "no RSDP at %#llx", (unsigned long long)pa);
		return NULL;
	}
	if (rsdp->revision >= 2)
		table = map_table(rsdp->xsdt);
	return table ? table : map_table(rsdp->rsdt);
}

/* AML integer constant: ZeroOp, OneOp or a byte prefix (ACPI 6.5, 20.2.3). */
static int aml_small_integer(const u8 **p, const u8 *end)
{
	if (*p >= end)
		return -1;
	switch (*(*p)++) {
	case 0x00: return 0;
	case 0x01: return 1;
	case 0x0a: return *p < end ? *(*p)++ : -1;
	}
	return -1;
}

/*
 * "_S5_" must be preceded by NameOp, perhaps with the root prefix, and followed
 * by PackageOp, PkgLength, NumElements (7.4.2).
 */
static bool parse_s5(const u8 *aml, const u8 *at, const u8 *end)
{
	const u8 *p = at + 4;
	bool named = (at > aml && at[-1] == 0x08) || (at > aml + 1 && at[-1] == '\\' && at[-2] == 0x08);

	if (!named || p >= end || *p++ != 0x12 || p >= end)
		return false;
	p += 1 + (*p >> 6);		/* PkgLength: bits 7:6 count the bytes that follow */
	p += 1;				/* NumElements */
	s5_type_a = aml_small_integer(&p, end);
	s5_type_b = aml_small_integer(&p, end);
	if (s5_type_b < 0)
		s5_type_b = s5_type_a;
	return s5_type_a >= 0 && s5_type_a < 8;
}

static void find_s5(const struct acpi_header *dsdt)
{
	const u8 *aml = (const u8 *)(dsdt + 1), *end = (const u8 *)dsdt + dsdt->length, *p;

	for (p = aml; p + 4 < end; p++)
		if (p[0] == '_' && !memcmp(p, "_S5_", 4) && parse_s5(aml, p, end))
			return;
	s5_type_a = -1;
}

static bool fadt_has(size_t end_of_field)
{
	return fadt && fadt_len >= end_of_field;
}

#define FADT_HAS(field) \
	fadt_has(offsetof(struct acpi_fadt, field) + sizeof(((struct acpi_fadt *)0)->field))

void acpi_reserve_tables(void)
{
	unsigned int i, width = root && memcmp(root->signature, "XSDT", 4) ? 4 : 8;

	for (i = 0; root && i < (root->length - sizeof(*root)) / width; i++) {
		phys_addr_t pa = root_entry(i, width);
		const struct acpi_header *h = pa ? memremap(pa, sizeof(*h)) : NULL;

		if (h && h->length <= TABLE_MAX && memblock_is_memory(pa, h->length))
			memblock_reserve(pa, h->length, MEM_ACPI);
	}
	if (root && memblock_is_memory(__pa(root), root->length))
		memblock_reserve(__pa(root), root->length, MEM_ACPI);
}

void acpi_init(phys_addr_t rsdp)
{
	const struct acpi_header *dsdt;

	if (!rsdp && !efi_enabled())
		rsdp = find_bios_rsdp();
	if (!rsdp)
		return;
	root = find_root(rsdp);
	if (!root)
		return;
	fadt = (const struct acpi_fadt *)acpi_find_table("FACP");
	if (!fadt) {
		boot_warn(STAGE_ACPI, "no FADT");
		return;
	}
	fadt_len = fadt->header.length;
	dsdt = map_table(FADT_HAS(x_dsdt) && fadt->x_dsdt ? fadt->x_dsdt : fadt->dsdt);
	if (dsdt)
		find_s5(dsdt);
}

u16 acpi_pm_timer_port(void)
{
	if (!FADT_HAS(pm_tmr_blk) || fadt->pm_tmr_blk > 0xffff ||
	    (FADT_HAS(flags) && fadt->flags & FADT_HW_REDUCED))
		return 0;
	return fadt->pm_tmr_blk;
}

/*
 * A register of one byte, as the reset and sleep registers must be (4.8.3.6,
 * 4.8.3.7). Nothing happens when there is none, or when it claims to be RAM.
 */
static void gas_write8(const struct acpi_gas *gas, u8 value)
{
	volatile u8 *reg;

	if (gas->space == GAS_IO && gas->address <= 0xffff) {
		outb(value, gas->address);
	} else if (gas->space == GAS_MEMORY && gas->address && !phys_is_mapped(gas->address, 1)) {
		reg = ioremap(gas->address, 1, _PAGE_CACHE_UC);
		if (reg)
			writeb(value, reg);
	}
}

void acpi_reset(void)
{
	if (FADT_HAS(reset_value) && fadt->flags & FADT_RESET_REG_SUP)
		gas_write8(&fadt->reset_reg, fadt->reset_value);
}

static void pm1_sleep(u32 port, int type)
{
	if (port && port <= 0xffff)
		outw((inw(port) & ~(PM1_SLP_TYP(7) | PM1_SLP_EN)) | PM1_SLP_TYP(type) | PM1_SLP_EN, port);
}

/* Under a firmware that hands over in legacy mode, the chipset listens only after ACPI is enabled (4.8.2.3). */
static void enable_acpi_mode(void)
{
	unsigned int i;

	if (!fadt->smi_cmd || fadt->smi_cmd > 0xffff || fadt->pm1a_cnt_blk > 0xffff || !fadt->acpi_enable || inw(fadt->pm1a_cnt_blk) & PM1_SCI_EN)
		return;
	outb(fadt->acpi_enable, fadt->smi_cmd);
	for (i = 0; i < 100000 && !(inw(fadt->pm1a_cnt_blk) & PM1_SCI_EN); i++)
		cpu_relax();
}

static void hw_reduced_poweroff(void)
{
	if (!FADT_HAS(sleep_status_reg))
		return;
	gas_write8(&fadt->sleep_status_reg, SLEEP_STATUS_WAK_STS);
	gas_write8(&fadt->sleep_control_reg, SLEEP_CONTROL_SLP_TYP(s5_type_a) | SLEEP_CONTROL_SLP_EN);
}

void acpi_poweroff(void)
{
	if (s5_type_a < 0 || !FADT_HAS(flags))
		return;
	if (fadt->flags & FADT_HW_REDUCED) {
		hw_reduced_poweroff();
		return;
	}
	if (!fadt->pm1a_cnt_blk)
		return;
	enable_acpi_mode();
	pm1_sleep(fadt->pm1a_cnt_blk, s5_type_a);
	pm1_sleep(fadt->pm1b_cnt_blk, s5_type_b);
}
