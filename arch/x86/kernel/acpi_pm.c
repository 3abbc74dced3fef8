/* SPDX-License-Identifier: BSD-2-Clause */
/* The ACPI power management timer as a clock: one port to read, 3.58 MHz (ACPI 6.5, 4.8.3.3). */
#include <asm/io.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/acpi.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>

#define PMTMR_HZ	3579545
#define PMTMR_BITS	24		/* always there; 32 is for the FADT to promise */

static u16 port;

static u64 acpi_pm_read(void)
{
	return inl(port);
}

static struct clocksource clocksource_acpi_pm = {
	.name = "acpi_pm", .read = acpi_pm_read, .mask = CLOCKSOURCE_MASK(PMTMR_BITS),
	.hz = PMTMR_HZ, .rating = 200,
};

/* pmtmr=PORT stands in for the FADT, pmtmr=0 does without the timer. */
static u16 find_port(void)
{
	char text[16];
	u64 given;

	if (cmdline_find_option(boot_command_line, "pmtmr", text, sizeof(text)) < 0)
		return acpi_pm_timer_port();
	if (!kstrtou64(text, 0, &given) && given <= 0xffff)
		return given;
	boot_warn(STAGE_TIME, "pmtmr=%s is no port", text);
	return acpi_pm_timer_port();
}

void acpi_pm_init(void)
{
	port = find_port();
	if (port)
		clocksource_register(&clocksource_acpi_pm);
}
