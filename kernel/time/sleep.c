// SPDX-License-Identifier: BSD-2-Clause
/* Sleeping: a timer, and an idle CPU until it has fired. */
#include <kernel/delay.h>
#include <kernel/clockchips.h>
#include <kernel/timer.h>
#include <asm/idle.h>
#include <asm/irqflags.h>

struct sleeper {
	struct timer	timer;
	bool		awake;		/* atomic */
};

static void wake(struct timer *timer)
{
	struct sleeper *sleeper = container_of(timer, struct sleeper, timer);

	__atomic_store_n(&sleeper->awake, true, __ATOMIC_RELEASE);
}

static bool is_awake(struct sleeper *sleeper)
{
	return __atomic_load_n(&sleeper->awake, __ATOMIC_ACQUIRE);
}

void msleep(u64 ms)
{
	struct sleeper sleeper = { .awake = false };

	if (irqs_disabled() || !clockevents_device()) {
		mdelay(ms);
		return;
	}
	timer_setup(&sleeper.timer, wake);
	mod_timer(&sleeper.timer, ktime_get() + ms * NSEC_PER_MSEC);
	while (!is_awake(&sleeper)) {
		local_irq_disable();
		if (is_awake(&sleeper))
			local_irq_enable();
		else
			arch_cpu_idle();
	}
	/* the function may be at its last instructions on another CPU, if we were moved */
	timer_delete_sync(&sleeper.timer);
}
