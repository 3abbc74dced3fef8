// SPDX-License-Identifier: BSD-2-Clause
/*
 * Time is a moment that is known and the cycles since. The moment is kept twice:
 * a reader takes the copy that nobody is writing, so even an NMI that comes in
 * the middle of an update reads it without waiting.
 */
#include <kernel/timekeeping.h>
#include <asm/vdso.h>
#include <kernel/spinlock.h>

#define FAR_BACK_NS	NSEC_PER_MSEC	/* further than CPUs differ whose counters are used */

struct moment {
	struct clocksource *cs;		/* NULL: no time yet */
	u64	cycles;			/* of @cs at the moment */
	u64	mult;			/* of @cs then; kept here, so that both change at once */
	u64	ns;			/* time at the moment, and parts of a ns in 2^-CLOCKSOURCE_SHIFT */
	u64	fraction;
};

static struct {
	struct spinlock	lock;		/* of writers */
	u32		seq;		/* odd: base[1] is whole, even: base[0] */
	struct moment	base[2];
} tk;

/* The moment after @m that @cycles stand for. */
static struct moment moment_at(const struct moment *m, u64 cycles)
{
	u64 delta = (cycles - m->cycles) & m->cs->mask;
	unsigned __int128 elapsed;
	struct moment now = *m;

	if ((s64)delta < 0)		/* a TSC a little behind that of the CPU that read last */
		delta = 0;
	elapsed = (unsigned __int128)delta * m->mult + m->fraction;
	now.cycles += delta;
	now.ns += (u64)(elapsed >> CLOCKSOURCE_SHIFT);
	now.fraction = (u64)elapsed & CLOCKSOURCE_MASK(CLOCKSOURCE_SHIFT);
	return now;
}

static struct moment moment_now(void)
{
	struct moment now = { 0 };
	u32 seq;

	do {
		const struct moment *m;

		seq = __atomic_load_n(&tk.seq, __ATOMIC_ACQUIRE);
		m = &tk.base[seq & 1];
		if (m->cs)
			now = moment_at(m, m->cs->read());
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(&tk.seq, __ATOMIC_RELAXED) != seq);
	return now;
}

/* Context: tk.lock held. */
static void set_moment(const struct moment *m)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(tk.base); i++) {
		__atomic_store_n(&tk.seq, tk.seq + 1, __ATOMIC_RELEASE);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		tk.base[i] = *m;
		vdso_write_moment(tk.seq, i, &(struct vdso_moment){
			m->cycles, m->mult, m->ns, m->fraction, m->cs->by_tsc });
	}
}

/* A narrow counter comes round again in seconds or less: the moment follows it. */
static __noinline void follow(void)
{
	unsigned long flags = local_irq_save();
	struct moment m;

	/* held: somebody is at it, perhaps the very code this is an NMI in */
	if (spin_trylock(&tk.lock)) {
		m = moment_now();
		set_moment(&m);
		spin_unlock(&tk.lock);
	}
	local_irq_restore(flags);
}

/* As moment_now(), of which it takes the time alone: this is asked for all the time. */
u64 ktime_get(void)
{
	const struct moment *m;
	u64 delta, ns, mask;
	u32 seq;

	do {
		seq = __atomic_load_n(&tk.seq, __ATOMIC_ACQUIRE);
		m = &tk.base[seq & 1];
		if (unlikely(!m->cs))
			return 0;
		mask = m->cs->mask;
		delta = (m->cs->read() - m->cycles) & mask;
		if (unlikely((s64)delta < 0))
			delta = 0;
		ns = m->ns + (u64)(((unsigned __int128)delta * m->mult + m->fraction) >> CLOCKSOURCE_SHIFT);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (unlikely(__atomic_load_n(&tk.seq, __ATOMIC_RELAXED) != seq));
	if (unlikely(delta > mask / 4))
		follow();
	return ns;
}

void timekeeping_set(struct clocksource *cs, u64 ns)
{
	unsigned long flags = spin_lock_irqsave(&tk.lock);
	struct moment m = moment_now();

	if (ns > m.ns) {
		m.ns = ns;
		m.fraction = 0;
	}
	m.cs = cs;
	m.cycles = cs->read();
	m.mult = cs->mult;
	set_moment(&m);
	spin_unlock_irqrestore(&tk.lock, flags);
}

u64 timekeeping_went_back(void)
{
	unsigned long flags = spin_lock_irqsave(&tk.lock);
	struct moment m = tk.base[0];
	u64 cycles = m.cs ? m.cs->read() : 0, lag = 0;

	if (m.cs && (s64)((cycles - m.cycles) & m.cs->mask) < 0)
		lag = (u64)((unsigned __int128)(m.cycles - cycles) * m.mult >> CLOCKSOURCE_SHIFT);
	if (lag >= FAR_BACK_NS) {
		m.cycles = cycles;
		set_moment(&m);
	}
	spin_unlock_irqrestore(&tk.lock, flags);
	return lag >= FAR_BACK_NS ? lag : 0;
}

struct clocksource *timekeeping_clock(void)
{
	return tk.base[0].cs;
}
