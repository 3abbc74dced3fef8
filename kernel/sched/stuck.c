// SPDX-License-Identifier: BSD-2-Clause
/* Heartbeats of CPUs, and who has none, see <kernel/stuck.h>. */
#ifdef LANTERN_DEBUG
#include <kernel/stuck.h>
#include <asm/traps.h>
#include <kernel/kthread.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>

#define BEAT_NS		NSEC_PER_SEC
#define IRQS_OFF_NS	(10 * NSEC_PER_SEC)	/* a busy host may hold a CPU back for seconds */
#define NO_SWITCH_NS	(20 * NSEC_PER_SEC)	/* and longer than the above, for it brings this about too */

struct heart {
	struct timer		timer;
	struct task_struct	*thread;
	u64			beat;		/* time when the timer ran last; atomic */
	u64			ran;		/* and the thread */
	bool			told;		/* that the thread does not run */
	u64			told_of;	/* beat of the next CPU that was told to be its last */
};

static DEFINE_PER_CPU(struct heart, heart);

/* The watched CPU after this one, the first after the last; this one when it is alone. */
static unsigned int next_cpu(void)
{
	unsigned int cpu = smp_processor_id();

	do
		cpu = cpu + 1 < nr_cpu_ids ? cpu + 1 : 0;
	while (!cpu_online(cpu) || !per_cpu_ptr(&heart, cpu)->thread);
	return cpu;
}

static void look_at_next(struct heart *me, u64 now)
{
	unsigned int cpu = next_cpu();
	u64 beat = __atomic_load_n(&per_cpu_ptr(&heart, cpu)->beat, __ATOMIC_RELAXED);

	if ((s64)(now - beat) < (s64)IRQS_OFF_NS || beat == me->told_of)
		return;
	me->told_of = beat;
	boot_warn(boot_stage_current(), "CPU %u is stuck: no interrupts for %llu s", cpu,
		  (unsigned long long)((now - beat) / NSEC_PER_SEC));
	smp_send_backtrace(cpu);
}

static void look_at_self(struct heart *me, u64 now)
{
	if (now - me->ran < NO_SWITCH_NS) {
		me->told = false;
		return;
	}
	if (me->told)
		return;
	me->told = true;
	boot_warn(boot_stage_current(), "CPU %u is stuck: %s lets no other thread run for %llu s", smp_processor_id(),
		  current->comm, (unsigned long long)((now - me->ran) / NSEC_PER_SEC));
	show_backtrace((unsigned long)__builtin_return_address(0), (unsigned long)__builtin_frame_address(0));
}

static void beat(struct timer *timer)
{
	struct heart *me = container_of(timer, struct heart, timer);
	u64 now = ktime_get();

	__atomic_store_n(&me->beat, now, __ATOMIC_RELAXED);
	look_at_self(me, now);
	look_at_next(me, now);
	wake_up_process(me->thread);
	mod_timer(timer, now + BEAT_NS);
}

static int stuck_thread(void *arg)
{
	struct heart *me = this_cpu_ptr(&heart);	/* it is bound to it */

	timer_setup(&me->timer, beat);
	mod_timer(&me->timer, ktime_get() + BEAT_NS);
	while (!kthread_should_stop()) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		me->ran = ktime_get();
		schedule();
	}
	return 0;
}

void stuck_init(void)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		struct task_struct *thread = kthread_create(stuck_thread, NULL, "stuck/%u", cpu);
		struct heart *h = per_cpu_ptr(&heart, cpu);

		if (!thread) {
			boot_warn(boot_stage_current(), "no memory to see whether CPU %u is stuck", cpu);
			return;
		}
		kthread_bind(thread, cpu);
		sched_set_fifo(thread, PRIO_FIFO_MAX);
		h->thread = thread;
		h->beat = h->ran = ktime_get();
		wake_up_process(thread);
	}
}
#endif
