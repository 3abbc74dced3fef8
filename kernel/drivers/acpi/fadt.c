/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FADT: PM timer, reset and power-off. What PM1 or sleep control wants to be
 * told for S5 is in the DSDT.
 */
#include "internal.h"
#include <asm/init_64.h>
#include <asm/io.h>
#include <kernel/stage.h>
#include <lib/string.h>
#include <mm/vmalloc.h>

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

#define PM1_EVT_LEN		0	/* index in lengths */
#define PM1_TMR			0x0001	/* of status and enable: the PM timer's highest bit has changed */
#define PM1_SCI_EN		0x0001
#define PM1_SLP_TYP(n)		((n) << 10)
#define PM1_SLP_EN		0x2000

/* hardware-reduced ACPI, 4.8.3.7 */
#define SLEEP_CONTROL_SLP_TYP(n) ((n) << 2)
#define SLEEP_CONTROL_SLP_EN	0x20
#define SLEEP_STATUS_WAK_STS	0x80	/* written 1 to clear */

static const struct acpi_fadt *fadt;
static u32 fadt_len;
static struct acpi_s5 s5;

static bool fadt_has(size_t end_of_field)
{
	return fadt && fadt_len >= end_of_field;
}

#define FADT_HAS(field) \
	fadt_has(offsetof(struct acpi_fadt, field) + sizeof(((struct acpi_fadt *)0)->field))

static const struct acpi_header *map_dsdt(void)
{
	const struct acpi_header *dsdt = FADT_HAS(x_dsdt) ? acpi_map_table(fadt->x_dsdt, "DSDT") : NULL;

	return !dsdt && FADT_HAS(dsdt) ? acpi_map_table(fadt->dsdt, "DSDT") : dsdt;
}

void fadt_init(void)
{
	const struct acpi_header *dsdt;

	fadt = (const struct acpi_fadt *)acpi_find_table("FACP");
	if (!fadt) {
		boot_warn(STAGE_ACPI, "no FADT");
		return;
	}
	fadt_len = fadt->header.length;
	dsdt = map_dsdt();
	if (!dsdt || !acpi_scan_s5(dsdt + 1, dsdt->length - sizeof(*dsdt), &s5))
		boot_warn(STAGE_ACPI, "the DSDT does not say how to switch off");
}

unsigned int acpi_sci_irq(void)
{
	return FADT_HAS(sci_int) ? fadt->sci_int : 0;
}

u16 acpi_pm_timer_port(void)
{
	if (!FADT_HAS(pm_tmr_blk) || fadt->pm_tmr_blk > 0xffff ||
	    (FADT_HAS(flags) && fadt->flags & FADT_HW_REDUCED))
		return 0;
	return fadt->pm_tmr_blk;
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

/* The enable half of the event block follows the status half (4.8.3.1). */
bool acpi_pm_timer_irq_enable(void)
{
	u32 status, enable;

	if (!acpi_pm_timer_port() || !FADT_HAS(lengths) || !fadt->pm1a_evt_blk || fadt->pm1a_evt_blk > 0xff00)
		return false;
	enable_acpi_mode();
	status = fadt->pm1a_evt_blk;
	enable = status + fadt->lengths[PM1_EVT_LEN] / 2;
	outw(PM1_TMR, status);		/* written 1 to clear */
	outw(inw(enable) | PM1_TMR, enable);
	return true;
}

#define BOOT_ARCH_NO_RTC	(1u << 5)	/* table 5.11 */

bool acpi_has_rtc(void)
{
	return !(FADT_HAS(iapc_boot_arch) && fadt->header.revision >= 5 && fadt->iapc_boot_arch & BOOT_ARCH_NO_RTC);
}

u8 acpi_rtc_century(void)
{
	return FADT_HAS(century) && fadt->century < 0x80 ? fadt->century : 0;
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

static void pm1_sleep(u32 port, unsigned int type)
{
	if (port && port <= 0xffff)
		outw((inw(port) & ~(PM1_SLP_TYP(7) | PM1_SLP_EN)) | PM1_SLP_TYP(type) | PM1_SLP_EN, port);
}

static void hw_reduced_poweroff(void)
{
	if (!FADT_HAS(sleep_status_reg))
		return;
	gas_write8(&fadt->sleep_status_reg, SLEEP_STATUS_WAK_STS);
	gas_write8(&fadt->sleep_control_reg, SLEEP_CONTROL_SLP_TYP(s5.type_a) | SLEEP_CONTROL_SLP_EN);
}

void acpi_poweroff(void)
{
	if (!s5.valid || !FADT_HAS(flags))
		return;
	if (fadt->flags & FADT_HW_REDUCED) {
		hw_reduced_poweroff();
		return;
	}
	if (!fadt->pm1a_cnt_blk)
		return;
	enable_acpi_mode();
	pm1_sleep(fadt->pm1a_cnt_blk, s5.type_a);
	pm1_sleep(fadt->pm1b_cnt_blk, s5.type_b);
}
