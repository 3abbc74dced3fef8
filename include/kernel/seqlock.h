/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data that is read often and changed seldom, and is small enough to copy. A
 * reader takes no lock: it copies, and copies again if a writer was at it
 * meanwhile.
 *
 *	do {
 *		seq = read_seqbegin(&lock);
 *		copy = data;
 *	} while (read_seqretry(&lock, seq));
 *
 * What a reader copies may be half changed until read_seqretry() says it is not:
 * it follows no pointer in it and divides by nothing before that. A reader waits
 * for a writer, so one that may interrupt the writer on its own CPU would wait
 * for ever: writers keep interrupts off, and no NMI reads.
 */
#ifndef KERNEL_SEQLOCK_H
#define KERNEL_SEQLOCK_H

#include <asm/io.h>
#include <kernel/spinlock.h>

struct seqlock {
	u32		sequence;	/* odd while a writer is at it */
	struct spinlock	lock;		/* of writers */
};

static inline u32 read_seqbegin(const struct seqlock *sl)
{
	u32 seq;

	while ((seq = __atomic_load_n(&sl->sequence, __ATOMIC_ACQUIRE)) & 1)
		cpu_relax();
	return seq;
}

/** read_seqretry() - whether what was read since read_seqbegin() returned @seq is not to be believed */
static inline bool read_seqretry(const struct seqlock *sl, u32 seq)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&sl->sequence, __ATOMIC_RELAXED) != seq;
}

/** write_seqlock_irqsave() - interrupts off, other writers out, readers retry until the unlock; returns the flags */
static inline unsigned long write_seqlock_irqsave(struct seqlock *sl)
{
	unsigned long flags = spin_lock_irqsave(&sl->lock);

	__atomic_store_n(&sl->sequence, sl->sequence + 1, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return flags;
}

static inline void write_sequnlock_irqrestore(struct seqlock *sl, unsigned long flags)
{
	__atomic_store_n(&sl->sequence, sl->sequence + 1, __ATOMIC_RELEASE);
	spin_unlock_irqrestore(&sl->lock, flags);
}

#endif
