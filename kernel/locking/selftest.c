// SPDX-License-Identifier: BSD-2-Clause
/* Locks tried out on the machine itself: selftest=locks. */
#include <kernel/seqlock.h>
#include <kernel/selftest.h>
#include <kernel/spinlock.h>

static void test_spinlock(void)
{
	static struct spinlock lock;
	unsigned int before = preempt_count();
	unsigned long flags;

	spin_lock(&lock);
	selftest_check(preempt_count() == before + 1, "a spinlock holds preemption off");
	selftest_check(!spin_trylock(&lock), "a lock that is held cannot be had");
	selftest_check(preempt_count() == before + 1, "a vain try changes no count");
	spin_unlock(&lock);
	flags = spin_lock_irqsave(&lock);
	selftest_check(spin_is_locked(&lock), "a taken lock is locked");
	spin_unlock_irqrestore(&lock, flags);
	selftest_check(spin_trylock(&lock), "a lock that is free can be had");
	spin_unlock(&lock);
	selftest_check(preempt_count() == before && !spin_is_locked(&lock), "all is as before");
}

static void test_seqlock(void)
{
	static struct seqlock lock;
	u32 seq = read_seqbegin(&lock);
	unsigned long flags;

	selftest_check(!read_seqretry(&lock, seq), "nobody wrote");
	flags = write_seqlock_irqsave(&lock);
	write_sequnlock_irqrestore(&lock, flags);
	selftest_check(read_seqretry(&lock, seq), "somebody wrote");
}

#ifdef LANTERN_LOCKDEP
/* Mistakes that the checker of lock orders reports; none of them is a deadlock here and now. */
static void plant_mistakes(void)
{
	static struct spinlock red, blue, green;
	unsigned long flags;

	spin_lock(&red);
	spin_lock(&blue);
	spin_unlock(&blue);
	spin_unlock(&red);
	spin_lock(&blue);
	spin_lock(&red);		/* "opposite orders" */
	spin_unlock(&red);
	spin_unlock(&blue);

	spin_lock(&green);
	spin_unlock(&green);
	flags = local_irq_save();
	preempt_count_add(HARDIRQ_OFFSET);
	spin_lock(&green);		/* "taken where one may come" */
	spin_unlock(&green);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_restore(flags);
}
#else
static void plant_mistakes(void)
{
}
#endif

static void selftest_locks(void)
{
	test_spinlock();
	test_seqlock();
	plant_mistakes();
}
SELFTEST(locks, selftest_locks);
