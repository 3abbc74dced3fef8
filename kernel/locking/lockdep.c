// SPDX-License-Identifier: BSD-2-Clause
/*
 * The checker of lock orders, see <kernel/lockdep.h>. Classes are the nodes of a
 * graph; an edge from a to b says that b was taken while a was held. A new edge
 * that closes a circle is a deadlock that could happen, and so is a way from a
 * class that interrupts take to one that is taken with interrupts on.
 *
 * What is known already is found without a lock. The graph changes under one of
 * the checker's own, with interrupts off; an NMI, and whatever the checker itself
 * calls, is not watched.
 */
#ifdef LANTERN_LOCKDEP
#include <kernel/lockdep.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/processor-flags.h>
#include <asm/sections.h>
#include <kernel/ksyms.h>
#include <kernel/monitor.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <lib/string.h>

#define MAX_CLASSES	192
#define MAX_EDGES	512
#define MAX_HELD	16		/* by one CPU at a time, those of interrupted code included */

typedef struct { u64 word[MAX_CLASSES / 64]; } class_set;

/* What may come in the middle of other code on its CPU. */
enum intruder { HARDIRQ, SOFTIRQ, NR_INTRUDERS };

struct lock_class {
	const void	*key;				/* a lock_class_key, or of a static lock its map */
	const char	*name;
	u64		acquired, contended;		/* atomic */
	class_set	after;				/* taken while this one was held */
	unsigned long	taken_in[NR_INTRUDERS];		/* where, 0: never seen */
	unsigned long	taken_under[NR_INTRUDERS];	/* where, with the intruder not held off */
	bool		told;				/* a mutex that was wanted where nobody may sleep */
};

struct edge {
	u8		from, to;
	unsigned long	from_ip, to_ip;			/* where each was taken when it was first seen */
};

struct cpu_held {
	unsigned int	nr;
	bool		busy;				/* the checker runs: what it calls is not watched */
	struct lockdep_held lock[MAX_HELD];
};

static struct lock_class classes[MAX_CLASSES];		/* graph_lock; read without */
static struct edge edges[MAX_EDGES];
static unsigned int nr_classes, nr_edges;
static bool full;					/* told once; what does not fit is not checked */
static bool too_many_held;				/* told once */
static class_set reported[MAX_CLASSES];			/* pairs that were told of interrupts */
static u8 graph_lock;
static DEFINE_PER_CPU(struct cpu_held, cpu_held);

static bool in_set(const class_set *set, unsigned int nr)
{
	return __atomic_load_n(&set->word[nr / 64], __ATOMIC_RELAXED) >> nr % 64 & 1;
}

static void add_to_set(class_set *set, unsigned int nr)
{
	__atomic_fetch_or(&set->word[nr / 64], 1ULL << nr % 64, __ATOMIC_RELAXED);
}

static void lock_graph(void)
{
	while (__atomic_exchange_n(&graph_lock, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

static void unlock_graph(void)
{
	__atomic_store_n(&graph_lock, 0, __ATOMIC_RELEASE);
}

/* -------------------------------------------------------------------- reports */

static void say_class(unsigned int class, const char *what, unsigned long ip)
{
	unsigned long offset = 0;
	char name[64] = "?";

	ksym_lookup(ip, name, sizeof(name), &offset, NULL);
	printk(KERN_ERR "lockdep:   %s, %s %s+%#lx\n", classes[class].name, what, name, offset);
}

static const struct edge *edge_between(unsigned int from, unsigned int to)
{
	for (unsigned int i = 0; i < nr_edges; i++)
		if (edges[i].from == from && edges[i].to == to)
			return &edges[i];
	return NULL;
}

/* The edges from where a search began to @to, in that order. @before: as search() left it. */
static void say_way(const u8 *before, unsigned int from, unsigned int to)
{
	u8 way[MAX_CLASSES];
	unsigned int n = 0;

	for (; to != from; to = before[to])
		way[n++] = to;
	while (n--) {
		const struct edge *e = edge_between(from, way[n]);

		if (e) {
			say_class(e->from, "taken in", e->from_ip);
			say_class(e->to, "then in", e->to_ip);
		}
		from = way[n];
	}
}

/* --------------------------------------------------------------------- search */

/*
 * The class of @goal nearest to @from, along edges; @from itself counts.
 * @before: of each class on the way, the one before it.
 * Return: -1 when none can be reached.
 */
static int search(unsigned int from, const class_set *goal, u8 before[MAX_CLASSES])
{
	unsigned int head = 0, tail = 0;
	class_set seen = { 0 };
	u8 queue[MAX_CLASSES];

	add_to_set(&seen, from);
	queue[tail++] = from;
	while (head < tail) {
		unsigned int at = queue[head++];

		if (in_set(goal, at))
			return at;
		for (unsigned int next = 0; next < nr_classes; next++) {
			if (!in_set(&classes[at].after, next) || in_set(&seen, next))
				continue;
			add_to_set(&seen, next);
			before[next] = at;
			queue[tail++] = next;
		}
	}
	return -1;
}

/* Before an edge from @from to @to: would it close a circle? */
static void check_circle(unsigned int from, unsigned int to, unsigned long from_ip, unsigned long to_ip)
{
	class_set goal = { 0 };
	u8 before[MAX_CLASSES];

	add_to_set(&goal, from);
	if (search(to, &goal, before) < 0)
		return;
	printk(KERN_ERR "lockdep: %s\n", from == to ? "a lock is wanted while one of its class is held" :
	       "locks are taken in opposite orders");
	say_class(from, "taken in", from_ip);
	say_class(to, "wanted in", to_ip);
	if (from != to)
		printk(KERN_ERR "lockdep: but before\n");
	say_way(before, to, from);
}

/* From each class that the intruder takes, is there a way to one that it may find taken? */
static void check_intruder(enum intruder who)
{
	static const char *const names[] = { "an interrupt", "a softirq" };
	class_set goal = { 0 };
	u8 before[MAX_CLASSES];

	for (unsigned int i = 0; i < nr_classes; i++)
		if (classes[i].taken_under[who])
			add_to_set(&goal, i);
	for (unsigned int i = 0; i < nr_classes; i++) {
		int found = classes[i].taken_in[who] ? search(i, &goal, before) : -1;

		if (found < 0 || in_set(&reported[i], found))
			continue;
		add_to_set(&reported[i], found);
		printk(KERN_ERR "lockdep: a lock that %s waits for is taken where one may come\n", names[who]);
		say_class(i, "taken by one in", classes[i].taken_in[who]);
		say_way(before, i, found);
		say_class(found, "open to one in", classes[found].taken_under[who]);
	}
}

/* -------------------------------------------------------------------- classes */

static void say_full(const char *what)
{
	if (!full)
		printk(KERN_ERR "lockdep: too many %s, not all locks are checked\n", what);
	full = true;
}

/* The boot CPU's copy of a per-CPU variable, @addr being some CPU's; NULL when it is none. */
static const char *per_cpu_original(const char *addr)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		unsigned long original = (unsigned long)addr - __per_cpu_offset[cpu];

		if (original - (unsigned long)__per_cpu_start < (unsigned long)(__per_cpu_end - __per_cpu_start))
			return (const char *)original;
	}
	return NULL;
}

static const void *key_of(const struct lockdep_map *map)
{
	const char *addr = (const char *)map;

	if (map->key)
		return map->key;
	return addr >= _sdata && addr < _end ? addr : per_cpu_original(addr);
}

static int new_class(const void *key, const char *name)
{
	for (unsigned int i = 0; i < nr_classes; i++)
		if (classes[i].key == key)
			return i;
	if (nr_classes == MAX_CLASSES) {
		say_full("classes");
		return -1;
	}
	classes[nr_classes].key = key;
	classes[nr_classes].name = name;
	return nr_classes++;
}

/* Return: number of the class, -1 when the lock is not checked. */
static int class_of(struct lockdep_map *map, const char *name)
{
	static bool told;
	unsigned int known = __atomic_load_n(&map->class, __ATOMIC_ACQUIRE);
	const void *key;
	int class = -1;

	if (known)
		return known - 1;
	key = key_of(map);
	lock_graph();
	if (key)
		class = new_class(key, map->key ? map->key->name : name);
	else if (!told)
		printk(KERN_ERR "lockdep: %s is not static, and no spin_lock_init() made it\n", name);
	told |= !key;
	unlock_graph();
	__atomic_store_n(&map->class, class + 1, __ATOMIC_RELEASE);
	return class;
}

/* ---------------------------------------------------------------------- facts */

static unsigned int context(void)
{
	return in_hardirq() ? 2 : in_serving_softirq() ? 1 : 0;
}

/* A place is kept the first time. Return: whether it was. */
static bool keep_first(unsigned long *place, bool seen, unsigned long ip)
{
	if (!seen || *place)
		return false;
	*place = ip;
	return true;
}

static void note_usage(unsigned int nr, bool irqs_on, unsigned long ip)
{
	bool hard = in_hardirq(), soft = in_serving_softirq() && !hard;
	bool soft_open = irqs_on && !(preempt_count() & SOFTIRQ_MASK);
	struct lock_class *class = &classes[nr];

	if ((!hard || class->taken_in[HARDIRQ]) && (!soft || class->taken_in[SOFTIRQ]) &&
	    (!irqs_on || class->taken_under[HARDIRQ]) && (!soft_open || class->taken_under[SOFTIRQ]))
		return;
	lock_graph();
	if (keep_first(&class->taken_in[HARDIRQ], hard, ip) | keep_first(&class->taken_under[HARDIRQ], irqs_on, ip))
		check_intruder(HARDIRQ);
	if (keep_first(&class->taken_in[SOFTIRQ], soft, ip) |
	    keep_first(&class->taken_under[SOFTIRQ], soft_open, ip))
		check_intruder(SOFTIRQ);
	unlock_graph();
}

static void add_edge(const struct lockdep_held *held, unsigned int to, unsigned long ip)
{
	unsigned int from = held->map->class - 1;

	if (in_set(&classes[from].after, to))
		return;
	lock_graph();
	if (nr_edges == MAX_EDGES) {
		say_full("orders");
	} else if (!in_set(&classes[from].after, to)) {
		check_circle(from, to, held->ip, ip);
		edges[nr_edges++] = (struct edge){ from, to, held->ip, ip };
		add_to_set(&classes[from].after, to);
		check_intruder(HARDIRQ);
		check_intruder(SOFTIRQ);
	}
	unlock_graph();
}

/*
 * Locks of what an interrupt has interrupted make no edge: whether that can be
 * a deadlock is what check_intruder() finds out.
 */
static void note_orders(const struct lockdep_held *held, unsigned int nr, unsigned int class, unsigned long ip,
			enum lock_how how)
{
	for (; nr; nr--, held++)
		if (held->context == context() && !(how == LOCK_NESTS && held->map->class == class + 1))
			add_edge(held, class, ip);
}

/* A thread that slept with a spinlock would leave it taken; an interrupt has no thread to sleep. */
static void note_sleep(const struct cpu_held *cpu, unsigned int class, unsigned long ip)
{
	if ((!cpu->nr && !context()) || classes[class].told)
		return;
	classes[class].told = true;
	printk(KERN_ERR "lockdep: a mutex is wanted where nobody may sleep\n");
	say_class(class, "wanted in", ip);
	if (cpu->nr)
		say_class(cpu->lock[cpu->nr - 1].map->class - 1, "held since", cpu->lock[cpu->nr - 1].ip);
}

static void push(struct lockdep_held *held, unsigned int *nr, unsigned int max, struct lockdep_map *map,
		 unsigned long ip)
{
	if (*nr < max) {
		held[(*nr)++] = (struct lockdep_held){ map, ip, context() };
		return;
	}
	if (!too_many_held)
		printk(KERN_ERR "lockdep: more than %u locks held at a time\n", max);
	too_many_held = true;
}

static void pull(struct lockdep_held *held, unsigned int *nr, const struct lockdep_map *map)
{
	for (unsigned int i = *nr; i--; ) {
		if (held[i].map != map)
			continue;
		memmove(&held[i], &held[i + 1], (--*nr - i) * sizeof(*held));
		return;
	}
}

/* ---------------------------------------------------------------------- hooks */

/* This CPU's locks, interrupts off; NULL where nothing is watched. */
static struct cpu_held *enter(unsigned long *flags)
{
	struct cpu_held *cpu;

	if (in_nmi())
		return NULL;
	*flags = local_irq_save();
	cpu = this_cpu_ptr(&cpu_held);
	if (!cpu->busy) {
		cpu->busy = true;
		return cpu;
	}
	local_irq_restore(*flags);
	return NULL;
}

static void leave(struct cpu_held *cpu, unsigned long flags)
{
	cpu->busy = false;
	local_irq_restore(flags);
}

void lock_acquire(struct lockdep_map *map, const char *name, enum lock_how how)
{
	unsigned long flags, ip = (unsigned long)__builtin_return_address(0);
	struct cpu_held *cpu = enter(&flags);
	int class;

	if (!cpu)
		return;
	class = class_of(map, name);
	if (class >= 0) {
		__atomic_fetch_add(&classes[class].acquired, 1, __ATOMIC_RELAXED);
		note_usage(class, flags & X86_EFLAGS_IF, ip);
		if (how != LOCK_TRIES) {
			note_orders(cpu->lock, cpu->nr, class, ip, how);
			note_orders(current->mutexes.lock, current->mutexes.nr, class, ip, how);
		}
		push(cpu->lock, &cpu->nr, MAX_HELD, map, ip);
	}
	leave(cpu, flags);
}

void lock_contended(struct lockdep_map *map)
{
	if (map->class)
		__atomic_fetch_add(&classes[map->class - 1].contended, 1, __ATOMIC_RELAXED);
}

void lock_release(struct lockdep_map *map)
{
	unsigned long flags;
	struct cpu_held *cpu = enter(&flags);

	if (!cpu)
		return;
	pull(cpu->lock, &cpu->nr, map);
	leave(cpu, flags);
}

void mutex_acquire(struct lockdep_map *map, const char *name, enum lock_how how)
{
	unsigned long flags, ip = (unsigned long)__builtin_return_address(0);
	struct lockdep_thread *me = &current->mutexes;
	struct cpu_held *cpu = enter(&flags);
	int class;

	if (!cpu)
		return;
	class = class_of(map, name);
	if (class >= 0) {
		__atomic_fetch_add(&classes[class].acquired, 1, __ATOMIC_RELAXED);
		if (how != LOCK_TRIES) {
			note_sleep(cpu, class, ip);
			note_orders(me->lock, me->nr, class, ip, how);
		}
		push(me->lock, &me->nr, LOCKDEP_MAX_MUTEXES, map, ip);
	}
	leave(cpu, flags);
}

void mutex_release(struct lockdep_map *map)
{
	unsigned long flags;
	struct cpu_held *cpu = enter(&flags);

	if (!cpu)
		return;
	pull(current->mutexes.lock, &current->mutexes.nr, map);
	leave(cpu, flags);
}

/* -------------------------------------------------------------------- command */

static unsigned int nr_after(const class_set *set)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < MAX_CLASSES; i++)
		nr += in_set(set, i);
	return nr;
}

static int cmd_locks(int argc, char **argv)
{
	printk("%-40s %10s %9s %5s  %s\n", "class", "acquired", "contended", "after", "taken");
	for (unsigned int i = 0; i < nr_classes; i++) {
		const struct lock_class *c = &classes[i];

		printk("%-40s %10llu %9llu %5u  %s%s%s\n", c->name, (unsigned long long)c->acquired,
		       (unsigned long long)c->contended, nr_after(&c->after),
		       c->taken_in[HARDIRQ] ? "irq " : "", c->taken_in[SOFTIRQ] ? "soft " : "",
		       c->taken_under[HARDIRQ] ? "on" : "off");
	}
	printk("locks: %u classes, %u orders\n", nr_classes, nr_edges);
	return 0;
}
MONITOR_COMMAND(locks, "", "classes of locks, how often they were taken and waited for", cmd_locks);
#endif
