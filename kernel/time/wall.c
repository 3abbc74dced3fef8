// SPDX-License-Identifier: BSD-2-Clause
/* The date: asked for once, when somebody first wants it, and counted on from there. */
#include <kernel/alarm.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/timekeeping.h>
#include <asm/setup.h>
#include <asm/vdso.h>
#include <lib/calendar.h>

static u64 wall_offset;			/* ns since 1970 when ktime_get() was 0 */
static const char *wall_from;		/* NULL: not asked yet */

u64 ktime_get_real(void)
{
	const char *from;
	u64 seconds = 0;

	if (!__atomic_load_n(&wall_from, __ATOMIC_ACQUIRE)) {
		if (read_persistent_clock(&seconds, &from))
			from = "nowhere";
		wall_offset = seconds * NSEC_PER_SEC - ktime_get();
		__atomic_store_n(&wall_from, from, __ATOMIC_RELEASE);
		vdso_write_wall(wall_offset);
	}
	return wall_offset + ktime_get();
}

bool ktime_real_is_known(void)
{
	return __atomic_load_n(&wall_from, __ATOMIC_ACQUIRE);
}

void ktime_set_real(u64 ns)
{
	wall_offset = ns - ktime_get();
	vdso_write_wall(wall_offset);
	__atomic_store_n(&wall_from, "a program", __ATOMIC_RELEASE);
	date_was_set();
}

static int cmd_date(int argc, char **argv)
{
	struct date_time t;

	if (argc != 1)
		return -1;
	if (boot_deterministic()) {
		printk("date: not told to a deterministic boot\n");
		return 0;
	}
	t = seconds_to_date_time(ktime_get_real() / NSEC_PER_SEC);
	printk("%04u-%02u-%02u %02u:%02u:%02u UTC, from %s\n", t.year, t.month, t.day, t.hour, t.minute, t.second,
	       wall_from);
	return 0;
}
MONITOR_COMMAND(date, "", "date and time", cmd_date);
