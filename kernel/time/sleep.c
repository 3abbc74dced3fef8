// SPDX-License-Identifier: BSD-2-Clause
/* Sleeping: a timer that wakes the thread. The boot, which is no thread yet, lets its CPU idle. */
#include <kernel/delay.h>
#include <kernel/clockchips.h>
#include <kernel/sched.h>
#include <kernel/timer.h>
#include <asm/idle.h>
#include <asm/irqflags.h>

struct sleeper {
	struct timer		timer;
	struct task_struct	*task;
	bool			awake;	/* the time is up; atomic */
};

static void time_is_up(struct timer *timer)
{
	struct sleeper *sleeper = container_of(timer, struct sleeper, timer);

	__atomic_store_n(&sleeper->awake, true, __ATOMIC_RELEASE);
	wake_up_process(sleeper->task);
}

static bool is_awake(struct sleeper *sleeper)
{
	return __atomic_load_n(&sleeper->awake, __ATOMIC_ACQUIRE);
}

static u64 start(struct sleeper *sleeper, u64 ns)
{
	u64 end = ktime_get() + ns;

	*sleeper = (struct sleeper){ .task = current };
	timer_setup(&sleeper->timer, time_is_up);
	mod_timer(&sleeper->timer, end);
	return end;
}

u64 schedule_timeout(u64 ns)
{
	struct sleeper sleeper;
	s64 left;
	u64 end;

	end = start(&sleeper, ns);
	schedule();
	/* the function may be at its last instructions on another CPU, if we were moved */
	timer_delete_sync(&sleeper.timer);
	left = end - ktime_get();
	return left > 0 && !is_awake(&sleeper) ? left : 0;
}

static void idle_for(u64 ns)
{
	struct sleeper sleeper;

	start(&sleeper, ns);
	while (!is_awake(&sleeper)) {
		local_irq_disable();
		if (is_awake(&sleeper))
			local_irq_enable();
		else
			arch_cpu_idle();
	}
	timer_delete_sync(&sleeper.timer);
}

void msleep(u64 ms)
{
	u64 left = ms * NSEC_PER_MSEC;

	if (irqs_disabled() || !clockevents_device()) {
		mdelay(ms);
	} else if (is_idle_task(current)) {
		idle_for(left);
	} else {
		while (left) {
			set_current_state(TASK_UNINTERRUPTIBLE);
			left = schedule_timeout(left);
		}
	}
}
